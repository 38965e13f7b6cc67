import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agents.models import Agent, DirectionTerritoriale, Lieu, Marche, Prestataire
from agents.roles import Role
from agents.services import assign_role, create_agent

ACCOUNTS: Path = settings.FIXTURE_DIRS[0] / "comptes_demo.json"


class Command(BaseCommand):
    """Create what is missing, change nothing that exists: safe to run at each start."""

    help = "Crée les prestataires et les comptes d’essai, au mot de passe connu de tous. Refusé en production."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DATE_METIER_PERMISE:
            raise CommandError("Les comptes d’essai ont un mot de passe public : ils ne se chargent pas en production.")
        known = json.loads(ACCOUNTS.read_text())
        directions = {direction.code: direction for direction in DirectionTerritoriale.objects.all()}
        if not directions:
            raise CommandError("Chargez d’abord les tables de référence : « manage.py load_reference ».")
        for row in known["prestataires"]:
            _load_prestataire(row, directions)
        created = _load_accounts(known, directions)
        self.stdout.write(f"comptes d’essai : {created} ajoutés")


def _load_prestataire(row: dict[str, Any], directions: dict[str, DirectionTerritoriale]) -> None:
    own = {name: value for name, value in row.items() if name not in ("nom", "marches", "lieux")}
    prestataire, _ = Prestataire.objects.get_or_create(nom=row["nom"], defaults=own)
    for market in row["marches"]:
        days = {name: date.fromisoformat(market[name]) for name in ("debut", "fin")}
        marche, is_new = Marche.objects.get_or_create(
            numero=market["numero"], defaults={"prestataire": prestataire, **days}
        )
        if is_new:
            marche.directions.set(directions[code] for code in market["directions"])
    for place in row["lieux"]:
        Lieu.objects.get_or_create(prestataire=prestataire, nom=place["nom"], defaults=place)


def _load_accounts(known: dict[str, Any], directions: dict[str, DirectionTerritoriale]) -> int:
    present = set(Agent.objects.values_list("email", flat=True))
    prestataires = {prestataire.nom: prestataire for prestataire in Prestataire.objects.all()}
    # One hash for all: hashing is made slow on purpose, and this password is printed on the screen anyway.
    password = make_password(known["mot_de_passe"])
    missing = [row for row in known["comptes"] if row["email"] not in present]
    for row in missing:
        agent = create_agent(
            email=row["email"], prenom=row["prenom"], nom=row["nom"], telephone=row["telephone"], by=None
        )
        agent.password = password
        agent.save(update_fields=["password"])
        for held in row["affectations"]:
            assign_role(
                agent=agent,
                role=Role(held["role"]),
                direction=directions[held["direction"]] if "direction" in held else None,
                prestataire=prestataires[held["prestataire"]] if "prestataire" in held else None,
                debut=date.fromisoformat(known["depuis"]),
                by=None,
            )
    return len(missing)
