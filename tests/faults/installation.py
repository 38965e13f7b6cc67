"""The whole installation for real, on servers of its own: PostgreSQL, Valkey, workers, beat and partner, all killable.

What dies is started again at once, as the restart policy of a container does. Nothing here imports Django: the
environment is complete before anything of it is.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
import redis

from core.children import Family
from core.embedded import start_servers
from tests.simulateur import RACINE, SimulateurEnProcessus

# The one factor of the run: each wait of the exchange, time-outs included, lasts so many times less than in production.
FACTEUR = 10
TIMEOUT_CONNEXION, TIMEOUT_LECTURE = 5.0 / FACTEUR, 20.0 / FACTEUR  # seconds: those of production, shortened
DATE_METIER = "2010-05-20T09:00:00"
TRAVAILLEURS = 3
BASE, COURTIER, BEAT = "PostgreSQL", "Valkey", "beat"


@dataclass
class Programme:
    """A program of ours that is started again whenever it dies."""

    nom: str
    argv: list[str | Path]
    environnement: dict[str, str]
    processus: "subprocess.Popen[bytes] | None" = None
    retenu: bool = False  # not started again for now
    morts: int = 0


@dataclass
class Installation:
    """Everything that runs. ``open()`` starts it and ends it, whatever happens in between."""

    dossier: Path
    family: Family = field(init=False)
    programmes: dict[str, Programme] = field(default_factory=dict)
    environnement: dict[str, str] = field(default_factory=dict)
    _verrou: threading.RLock = field(default_factory=threading.RLock)
    _fini: threading.Event = field(default_factory=threading.Event)
    # A child ends with the thread that started it (core.children): one thread, which lives as long as they do.
    _parent: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "parent"))

    def __post_init__(self) -> None:
        self.family = Family(self.dossier / "processus.json")
        self.partenaire = SimulateurEnProcessus(self.dossier / "partenaire.sqlite3")
        self.journaux = self.dossier / "journaux"

    @contextlib.contextmanager
    def open(self) -> Iterator["Installation"]:
        try:
            self._start_servers()
            self._start_partner()
            yield self
        finally:
            self._fini.set()
            with self._verrou:
                for programme in self.programmes.values():
                    self._kill_session(programme)
                self.family.stop()
            self._parent.shutdown()

    # --- servers

    def _start_servers(self) -> None:
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        self.environnement = {
            **os.environ,
            **self._parent.submit(start_servers, self.dossier, self.family).result(),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "CAI_DONNEES": str(self.dossier),
            "CELERY_PREFIX": "pannes:",
            "PE_URL": self.partenaire.url,
            "PE_CLIENT_ID": self.partenaire.client_id,
            "PE_CLIENT_SECRET": self.partenaire.client_secret,
            "PE_FACTEUR_TEMPS": str(FACTEUR),
            "PE_TIMEOUT_CONNEXION": str(TIMEOUT_CONNEXION),
            "PE_TIMEOUT_LECTURE": str(TIMEOUT_LECTURE),
            "DATE_METIER": DATE_METIER,
            "DATE_METIER_DEPART": datetime.now(UTC).isoformat(),
            "LOG_NIVEAU": "INFO",
        }
        os.environ.update(self.environnement)
        # The order of commits is what the checker judges by.
        with psycopg.connect(self.environnement["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        self.restart(BASE)

    def restart(self, name: str, *, down: float = 0.0) -> None:
        """End a server without a chance to put anything in order, and start it again ``down`` seconds later."""
        address = {BASE: "DATABASE_URL", COURTIER: "REDIS_URL"}[name]
        with self._verrou:
            child = next(child for child in self.family.children if child.trace.name == name)
            # PostgreSQL's "immediate" mode: as after a power cut, but for the disk's cache.
            os.kill(child.process.pid, signal.SIGQUIT if name == BASE else signal.SIGKILL)
            child.process.wait(timeout=20)
            self.family.forget(child.process)
        time.sleep(down)
        with self._verrou:
            os.environ.pop(address)
            try:
                fresh = self._parent.submit(start_servers, self.dossier, self.family).result()[address]
            finally:
                os.environ[address] = self.environnement[address]
            if fresh != self.environnement[address]:
                raise RuntimeError(f"{name} came back on another port")

    def flush(self) -> None:
        """Empty the broker: every message is lost."""
        with contextlib.closing(redis.Redis.from_url(self.environnement["REDIS_URL"])) as client:
            client.flushall()

    def _start_partner(self) -> None:
        words = ["-m", "poleemploi.simulateur", "--port", str(self.partenaire.port), "--store", self.partenaire.store]
        own = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATEUR_")}
        own["SIMULATEUR_CLIENT_SECRET"] = self.partenaire.client_secret
        log = self.journaux / "partenaire.log"
        self._launch("partenaire", [sys.executable, *words], own, log, 3)
        end = time.monotonic() + 30
        while True:
            try:
                self.partenaire.sans_panne()
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
            else:
                return

    # --- programs

    def start_programs(self) -> None:
        """Workers and beat, once the database is ready for them; returns when they are at work."""
        celery: list[str | Path] = [sys.executable, "-m", "celery", "-A", "config"]
        for number in range(1, TRAVAILLEURS + 1):
            decalage = self.dossier / f"decalage{number}"
            decalage.write_text("0")
            own = {**self.environnement, "PANNES_DECALAGE": str(decalage), "CELERY_TEMOIN": f"{decalage}.temoin"}
            words = [sys.executable, "-m", "tests.faults.travailleur", "-A", "config", "worker"]
            self._add(
                Programme(f"travailleur{number}", [*words, "-c", "1", "-P", "prefork", "-n", f"t{number}@pannes"], own)
            )
        schedule = self.dossier / "calendrier.db"
        self._add(Programme(BEAT, [*celery, "beat", "--pidfile=", "-s", schedule], self.environnement))
        end = time.monotonic() + 60
        while len(list(self.dossier.glob("decalage*.temoin"))) < TRAVAILLEURS:
            if time.monotonic() > end:
                raise RuntimeError(f"the workers did not start: see {self.journaux}")
            time.sleep(0.1)
        threading.Thread(target=self._watch, name="surveillance", daemon=True).start()

    def _add(self, programme: Programme) -> None:
        self.programmes[programme.nom] = programme
        self._start(programme)

    def _start(self, programme: Programme) -> None:
        log = self.journaux / f"{programme.nom}.log"
        programme.processus = self._launch(programme.nom, programme.argv, programme.environnement, log, 2)

    def _launch(
        self, name: str, argv: Sequence[str | Path], own: Mapping[str, str], log: Path, grace: float
    ) -> "subprocess.Popen[bytes]":
        start = partial(self.family.start, name, argv, environment=own, folder=RACINE, log=log, grace=grace)
        return self._parent.submit(start).result()

    def _watch(self) -> None:
        while not self._fini.wait(0.1):
            with self._verrou:
                if self._fini.is_set():
                    return
                for programme in self.programmes.values():
                    if programme.processus is not None and programme.processus.poll() is not None:
                        self._kill_session(programme)  # children that outlive their parent
                        self.family.forget(programme.processus)
                        programme.processus = None
                        programme.morts += 1
                    if programme.processus is None and not programme.retenu:
                        self._start(programme)

    def _kill_session(self, programme: Programme) -> None:
        if programme.processus is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(programme.processus.pid, signal.SIGKILL)

    def kill(self, name: str) -> None:
        """kill -9 of a program and its pool together."""
        with self._verrou:
            self._kill_session(self.programmes[name])

    def kill_parent(self, name: str) -> None:
        """kill -9 of a program alone: its pool is left an orphan until the program is started again."""
        with self._verrou:
            programme = self.programmes[name]
            if programme.processus is not None and programme.processus.poll() is None:
                programme.processus.kill()

    def pool(self) -> list[int]:
        """The processes that do the work, of all workers."""
        with self._verrou:
            parents = [p.processus.pid for p in self.programmes.values() if p.processus is not None and p.nom != BEAT]
        return [child for parent in parents for child in children_of(parent)]

    def shift(self, number: int, seconds: float) -> None:
        """Move the clock of one worker, real time included."""
        (self.dossier / f"decalage{number}").write_text(str(seconds))


def children_of(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def kill_9(pid: int) -> bool:
    """False when it is gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
