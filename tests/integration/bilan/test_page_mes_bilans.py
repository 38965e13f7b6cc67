"""The adviser's own list, and what it waits for."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from agents.roles import Role
from bilan import redaction
from bilan.models import Bilan, Consentement
from bilan.states import Etat, MotifReprise
from core import clock
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent, make_convoque

pytestmark = pytest.mark.django_db
Connect = Callable[[Agent], Client]
LISTE = "bilan:list"


def test_the_adviser_finds_their_bilans_and_nobody_elses(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, direction, prestataire, connect: Connect, le_jour: None
) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire)
    other = make_convoque(direction, prescripteur, colleague, nom="Keïta")
    html = connect(conseiller).get(reverse(LISTE)).content.decode()
    assert reverse("bilan:voir_bilan", args=[convoque.pk]) in html
    assert reverse("bilan:voir_bilan", args=[other.pk]) not in html
    assert connect(prescripteur).get(reverse(LISTE)).status_code == 403


def test_what_is_over_is_listed_apart(convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None) -> None:
    convoque.annuler()
    convoque.motif_annulation, convoque.clos_at = "deces", clock.now()
    convoque.save()
    client, address = connect(conseiller), reverse("bilan:voir_bilan", args=[convoque.pk])
    assert address not in client.get(reverse(LISTE)).content.decode()
    assert "Aucun bilan ici" in client.get(reverse(LISTE)).content.decode()
    assert address in client.get(reverse(LISTE), {"termines": "1"}).content.decode()


def test_decisions_are_awaited_until_both_questions_are_answered(
    convoque: Bilan, conseiller: Agent, connect: Connect, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_VALIDEE)
    client, page = connect(conseiller), reverse("bilan:voir_bilan", args=[convoque.pk])
    assert reverse("poleemploi:collect_consents", args=[bilan.pk]) in client.get(page).content.decode()
    P = Consentement.Portee
    for portee in (P.CONSERVATION, P.TRANSMISSION):
        assert client.get(page).context["page"].awaits_decisions
        consent(bilan, portee, at=clock.at(JOUR, 15), by=conseiller)
    assert not client.get(page).context["page"].awaits_decisions
    redaction.rework_synthese(bilan=bilan, motif=MotifReprise.ERREUR, by=conseiller)
    redaction.present_synthese(bilan=bilan, by=conseiller)
    redaction.validate_synthese(
        bilan=bilan, date_presentation=JOUR, observations="", date_signature=JOUR, date_remise=JOUR, by=conseiller
    )
    assert client.get(page).context["page"].awaits_decisions  # the agreement named the older version
