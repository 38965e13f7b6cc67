"""How a bilan ends: closed, not carried out, cancelled (transitions 24 to 26)."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from structlog.testing import capture_logs

from agents.models import Agent
from bilan import conduite, echeances, fin, prefet, programmation, retention
from bilan.actions import actions_for
from bilan.echange import note_acknowledgement
from bilan.models import Bilan, Consentement, Courrier, NotePhase, RendezVous, Synthese, SyntheseDetruite
from bilan.states import Etat, MotifInterruption
from cai.models import Contrat, Prestation, PropositionPrefet
from core import clock
from core.errors import InvalidInput, RuleViolation
from core.models import Evenement
from dossiers.anonymisation import blocages
from tests.factories.conduite import JOUR, advance, consent
from tests.factories.prefet import propose
from tests.factories.transitions import (
    APRES_LE_CONTRAT,
    APRES_LE_SUIVI,
    APRES_MIDI,
    Monde,
    fresh,
    lay,
)
from tests.paper import text_of

pytestmark = pytest.mark.django_db
Portee = Consentement.Portee


def refusal(service: Any, **arguments: Any) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        service(**arguments)
    return caught.value


# --- 24: closing --------------------------------------------------------------------------------


@pytest.mark.rule("D.2-24")
@pytest.mark.parametrize(
    ("on", "refused"), [(date(2010, 12, 10), True), (date(2010, 12, 11), False)]
)  # conclusion on 10 May, follow-up due on 10 November, thirty days more
def test_a_bilan_closes_thirty_days_after_its_follow_up(monde: Monde, on: date, refused: bool) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    with clock.travel(on):
        if refused:
            assert refusal(fin.close, bilan=bilan, by=monde.prescripteur).code == "suivi_attendu"
        else:
            fin.close(bilan=bilan, by=monde.prescripteur)
            assert fresh(bilan).clos_at == clock.now()


def test_closing_destroys_a_content_that_nobody_agreed_to_keep(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    with clock.travel(APRES_LE_SUIVI):
        fin.close(bilan=bilan, by=monde.prescripteur)
    assert Synthese.objects.get().contenu is None
    assert SyntheseDetruite.objects.get().motif == "cloture"
    assert list(Evenement.objects.order_by("-numero").values_list("nom", flat=True)[:2]) == [
        "bilan.contenu_detruit",
        "bilan.cloturer",
    ]


def test_closing_leaves_a_content_that_the_person_agreed_to_keep(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    consent(bilan, Portee.CONSERVATION, at=clock.at(JOUR, 15), by=monde.conseiller)
    with clock.travel(APRES_LE_SUIVI):
        fin.close(bilan=bilan, by=monde.prescripteur)
    assert Synthese.objects.get().contenu is not None


@pytest.mark.rule("D.2-24")
def test_a_bilan_does_not_close_while_its_synthesis_is_on_its_way(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    consent(bilan, Portee.CONSERVATION, at=clock.at(JOUR, 15), by=monde.conseiller)
    consent(bilan, Portee.TRANSMISSION, at=clock.at(JOUR, 16), by=monde.conseiller)
    with clock.travel(APRES_LE_SUIVI):
        assert refusal(fin.close, bilan=bilan, by=None).code == "transmission_attendue"
        with capture_logs() as told:
            assert echeances.sweep(clock.today()).faits == 0
        assert [(line["event"], line["acte"]) for line in told] == [("acte_differe", "terminer")]
        note_acknowledgement(Synthese.objects.get(), identifiant="REC-1", at=clock.now())
        assert fin.close(bilan=bilan, by=None).etat == Etat.CLOS


def test_nothing_is_pending_once_the_transmission_is_given_up(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_VALIDEE)
    consent(bilan, Portee.CONSERVATION, at=clock.at(JOUR, 15), by=monde.conseiller)
    consent(bilan, Portee.TRANSMISSION, at=clock.at(JOUR, 16), by=monde.conseiller)
    with clock.travel(clock.at(JOUR, 17)):
        fin.close_untransmitted(bilan=bilan, by=None)
    assert Synthese.objects.get().contenu is not None
    consent(bilan, Portee.CONSERVATION, Consentement.Decision.RETIRE, at=clock.at(JOUR, 18), by=monde.conseiller)
    assert Synthese.objects.get().contenu is None


@pytest.mark.parametrize("state", [Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE])
def test_an_unsigned_bilan_closes_only_once_its_content_is_destroyed(monde: Monde, state: Etat) -> None:
    bilan = advance(monde.convoque(), state)
    with clock.travel(APRES_LE_SUIVI):
        assert refusal(fin.close, bilan=bilan, by=monde.prescripteur).code == "synthese_en_cours"
        assert "cloturer" not in [action.name for action in actions_for(monde.prescripteur, fresh(bilan))]
        retention.sweep(clock.today())
        assert "cloturer" in [action.name for action in actions_for(monde.prescripteur, fresh(bilan))]
        assert fin.close(bilan=bilan, by=monde.prescripteur).etat == Etat.CLOS


@pytest.mark.rule("D.2-24")
@pytest.mark.parametrize(
    ("on", "statut", "refused"),
    [
        (date(2011, 3, 15), "signe", True),
        (date(2011, 3, 16), "signe", False),
        (date(2010, 6, 1), "cloture", False),
        (date(2010, 6, 1), "resilie", False),
    ],
)
def test_an_exempt_file_closes_once_its_contract_has_ended(monde: Monde, on: date, statut: str, refused: bool) -> None:
    bilan = lay(monde.convoque(), Etat.EXEMPTE, date_fin_conclusion=None)
    Contrat.objects.update(statut=statut)
    with clock.travel(on):
        if refused:
            assert refusal(fin.close, bilan=bilan, by=monde.prescripteur).code == "contrat_en_cours"
        else:
            assert fin.close(bilan=bilan, by=monde.prescripteur).etat == Etat.CLOS


# --- 25: not carried out ---------------------------------------------------------------------------


@pytest.mark.rule("D.2-25")
@pytest.mark.parametrize(("on", "refused"), [(date(2011, 3, 15), True), (date(2011, 3, 16), False)])
def test_a_bilan_is_not_carried_out_from_the_day_after_the_contract(monde: Monde, on: date, refused: bool) -> None:
    bilan = monde.convoque()
    with clock.travel(on):
        if refused:
            assert refusal(fin.record_not_done, bilan=bilan, by=None).code == "contrat_en_cours"
        else:
            fin.record_not_done(bilan=bilan, by=None)
            assert RendezVous.objects.get().statut == "annule"


@pytest.mark.rule("D.2-25")
@pytest.mark.parametrize("statut", ["cloture", "resilie"])
def test_a_contract_ended_early_ends_what_can_no_longer_be_summoned_alone(monde: Monde, statut: str) -> None:
    bilan = monde.convoque()
    Contrat.objects.update(statut=statut)
    with clock.travel(JOUR):
        refused = refusal(fin.record_not_done, bilan=bilan, by=monde.prescripteur)
        assert "Le contrat court" not in str(refused)
        waiting = lay(bilan, Etat.REPORTE)
        assert [act.name for act in actions_for(monde.prescripteur, waiting)] == ["constater_non_realisation"]
        assert fin.record_not_done(bilan=waiting, by=monde.prescripteur).etat == Etat.NON_REALISE


def test_a_prorogation_puts_the_end_off(monde: Monde) -> None:
    bilan = monde.convoque()
    Contrat.objects.update(statut="proroge", date_echeance_prorogee=date(2011, 9, 15))
    with clock.travel(APRES_LE_CONTRAT):
        assert refusal(fin.record_not_done, bilan=bilan, by=None).code == "contrat_en_cours"
    with clock.travel(date(2011, 9, 16)):
        assert fin.record_not_done(bilan=bilan, by=None).etat == Etat.NON_REALISE


@pytest.mark.parametrize(
    ("etat", "motif"),
    [
        (Etat.A_EVALUER, "non_convoque"),
        (Etat.A_PROGRAMMER, "non_convoque"),
        (Etat.REPORTE, "non_convoque"),
        (Etat.CONVOQUE, "absence"),
        (Etat.ABSENT_A_QUALIFIER, "absence"),
        (Etat.ABSENT_MOTIF_LEGITIME, "absence"),
        (Etat.ABSENT_SANS_MOTIF, "absence"),
        (Etat.PHASE_PRELIMINAIRE, "interrompu"),
        (Etat.PHASE_INVESTIGATION, "interrompu"),
        (Etat.PHASE_CONCLUSION, "interrompu"),
    ],
)
def test_why_it_was_not_carried_out_is_kept(monde: Monde, etat: Etat, motif: str) -> None:
    bilan = lay(monde.convoque(), etat, date_fin_conclusion=None)
    with clock.travel(APRES_LE_CONTRAT):
        assert fin.record_not_done(bilan=bilan, by=None).motif_non_realisation == motif


def test_a_bilan_stopped_half_way_was_interrupted_and_its_notes_are_destroyed(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_CONCLUSION)
    with clock.travel(APRES_MIDI):
        conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=monde.conseiller)
    with clock.travel(APRES_LE_CONTRAT):
        assert fin.record_not_done(bilan=bilan, by=None).motif_non_realisation == "interrompu"
    assert not NotePhase.objects.exists()
    assert Synthese.objects.get().contenu is None


@pytest.mark.rule("D.2-25")
def test_a_conclusion_held_in_time_is_written_up_rather_than_lost(monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_CONCLUSION)
    with clock.travel(APRES_MIDI):
        conduite.record_seance(bilan=bilan, jour=JOUR, minutes=30, by=monde.conseiller)
    with clock.travel(APRES_LE_CONTRAT):
        assert refusal(fin.record_not_done, bilan=bilan, by=None).code == "bilan_conclu"
    with clock.travel(date(2011, 5, 9)):
        assert refusal(fin.record_not_done, bilan=bilan, by=None).code == "bilan_conclu"
    with clock.travel(date(2011, 5, 10)):  # what was written is destroyed: nothing can be written up any more
        assert fin.record_not_done(bilan=bilan, by=None).motif_non_realisation == "interrompu"


@pytest.mark.rule("D.2-25-systeme")
@pytest.mark.parametrize(("on", "etat"), [(date(2011, 4, 14), Etat.CONVOQUE), (date(2011, 4, 15), Etat.NON_REALISE)])
def test_the_system_ends_what_never_took_place_thirty_days_after_the_contract(
    monde: Monde, on: date, etat: Etat
) -> None:
    bilan = monde.convoque()
    with clock.travel(on):
        assert echeances.sweep(on).faits == (etat == Etat.NON_REALISE)
        assert echeances.sweep(on).faits == 0
    assert fresh(bilan).etat == etat
    told = Evenement.objects.filter(nom="bilan.constater_non_realisation", par=None)
    assert told.exists() == (etat == Etat.NON_REALISE)
    with clock.travel(date(2015, 3, 16)):  # the file no longer waits for ever to be anonymised (E.6)
        codes = {waiting.code for waiting in blocages(Contrat.objects.get(pk=bilan.contrat_id), clock.today())}
        assert ("bilan_ouvert" in codes) == (etat != Etat.NON_REALISE)


@pytest.mark.rule("D.2-25-systeme")
@pytest.mark.parametrize("suspended", [False, True])
def test_the_system_ends_nothing_while_a_resiliation_could_still_be_suspended_by_an_excuse(
    monde: Monde, directeur: Agent, suspended: bool
) -> None:
    bilan = monde.absent()
    with clock.travel(APRES_MIDI):
        programmation.reject_absence(bilan=bilan, declare_sans_motif=True, by=monde.prescripteur)
        proposition = propose(bilan.contrat, PropositionPrefet.Type.RESILIATION, by=directeur, le=JOUR)
    on = date(2011, 4, 15)
    with clock.travel(on):
        assert echeances.sweep(on).faits == 0
        if suspended:
            PropositionPrefet.objects.update(suspendue_at=clock.now())
        else:
            prefet.abandon(proposition=proposition, motif="La personne est venue.", by=directeur)
        assert echeances.sweep(on).faits == 1


# --- 26: cancelling --------------------------------------------------------------------------------


@pytest.mark.rule("D.2-26", "D.2-26-suivant", "D.2-note-prestation")
@pytest.mark.parametrize("motif", ["erreur_saisie", "contrat_resilie", "depart_definitif", "deces", "doublon"])
def test_a_cancelled_bilan_keeps_its_reason_and_nothing_else(monde: Monde, directeur: Agent, motif: str) -> None:
    bilan = advance(monde.convoque(), Etat.PHASE_CONCLUSION)
    with clock.travel(APRES_MIDI):
        fin.cancel(bilan=bilan, motif=motif, by=directeur)
    bilan = fresh(bilan)
    assert (bilan.etat, bilan.motif_annulation, bilan.clos_at) == (Etat.ANNULE, motif, APRES_MIDI)
    due = motif in ("erreur_saisie", "doublon")
    states = [] if due else [Prestation.Statut.SANS_OBJET]
    assert list(Prestation.objects.values_list("statut", flat=True)) == states
    assert list(Bilan.objects.live().values_list("etat", flat=True)) == [Etat.A_EVALUER] * due
    assert not NotePhase.objects.exists()
    assert Synthese.objects.get().contenu is None


@pytest.mark.rule("D.2-26")
def test_the_appointment_of_a_cancelled_bilan_is_void(monde: Monde, directeur: Agent) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 8)):
        fin.cancel(bilan=bilan, motif="deces", by=directeur)
    assert RendezVous.objects.get().statut == "annule"


@pytest.mark.rule("D.2-26", "D.2-26-suivant")
@pytest.mark.parametrize(
    ("motif", "said", "unsaid"),
    [
        ("doublon", "si un rendez-vous est prévu, vous recevrez une convocation", "Aucun autre rendez-vous"),
        ("depart_definitif", "Aucun autre rendez-vous ne le remplace", "vous recevrez"),
    ],
)
def test_a_letter_calls_off_the_appointment_that_falls(
    monde: Monde, directeur: Agent, motif: str, said: str, unsaid: str
) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 8)):
        fin.cancel(bilan=bilan, motif=motif, by=directeur)
    letter = Courrier.objects.get(genre="report")
    text = " ".join(text_of(bytes(letter.pdf)).split())
    assert said in text
    for wrong in (unsaid, "une nouvelle convocation", "changer la date"):
        assert wrong not in text
    assert Evenement.objects.get(nom="bilan.annuler").faits["courrier"] == letter.numero


@pytest.mark.parametrize("motif", ["doublon", "depart_definitif"])
def test_a_cancellation_takes_its_number_once_everything_it_locks_is_written(
    monde: Monde, directeur: Agent, motif: str
) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, 8)), CaptureQueriesContext(connection) as asked:
        fin.cancel(bilan=bilan, motif=motif, by=directeur)
    written = [query["sql"] for query in asked if not query["sql"].startswith("SELECT")]
    (numbered,) = (rank for rank, sql in enumerate(written) if f"courrier:{bilan.contrat.direction.code}" in sql)
    laid = [rank for rank, sql in enumerate(written) if "bilan_rendezvous" in sql or "cai_prestation" in sql]
    assert laid
    assert max(laid) < numbered


@pytest.mark.rule("D.2-26")
@pytest.mark.parametrize(("motif", "hour"), [("deces", 8), ("depart_definitif", 14)])
def test_no_letter_after_a_death_nor_for_an_hour_already_past(
    monde: Monde, directeur: Agent, motif: str, hour: int
) -> None:
    bilan = monde.convoque()
    with clock.travel(clock.at(JOUR, hour)):
        fin.cancel(bilan=bilan, motif=motif, by=directeur)
    assert not Courrier.objects.filter(genre="report").exists()


@pytest.mark.rule("D.2-26")
@pytest.mark.parametrize("motif", ["", "autre"])
def test_a_cancellation_has_a_reason_of_the_list(monde: Monde, directeur: Agent, motif: str) -> None:
    bilan = monde.convoque()
    with pytest.raises(InvalidInput) as caught:
        fin.cancel(bilan=bilan, motif=motif, by=directeur)
    assert caught.value.fields.keys() == {"motif"}
    assert fresh(bilan).etat == Etat.CONVOQUE


@pytest.mark.rule("D.1-un-bilan")
def test_a_cancelled_bilan_leaves_room_for_another(monde: Monde, directeur: Agent) -> None:
    bilan = monde.convoque()
    with clock.travel(APRES_LE_CONTRAT):  # too late for another
        fin.cancel(bilan=bilan, motif="erreur_saisie", by=directeur)
    Bilan.objects.create(contrat=bilan.contrat)
    with pytest.raises(IntegrityError, match="bilan_vivant_unique"), transaction.atomic():
        Bilan.objects.create(contrat=bilan.contrat)
    assert Bilan.objects.live().count() == 1
