"""The doorbell: Celery wakes workers up; what is due is always found again in PostgreSQL."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import after_task_publish, beat_init, heartbeat_sent, setup_logging, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("cai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**_: Any) -> None:
    """Listening is enough: Celery then leaves logs as the settings made them. Its own level would hide every INFO."""


_maillon = ""  # what this process is (core.battements.Maillon); nothing in those that only ring


@worker_ready.connect
def worker_lives(**_: Any) -> None:
    _become("travailleur")


@beat_init.connect
def calendar_lives(**_: Any) -> None:
    _become("calendrier")


def _become(maillon: str) -> None:
    global _maillon
    _maillon = maillon
    show_life()


@heartbeat_sent.connect
@after_task_publish.connect
def show_life(**_: Any) -> None:
    """Touch the file that CELERY_TEMOIN names: launcher and container learn from it that all is well.

    The application learns it from the broker (``core.battements``).
    """
    if sign := os.environ.get("CELERY_TEMOIN"):
        Path(sign).touch()
    if _maillon:
        # Imported late: this module is read before the applications are.
        from core.battements import Maillon, tell  # noqa: PLC0415

        tell(Maillon(_maillon))
