"""Recording an exemption and lifting it: what each service guarantees and refuses (transitions 1 and 3)."""

from datetime import date, timedelta
from typing import Any

import pytest

from agents.models import Agent
from bilan import programmation
from bilan.models import Bilan, Courrier, RendezVous
from bilan.states import Etat
from cai.models import Prestation, Signataire
from core import clock, journal
from core.errors import InvalidInput, RuleViolation
from core.models import Evenement
from exemptions.services import add_justificatif, reject_justificatif
from tests.factories.conduite import JOUR
from tests.factories.transitions import APRES_MIDI, Monde, fresh, lay

pytestmark = pytest.mark.django_db
MAJEURE = date(1980, 7, 1)
AGEE = date(1950, 1, 1)


def refusal(service: Any, **arguments: Any) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        service(**arguments)
    return caught.value


def prestation_of(bilan: Bilan) -> str:
    return Prestation.objects.get(contrat=bilan.contrat_id, type=Prestation.Type.BILAN).statut


@pytest.mark.rule("D.2-1", "D.2-note-prestation")
def test_an_exemption_cancels_the_appointment_and_marks_the_prestation(monde: Monde) -> None:
    bilan = monde.convoque(date_naissance=AGEE)
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, JOUR)
        programmation.record_exemption(bilan=bilan, by=monde.prescripteur)
    assert fresh(bilan).etat == Etat.EXEMPTE
    assert (RendezVous.objects.get().statut, RendezVous.objects.get().motif) == ("annule", "exemption")
    assert prestation_of(bilan) == Prestation.Statut.EXEMPTEE
    assert Evenement.objects.get(nom="bilan.constater_exemption").faits["motifs"] == ["plus_de_55_ans"]


@pytest.mark.rule("D.2-1")
def test_an_exemption_needs_an_assessment_made_the_same_day(monde: Monde) -> None:
    bilan = monde.a_evaluer(naissance=AGEE)
    with clock.travel(JOUR + timedelta(days=1)):
        refused = refusal(programmation.record_exemption, bilan=bilan, by=monde.prescripteur)
    assert refused.code == "evaluation_du_jour_absente"


def test_an_exemption_needs_a_ground_in_the_last_assessment(monde: Monde) -> None:
    bilan = monde.a_evaluer(naissance=MAJEURE)
    with clock.travel(APRES_MIDI):
        assert refusal(programmation.record_exemption, bilan=bilan, by=monde.prescripteur).code == "aucun_motif"


def test_an_exemption_is_assessed_again_after_a_correction(monde: Monde) -> None:
    bilan = monde.a_evaluer(naissance=AGEE)
    Signataire.objects.filter(pk=bilan.contrat.signataire_id).update(date_naissance=MAJEURE)
    with clock.travel(APRES_MIDI):
        refused = refusal(programmation.record_exemption, bilan=bilan, by=monde.prescripteur)
    assert refused.code == "evaluation_perimee"


def _reject(bilan: Bilan, by: Agent) -> None:
    document = add_justificatif(contrat=bilan.contrat, type_piece="contrat_travail", date_document=JOUR, by=by)
    with clock.travel(APRES_MIDI + timedelta(hours=1)):
        reject_justificatif(justificatif=document, motif="Faux", by=by)


def test_an_exemption_is_assessed_again_after_a_document_was_examined(monde: Monde, agent_ofii: Agent) -> None:
    bilan = monde.a_evaluer(naissance=AGEE)
    with clock.travel(APRES_MIDI):
        _reject(bilan, agent_ofii)
        refused = refusal(programmation.record_exemption, bilan=bilan, by=monde.prescripteur)
        assert refused.code == "evaluation_perimee"
    with clock.travel(APRES_MIDI + timedelta(hours=2)):
        monde.evaluate(bilan, JOUR)
        assert programmation.record_exemption(bilan=bilan, by=monde.prescripteur).etat == Etat.EXEMPTE


def test_lifting_an_exemption_needs_an_assessment_true_to_the_file(monde: Monde, agent_ofii: Agent) -> None:
    bilan = monde.exempte()
    with clock.travel(APRES_MIDI):
        _reject(bilan, agent_ofii)
        refused = refusal(programmation.lift_exemption, bilan=bilan, motif="Majorité", by=monde.prescripteur)
    assert refused.code == "evaluation_perimee"


@pytest.mark.rule("D.2-1")
@pytest.mark.parametrize(
    ("etat", "reference", "accepted"),
    [
        (Etat.A_EVALUER, date(2010, 3, 15), True),  # the interview
        (Etat.A_EVALUER, date(2010, 3, 16), False),
        (Etat.A_EVALUER, date(2010, 5, 10), True),  # today
        (Etat.A_EVALUER, date(2011, 3, 10), False),  # nobody is summoned before the bilan is prescribed
        (Etat.A_PROGRAMMER, date(2010, 5, 9), False),
        (Etat.A_PROGRAMMER, date(2010, 5, 11), True),
        (Etat.A_PROGRAMMER, date(2010, 5, 13), False),  # Ascension Day
        (Etat.A_PROGRAMMER, date(2010, 5, 16), False),  # a Sunday
        (Etat.REPORTE, date(2011, 3, 15), True),  # the last day on which an appointment may stand
        (Etat.ABSENT_A_QUALIFIER, date(2010, 5, 11), False),
    ],
)
def test_an_exemption_holds_at_the_interview_today_or_an_appointment_that_may_be_meant(
    monde: Monde, etat: Etat, reference: date, accepted: bool
) -> None:
    bilan = monde.a_evaluer(naissance=AGEE, prescrit=etat != Etat.A_EVALUER)
    lay(bilan, etat)
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, reference)
        if accepted:
            assert programmation.record_exemption(bilan=bilan, by=monde.prescripteur).etat == Etat.EXEMPTE
        else:
            refused = refusal(programmation.record_exemption, bilan=bilan, by=monde.prescripteur)
            assert refused.code == "date_reference_autre"


@pytest.mark.parametrize(("days", "accepted"), [(0, True), (1, False)])
def test_a_summoned_person_is_exempt_on_the_day_of_the_appointment(monde: Monde, days: int, accepted: bool) -> None:
    bilan = monde.convoque(date_naissance=AGEE)
    with clock.travel(JOUR - timedelta(days=4)):
        monde.evaluate(bilan, JOUR + timedelta(days=days))
        if accepted:
            assert programmation.record_exemption(bilan=bilan, by=monde.prescripteur).etat == Etat.EXEMPTE
        else:
            refused = refusal(programmation.record_exemption, bilan=bilan, by=monde.prescripteur)
            assert refused.code == "date_reference_autre"


@pytest.mark.rule("D.2-note-prestation")
def test_lifting_an_exemption_prescribes_a_file_that_never_was(monde: Monde, agent_ofii: Agent) -> None:
    bilan = monde.exempte()
    with clock.travel(APRES_MIDI):
        programmation.lift_exemption(
            bilan=bilan, motif=" Majorité ", prescripteur=monde.autre_prescripteur, by=agent_ofii
        )
    bilan = fresh(bilan)
    assert (bilan.etat, bilan.prescripteur, bilan.prescrit_par) == (
        Etat.A_PROGRAMMER,
        monde.autre_prescripteur,
        agent_ofii,
    )
    assert Courrier.objects.get(genre="information").contrat == bilan.contrat
    assert prestation_of(bilan) == Prestation.Statut.PRESCRITE
    assert journal.facts(Evenement.objects.get(nom="bilan.lever_exemption"))["motif"] == "Majorité"


def test_lifting_an_exemption_needs_a_prescriber_when_its_author_is_none(monde: Monde, agent_ofii: Agent) -> None:
    bilan = monde.exempte()
    with clock.travel(APRES_MIDI):
        refused = refusal(programmation.lift_exemption, bilan=bilan, motif="Majorité", by=agent_ofii)
        assert refused.fields.keys() == {"prescripteur"}
        programmation.lift_exemption(bilan=bilan, motif="Majorité", by=monde.prescripteur)
    assert fresh(bilan).prescripteur == monde.prescripteur


def test_lifting_an_exemption_leaves_the_prescriber_in_charge(monde: Monde) -> None:
    bilan = lay(monde.a_evaluer(naissance=MAJEURE, prescrit=True), Etat.EXEMPTE)
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, JOUR)
        programmation.lift_exemption(bilan=bilan, motif="Majorité", by=monde.autre_prescripteur)
    assert fresh(bilan).prescripteur == monde.prescripteur
    assert not Courrier.objects.filter(genre="information").exists()


@pytest.mark.rule("D.2-3")
def test_lifting_an_exemption_needs_a_reason(monde: Monde) -> None:
    bilan = monde.exempte()
    with clock.travel(APRES_MIDI), pytest.raises(InvalidInput) as caught:
        programmation.lift_exemption(bilan=bilan, motif="  ", by=monde.prescripteur)
    assert caught.value.fields.keys() == {"motif"}


@pytest.mark.rule("D.2-3")
def test_lifting_an_exemption_needs_an_assessment_made_today_for_today(monde: Monde) -> None:
    bilan = monde.exempte()
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, JOUR + timedelta(days=1))
        refused = refusal(programmation.lift_exemption, bilan=bilan, motif="Majorité", by=monde.prescripteur)
        assert refused.code == "evaluation_du_jour_absente"
    with clock.travel(JOUR + timedelta(days=1)):  # that assessment was for today, but made yesterday
        refused = refusal(programmation.lift_exemption, bilan=bilan, motif="Majorité", by=monde.prescripteur)
        assert refused.code == "evaluation_du_jour_absente"


@pytest.mark.rule("D.2-3")
def test_lifting_an_exemption_is_refused_while_a_ground_holds(monde: Monde) -> None:
    bilan = lay(monde.a_evaluer(naissance=AGEE), Etat.EXEMPTE)
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, JOUR)
        refused = refusal(programmation.lift_exemption, bilan=bilan, motif="Erreur", by=monde.prescripteur)
    assert refused.code == "toujours_exemptee"


@pytest.mark.parametrize(("on", "refused"), [(date(2011, 3, 15), False), (date(2011, 3, 16), True)])
def test_an_exemption_is_lifted_while_the_contract_runs(monde: Monde, on: date, refused: bool) -> None:
    bilan = monde.exempte()
    with clock.travel(on):
        monde.evaluate(bilan, min(on, date(2011, 3, 15)))  # no later day can be judged
        if refused:
            found = refusal(programmation.lift_exemption, bilan=bilan, motif="Majorité", by=monde.prescripteur)
            assert found.code == "contrat_echu"
        else:
            programmation.lift_exemption(bilan=bilan, motif="Majorité", by=monde.prescripteur)
