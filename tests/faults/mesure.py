"""What the last line says: how long a recovery took, in seconds of production, and whether the run holds. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tests.faults.histoire import OUVERTES, Verdict
from tests.faults.plan import Etape

REPRISE_P95, REPRISE_MAX = 120.0, 300.0  # seconds of production
JAMAIS = 1e6  # seconds
# A run that met little has shown little. Shorter ones, a replay above all, are not held to it.
EXIGEANT_DES, TOUTES_ETAPES_DES = 60, 300  # episodes


@dataclass(frozen=True)
class Rencontres:
    """What a run really met, beside what it counts; ``etapes`` says how many workers died at each step."""

    reprises: int = 0  # recoveries measured
    douteuses: int = 0  # deposits whose answer said nothing
    depassees: int = 0  # deposits that a withdrawal overtook, erased at the partner
    etapes: Mapping[str, int] | None = None

    def missing(self, episodes: int) -> list[str]:
        """What it met less often than once in so many episodes; and, in a long run, the steps it never met."""
        if episodes < EXIGEANT_DES:
            return []
        reached = {etape: (self.etapes or {}).get(etape, 0) for etape in Etape}
        floors = {
            "reprises mesurées": (self.reprises, 30),
            "réponses douteuses": (self.douteuses, 10),
            "dépôts effacés après un retrait": (self.depassees, 30),
            "travailleurs tués à une étape": (sum(reached.values()), 20),
        }
        found = [f"{name} : {count}, il en faut {episodes // each}"
                 for name, (count, each) in floors.items() if count < episodes // each]  # fmt: skip
        if episodes >= TOUTES_ETAPES_DES:
            found += [f"aucun travailleur tué {etape}" for etape, count in reached.items() if not count]
        return found


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
    """The smallest value that at least this share of the values does not exceed; not a number, of nothing."""
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else math.nan


def last_line(episodes: int, verdict: Verdict, reprises: Sequence[float]) -> str:
    counts = " ".join(f"{name}={len(found)}" for name, found in vars(verdict).items())
    worst = max(reprises, default=math.nan)
    return f"episodes={episodes} {counts} recovery_p95_s={percentile(reprises, 0.95):.1f} recovery_max_s={worst:.1f}"


def holds(verdict: Verdict, reprises: Sequence[float], manques: Sequence[str]) -> bool:
    """Whether the run shows what it has to; ``manques`` is what it met too rarely for its length."""
    in_time = not reprises or (percentile(reprises, 0.95) <= REPRISE_P95 and max(reprises) <= REPRISE_MAX)
    return verdict.holds and not manques and in_time
