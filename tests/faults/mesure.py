"""What the last line says: how long a recovery took, in seconds of production, and whether the run holds. Pure."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tests.faults.histoire import OUVERTES, Verdict

REPRISE_P95, REPRISE_MAX = 120.0, 300.0  # seconds of production
JAMAIS = 1e6  # seconds


def recoveries(
    states: Sequence[tuple[UUID, UUID, datetime, str]],
    ends: Sequence[datetime],
    outages: Sequence[tuple[datetime, datetime]] = (),
    *,
    facteur: float,
) -> list[float]:
    """Seconds of production, for each end of a fault: until the last of the rows that were due then is settled.

    Of each file, the oldest row that is open: the others wait for it, in order. Looked up, unknown, and not agreed to
    any more, a row is put off on purpose (``differee``) until a lost request cannot be running any more: it is not due.
    ``facteur`` is that of the run: what it does not shorten (a program that starts) is counted too long.
    A row still open counts as never settled. An end at which nothing was due gives nothing; nor does one
    whose rows a server that goes down catches before they are settled: the fault ends with the outage, which counts.
    """
    files: dict[UUID, dict[UUID, list[tuple[datetime, str]]]] = {}
    for bilan, key, moment, etat in states:
        files.setdefault(bilan, {}).setdefault(key, []).append((moment, etat))
    found = []
    for end in ends:
        waits = [next((wait for row in rows.values() if (wait := _wait_after(row, end)) is not None), None)
                 for rows in files.values()]  # fmt: skip
        concerned = [wait for wait in waits if wait is not None]
        if concerned and not any(down < end + timedelta(seconds=max(concerned)) and end < up for down, up in outages):
            found.append(max(concerned) * facteur)
    return found


def _wait_after(history: Sequence[tuple[datetime, str]], end: datetime) -> float | None:
    before = [etat for moment, etat in history if moment <= end]
    if not before or before[-1] not in OUVERTES:
        return None
    settled = (moment for moment, etat in history if moment > end and etat not in OUVERTES)
    return next(((moment - end).total_seconds() for moment in settled), JAMAIS)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else 0.0


def last_line(episodes: int, verdict: Verdict, reprises: Sequence[float]) -> str:
    counts = " ".join(f"{name}={len(found)}" for name, found in vars(verdict).items())
    worst = max(reprises, default=0.0)
    return f"episodes={episodes} {counts} recovery_p95_s={percentile(reprises, 0.95):.1f} recovery_max_s={worst:.1f}"


def holds(verdict: Verdict, reprises: Sequence[float]) -> bool:
    return verdict.holds and percentile(reprises, 0.95) <= REPRISE_P95 and max(reprises, default=0.0) <= REPRISE_MAX
