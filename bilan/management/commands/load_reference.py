from typing import Any

from django.core.management.base import BaseCommand

from bilan.reference import load_reference


class Command(BaseCommand):
    """Safe to run at each start."""

    help = "Crée ou met à jour les tables de référence, sans jamais rien effacer."

    def handle(self, *args: Any, **options: Any) -> None:
        for loaded in load_reference():
            self.stdout.write(f"{loaded.name} : {loaded.added} lignes ajoutées, {loaded.changed} modifiées")
