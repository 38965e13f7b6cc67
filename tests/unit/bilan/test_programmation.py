"""From the verdict to the appointment: what each service guarantees and refuses (transitions 2, 4 to 9, 27, B)."""

from datetime import date
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale, Prestataire
from agents.roles import Role
from bilan import fin, programmation, redaction, retention
from bilan.actions import actions_for
from bilan.models import Bilan, Consentement, Courrier, RendezVous
from bilan.states import Etat, MotifDestruction
from cai.models import Contrat, Prestation
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, consent, make_convoque
from tests.factories.programmation import proposition
from tests.factories.transitions import APRES_LE_SUIVI, APRES_MIDI, Monde, fresh, lay

pytestmark = pytest.mark.django_db
MAJEURE = date(1980, 7, 1)
AGEE = date(1950, 1, 1)


def refusal(service: Any, **arguments: Any) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        service(**arguments)
    return caught.value


def prestation_of(bilan: Bilan) -> str:
    return Prestation.objects.get(contrat=bilan.contrat_id, type=Prestation.Type.BILAN).statut


# --- 2: prescription --------------------------------------------------------------------------------


@pytest.mark.rule("D.2-2")
def test_a_prescription_puts_a_prescriber_in_charge_and_issues_the_notice(monde: Monde) -> None:
    bilan = monde.a_evaluer(naissance=MAJEURE)
    with clock.travel(APRES_MIDI):
        programmation.prescribe(bilan=bilan, prescripteur=monde.autre_prescripteur, by=monde.prescripteur)
    bilan = fresh(bilan)
    assert (bilan.prescripteur, bilan.prescrit_par) == (monde.autre_prescripteur, monde.prescripteur)
    assert bilan.prescrit_at == APRES_MIDI
    assert prestation_of(bilan) == Prestation.Statut.PRESCRITE
    notice = Courrier.objects.get(genre="information")
    assert Evenement.objects.get(nom="bilan.prescrire").faits["notice"] == notice.numero


@pytest.mark.rule("C.5-jour-entretien")
def test_a_prescription_needs_the_assessment_of_the_interview(monde: Monde) -> None:
    bilan = lay(monde.convoque(), Etat.A_EVALUER, prescripteur=None, prescrit_par=None, prescrit_at=None)
    with clock.travel(APRES_MIDI):
        monde.evaluate(bilan, JOUR)  # of another day
        refused = refusal(programmation.prescribe, bilan=bilan, prescripteur=monde.prescripteur, by=monde.prescripteur)
    assert refused.code == "evaluation_absente"


@pytest.mark.rule("C.5-sans-volontaire")
def test_a_prescription_is_refused_to_an_exempt_person(monde: Monde) -> None:
    bilan = monde.a_evaluer(naissance=AGEE)
    with clock.travel(APRES_MIDI):
        refused = refusal(programmation.prescribe, bilan=bilan, prescripteur=monde.prescripteur, by=monde.prescripteur)
    assert refused.code == "personne_exemptee"


@pytest.mark.rule("D.2-2", "C.6-validite")
@pytest.mark.parametrize(("le", "refused"), [(date(2011, 3, 15), False), (date(2011, 3, 16), True)])
def test_nothing_is_prescribed_after_the_last_day_of_the_contract(monde: Monde, le: date, refused: bool) -> None:
    bilan = monde.a_evaluer(naissance=MAJEURE)
    arguments = {"bilan": bilan, "prescripteur": monde.prescripteur, "by": monde.prescripteur}
    with clock.travel(clock.at(le, 17)):
        if refused:
            assert refusal(programmation.prescribe, **arguments).code == "contrat_echu"
        else:
            assert programmation.prescribe(**arguments).etat == Etat.A_PROGRAMMER


@pytest.mark.rule("D.2-2")
@pytest.mark.parametrize(
    ("statut", "refused"), [("signe", False), ("proroge", False), ("cloture", True), ("resilie", True)]
)
def test_a_prescription_needs_a_running_contract(monde: Monde, statut: str, refused: bool) -> None:
    bilan = monde.a_evaluer(naissance=MAJEURE)
    Contrat.objects.update(statut=statut, date_echeance_prorogee=date(2011, 9, 15))
    arguments = {"bilan": bilan, "prescripteur": monde.prescripteur, "by": monde.prescripteur}
    with clock.travel(APRES_MIDI):
        if refused:
            assert refusal(programmation.prescribe, **arguments).code == "contrat_termine"
        else:
            assert programmation.prescribe(**arguments).etat == Etat.A_PROGRAMMER


def test_only_a_prescriber_of_the_direction_takes_charge(
    monde: Monde, agent_ofii: Agent, agent_ailleurs: Agent
) -> None:
    bilan = monde.a_evaluer(naissance=MAJEURE)
    with clock.travel(APRES_MIDI):
        for chosen in (agent_ofii, agent_ailleurs, monde.conseiller):
            refused = refusal(programmation.prescribe, bilan=bilan, prescripteur=chosen, by=monde.prescripteur)
            assert refused.fields.keys() == {"prescripteur"}


# --- 4: convocation ---------------------------------------------------------------------------------


def convoke(monde: Monde, bilan: Bilan, jour: date, **changes: Any) -> RendezVous:
    planned = proposition(monde.lieu, monde.conseiller, jour, **changes)
    return programmation.convoke(bilan=bilan, proposition=planned, by=monde.prescripteur)


@pytest.mark.rule("C.5-jour-rendez-vous", "D.2-4-lettre")
def test_a_convocation_freezes_its_letter_and_assesses_the_day_itself(monde: Monde, a_programmer: Bilan) -> None:
    with clock.travel(date(2010, 4, 1)):
        rendez_vous = convoke(monde, a_programmer, JOUR, duree_fixee_minutes=120)
    bilan = fresh(a_programmer)
    assert (bilan.conseiller, bilan.prestataire) == (monde.conseiller, monde.lieu.prestataire)
    assert (bilan.duree_fixee_minutes, rendez_vous.duree_minutes) == (120, 120)
    letter = rendez_vous.convocation
    assert letter.numero == "75-C2010-000001"
    assert bytes(letter.pdf).startswith(b"%PDF")
    assert bilan.contrat.evaluations.get().date_reference == JOUR
    names = list(Evenement.objects.filter(dossier=bilan.contrat_id).values_list("nom", flat=True))
    assert names == ["exemption.evaluee", "courrier.emis", "bilan.convoquer"]


def test_letters_are_numbered_without_gap_whatever_is_refused_in_between(monde: Monde, a_programmer: Bilan) -> None:
    with clock.travel(date(2010, 4, 1)):
        first = convoke(monde, a_programmer, JOUR)
        programmation.postpone(bilan=a_programmer, motif="decision_office", by=monde.prescripteur)
        with pytest.raises(RuleViolation):
            convoke(monde, a_programmer, date(2011, 3, 16))
        Bilan.objects.update(duree_fixee_minutes=180)
        second = convoke(monde, a_programmer, JOUR)
    assert [first.convocation.numero, second.convocation.numero] == ["75-C2010-000001", "75-C2010-000002"]


@pytest.mark.rule("C.6-planifie")
def test_an_interrupted_bilan_is_planned_for_what_is_left(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_INVESTIGATION)  # thirty minutes used
    lay(bilan, Etat.REPORTE, date_fin_conclusion=None)
    with clock.travel(date(2010, 5, 11)):
        assert convoke(monde, bilan, date(2010, 6, 1), duree_fixee_minutes=100).duree_minutes == 70


def test_the_page_may_ask_before_it_acts_and_nothing_is_written(monde: Monde, a_programmer: Bilan) -> None:
    with clock.travel(date(2010, 4, 1)):
        programmation.check_convocation(bilan=a_programmer, proposition=proposition(monde.lieu, monde.conseiller, JOUR))
        with pytest.raises(RuleViolation):
            programmation.check_convocation(
                bilan=a_programmer, proposition=proposition(monde.lieu, monde.conseiller, date(2011, 3, 16))
            )
    assert not Evenement.objects.exists()


# --- 5 to 9: what becomes of an appointment -------------------------------------------------------------


@pytest.mark.rule("D.2-5")
def test_a_postponement_is_counted_and_voids_the_appointment(monde: Monde) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 9, 29)):
        programmation.postpone(bilan=bilan, motif="indisponibilite_prestataire", by=monde.prescripteur)
    assert (fresh(bilan).etat, fresh(bilan).nombre_reports) == (Etat.REPORTE, 1)
    assert (RendezVous.objects.get().statut, RendezVous.objects.get().motif) == (
        "reporte",
        "indisponibilite_prestataire",
    )


@pytest.mark.rule("D.2-5")
def test_a_postponement_comes_before_the_appointment(monde: Monde) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 9, 30)):
        refused = refusal(programmation.postpone, bilan=bilan, motif="decision_office", by=monde.prescripteur)
    assert refused.code == "rendez_vous_commence"


def test_an_excused_absence_may_be_put_off(monde: Monde) -> None:
    bilan = monde.absent()
    with clock.travel(APRES_MIDI):
        programmation.recognise_absence(
            bilan=bilan, motif="grossesse_maternite", justificatif_vu_le=JOUR, by=monde.prescripteur
        )
        programmation.postpone(bilan=bilan, motif="demande_signataire", by=monde.prescripteur)
    assert fresh(bilan).etat == Etat.REPORTE
    assert RendezVous.objects.get().statut == "manque"


@pytest.mark.rule("D.2-5")
@pytest.mark.parametrize("motif", ["", "autre", "maladie_hospitalisation"])
def test_a_postponement_has_a_reason_of_the_list(monde: Monde, motif: str) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 9)), pytest.raises(InvalidInput) as caught:
        programmation.postpone(bilan=bilan, motif=motif, by=monde.prescripteur)
    assert caught.value.fields.keys() == {"motif"}


@pytest.mark.rule("D.2-6")
@pytest.mark.parametrize(("minute", "refused"), [(29, True), (30, False)])
def test_an_absence_is_recorded_from_the_hour_of_the_appointment(monde: Monde, minute: int, refused: bool) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 9, minute)):
        if refused:
            found = refusal(programmation.record_absence, bilan=bilan, by=monde.conseiller)
            assert found.code == "rendez_vous_a_venir"
        else:
            programmation.record_absence(bilan=bilan, by=monde.conseiller)
            assert RendezVous.objects.get().statut == "manque"
            told = Evenement.objects.get(nom="bilan.constater_absence").faits
            assert told["limite_justification"] == "2010-05-25"


@pytest.mark.rule("C.8-motif-legitime", "C.8-sante", "D.2-7")
def test_an_accepted_reason_defers_the_prestation_and_stays_out_of_the_journal(monde: Monde) -> None:
    bilan = monde.absent()
    with clock.travel(APRES_MIDI):
        programmation.recognise_absence(
            bilan=bilan,
            motif="autre_motive",
            precision="  Déménagement ",
            justificatif_vu_le=JOUR,
            by=monde.prescripteur,
        )
    assert prestation_of(bilan) == Prestation.Statut.DIFFEREE
    missed = RendezVous.objects.get()
    assert (missed.motif, missed.precision, missed.justificatif_vu_le) == ("autre_motive", "Déménagement", JOUR)
    assert "Déménagement" not in str(Evenement.objects.get(nom="bilan.reconnaitre_motif_legitime").faits)


@pytest.mark.rule("C.8-motifs")
def test_an_unknown_reason_is_refused_at_its_field(monde: Monde) -> None:
    bilan = monde.absent()
    with clock.travel(APRES_MIDI), pytest.raises(InvalidInput) as caught:
        programmation.recognise_absence(bilan=bilan, motif="rhume", justificatif_vu_le=JOUR, by=monde.prescripteur)
    assert caught.value.fields.keys() == {"motif"}


@pytest.mark.rule("D.2-8")
def test_an_absence_without_reason_marks_the_prestation(monde: Monde) -> None:
    bilan = monde.absent()
    with clock.travel(APRES_MIDI):
        programmation.reject_absence(bilan=bilan, declare_sans_motif=True, by=monde.prescripteur)
    assert prestation_of(bilan) == Prestation.Statut.NON_SUIVIE


@pytest.mark.rule("D.2-9", "D.2-note-prestation")
@pytest.mark.parametrize(
    ("statut", "refused"), [("signe", False), ("proroge", False), ("cloture", False), ("resilie", True)]
)
def test_a_late_reason_is_accepted_until_a_resiliation(monde: Monde, statut: str, refused: bool) -> None:
    bilan = monde.absent()
    arguments = {"motif": "garde_enfant_imprevue", "justificatif_vu_le": JOUR, "by": monde.prescripteur}
    with clock.travel(APRES_MIDI):
        programmation.reject_absence(bilan=bilan, declare_sans_motif=True, by=monde.prescripteur)
        Contrat.objects.update(statut=statut, date_echeance_prorogee=date(2011, 9, 15))
        if refused:
            found = refusal(programmation.requalify_absence, bilan=bilan, **arguments)
            assert found.code == "contrat_resilie"
        else:
            programmation.requalify_absence(bilan=bilan, **arguments)
            assert prestation_of(bilan) == Prestation.Statut.DIFFEREE


# --- 27: duration -----------------------------------------------------------------------------------


@pytest.mark.rule("D.2-27")
@pytest.mark.parametrize(("minutes", "refused"), [(0, True), (1, False), (180, False), (181, True)])
def test_the_duration_lies_within_three_hours(monde: Monde, minutes: int, refused: bool) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 8)):
        if refused:
            found = refusal(programmation.set_duration, bilan=bilan, duree_fixee_minutes=minutes, by=monde.prescripteur)
            assert found.fields.keys() == {"duree_fixee_minutes"}
        else:
            programmation.set_duration(bilan=bilan, duree_fixee_minutes=minutes, by=monde.prescripteur)
            assert RendezVous.objects.get().duree_minutes == minutes


@pytest.mark.rule("D.2-27")
@pytest.mark.parametrize(("minutes", "refused"), [(109, True), (110, False)])
def test_the_duration_is_never_less_than_the_minutes_used(monde: Monde, minutes: int, refused: bool) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_CONCLUSION)  # one hundred and ten minutes
    with clock.travel(APRES_MIDI):
        if refused:
            refusal(programmation.set_duration, bilan=bilan, duree_fixee_minutes=minutes, by=monde.prescripteur)
        else:
            programmation.set_duration(bilan=bilan, duree_fixee_minutes=minutes, by=monde.prescripteur)
            told = Evenement.objects.get(nom="bilan.refixer_duree").faits
            assert (told["duree_avant"], told["duree_fixee_minutes"]) == (180, 110)


@pytest.mark.rule("C.6-planifie")
def test_a_longer_appointment_does_not_run_into_the_next_one(monde: Monde, direction: DirectionTerritoriale) -> None:
    bilan = monde.convoque(duree_fixee=60)
    other = make_convoque(direction, monde.prescripteur, monde.conseiller)
    RendezVous.objects.filter(bilan=other).update(debut=clock.at(JOUR, 11))
    with clock.travel(clock.at(JOUR, 8)):
        programmation.set_duration(bilan=bilan, duree_fixee_minutes=90, by=monde.prescripteur)
        refused = refusal(programmation.set_duration, bilan=bilan, duree_fixee_minutes=91, by=monde.prescripteur)
    assert refused.code == "conseiller_occupe"


# --- section B: who answers for the file --------------------------------------------------------------


def test_a_file_given_to_another_prescriber_is_theirs(monde: Monde, directeur: Agent) -> None:
    bilan = monde.convoque()
    programmation.reassign(bilan=bilan, prescripteur=monde.autre_prescripteur, by=directeur)
    assert fresh(bilan).prescripteur == monde.autre_prescripteur
    told = Evenement.objects.get(nom="bilan.reattribuer").faits
    assert told["prescripteur_avant"] == str(monde.prescripteur.pk)


def test_a_file_goes_to_another_prescriber_of_the_direction(
    monde: Monde, directeur: Agent, agent_ailleurs: Agent, agent_ofii: Agent
) -> None:
    bilan = monde.convoque()
    for chosen in (monde.prescripteur, agent_ailleurs, agent_ofii):
        refused = refusal(programmation.reassign, bilan=bilan, prescripteur=chosen, by=directeur)
        assert refused.fields.keys() == {"prescripteur"}


@pytest.mark.rule("E.3-prescripteur")
def test_a_closed_file_changes_hands_while_copies_can_be_printed(monde: Monde, directeur: Agent) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    consent(bilan, Consentement.Portee.CONSERVATION, at=clock.at(JOUR, 15), by=monde.conseiller)
    with clock.travel(APRES_LE_SUIVI):
        fin.close(bilan=bilan, by=monde.prescripteur)
        assert "reattribuer" in {act.name for act in actions_for(directeur, fresh(bilan))}
        programmation.reassign(bilan=bilan, prescripteur=monde.autre_prescripteur, by=directeur)
        assert fresh(bilan).prescripteur == monde.autre_prescripteur
        retention.destroy_content(bilan, MotifDestruction.CONSERVATION_RETIREE)
        refused = refusal(programmation.reassign, bilan=bilan, prescripteur=monde.prescripteur, by=directeur)
        assert refused.code == "rien_a_imprimer"
        assert "reattribuer" not in {act.name for act in actions_for(directeur, fresh(bilan))}


def assign(bilan: Bilan, conseiller: Agent, by: Agent) -> RendezVous:
    return programmation.assign_adviser(rendez_vous=bilan.rendez_vous.get(), conseiller=conseiller, by=by)


def test_an_appointment_entrusted_to_a_colleague_leaves_the_first_adviser(monde: Monde, responsable: Agent) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 8)):
        assert assign(bilan, monde.autre_conseiller, responsable).conseiller == monde.autre_conseiller
    assert list(Bilan.objects.visible_to(monde.autre_conseiller)) == [bilan]
    assert not Bilan.objects.visible_to(monde.conseiller).exists()
    told = Evenement.objects.get(nom="bilan.affecter_conseiller").faits
    assert told == {"conseiller_avant": str(monde.conseiller.pk), "conseiller": str(monde.autre_conseiller.pk)}


def test_an_appointment_is_entrusted_before_its_hour_to_a_free_colleague_of_the_house(
    monde: Monde, responsable: Agent, autre_prestataire: Prestataire, direction: DirectionTerritoriale
) -> None:
    bilan = monde.convoque()
    elsewhere = make_agent(Role.CONSEILLER_BILAN, autre_prestataire)
    with clock.travel(clock.at(JOUR, 8)):
        for chosen, code in [(elsewhere, "conseiller_inconnu"), (monde.conseiller, "deja_affecte")]:
            with pytest.raises(RuleViolation) as caught:
                assign(bilan, chosen, responsable)
            assert (caught.value.code, list(caught.value.fields)) == (code, ["conseiller"])
        make_convoque(direction, monde.prescripteur, monde.autre_conseiller)
        with pytest.raises(RuleViolation) as caught:
            assign(bilan, monde.autre_conseiller, responsable)
        assert caught.value.code == "conseiller_occupe"
    with clock.travel(clock.at(JOUR, 9, 30)), pytest.raises(RuleViolation) as caught:
        assign(bilan, monde.autre_conseiller, responsable)
    assert caught.value.code == "rendez_vous_commence"


@pytest.mark.rule("E.3-conseiller")
def test_the_next_adviser_of_the_house_presents_what_the_one_who_left_wrote(monde: Monde, responsable: Agent) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_REDIGEE)
    with clock.travel(APRES_MIDI):
        assert assign(bilan, monde.autre_conseiller, responsable).conseiller == monde.conseiller
        with pytest.raises(Forbidden):
            redaction.present_synthese(bilan=fresh(bilan), by=monde.conseiller)
        redaction.present_synthese(bilan=fresh(bilan), by=monde.autre_conseiller)
    assert fresh(bilan).etat == Etat.SYNTHESE_PRESENTEE


def test_an_appointment_replaced_meanwhile_is_not_entrusted(monde: Monde, responsable: Agent) -> None:
    bilan = monde.convoque()
    former = bilan.rendez_vous.get()
    with clock.travel(clock.at(JOUR, 8)):
        programmation.postpone(bilan=bilan, motif="decision_office", by=monde.prescripteur)
        convoke(monde, bilan, date(2010, 6, 1))
        with pytest.raises(RuleViolation) as caught:
            programmation.assign_adviser(rendez_vous=former, conseiller=monde.autre_conseiller, by=responsable)
    assert caught.value.code == "rendez_vous_remplace"


def test_nobody_assigns_advisers_in_another_house(monde: Monde, autre_prestataire: Prestataire) -> None:
    bilan = monde.convoque()
    stranger = make_agent(Role.RESPONSABLE_PRESTATAIRE, autre_prestataire)
    with clock.travel(clock.at(JOUR, 8)), pytest.raises(Forbidden):
        assign(bilan, monde.autre_conseiller, stranger)
