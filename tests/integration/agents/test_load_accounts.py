"""The demonstration's places and accounts."""

import json
from datetime import date

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.test import override_settings

from agents.backends import AgentBackend
from agents.models import Affectation, Agent, DirectionTerritoriale, Lieu, Marche, Prestataire
from agents.roles import DIRECTION_ROLES, Role
from bilan.reference import load_reference

KNOWN = json.loads((settings.BASE_DIR / "fixtures" / "comptes_demo.json").read_text())
A_DAY = date(2011, 3, 15)


@pytest.fixture
def accounts(db: None) -> None:
    load_reference()
    call_command("load_accounts", verbosity=0)


def test_every_role_is_held_in_three_directions(accounts: None) -> None:
    for role in DIRECTION_ROLES:
        held = Affectation.objects.in_force().filter(role=role, direction__nom__in=["Paris", "Lyon", "Bobigny"])
        assert held.values("direction").distinct().count() == 3, role
    for role in Role:
        assert Affectation.objects.in_force().filter(role=role).exists(), role


def test_every_direction_is_served_by_a_market_place_and_adviser(accounts: None) -> None:
    for direction in DirectionTerritoriale.objects.all():
        serving = [each for each in Prestataire.objects.all() if each.has_market(direction_id=direction.pk, on=A_DAY)]
        assert serving, direction
        for prestataire in serving:
            assert Lieu.objects.filter(prestataire=prestataire).exclude(acces="").exists()


def test_prestataires_of_the_three_directions_have_advisers_and_a_head(accounts: None) -> None:
    for name in ("Passerelles Compétences", "Tremplin 93", "Rhône Insertion Bilans"):
        prestataire = Prestataire.objects.get(nom=name)
        for role in (Role.CONSEILLER_BILAN, Role.RESPONSABLE_PRESTATAIRE):
            assert Agent.objects.get_queryset().holding(role, prestataire_id=prestataire.pk).exists()


def test_one_market_is_over(accounts: None) -> None:
    assert Marche.objects.filter(fin__lt=date(2020, 1, 1)).count() == 1


def test_announced_accounts_log_in_with_the_announced_password(accounts: None) -> None:
    announced = [row for row in KNOWN["comptes"] if "presentation" in row]
    assert {held["role"] for row in announced for held in row["affectations"]} == set(Role.values)
    for row in announced:
        assert AgentBackend().authenticate(None, username=row["email"], password=KNOWN["mot_de_passe"]), row["email"]


def test_announced_accounts_bear_the_name_of_their_role_and_no_other() -> None:
    for row in KNOWN["comptes"]:
        if "presentation" in row:
            (held,) = row["affectations"]
            assert str(Role(held["role"]).label).casefold().startswith(row["presentation"].split(",")[0].casefold())


def test_the_shared_password_is_one_that_the_rules_accept() -> None:
    validate_password(KNOWN["mot_de_passe"])


def test_addresses_belong_to_nobody() -> None:
    assert all(row["email"].endswith(".example") for row in KNOWN["comptes"])


def test_loading_again_adds_nothing_and_keeps_a_changed_password(accounts: None) -> None:
    agent = Agent.objects.get(email=KNOWN["comptes"][0]["email"])
    agent.set_password("un autre mot de passe")
    agent.save()
    before = (Agent.objects.get_queryset().count(), Affectation.objects.count(), Lieu.objects.count())

    call_command("load_accounts", verbosity=0)

    assert (Agent.objects.get_queryset().count(), Affectation.objects.count(), Lieu.objects.count()) == before
    agent.refresh_from_db()
    assert agent.check_password("un autre mot de passe")


@override_settings(DATE_METIER_PERMISE=False)
def test_production_refuses_accounts_whose_password_is_public(db: None) -> None:
    with pytest.raises(CommandError, match="production"):
        call_command("load_accounts")
    assert not Agent.objects.get_queryset().exists()


def test_accounts_without_reference_tables_say_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="load_reference"):
        call_command("load_accounts")
