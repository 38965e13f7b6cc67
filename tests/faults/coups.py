"""What strikes our side, from outside: signals, locks that a slow colleague might hold, servers that go down.

To kill a worker exactly where it hurts, its work is held there by means that any installation has: a slow partner, or a
row that somebody else has locked.
"""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from redis import RedisError

from poleemploi.models import Transmission
from tests.faults import releve
from tests.faults.gens import Dossier
from tests.faults.installation import BASE, BEAT, COURTIER, TRAVAILLEURS, Installation, kill_9
from tests.faults.plan import ETAPES, Coup, Episode, Etape

GUET = 8.0  # seconds during which a worker is waited for at the step
TENU = 2.0  # seconds during which a colleague holds a row: what the installation cannot be blamed for
LENT = 0.7  # seconds: long enough to strike, short enough for the client's patience
_BLOQUE = """
    SELECT client_port FROM pg_stat_activity
    WHERE client_port IS NOT NULL AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


@dataclass
class Bilan:
    """What the blows of a season did: when each ended, and at which step a worker really died."""

    fins: list[tuple[int, str, datetime]] = field(default_factory=list)
    arrets: list[tuple[datetime, datetime]] = field(default_factory=list)  # of a server, from its end to its return
    etapes: Counter[str] = field(default_factory=Counter)
    _verrou: threading.Lock = field(default_factory=threading.Lock)

    def note(self, numero: int, etape: str) -> None:
        with self._verrou:
            self.fins.append((numero, etape, datetime.now(UTC)))
            self.etapes[etape] += 1

    def miss(self, etape: str) -> None:
        with self._verrou:
            self.etapes[etape] += 1


# Servers go down one at a time: two at once is a longer outage, not another one.
_UN_SERVEUR = threading.Lock()


def slow_partner(episode: Episode) -> bool:
    """Whether the blow needs a partner that takes its time with this file's deposits."""
    return episode.coup in (Coup.TUE_PENDANT_LA_REQUETE, Coup.TUE_AVANT_ECRITURE)


def strike(episode: Episode, installation: Installation, dossier: Dossier, bilan: Bilan) -> None:
    """Strike once, on the work on this file where the blow has a step; note what it did."""
    alea = random.Random(f"{episode.numero}/coup")
    with contextlib.suppress(DatabaseError):  # the base may be down by another blow: this one then falls at random
        if _at_step(episode, installation, dossier, bilan):
            return
    if episode.coup in ETAPES:
        bilan.miss(f"manqué : {episode.coup}")
    else:
        time.sleep(episode.delai)
    match episode.coup:
        case Coup.TUE_TRAVAILLEUR:
            installation.kill(f"travailleur{alea.randint(1, TRAVAILLEURS)}")
        case Coup.TUE_PARENT:
            installation.kill_parent(f"travailleur{alea.randint(1, TRAVAILLEURS)}")
        case Coup.TUE_BEAT:
            installation.kill(BEAT)
        case Coup.VIDE_COURTIER:
            try:
                installation.flush()
            except RedisError:  # another blow has stopped it
                bilan.miss(f"manqué : {episode.coup}")
                return
        case Coup.ARRETE_COURTIER | Coup.ARRETE_BASE:
            with _UN_SERVEUR:
                down = datetime.now(UTC)
                installation.restart(SERVEURS[episode.coup], down=episode.duree)
                bilan.arrets.append((down, datetime.now(UTC)))
        case Coup.DECALE_HORLOGE:
            # Within what machines that ask the time of a server may differ by: a minute, shortened as all waits are.
            number = alea.randint(1, TRAVAILLEURS)
            installation.shift(number, alea.choice((-6, -2, 2, 6)))
            time.sleep(episode.duree)
            installation.shift(number, 0)
        case _:
            pool = installation.pool()
            if not pool or not kill_9(alea.choice(pool)):
                return
    bilan.note(episode.numero, str(Coup.TUE_AU_HASARD if episode.coup in ETAPES else episode.coup))


SERVEURS = {Coup.ARRETE_COURTIER: COURTIER, Coup.ARRETE_BASE: BASE}


def _at_step(episode: Episode, installation: Installation, dossier: Dossier, bilan: Bilan) -> bool:
    """Kill the worker of this file at its step, as the evidence says afterwards; False when it did not come by."""
    match episode.coup:
        case Coup.TUE_DANS_LA_RESERVATION:
            pid, etape = _in_claim(installation, dossier), Etape.AVANT_RESERVATION
        case Coup.TUE_APRES_RESERVATION:
            pid, etape = _on_open_attempt(installation, dossier, 0.0)
        case Coup.TUE_PENDANT_LA_REQUETE:
            pid, etape = _on_open_attempt(installation, dossier, 0.05 + episode.duree / 5)
        case Coup.TUE_AVANT_ECRITURE:
            pid, etape = _before_record(installation, dossier), Etape.AVANT_ECRITURE
        case Coup.TUE_APRES_ECRITURE:
            pid, etape = _after_record(installation, dossier), Etape.APRES_ECRITURE
        case _:
            return False
    if pid is None:
        return False
    bilan.note(episode.numero, str(etape))
    return True


def _rows(dossier: Dossier) -> Any:
    return Transmission.objects.filter(bilan=dossier.bilan)


def _wait(condition: Callable[[], Any], pause: float = 0.0, patience: float = GUET) -> Any:
    end = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > end:
            return None
        time.sleep(pause)
    return found


def _open_attempt(dossier: Dossier) -> tuple[int, int] | None:
    """The attempt open on this file, and the process that works on it."""
    row = (
        _rows(dossier)
        .filter(tentatives__fermee_at=None, tentatives__isnull=False)
        .values_list("tentatives__id", "bail_par")
        .first()
    )
    if row is None or ":" not in row[1]:
        return None
    return row[0], int(row[1].rpartition(":")[2])


def _on_open_attempt(installation: Installation, dossier: Dossier, wait: float) -> tuple[int | None, str]:
    found = _wait(lambda: _open_attempt(dossier))
    if found is None:
        return None, ""
    essai, pid = found
    if wait:
        time.sleep(wait)
    if pid not in installation.pool() or not kill_9(pid):
        return None, ""
    time.sleep(0.05)
    running = releve.is_running(installation.partenaire.store, essai)
    if running is None:
        return pid, Etape.AVANT_REQUETE
    return pid, Etape.PENDANT_REQUETE if running else Etape.AVANT_ECRITURE


def _after_record(installation: Installation, dossier: Dossier) -> int | None:
    found = _wait(lambda: _open_attempt(dossier))
    if found is None:
        return None
    closed = _wait(lambda: not _rows(dossier).filter(tentatives__id=found[0], tentatives__fermee_at=None).exists())
    return found[1] if closed and found[1] in installation.pool() and kill_9(found[1]) else None


def _before_record(installation: Installation, dossier: Dossier) -> int | None:
    """The partner has answered; the answer waits for a colleague who holds the file; the worker dies."""
    if _wait(lambda: _open_attempt(dossier)) is None:
        return None
    with _held("SELECT 1 FROM bilan_bilan WHERE id = %s FOR UPDATE", dossier.bilan.pk):
        return _kill_who_waits(installation)


def _in_claim(installation: Installation, dossier: Dossier) -> int | None:
    """The worker has chosen the row and written half of its claim; a colleague holds the row; the worker dies."""
    stopped = installation.pool()
    for pid in stopped:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        row = _wait(lambda: _rows(dossier).values_list("pk", flat=True).first(), 0.02)
        if row is None:
            return None
        with _held("SELECT 1 FROM poleemploi_transmission WHERE id = %s FOR NO KEY UPDATE", row):
            _go_on(stopped)
            return _kill_who_waits(installation)
    finally:
        _go_on(stopped)


def _go_on(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def _held(query: str, *values: object) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(query, values)
        yield
        transaction.set_rollback(True)


def _kill_who_waits(installation: Installation) -> int | None:
    """Kill the worker, if any, that waits for what this connection holds."""

    def waiting() -> int | None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(_BLOQUE)
            ports = [row[0] for row in cursor.fetchall()]
        return next((pid for pid in installation.pool() for port in ports if _speaks_from(pid, port)), None)

    pid = _wait(waiting, 0.01, TENU)
    return pid if pid is not None and kill_9(pid) else None


def _speaks_from(pid: int, port: int) -> bool:
    """Whether a process owns the TCP connection that leaves from this local port."""
    inodes = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if int(words[1].rpartition(":")[2], 16) == port:
            inodes.add(f"socket:[{words[9]}]")
    with contextlib.suppress(OSError):
        return any(os.readlink(entry) in inodes for entry in Path(f"/proc/{pid}/fd").iterdir())
    return False
