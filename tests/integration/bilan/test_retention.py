"""Destruction: at once after each act, every day for the terms, once and for all (reference E.4)."""

from datetime import date, timedelta

import pytest

from agents.models import Agent
from bilan import conduite, fin, redaction, retention
from bilan.models import Bilan, Consentement, NotePhase, Synthese, SyntheseDetruite, SynthesePdf
from bilan.states import Etat, MotifDestruction, MotifInterruption, MotifReprise
from bilan.tasks import appliquer_conservation
from core import clock
from core.errors import RuleViolation
from core.models import Evenement
from tests.factories.conduite import JOUR, advance, consent, make_contenu, make_convoque

pytestmark = pytest.mark.django_db
P, D = Consentement.Portee, Consentement.Decision
MOMENT = clock.at(JOUR, 15)


@pytest.fixture
def validee(convoque: Bilan) -> Bilan:
    return advance(convoque, Etat.SYNTHESE_VALIDEE)


def is_destroyed(bilan: Bilan) -> bool:
    content = Synthese.objects.filter(bilan=bilan, contenu__isnull=False).exists()
    pdf = SynthesePdf.objects.filter(synthese__bilan=bilan).exists()
    notes = NotePhase.objects.filter(bilan=bilan).exists()
    tomb = SyntheseDetruite.objects.filter(bilan=bilan).exists()
    assert content == pdf == notes != tomb
    return tomb


def receive(bilan: Bilan) -> None:
    bilan.syntheses.update(premier_envoi_at=MOMENT, accuse_at=MOMENT, accuse_identifiant="PE-42")


@pytest.mark.rule("E.4-trace")
def test_destruction_leaves_a_tombstone_that_says_nothing_of_the_content(validee: Bilan, conseiller: Agent) -> None:
    synthese = validee.syntheses.get()
    consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller)
    receive(validee)
    with clock.travel(MOMENT):
        assert retention.apply_rules(validee) == MotifDestruction.ACCUSE
    assert is_destroyed(validee)
    tomb = SyntheseDetruite.objects.get(bilan=validee)
    assert (tomb.nombre_versions, tomb.pdf_sha256, tomb.accuse_identifiant) == (1, synthese.pdf_sha256, "PE-42")
    assert (tomb.date_redaction, tomb.date_validation, tomb.date_remise) == (JOUR, JOUR, JOUR)
    assert (tomb.date_suivi, tomb.transmise_at, tomb.detruite_at) == (date(2010, 11, 10), MOMENT, MOMENT)
    event = Evenement.objects.get(nom="bilan.contenu_detruit")
    assert (event.par, event.faits) == (None, {"motif": "transmission_accusee", "versions": 1})


@pytest.mark.rule("E.4-destruction")
def test_destroying_twice_changes_nothing(validee: Bilan) -> None:
    with clock.travel(MOMENT):
        retention.destroy_content(validee, MotifDestruction.CLOTURE)
        retention.destroy_content(validee, MotifDestruction.ACCUSE)
    assert SyntheseDetruite.objects.get().motif == "cloture"
    assert Evenement.objects.filter(nom="bilan.contenu_detruit").count() == 1


@pytest.mark.rule("E.4-destruction")
def test_every_version_is_destroyed(validee: Bilan, conseiller: Agent) -> None:
    with clock.travel(MOMENT):
        redaction.rework_synthese(bilan=validee, motif=MotifReprise.ERREUR, by=conseiller)
        retention.destroy_content(validee, MotifDestruction.CLOTURE)
    assert is_destroyed(validee)
    tomb = SyntheseDetruite.objects.get()
    assert (tomb.nombre_versions, tomb.date_validation) == (2, JOUR)


def test_a_conserved_content_survives_its_acknowledgement(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    receive(validee)
    with clock.travel(MOMENT):
        assert retention.apply_rules(validee) is None
    assert not is_destroyed(validee)


@pytest.mark.rule("E.4-refus")
def test_a_withdrawn_transmission_without_conservation_is_destroyed_at_once(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller)
    assert not is_destroyed(validee)
    consent(validee, P.TRANSMISSION, D.RETIRE, at=MOMENT, by=conseiller)
    assert SyntheseDetruite.objects.get().motif == "transmission_retiree"


@pytest.mark.rule("E.4-conservation-retiree")
def test_conservation_withdrawn_waits_for_a_pending_transmission_thirty_days_at_most(
    validee: Bilan, conseiller: Agent
) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller)
    withdrawn = JOUR + timedelta(days=100)
    consent(validee, P.CONSERVATION, D.RETIRE, at=clock.at(withdrawn, 10), by=conseiller)
    assert not is_destroyed(validee)
    with clock.travel(withdrawn + timedelta(days=29)):
        retention.sweep(clock.today())
        assert not is_destroyed(validee)
    with clock.travel(withdrawn + timedelta(days=30)):
        retention.sweep(clock.today())
    assert SyntheseDetruite.objects.get().motif == "conservation_retiree"


@pytest.mark.rule("E.4-conservation-retiree")
def test_conservation_withdrawn_ends_with_the_transmission(validee: Bilan, conseiller: Agent) -> None:
    consent(validee, P.CONSERVATION, at=MOMENT, by=conseiller)
    consent(validee, P.TRANSMISSION, at=MOMENT, by=conseiller)
    consent(validee, P.CONSERVATION, D.RETIRE, at=MOMENT, by=conseiller)
    with clock.travel(MOMENT):
        assert retention.apply_rules(validee) is None
        fin.close_untransmitted(bilan=validee, by=None)
    assert is_destroyed(validee)


@pytest.mark.rule("E.4-30-jours")
@pytest.mark.parametrize(("days", "expected"), [(29, False), (30, True)])
def test_thirty_days_without_a_decision(validee: Bilan, days: int, expected: bool) -> None:
    with clock.travel(JOUR + timedelta(days=days)):
        appliquer_conservation()
    assert is_destroyed(validee) == expected


@pytest.mark.rule("E.4-30-jours")
def test_a_rework_does_not_begin_the_thirty_days_again(validee: Bilan, conseiller: Agent) -> None:
    with clock.travel(clock.at(JOUR + timedelta(days=20), 10)):
        redaction.rework_synthese(bilan=validee, motif=MotifReprise.ERREUR, by=conseiller)
    with clock.travel(JOUR + timedelta(days=30)):
        appliquer_conservation()
    assert is_destroyed(validee)


@pytest.mark.rule("E.4-30-jours")
def test_a_draft_never_presented_lives_thirty_days_from_its_writing(convoque: Bilan) -> None:
    bilan = advance(convoque, Etat.SYNTHESE_REDIGEE)
    with clock.travel(JOUR + timedelta(days=30)):
        assert retention.sweep(clock.today()).faits == 1
    tomb = SyntheseDetruite.objects.get(bilan=bilan)
    assert (tomb.motif, tomb.date_validation, tomb.pdf_sha256) == ("sans_decision", None, "")


def test_a_draft_being_written_is_not_the_daily_tasks_business(convoque: Bilan, conseiller: Agent) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    with clock.travel(JOUR + timedelta(days=300)):
        assert retention.sweep(clock.today()).faits == 0
    assert bilan.syntheses.get().contenu is not None


@pytest.mark.rule("E.4-terme")
@pytest.mark.parametrize("interrupted", [False, True])
def test_notes_and_draft_never_written_up_live_one_year_after_the_person_last_came(
    convoque: Bilan, conseiller: Agent, interrupted: bool
) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    last = JOUR + timedelta(days=3)
    with clock.travel(last):
        conduite.record_seance(bilan=bilan, jour=last, minutes=20, by=conseiller)
        if interrupted:
            conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=conseiller)
    for day, count in ((date(2011, 5, 12), 0), (date(2011, 5, 13), 1), (date(2014, 1, 1), 0)):
        with clock.travel(day):
            assert retention.sweep(day).faits == count
    assert not NotePhase.objects.exists()
    assert not Synthese.objects.exists()
    assert not SyntheseDetruite.objects.exists()
    event = Evenement.objects.get(nom="bilan.travail_detruit")
    assert event.faits == {"motif": "terme_conservation", "notes": 1, "brouillons": 1}


def test_notes_without_any_draft_are_swept_too(convoque: Bilan) -> None:
    advance(convoque, Etat.PHASE_INVESTIGATION)
    with clock.travel(date(2011, 5, 10)):
        assert retention.sweep(clock.today()).faits == 1
    assert not NotePhase.objects.exists()


def test_nothing_is_written_any_more_once_the_term_is_reached(convoque: Bilan, conseiller: Agent) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    for act in (
        lambda: conduite.save_note(bilan=bilan, phase=Etat.PHASE_CONCLUSION, texte="x", by=conseiller),
        lambda: redaction.save_draft(bilan=bilan, contenu=make_contenu(), by=conseiller),
        lambda: redaction.complete_synthese(bilan=bilan, by=conseiller),
    ):
        with clock.travel(date(2011, 5, 10)), pytest.raises(RuleViolation) as refusal:
            act()
        assert refusal.value.code == "terme_atteint"


@pytest.mark.rule("D.2-note-brouillons")
def test_a_cancelled_bilan_keeps_neither_notes_nor_draft(convoque: Bilan) -> None:
    bilan = advance(convoque, Etat.PHASE_CONCLUSION)
    bilan.annuler()
    bilan.motif_annulation, bilan.clos_at = "deces", MOMENT
    bilan.save()
    with clock.travel(MOMENT):
        assert retention.sweep(clock.today()).faits == 1
    assert is_destroyed(bilan)


def test_notes_without_a_draft_are_destroyed_without_a_tombstone(convoque: Bilan, conseiller: Agent) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    with clock.travel(MOMENT):
        conduite.save_note(bilan=bilan, phase=Etat.PHASE_PRELIMINAIRE, texte="x", by=conseiller)
        retention.destroy_content(bilan, MotifDestruction.ANNULATION)
    assert not NotePhase.objects.exists()
    assert not SyntheseDetruite.objects.exists()
    assert Evenement.objects.get(nom="bilan.contenu_detruit").faits["versions"] == 0


def test_the_sweep_goes_over_one_that_fails(
    validee: Bilan, direction, prescripteur, conseiller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = advance(make_convoque(direction, prescripteur, conseiller, nom="Keïta"), Etat.SYNTHESE_VALIDEE)
    broken = min(validee, other, key=lambda bilan: bilan.pk)
    destroy = retention.destroy_content

    def fail_once(bilan: Bilan, *args, **kwargs) -> None:
        if bilan.pk == broken.pk:
            raise retention.DatabaseError("a lock could not be had")
        destroy(bilan, *args, **kwargs)

    monkeypatch.setattr(retention, "destroy_content", fail_once)
    with clock.travel(JOUR + timedelta(days=31)):
        assert retention.sweep(clock.today()).faits == 1
        monkeypatch.undo()
        assert retention.sweep(clock.today()).faits == 1
        assert retention.sweep(clock.today()).faits == 0


@pytest.mark.parametrize(
    ("validated", "day", "expected"),
    [
        (date(2012, 2, 29), date(2013, 2, 27), False),
        (date(2012, 2, 29), date(2013, 2, 28), True),
        (date(2011, 2, 28), date(2012, 2, 27), False),
        (date(2011, 2, 28), date(2012, 2, 28), True),
        (date(2011, 3, 1), date(2012, 2, 29), False),
        (date(2011, 3, 1), date(2012, 3, 1), True),
    ],
)
def test_the_sweep_finds_the_year_around_the_29th_of_february(
    direction, prescripteur, conseiller, validated: date, day: date, expected: bool
) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller, jour=validated, signature=validated - timedelta(days=60))
    advance(bilan, Etat.SYNTHESE_VALIDEE)
    consent(bilan, P.CONSERVATION, at=clock.at(validated, 15), by=conseiller)
    with clock.travel(day):
        assert retention.sweep(day).faits == int(expected)
