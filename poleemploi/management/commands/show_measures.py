"""The measures of the exchange on a terminal, for who has no Prometheus at hand."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from poleemploi.mesures import Releve


class Command(BaseCommand):
    """Prints, one a line, every measure that is not zero; durations apart. Reads only, names nobody."""

    help = "Affiche les mesures de l’échange avec Pôle emploi qui ne sont pas nulles."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for family in Releve(now).collect():
            if family.type == "histogram":
                continue
            for sample in family.samples:
                labels = "".join(f" {value}" for value in sample.labels.values())
                if sample.name.endswith("_timestamp_seconds"):
                    ago = f"il y a {now.timestamp() - sample.value:.0f} s" if sample.value else "jamais"
                    self.stdout.write(f"{sample.name}{labels} {ago}")
                elif round(sample.value):
                    self.stdout.write(f"{sample.name}{labels} {sample.value:.0f}")
