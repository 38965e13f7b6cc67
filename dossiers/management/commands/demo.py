import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.models import Agent
from core.errors import DomainError
from dossiers.demonstration.demarche import Demarche


class Command(BaseCommand):
    """The main job from the counter to the acknowledgement, with the worker and the simulator that run."""

    help = "Mène un dossier de l’ouverture à l’accusé de réception, et laisse ses documents."

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder = Path(os.environ.get("CAI_DONNEES") or settings.BASE_DIR / "var") / "demo"
        parser.add_argument("--dossier", type=Path, default=folder, help=f"où laisser les documents ({folder})")

    def handle(self, *args: Any, dossier: Path, **options: Any) -> None:
        if not settings.DATE_METIER_PERMISE:
            raise CommandError("Un dossier inventé ne s’ouvre pas en production.")
        if not Agent.objects.get_queryset().exists():
            raise CommandError("Chargez d’abord les comptes d’essai\u00a0: «\u00a0manage.py load_accounts\u00a0».")
        demarche = Demarche(dossier=dossier, said=self.stdout.write)
        try:
            demarche.run()
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            self.style.SUCCESS("\nDe l’ouverture à l’accusé de réception, tout est fait. Documents\u00a0:")
        )
        for paper in demarche.papiers:
            self.stdout.write(f"  {paper}")
