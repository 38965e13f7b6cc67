"""The adviser's own list, the planning of the house, an appointment entrusted to somebody else."""

from collections.abc import Callable
from datetime import timedelta

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
LISTE, PLANNING = "bilan:list", "bilan:planning"


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


def test_the_planning_says_when_and_with_whom_but_not_who_comes(
    convoque: Bilan, responsable: Agent, conseiller: Agent, autre_prestataire, connect: Connect
) -> None:
    with clock.travel(JOUR - timedelta(days=3)):
        html = connect(responsable).get(reverse(PLANNING)).content.decode()
        assert "lundi 10\u00a0mai\u00a02010" in html
        assert "Camille Conseillère" in html
        assert convoque.contrat.numero_cai in html
        assert "Diallo" not in html
        elsewhere = make_agent(Role.RESPONSABLE_PRESTATAIRE, autre_prestataire)
        assert convoque.contrat.numero_cai not in connect(elsewhere).get(reverse(PLANNING)).content.decode()
        assert connect(conseiller).get(reverse(PLANNING)).status_code == 403
    with clock.travel(JOUR + timedelta(days=1)):
        assert "Aucun rendez-vous à venir" in connect(responsable).get(reverse(PLANNING)).content.decode()


def test_an_appointment_is_entrusted_to_another_adviser_of_the_house(
    convoque: Bilan, responsable: Agent, conseiller: Agent, prestataire, autre_prestataire, connect: Connect
) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire, prenom="Zoé", nom="Martin")
    stranger = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    url = reverse("bilan:assign_adviser", args=[convoque.rendez_vous.get().pk])
    with clock.travel(JOUR - timedelta(days=3)):
        client = connect(responsable)
        offered = client.get(url).context["form"].fields["conseiller"].choices
        assert [label for _, label in offered] == ["Sélectionnez une option", "Zoé Martin"]
        assert client.post(url, {"conseiller": str(stranger.pk)}).status_code == 200
        assert client.post(url, {"conseiller": str(colleague.pk)}).url == reverse(PLANNING)
        assert Bilan.objects.get(pk=convoque.pk).conseiller == colleague
        assert connect(conseiller).get(reverse("bilan:voir_bilan", args=[convoque.pk])).status_code == 404
        assert connect(conseiller).get(url).status_code == 404


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
