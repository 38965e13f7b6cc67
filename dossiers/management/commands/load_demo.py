import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from agents.models import Agent
from cai.models import Contrat
from core import clock
from dossiers.demonstration.chargement import default_processes, is_loaded, load
from dossiers.demonstration.plan import identifiers


class Command(BaseCommand):
    """Fill an empty base once, or finish what an interruption left; a base with other files is left alone."""

    help = "Écrit quelque deux cents dossiers d’essai, datés d’après la date métier. Refusé en production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nombre", type=int, help="nombre de dossiers (par défaut\u00a0: tous)")
        parser.add_argument("--processus", type=int, default=default_processes(), help="processus de front")

    def handle(self, *args: Any, nombre: int | None = None, processus: int = 1, **options: Any) -> None:
        if not settings.DATE_METIER_PERMISE:
            raise CommandError("Des dossiers inventés ne se chargent pas en production.")
        if is_loaded() or Contrat.objects.exclude(pk__in=identifiers()).exists():
            self.stdout.write("dossiers d’essai\u00a0: rien à faire, des dossiers existent")
            return
        if not Agent.objects.get_queryset().exists():
            raise CommandError("Chargez d’abord les comptes d’essai\u00a0: «\u00a0manage.py load_accounts\u00a0».")
        began = time.monotonic()
        count = load(aujourdhui=clock.today(), nombre=nombre, processus=processus, said=self.stdout.write)
        self.stdout.write(f"dossiers d’essai\u00a0: {count} écrits en {time.monotonic() - began:.0f} s")
