from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.authentication import DUREE_JETON_JOURS
from agents.models import Agent
from agents.services import issue_token
from core.errors import DomainError


class Command(BaseCommand):
    """The token is printed alone on standard output, so that it can be put into a variable."""

    help = "Crée un jeton d’accès à l’API pour un compte et l’affiche, une seule fois."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="adresse du compte")
        parser.add_argument("--libelle", default="ligne de commande", help="à quoi servira le jeton")
        parser.add_argument("--jours", type=int, default=DUREE_JETON_JOURS, help="durée de validité")

    def handle(self, *args: Any, email: str, libelle: str, jours: int, **options: Any) -> None:
        agent = Agent.objects.get_queryset().filter(email__iexact=email).first()
        if agent is None:
            raise CommandError(f"Aucun compte ne porte l’adresse {email}.")
        try:
            token = issue_token(agent=agent, libelle=libelle, days=jours, by=None)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(token)
