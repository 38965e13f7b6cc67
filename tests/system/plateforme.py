"""The whole platform, for real: web server, Celery worker, broker, partner, one business clock for all of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from config.celery import app
from tests.simulateur import SimulateurEnProcessus

RACINE = Path(__file__).resolve().parents[2]
MATIN = "2010-05-10T09:00:00"  # a Monday


@dataclass(frozen=True)
class Plateforme:
    """Where a journey goes, and the partner it ends at."""

    url: str
    partenaire: SimulateurEnProcessus


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Poll a condition; fail with what was waited for."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.2)


def database_url() -> str:
    """The test database, for processes of their own."""
    database = connection.settings_dict
    host, port = database["HOST"] or "127.0.0.1", database["PORT"] or 5432
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{password}@{host}:{port}/{database['NAME']}"


@contextmanager
def plateforme(live_server: LiveServer, dossier: Path, set_setting: Callable[[str, str], None]) -> Iterator[Plateforme]:
    """Start worker and partner beside the test's web server, all at nine on the same Monday of May 2010."""
    depart, prefix = timezone.now().isoformat(), f"systeme-{uuid4().hex[:8]}:"
    set_setting("DATE_METIER", MATIN)
    set_setting("DATE_METIER_DEPART", depart)
    transport = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": prefix}
    set_setting("CELERY_BROKER_TRANSPORT_OPTIONS", transport)  # type: ignore[arg-type]
    app.conf.broker_transport_options = transport
    with SimulateurEnProcessus(dossier / "simulateur.sqlite3") as partenaire:
        set_setting("PE_URL", partenaire.url)
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "CELERY_PREFIX": prefix,
            "PE_URL": partenaire.url,
            "DATE_METIER": MATIN,
            "DATE_METIER_DEPART": depart,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",  # those of tests stand on no given day
        }
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "--beat", "-l", "WARNING"]
        command += ["--schedule", str(dossier / "beat")]
        with (dossier / "worker.log").open("wb") as log:
            worker = subprocess.Popen(command, cwd=RACINE, env=environment, stdout=log, stderr=log)
            try:
                yield Plateforme(url=live_server.url, partenaire=partenaire)
            finally:
                worker.terminate()
                try:
                    worker.wait(15)
                except subprocess.TimeoutExpired:
                    worker.kill()
                    worker.wait()
                connection.close()
