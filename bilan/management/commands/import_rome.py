from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bilan.rome import import_rome
from core.errors import DomainError


class Command(BaseCommand):
    """The same import as in the administration, for a server's operator."""

    help = "Met la liste des métiers à jour depuis le CSV officiel (unix_referentiel_code_rome_…_utf8.csv)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *args: Any, fichier: Path, **options: Any) -> None:
        try:
            done = import_rome(fichier.read_bytes(), by=None)
        except OSError as error:
            raise CommandError(f"{fichier} ne peut pas être lu\u00a0: {error.strerror}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"métiers\u00a0: {len(done.added)} ajoutés, {len(done.changed)} modifiés, {len(done.withdrawn)} retirés, "
            f"{done.unchanged} inchangés"
        )
