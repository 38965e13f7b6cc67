"""After a restore: ask Pôle emploi what became of every open transmission, then let the sender start again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import clock
from core.french import date_sans_jour, heure
from poleemploi import canal, rapprochement


class Command(BaseCommand):
    """Can be stopped and run again at any time; the last line counts, and names nobody."""

    help = "Demande à Pôle emploi ce qu’est devenue chaque transmission ouverte, puis remet les envois en marche."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--garder-arret",
            action="store_true",
            help="demande tout, et laisse les envois arrêtés : le temps de vérifier les retraits d’accord",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if (last := rapprochement.last_recorded_at()) is not None:
            moment = clock.shown(last)
            self.stdout.write(f"Dernier enregistrement de cette base : {date_sans_jour(moment)} à {heure(moment)}.")
        self.stdout.write("Les envois sont arrêtés. Pôle emploi est interrogé deux minutes après leur arrêt.")
        try:
            compte = rapprochement.ask_all(lambda left: self.stdout.write(f"{left} transmissions à demander."))
        except rapprochement.SansReponseError:
            raise CommandError(
                "Pôle emploi ne répond pas : les envois restent arrêtés. Ce qui a été demandé est gardé, recommencez."
            ) from None
        if options["garder_arret"]:
            self.stdout.write("Les envois restent arrêtés : recommencez sans --garder-arret pour les reprendre.")
        else:
            canal.start_again()
            self.stdout.write("Les envois reprennent.")
        self.stdout.write(str(compte))
