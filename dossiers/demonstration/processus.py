"""What a process started beside needs before it can import the rest: this module imports no model."""

import os

import django


def prepare(settings_module: str) -> None:
    """Make Django ready in a new process, with the settings of the one that started it, and few words."""
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    os.environ["LOG_NIVEAU"] = "WARNING"
    django.setup()
