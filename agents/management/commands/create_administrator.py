"""The first account of a new server; the next ones are made in the administration's pages."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agents.roles import Role
from agents.services import assign_role, create_agent
from core.errors import DomainError


class Command(BaseCommand):
    """The password is typed without being shown, or read from standard input when that is not a terminal."""

    help = "Crée un compte d’administrateur."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ("email", "prenom", "nom"):
            parser.add_argument(name)

    @transaction.atomic
    def handle(self, *args: Any, email: str, prenom: str, nom: str, **options: Any) -> None:
        password = getpass("Mot de passe : ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            agent = create_agent(email=email, prenom=prenom, nom=nom, password=password, by=None)
            assign_role(agent=agent, role=Role.ADMINISTRATEUR, by=None)
        except DomainError as refusal:
            reasons = [reason for field in refusal.fields.values() for reason in field]
            raise CommandError(" ".join([refusal.message, *reasons])) from refusal
        self.stdout.write(f"Le compte {agent.email} administre l’application.")
