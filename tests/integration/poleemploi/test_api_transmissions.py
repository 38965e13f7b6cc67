"""The correspondant's acts through the API: the same services, rights and refusals as the pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from agents.authentication import create_token
from agents.models import Agent
from bilan.models import Bilan
from bilan.states import Etat
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission


@pytest.fixture
def rejetee(partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Callable[..., None]) -> Transmission:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    return Transmission.objects.get(pk=transmission.pk)


def post(agent: Agent, transmission: Transmission, act: str) -> tuple[int, dict[str, object]]:
    headers = {"Authorization": f"Bearer {create_token(agent, libelle='essai')}"}
    answer = Client(headers=headers).post(
        f"/api/v1/transmissions/{transmission.pk}/{act}/", content_type="application/json"
    )
    return answer.status_code, answer.json()


def test_a_refused_deposit_is_replaced_only_once_corrected(correspondant: Agent, rejetee: Transmission) -> None:
    status, problem = post(correspondant, rejetee, "redeposer")
    assert (status, problem["code"]) == (409, "rien_a_renvoyer")
    contrat = rejetee.bilan.contrat
    contrat.numero_cai = "75-2010-888888"
    contrat.save()
    status, body = post(correspondant, rejetee, "redeposer")
    assert (status, body["etat"], body["remplace"]) == (201, T.EN_FILE, str(rejetee.pk))
    former = Transmission.objects.get(pk=rejetee.pk)
    assert (former.etat, former.motif_fin, former.remplacante.pk) == (T.ANNULEE, "remplacee", former.remplacante.pk)


@pytest.mark.rule("D.2-22")
def test_a_refused_deposit_is_given_up_and_its_bilan_closed(correspondant: Agent, rejetee: Transmission) -> None:
    status, body = post(correspondant, rejetee, "abandonner")
    assert (status, body["etat"], body["motif_fin"]) == (200, T.ANNULEE, "transmission_impossible")
    assert "abandonnée" in str(body["explication"])
    assert Bilan.objects.get(pk=rejetee.bilan_id).etat == Etat.CLOS
    assert post(correspondant, rejetee, "abandonner")[0] == 409


@pytest.mark.parametrize("act", ["redeposer", "abandonner"])
@pytest.mark.parametrize(("role", "status"), [("directeur", 403), ("agent_ofii", 403), ("agent_ailleurs", 404)])
def test_nobody_else_acts(
    rejetee: Transmission, request: pytest.FixtureRequest, act: str, role: str, status: int
) -> None:
    answer, problem = post(request.getfixturevalue(role), rejetee, act)
    assert (answer, problem["status"]) == (status, status)
    assert Transmission.objects.get(pk=rejetee.pk).etat == T.REJETEE
