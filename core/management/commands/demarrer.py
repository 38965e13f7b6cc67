"""`manage.py demarrer`: the same as `make run`, once everything is installed."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Hand over to the launcher, which must start before Django is configured."""

    help = "Démarre tout sur cette machine : base, file d’attente, web, tâches, simulateur."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # The settings completed the environment with defaults that the launcher must not take for the user's wishes.
        given = {name: value for name, value in os.environ.items() if name in settings.ENVIRONNEMENT_DONNE}
        os.execve(sys.executable, [sys.executable, "-m", "core.lancement"], given)  # noqa: S606
