"""AS-28 to AS-30 as the office's software meets them, through the API."""

from datetime import date
from typing import Any

import pytest

from agents.models import Agent
from bilan.states import Etat
from cai.models import Prestation, PropositionPrefet
from core import clock
from tests.factories.conduite import JOUR
from tests.factories.logiciel import Logiciel
from tests.factories.prefet import MOTIVATION, note
from tests.factories.transitions import Monde, fresh

pytestmark = pytest.mark.django_db
DECISION = {"decision": "accord", "reference_acte": "2010-042"}


def proposed(logiciel: Logiciel, contrat_id: Any, *, at: date, motivation: str = MOTIVATION) -> tuple[int, Any]:
    body = {"type": "resiliation", "motivation": motivation}
    return logiciel.post(f"contrats/{contrat_id}/propositions/", body, at=at)


@pytest.mark.rule("C.8-motivation", "C.8-pas-automatique")
def test_as_28_only_a_reasoned_proposal_of_the_directeur_is_taken(monde: Monde, directeur: Agent) -> None:
    bilan = monde.absent()
    office, direction = Logiciel(monde.prescripteur), Logiciel(directeur)
    juin = date(2010, 6, 1)
    assert office.move(bilan, "constater_absence_injustifiee", at=juin) == "absent_sans_motif"
    assert office.get(f"contrats/{bilan.contrat_id}/propositions/", at=juin) == []
    assert proposed(office, bilan.contrat_id, at=juin)[0] == 403
    assert proposed(direction, bilan.contrat_id, at=juin, motivation="Absente.")[1]["code"] == "motivation_absente"
    assert proposed(direction, bilan.contrat_id, at=juin)[0] == 201
    assert PropositionPrefet.objects.get().propose_par == directeur


@pytest.mark.rule("C.9-observations", "C.9-resilie-bilans")
def test_as_29_30_a_resiliation_waits_for_the_month_then_cancels_the_bilan_not_begun(
    monde: Monde, directeur: Agent
) -> None:
    bilan = monde.convoque(jour=date(2010, 7, 12))
    office, direction = Logiciel(monde.prescripteur), Logiciel(directeur)
    civique = Prestation.Type.FORMATION_CIVIQUE
    note(bilan.contrat, civique, Prestation.Statut.NON_SUIVIE)
    _, proposition = proposed(direction, bilan.contrat_id, at=JOUR)
    acts = f"propositions/{proposition['id']}/"
    recue = date(2010, 5, 21)  # a month later to the day is Monday 21 June
    assert office.post(f"{acts}intention/", {"date_reception": recue.isoformat()}, at=recue)[0] == 200
    le = clock.at(date(2010, 6, 22), 10)
    early = office.post(f"{acts}decision/", DECISION | {"date_decision": "2010-06-21"}, at=le)
    assert (early[0], early[1]["code"]) == (409, "observations_en_cours")
    assert office.post(f"{acts}decision/", DECISION | {"date_decision": "2010-06-22"}, at=le)[0] == 200
    ended = fresh(bilan)
    assert (ended.etat, ended.motif_annulation) == (Etat.ANNULE, "contrat_resilie")
    assert office.post(f"contrats/{bilan.contrat_id}/attestation/", {}, at=le)[0] == 201
