"""The file page: what each role sees of it, and what looking at it leaves behind."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan.models import RendezVous
from bilan.states import Etat
from cai.models import Contrat, Prestation
from core import clock
from core.models import JournalAcces
from tests.factories.conduite import advance, make_convoque

Connect = Callable[[Agent], Client]


def page(contrat: Contrat) -> str:
    return reverse("dossiers:view_file", args=[contrat.pk])


def test_the_file_says_who_where_it_stands_and_what_to_do_now(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    with clock.travel(date(2010, 4, 1)):
        text = connect(agent_ofii).get(page(contrat)).content.decode()

    assert "Mamadou Diallo" in text
    assert "Exemption à évaluer" in text
    assert reverse("exemptions:evaluate_contrat", args=[contrat.pk]) in text


def test_what_is_looked_up_once_in_a_while_is_folded(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    panel = connect(agent_ofii).get(page(contrat)).content.decode().split('id="contrat"')[1].split("</section>")[0]
    glance, *folded = panel.split("<details")

    assert "Dernier jour" in glance
    assert "Fin des services" in glance or "Premier titre" in glance
    assert "Titre d’admission" in folded[0]
    assert "Corriger l’identité" in folded[1]
    assert "Corriger l’identité" not in glance


@pytest.mark.rule("E.6-actes")
def test_looking_at_a_file_is_journalled(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    connect(agent_ofii).get(page(contrat))

    line = JournalAcces.objects.get(action="voir_dossier")
    assert (line.agent, line.objet_id, line.resultat) == (agent_ofii, str(contrat.pk), "accorde")


@pytest.mark.parametrize(
    ("role", "seen"),
    [("agent_ofii", True), ("prescripteur", True), ("directeur", True), ("correspondant", False)],
)
def test_only_those_who_may_know_the_grounds_see_the_exemption(
    connect: Connect, contrat: Contrat, role: str, seen: bool, request: pytest.FixtureRequest
) -> None:
    text = connect(request.getfixturevalue(role)).get(page(contrat)).content.decode()

    assert ('id="exemption"' in text) is seen


@pytest.mark.parametrize("role", ["agent_ailleurs", "conseiller", "responsable", "administrateur"])
def test_the_file_of_another_territory_does_not_exist_and_the_attempt_is_journalled(
    connect: Connect, contrat: Contrat, role: str, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)

    assert connect(agent).get(page(contrat)).status_code == 404

    line = JournalAcces.objects.get(agent=agent, action="dossiers:view_file")
    assert (line.resultat, line.objet_id) == ("refuse", str(contrat.pk))


def test_a_file_whose_bilan_began_is_no_longer_offered_for_cancellation(
    connect: Connect, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    summoned = make_convoque(direction, prescripteur, conseiller)
    url = reverse("dossiers:cancel_file", args=[summoned.contrat_id])
    client = connect(prescripteur)

    with clock.travel(date(2010, 5, 10)):
        assert url in client.get(page(summoned.contrat)).content.decode()
        advance(summoned, Etat.PHASE_PRELIMINAIRE)
        assert url not in client.get(page(summoned.contrat)).content.decode()


@pytest.mark.parametrize(
    ("statut", "outdated"),
    [("prevu", False), ("honore", False), ("reporte", True), ("manque", True), ("annule", True)],
)
def test_a_letter_whose_appointment_is_no_more_is_said_to_be_outdated(
    connect: Connect,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    statut: str,
    outdated: bool,
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller)
    RendezVous.objects.filter(bilan=bilan).update(statut=statut)

    text = connect(prescripteur).get(page(bilan.contrat)).content.decode()

    assert bilan.rendez_vous.get().convocation.numero in text
    assert ("Caduque" in text or "manqué" in text) is outdated


def test_the_state_of_a_service_agrees_with_its_name(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    Prestation.objects.filter(contrat=contrat).delete()
    for kind in (Prestation.Type.BILAN, Prestation.Type.FORMATION_CIVIQUE):
        Prestation.objects.create(contrat=contrat, type=kind, statut=Prestation.Statut.PRESCRITE)

    text = " ".join(connect(agent_ofii).get(page(contrat)).content.decode().split())

    assert re.findall(r'fr-badge--no-icon">(Prescrite?)<', text) == ["Prescrite", "Prescrit"]
