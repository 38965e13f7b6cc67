"""A registration told by Pôle emploi suggests to look at the exemption of a person who sought no job (F.3, C.5)."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from dossiers.reexamen import to_reexamine
from exemptions.services import Declarations, add_justificatif, evaluate_contrat, verify_justificatif
from poleemploi import reception
from tests.factories.cai import make_contrat
from tests.factories.transmissions import make_transmission, receive

pytestmark = pytest.mark.django_db
SIGNATURE, JOUR = date(2010, 3, 15), date(2010, 6, 10)
EN_EMPLOI = Declarations(
    scolarise=False, declare_activite=True, declare_ne_recherche_pas=True, inscrit_pole_emploi=False
)


def tell(contrat: Contrat, type: str, survenu: str, donnees: dict[str, Any]) -> None:
    event = {
        "id": f"EVT-{type}-{survenu}",
        "type": type,
        "numeroCai": contrat.numero_cai,
        "referenceAccuse": "PE-1",
        "survenuLe": survenu,
        "donnees": donnees,
    }
    with transaction.atomic(), clock.travel(clock.at(JOUR, 9)):
        reception.take(event, timezone.now())


def assess(contrat: Contrat, by: Agent) -> None:
    with clock.travel(SIGNATURE):
        evaluate_contrat(contrat=contrat, declarations=EN_EMPLOI, date_reference=SIGNATURE, by=by)


@pytest.fixture
def transmis(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Contrat:
    """A first contract of the person, its synthesis received."""
    return receive(make_transmission(direction, prescripteur, conseiller)).bilan.contrat


@pytest.fixture
def exempte(transmis: Contrat, agent_ofii: Agent) -> Contrat:
    """Another contract of the same person, exempt because she works and seeks no job."""
    contrat = make_contrat(by=agent_ofii, numero_cai="75-2010-888888")
    with clock.travel(SIGNATURE):
        for type_piece in ("contrat_travail", "declaration_non_recherche"):
            piece = add_justificatif(contrat=contrat, type_piece=type_piece, date_document=SIGNATURE, by=agent_ofii)
            verify_justificatif(justificatif=piece, by=agent_ofii)
    assess(contrat, agent_ofii)
    Contrat.objects.filter(pk=contrat.pk).update(signataire=transmis.signataire)
    Bilan.objects.filter(contrat=contrat).update(etat=Etat.EXEMPTE)
    return contrat


@pytest.mark.rule("F.3-reexamen", "C.5-reexamen")
def test_an_active_registration_suggests_to_look_again_and_changes_nothing(
    transmis: Contrat, exempte: Contrat, agent_ofii: Agent
) -> None:
    assert exempte not in to_reexamine(JOUR)
    tell(transmis, "EMPLOI", "2010-06-01", {"typeContrat": "CDI", "dateEmbauche": "2010-06-01"})
    assert exempte not in to_reexamine(JOUR)
    tell(transmis, "INSCRIPTION", "2010-06-02", {"agence": "Paris"})
    assert list(to_reexamine(JOUR)) == [exempte]
    assert Bilan.objects.get(contrat=exempte).etat == Etat.EXEMPTE
    tell(transmis, "RADIATION", "2010-06-05", {"motifRadiation": "EMPLOI"})
    assert exempte not in to_reexamine(JOUR)
    tell(transmis, "INSCRIPTION", "2010-06-08", {"agence": "Paris"})
    assert exempte in to_reexamine(JOUR)
    assert exempte not in to_reexamine(date(2011, 3, 16))  # its contract is over
    assess(exempte, agent_ofii)
    assert exempte not in to_reexamine(JOUR)
