"""Bring everything encrypted under the first key of CHIFFREMENT_CLES; says when the former ones can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import rotation


class Command(BaseCommand):
    """Can be stopped and run again at any time; fails as long as one value needs another key than the first."""

    help = "Rechiffre avec la première clé de CHIFFREMENT_CLES tout ce qui est chiffré en base."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--verifier", action="store_true", help="compte ce qui reste, sans rien écrire")

    def handle(self, *args: Any, **options: Any) -> None:
        comptes = rotation.rotate(write=not options["verifier"])
        for compte in comptes:
            self.stdout.write(
                f"{compte.colonne} : {compte.valeurs} valeurs, {compte.rechiffrees} rechiffrées, "
                f"{compte.restantes} sous une ancienne clé, {compte.illisibles} illisibles, {compte.alterees} altérées"
            )
        if not all(compte.settled for compte in comptes):
            raise CommandError("Gardez toutes les clés : tout n’est pas lisible avec la première. Recommencez.")
        self.stdout.write("Tout se lit avec la première clé : les autres peuvent être retirées.")
