"""What the last line says: how long a recovery took, in seconds of production, and whether the run holds. Pure."""

import math
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tests.faults.histoire import OUVERTES, Verdict

REPRISE_P95, REPRISE_MAX = 120.0, 300.0  # seconds of production


def recoveries(
    states: Sequence[tuple[UUID, str, datetime]], ends: Sequence[datetime], *, facteur: float
) -> list[float]:
    """Seconds of production, for each end of a fault: until the last of the rows that were open then is settled.

    ``facteur`` is that of the run: what it does not shorten (a program that starts) is counted too long.
    A row still open counts as never settled (infinity). An end at which nothing was open gives nothing.
    """
    by_row: dict[UUID, list[tuple[str, datetime]]] = {}
    for key, etat, moment in states:
        by_row.setdefault(key, []).append((etat, moment))
    found = []
    for end in ends:
        waits = [_wait_after(history, end) for history in by_row.values()]
        if concerned := [wait for wait in waits if wait is not None]:
            found.append(max(concerned) * facteur)
    return found


def _wait_after(history: Sequence[tuple[str, datetime]], end: datetime) -> float | None:
    before = [etat for etat, moment in history if moment <= end]
    if not before or before[-1] not in OUVERTES:
        return None
    settled = (moment for etat, moment in history if moment > end and etat not in OUVERTES)
    return next(((moment - end).total_seconds() for moment in settled), float("inf"))


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
