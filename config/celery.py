"""The doorbell: Celery wakes workers up; what is due is always found again in PostgreSQL."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import after_task_publish, beat_init, heartbeat_sent, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("cai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
@heartbeat_sent.connect
@beat_init.connect
@after_task_publish.connect
def show_life(**_: Any) -> None:
    """Touch the file that CELERY_TEMOIN names: launcher and container learn from it that all is well."""
    if sign := os.environ.get("CELERY_TEMOIN"):
        Path(sign).touch()
