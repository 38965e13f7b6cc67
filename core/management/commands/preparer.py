"""One process that brings a database up to date: schema, reference data and, on request, the demonstration."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection


class Command(BaseCommand):
    """Safe to run again: the schema and the reference data are brought up to date, the demonstration is loaded once."""

    help = "Met à jour le schéma et les données de référence ; avec --demonstration, remplit une base vide."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demonstration", action="store_true", help="charge les dossiers d’essai si la base est vide"
        )

    def handle(self, *args: Any, demonstration: bool, **options: Any) -> None:
        with connection.cursor() as cursor:  # a migration may last longer than any request; it still waits for no lock
            cursor.execute("SET statement_timeout = 0")
        call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("load_reference", stdout=self.stdout)
        if demonstration:
            call_command("load_accounts", stdout=self.stdout)
            call_command("load_demo", stdout=self.stdout)
