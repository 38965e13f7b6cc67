"""AS-12 and AS-18 to AS-27 as a prescripteur's software meets them, through the API."""

from datetime import date
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale, Lieu
from agents.roles import Role
from bilan.models import Bilan
from cai.models import Contrat, Prestation, PropositionPrefet
from core import clock
from tests.factories.agents import make_agent, make_lieu, make_marche, make_prestataire
from tests.factories.cai import make_contrat
from tests.factories.conduite import JOUR, make_convoque
from tests.factories.logiciel import Logiciel
from tests.factories.prefet import decide, note, propose
from tests.factories.programmation import make_prescrit

pytestmark = pytest.mark.django_db
MARS = date(2010, 3, 15)


@pytest.fixture
def logiciel(prescripteur: Agent) -> Logiciel:
    return Logiciel(prescripteur)


def convoque(logiciel: Logiciel, bilan: Bilan, lieu: Lieu, conseiller: Agent, jour: date, le: date, **more: Any) -> str:
    return logiciel.move(
        bilan, "convoquer", at=le,
        **{"jour": jour.isoformat(), "heure": "09:30", "lieu": str(lieu.pk), "conseiller": str(conseiller.pk)} | more,
    )  # fmt: skip


@pytest.mark.rule("C.5-d-preuve")
def test_as_12_who_only_declares_a_job_is_prescribed_and_convoked(
    logiciel: Logiciel, prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    contrat = make_contrat(by=prescripteur)
    employed = {"declare_activite": True, "declare_ne_recherche_pas": True, "inscrit_pole_emploi": False}
    logiciel.post(f"contrats/{contrat.pk}/evaluations/", {"scolarise": False, **employed}, at=MARS)
    bilan = contrat.bilans.get()
    assert logiciel.move(bilan, "prescrire", at=MARS) == "a_programmer"
    assert convoque(logiciel, bilan, lieu, conseiller, date(2010, 4, 12), MARS) == "convoque"


@pytest.mark.rule("C.6-validite")
@pytest.mark.parametrize(
    ("signature", "jour", "le", "said"),
    [
        pytest.param(MARS, date(2011, 3, 16), date(2011, 2, 1), "rendez_vous_apres_echeance", id="AS-18 day after"),
        pytest.param(MARS, date(2011, 3, 15), date(2011, 2, 1), "convoque", id="AS-18 last day"),
        pytest.param(
            date(2012, 2, 29), date(2013, 3, 1), date(2013, 1, 10), "rendez_vous_apres_echeance", id="AS-19 leap year"
        ),
    ],
)
def test_an_appointment_is_taken_until_the_last_day_of_the_contract(
    logiciel: Logiciel, prescripteur: Agent, conseiller: Agent, lieu: Lieu, signature: date, jour: date, le: date,
    said: str,
) -> None:  # fmt: skip
    bilan = make_prescrit(by=prescripteur, date_signature=signature)
    assert convoque(logiciel, bilan, lieu, conseiller, jour, le) == said


@pytest.mark.rule("C.6-validite", "C.9-prorogation-effet")
def test_as_20_23_only_a_decided_prorogation_moves_the_last_day(
    logiciel: Logiciel, prescripteur: Agent, conseiller: Agent, lieu: Lieu, directeur: Agent
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=MARS)
    le, fin = date(2011, 3, 1), date(2011, 9, 15)
    note(bilan.contrat, Prestation.Type.FORMATION_LINGUISTIQUE, Prestation.Statut.EN_COURS)
    terms = {"titre_renouvele_le": le, "echeance_proposee": fin}
    proposed = propose(bilan.contrat, PropositionPrefet.Type.PROROGATION, by=directeur, le=le, **terms)
    juin = date(2011, 6, 10)
    assert convoque(logiciel, bilan, lieu, conseiller, juin, date(2011, 3, 2)) == "rendez_vous_apres_echeance"
    decide(proposed, by=prescripteur, le=date(2011, 3, 2), echeance_accordee=fin)
    assert convoque(logiciel, bilan, lieu, conseiller, juin, date(2011, 5, 2)) == "convoque"


@pytest.mark.rule("C.6-duree-fixee")
@pytest.mark.parametrize(("minutes", "said"), [(0, "saisie_invalide"), (181, "duree_illegale"), (180, "convoque")])
def test_as_21_the_duration_holds_in_three_hours(
    logiciel: Logiciel, prescripteur: Agent, conseiller: Agent, lieu: Lieu, minutes: int, said: str
) -> None:
    bilan = make_prescrit(by=prescripteur)
    assert convoque(logiciel, bilan, lieu, conseiller, JOUR, MARS, duree_fixee_minutes=minutes) == said


@pytest.mark.rule("C.5-jour-rendez-vous")
def test_as_22_who_is_exempt_on_the_day_of_the_appointment_is_not_convoked(
    logiciel: Logiciel, prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2011, 3, 1), date_naissance=date(1955, 5, 20))
    mai, juin = date(2011, 5, 2), date(2011, 6, 7)
    assert convoque(logiciel, bilan, lieu, conseiller, juin, mai) == "exemption_a_cette_date"
    answers = dict.fromkeys(("scolarise", "declare_activite", "declare_ne_recherche_pas", "inscrit_pole_emploi"), False)
    logiciel.post(f"contrats/{bilan.contrat_id}/evaluations/", {**answers, "date_reference": juin.isoformat()}, at=mai)
    assert logiciel.move(bilan, "constater_exemption", at=mai) == "exempte"


@pytest.mark.rule("D.2-4-marche")
def test_as_24_a_market_that_has_ended_is_refused(
    logiciel: Logiciel, prescripteur: Agent, direction: DirectionTerritoriale
) -> None:
    ancien = make_prestataire("Ancien titulaire")
    make_marche(ancien, direction, debut=date(2009, 1, 1), fin=date(2010, 12, 31))
    lieu, conseiller = make_lieu(ancien), make_agent(Role.CONSEILLER_BILAN, ancien)
    bilan = make_prescrit(by=prescripteur)
    assert convoque(logiciel, bilan, lieu, conseiller, date(2011, 1, 10), date(2010, 12, 1)) == "marche_absent"


@pytest.mark.rule("C.5-depuis-2008")
def test_as_25_a_contract_signed_before_december_2008_is_prescribed_nothing(
    logiciel: Logiciel, prescripteur: Agent
) -> None:
    contrat: Contrat = make_contrat(by=prescripteur, date_signature=date(2008, 11, 28))
    le = date(2008, 11, 28)
    logiciel.post(f"contrats/{contrat.pk}/evaluations/", {"scolarise": False}, at=le)
    status, problem = logiciel.post(f"bilans/{contrat.bilans.get().pk}/transitions/prescrire/", {}, at=le)
    assert (status, "1er décembre 2008" in problem["detail"]) == (409, True)


@pytest.mark.rule("C.8-delai", "D.2-9")
def test_as_26_27_an_absence_is_unjustified_after_its_window_and_may_be_excused_later(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, lieu: Lieu, logiciel: Logiciel
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller)
    assert logiciel.move(bilan, "constater_absence", at=clock.at(JOUR, 14)) == "absent_a_qualifier"
    refused = logiciel.move(bilan, "constater_absence_injustifiee", at=date(2010, 5, 25))
    assert refused == "delai_justification_ouvert"
    assert logiciel.move(bilan, "constater_absence_injustifiee", at=date(2010, 5, 26)) == "absent_sans_motif"
    juin = date(2010, 6, 1)
    excuse = {"motif": "maladie_hospitalisation", "justificatif_vu_le": juin.isoformat()}
    assert logiciel.move(bilan, "requalifier_absence", at=juin, **excuse) == "absent_motif_legitime"
    assert convoque(logiciel, bilan, lieu, conseiller, date(2010, 7, 5), juin) == "convoque"
