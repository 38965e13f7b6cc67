"""Who follows the exchange alone reads who the person is, and nothing of where they live or what they follow (B)."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from cai import prestations
from cai.models import Contrat, PropositionPrefet
from cai.services import correct_signataire
from core import clock
from tests.factories.cai import fiche_signataire

pytestmark = pytest.mark.django_db
RESERVES = ("12, rue des Lilas", "06 39 98 00 12", "33639980012", "Canari", "formation_civique", "Formation civique")


@pytest.fixture
def suivi(contrat: Contrat, agent_ofii: Agent) -> Contrat:
    with clock.travel(date(2010, 3, 16)):
        fiche = fiche_signataire(adresse="12, rue des Lilas", ville="Canari", telephone="+33639980012")
        correct_signataire(contrat=contrat, fiche=fiche, by=agent_ofii)
        prestations.prescribe(
            contrat=contrat, type_prestation="formation_civique", date_prescription=date(2010, 3, 16), heures=6,
            by=agent_ofii,
        )  # fmt: skip
        PropositionPrefet.objects.create(
            contrat=contrat, type="cloture", prepare_at=clock.now(), prepare_par=agent_ofii
        )
    return contrat


@pytest.mark.parametrize("name", ["dossiers:view_file", "dossiers:view_timeline", "api:contrat", "api:evenements"])
def test_neither_address_nor_training_is_told_to_who_follows_the_exchange(
    suivi: Contrat, name: str, agent_ofii: Agent, correspondant: Agent, connect: Callable[[Agent], Client]
) -> None:
    told = {
        agent.pk: connect(agent).get(reverse(name, args=[suivi.pk])).content.decode().replace("\u00a0", " ")
        for agent in (agent_ofii, correspondant)
    }
    assert [word for word in RESERVES if word in told[correspondant.pk]] == []
    assert [word for word in RESERVES if word in told[agent_ofii.pk]] != []
    assert 'id="prefet"' not in told[correspondant.pk]


def test_the_page_of_a_training_is_refused_to_who_follows_the_exchange(
    suivi: Contrat, agent_ofii: Agent, correspondant: Agent, connect: Callable[[Agent], Client]
) -> None:
    page = reverse("cai:view_prestation", args=[suivi.pk, "formation_civique"])
    assert connect(agent_ofii).get(page).status_code == 200
    refused = connect(correspondant).get(page)
    assert refused.status_code == 403
    assert "consulter l’adresse et les formations d’une personne" in refused.content.decode()
