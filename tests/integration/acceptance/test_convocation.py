"""AS-18 to AS-26 of the domain reference: the contract's period and the convocation."""

from datetime import date

import pytest

from agents.models import Agent, DirectionTerritoriale, Lieu
from agents.roles import Role
from bilan import programmation
from bilan.models import Bilan, RendezVous
from bilan.states import Etat
from cai.models import Prestation, PropositionPrefet
from core import clock
from core.errors import RuleViolation
from core.models import Evenement
from exemptions.models import Evaluation
from exemptions.services import evaluate_contrat
from tests.factories.agents import make_agent, make_lieu, make_marche, make_prestataire
from tests.factories.prefet import decide, note, propose
from tests.factories.programmation import RIEN_A_DECLARER, convoke, make_prescrit

pytestmark = pytest.mark.django_db


def refused(code: str) -> "pytest.RaisesExc[RuleViolation]":
    return pytest.raises(RuleViolation, check=lambda refusal: refusal.code == code)


@pytest.mark.rule("C.2-duree", "C.7-dernier-jour")
def test_as_18_an_appointment_is_accepted_on_the_last_day_and_refused_the_day_after(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2010, 3, 15))
    assert bilan.contrat.date_echeance == date(2011, 3, 15)

    with refused("rendez_vous_apres_echeance"):
        convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2011, 3, 16), le=date(2011, 2, 1))
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.A_PROGRAMMER
    assert not RendezVous.objects.exists()

    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2011, 3, 15), le=date(2011, 2, 1))
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.CONVOQUE


@pytest.mark.rule("C.2-duree")
def test_as_19_a_contract_signed_on_29_february_ends_on_28_february(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2012, 2, 29))
    assert bilan.contrat.date_echeance == date(2013, 2, 28)
    with refused("rendez_vous_apres_echeance"):
        convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2013, 3, 1), le=date(2013, 1, 10))
    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2013, 2, 28), le=date(2013, 1, 10))


@pytest.mark.rule("C.6-validite")
def test_as_20_a_decided_prorogation_moves_the_last_day(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu, directeur: Agent
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2010, 3, 15))
    proposition = _prorogation(bilan, date(2011, 9, 15), by=prescripteur, directeur=directeur)
    with refused("rendez_vous_apres_echeance"):
        convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2011, 6, 10), le=date(2011, 3, 2))
    decide(proposition, by=prescripteur, le=date(2011, 3, 2), echeance_accordee=date(2011, 9, 15))
    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2011, 6, 10), le=date(2011, 5, 2))
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.CONVOQUE


def _prorogation(bilan: Bilan, jusquau: date, *, by: Agent, directeur: Agent) -> PropositionPrefet:
    """Proposed on 1 March 2011 for a language training that goes on, the permit renewed the same day."""
    jour = date(2011, 3, 1)
    note(bilan.contrat, Prestation.Type.FORMATION_LINGUISTIQUE, Prestation.Statut.EN_COURS)
    terms = {"titre_renouvele_le": jour, "echeance_proposee": jusquau}
    return propose(bilan.contrat, PropositionPrefet.Type.PROROGATION, by=directeur, le=jour, **terms)


@pytest.mark.rule("C.6-duree-fixee")
@pytest.mark.parametrize("minutes", [0, 181])
def test_as_21_a_duration_outside_three_hours_is_refused(
    minutes: int, prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur)
    with pytest.raises(RuleViolation) as refusal:
        convoke(
            bilan,
            lieu=lieu,
            conseiller=conseiller,
            by=prescripteur,
            jour=date(2010, 5, 10),
            duree_fixee_minutes=minutes,
        )
    assert refusal.value.code == "duree_illegale"
    assert "duree_fixee_minutes" in refusal.value.fields


@pytest.mark.rule("C.6-duree-fixee")
@pytest.mark.parametrize("minutes", [1, 180])
def test_as_21_a_duration_within_three_hours_is_accepted(
    minutes: int, prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur)
    rendez_vous = convoke(
        bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2010, 5, 10), duree_fixee_minutes=minutes
    )
    assert rendez_vous.duree_minutes == minutes


@pytest.mark.rule("C.5-jour-rendez-vous")
def test_as_22_a_person_exempt_on_the_day_of_the_appointment_is_not_convoked(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2011, 3, 1), date_naissance=date(1955, 5, 20))
    evaluations = Evaluation.objects.count()
    events = Evenement.objects.count()

    with refused("exemption_a_cette_date"):
        convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2011, 6, 7), le=date(2011, 5, 2))
    assert (Evaluation.objects.count(), Evenement.objects.count()) == (evaluations, events)

    with clock.travel(date(2011, 5, 2)):
        evaluate_contrat(
            contrat=bilan.contrat, declarations=RIEN_A_DECLARER, date_reference=date(2011, 6, 7), by=prescripteur
        )
        programmation.record_exemption(bilan=bilan, by=prescripteur)
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.EXEMPTE


@pytest.mark.rule("C.9-prorogation-effet")
def test_as_23_a_prorogation_only_proposed_does_not_move_the_last_day(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu, directeur: Agent
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2010, 3, 31))
    assert bilan.contrat.date_echeance == date(2011, 3, 31)
    _prorogation(bilan, date(2011, 9, 30), by=prescripteur, directeur=directeur)
    with refused("rendez_vous_apres_echeance"):
        convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2011, 4, 5), le=date(2011, 3, 1))


@pytest.mark.rule("D.2-4-marche")
def test_as_24_a_prestataire_without_a_market_that_day_is_refused(
    prescripteur: Agent, direction: DirectionTerritoriale
) -> None:
    ancien = make_prestataire("Ancien titulaire")
    make_marche(ancien, direction, debut=date(2009, 1, 1), fin=date(2010, 12, 31))
    conseiller = make_agent(Role.CONSEILLER_BILAN, ancien)
    bilan = make_prescrit(by=prescripteur, date_signature=date(2010, 3, 15))
    with pytest.raises(RuleViolation) as refusal:
        convoke(
            bilan, lieu=make_lieu(ancien), conseiller=conseiller, by=prescripteur,
            jour=date(2011, 1, 10), le=date(2010, 12, 1),
        )  # fmt: skip
    assert refusal.value.code == "marche_absent"
    assert "lieu" in refusal.value.fields


@pytest.mark.rule("C.5-depuis-2008")
def test_as_25_a_contract_signed_before_december_2008_has_no_bilan(prescripteur: Agent) -> None:
    with refused("contrat_anterieur"):
        make_prescrit(by=prescripteur, date_signature=date(2008, 11, 28))


@pytest.mark.rule("C.8-delai", "D.2-8")
def test_as_26_an_absence_is_unjustified_only_after_its_window(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2010, 3, 15))
    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2010, 5, 10))
    with clock.travel(clock.at(date(2010, 5, 10), 14)):
        programmation.record_absence(bilan=bilan, by=conseiller)
    with clock.travel(date(2010, 5, 25)), refused("delai_justification_ouvert"):
        programmation.reject_absence(bilan=bilan, declare_sans_motif=False, by=prescripteur)
    with clock.travel(date(2010, 5, 26)):
        programmation.reject_absence(bilan=bilan, declare_sans_motif=False, by=prescripteur)
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.ABSENT_SANS_MOTIF


@pytest.mark.rule("C.8-motif-legitime", "D.2-9")
def test_as_27_a_late_reason_reopens_the_way_to_a_new_appointment(
    prescripteur: Agent, conseiller: Agent, lieu: Lieu
) -> None:
    bilan = make_prescrit(by=prescripteur, date_signature=date(2010, 3, 15))
    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2010, 5, 10))
    with clock.travel(date(2010, 6, 1)):
        programmation.record_absence(bilan=bilan, by=prescripteur)
        programmation.reject_absence(bilan=bilan, declare_sans_motif=False, by=prescripteur)
        programmation.requalify_absence(
            bilan=bilan, motif="maladie_hospitalisation", justificatif_vu_le=date(2010, 6, 1), by=prescripteur
        )
    convoke(bilan, lieu=lieu, conseiller=conseiller, by=prescripteur, jour=date(2010, 7, 5), le=date(2010, 6, 1))
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.CONVOQUE
