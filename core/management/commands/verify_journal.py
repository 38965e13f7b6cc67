"""Whether every file's events are as they were written: numbering, chain and fingerprints."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import journal
from core.models import Evenement


class Command(BaseCommand):
    """Reads everything, writes nothing; fails when one file's journal does not hold."""

    help = "Vérifie la chaîne des événements de chaque dossier."

    def handle(self, *args: Any, **options: Any) -> None:
        dossiers = Evenement.objects.order_by("dossier").values_list("dossier", flat=True).distinct()
        broken, count = 0, 0
        for dossier in dossiers.iterator():
            count += 1
            if ranks := journal.verify(dossier):
                broken += 1
                self.stderr.write(f"dossier {dossier} : événements {', '.join(map(str, ranks))}")
        if broken:
            raise CommandError(f"{broken} journal ou journaux ne sont plus tels qu’ils ont été écrits.")
        self.stdout.write(f"{count} journaux vérifiés : intacts")
