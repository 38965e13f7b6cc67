"""Withdrawing is as easy as giving: two clicks from the page one looks at, whoever one is, even after the end (E.2)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from bilan import fin
from bilan.models import Bilan, Consentement
from core import clock
from poleemploi.models import Transmission
from tests.factories.agents import make_agent
from tests.factories.navigation import Navigateur
from tests.factories.transmissions import make_transmission, receive

pytestmark = [pytest.mark.django_db, pytest.mark.rule("E.2-retrait")]


@pytest.fixture
def transmise(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Transmission:
    return receive(make_transmission(direction, prescripteur, conseiller))


def pages_of(bilan: Bilan, agent: Agent) -> str:
    if agent == bilan.conseiller:
        return reverse("bilan:voir_bilan", args=[bilan.pk])
    return reverse("dossiers:view_file", args=[bilan.contrat_id])


@pytest.mark.parametrize("clos", [False, True], ids=["running", "closed"])
@pytest.mark.parametrize("role", ["agent_ofii", "prescripteur", "correspondant_ofii", "conseiller_bilan"])
def test_a_withdrawal_takes_two_clicks(
    transmise: Transmission, direction: DirectionTerritoriale, role: str, clos: bool
) -> None:
    bilan = transmise.bilan
    known = {"prescripteur": bilan.prescripteur, "conseiller_bilan": bilan.conseiller}
    agent = known.get(role) or make_agent(Role(role), direction)
    client = Client()
    client.force_login(agent)
    with clock.travel(clock.at(date(2010, 12, 13), 10)):
        if clos:
            fin.close(bilan=bilan, by=None)
        browser = Navigateur(client, pages_of(bilan, agent))
        browser.follow("Enregistrer un retrait (transmission")
        browser.press("La personne le dit")
    assert browser.clics == 2
    assert "Le retrait est enregistré." in browser.reponse.content.decode()
    last = Consentement.objects.filter(portee=Consentement.Portee.TRANSMISSION).latest("rang")
    assert (last.decision, last.recueilli_par, last.mode) == ("retire", agent, "declaration_guichet")
    assert last.interprete is None, "nobody said whether an interpreter was there"
    assert Transmission.objects.get().etat == "effacement_demande"
    assert Bilan.objects.get().etat == ("clos" if clos else "synthese_validee")
