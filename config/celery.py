"""The doorbell: Celery wakes workers up; what is due is always found again in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("cai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
