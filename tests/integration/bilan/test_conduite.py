"""The adviser conducts the bilan: guards of transitions 10 to 13, minutes, notes."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from agents.models import Agent
from agents.roles import Role
from bilan import conduite
from bilan.contenu import Experience, SyntheseContenu
from bilan.models import Bilan, RendezVous
from bilan.redaction import save_draft
from bilan.states import Etat, MotifInterruption
from cai.models import Prestation
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import Evenement
from tests.factories.agents import make_agent
from tests.factories.conduite import JOUR, advance, make_convoque, make_rendez_vous

pytestmark = pytest.mark.django_db


def refusal(callable_, **arguments) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        callable_(**arguments)
    return caught.value


def fresh(bilan: Bilan) -> Bilan:
    return Bilan.objects.get(pk=bilan.pk)


@pytest.mark.rule("D.2-10")
def test_starting_records_presence_information_and_prestation(
    convoque: Bilan, conseiller: Agent, le_jour: None
) -> None:
    conduite.start_bilan(bilan=convoque, informe=True, by=conseiller)

    bilan = fresh(convoque)
    assert (bilan.etat, bilan.informe_le) == (Etat.PHASE_PRELIMINAIRE, JOUR)
    assert bilan.rendez_vous.get().statut == RendezVous.Statut.HONORE
    assert Prestation.objects.get(contrat=bilan.contrat).statut == Prestation.Statut.EN_COURS
    event = Evenement.objects.get(nom="bilan.demarrer")
    assert (event.etat_avant, event.etat_apres, event.par) == ("convoque", "phase_preliminaire", conseiller)


@pytest.mark.rule("D.2-10")
@pytest.mark.parametrize("days", [-1, 1])
def test_starting_is_refused_on_another_day_than_the_appointment(convoque: Bilan, conseiller: Agent, days: int) -> None:
    with clock.travel(JOUR + timedelta(days=days)):
        refused = refusal(conduite.start_bilan, bilan=convoque, informe=True, by=conseiller)
    assert refused.code == "jour_du_rendez_vous"
    assert fresh(convoque).etat == Etat.CONVOQUE


def test_starting_is_refused_without_information(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    refused = refusal(conduite.start_bilan, bilan=convoque, informe=False, by=conseiller)
    assert list(refused.fields) == ["informe"]


@pytest.mark.rule("D.2-10")
def test_starting_is_refused_after_the_end_of_the_contract(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    contrat = convoque.contrat
    contrat.date_signature, contrat.date_entretien = date(2009, 5, 9), date(2009, 5, 9)
    contrat.date_echeance = date(2010, 5, 9)
    contrat.save()
    assert refusal(conduite.start_bilan, bilan=convoque, informe=True, by=conseiller).code == "echeance_passee"


def test_only_the_adviser_in_charge_starts(convoque: Bilan, prescripteur: Agent, prestataire, le_jour: None) -> None:
    colleague = make_agent(Role.CONSEILLER_BILAN, prestataire)
    for agent in (prescripteur, colleague):
        with pytest.raises(Forbidden):
            conduite.start_bilan(bilan=convoque, informe=True, by=agent)


def test_starting_twice_is_refused(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    conduite.start_bilan(bilan=convoque, informe=True, by=conseiller)
    refused = refusal(conduite.start_bilan, bilan=convoque, informe=True, by=conseiller)
    assert refused.code == "transition_impossible"


def test_a_session_is_recorded_in_the_present_phase(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    seance = conduite.record_seance(bilan=convoque, jour=JOUR, minutes=45, by=conseiller)
    assert (seance.phase, seance.minutes) == (Etat.PHASE_PRELIMINAIRE, 45)
    assert Evenement.objects.get(nom="bilan.seance_enregistree").faits["minutes"] == 45


@pytest.mark.rule("C.6-180")
@pytest.mark.parametrize(("minutes", "accepted"), [(0, False), (1, True), (180, True), (181, False)])
def test_one_session_holds_in_the_legal_duration(
    convoque: Bilan, conseiller: Agent, le_jour: None, minutes: int, accepted: bool
) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    if accepted:
        conduite.record_seance(bilan=convoque, jour=JOUR, minutes=minutes, by=conseiller)
    else:
        refusal(conduite.record_seance, bilan=convoque, jour=JOUR, minutes=minutes, by=conseiller)
    assert fresh(convoque).minutes_utilisees == (minutes if accepted else 0)


@pytest.mark.rule("C.6-depassement")
def test_above_the_fixed_duration_the_prescriber_is_asked(direction, prescripteur, conseiller) -> None:
    bilan = make_convoque(direction, prescripteur, conseiller, duree_fixee=120)
    advance(bilan, Etat.PHASE_PRELIMINAIRE)
    with clock.travel(clock.at(JOUR, 15)):
        conduite.record_seance(bilan=bilan, jour=JOUR, minutes=100, by=conseiller)
        refused = refusal(conduite.record_seance, bilan=bilan, jour=JOUR, minutes=21, by=conseiller)
        assert refused.code == "duree_fixee_depassee"
        assert "demandez au prescripteur de fixer une nouvelle durée" in refused.message
        conduite.record_seance(bilan=bilan, jour=JOUR, minutes=20, by=conseiller)


@pytest.mark.rule("C.6-validite", "D.2-10-presence")
@pytest.mark.parametrize(
    ("jour", "today", "code"),
    [
        (date(2010, 5, 9), date(2010, 5, 10), "hors_contrat"),  # signed in March, but the person first came today
        (date(2010, 5, 10), date(2010, 5, 10), None),
        (date(2010, 5, 11), date(2010, 5, 10), "date_future"),
        (date(2011, 3, 15), date(2011, 3, 16), None),
        (date(2011, 3, 16), date(2011, 3, 16), "hors_contrat"),
    ],
)
def test_a_session_takes_place_within_the_contract(
    convoque: Bilan, conseiller: Agent, jour: date, today: date, code: str | None
) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    with clock.travel(today):
        if code is None:
            conduite.record_seance(bilan=convoque, jour=jour, minutes=10, by=conseiller)
        else:
            arguments = {"bilan": convoque, "jour": jour, "minutes": 10, "by": conseiller}
            assert refusal(conduite.record_seance, **arguments).code == code


def test_no_session_outside_the_phases(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    refused = refusal(conduite.record_seance, bilan=convoque, jour=JOUR, minutes=10, by=conseiller)
    assert refused.code == "transition_impossible"


@pytest.mark.rule("D.2-note-brouillons", "E.3-conseiller")
def test_notes_are_the_advisers_alone_and_leave_no_trace(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent, le_jour: None
) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    events = Evenement.objects.count()
    arguments = {"bilan": convoque, "phase": Etat.PHASE_PRELIMINAIRE, "texte": "Trouver un emploi"}
    conduite.save_note(**arguments, by=conseiller)
    assert conduite.read_notes(bilan=convoque, by=conseiller) == {"phase_preliminaire": "Trouver un emploi"}
    assert Evenement.objects.count() == events
    with pytest.raises(Forbidden):
        conduite.save_note(**arguments, by=prescripteur)
    with pytest.raises(Forbidden):
        conduite.read_notes(bilan=convoque, by=prescripteur)
    conduite.save_note(**{**arguments, "texte": "  "}, by=conseiller)
    assert conduite.read_notes(bilan=convoque, by=conseiller) == {}


def test_notes_too_long_or_outside_the_phases_are_refused(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    refusal(conduite.save_note, bilan=convoque, phase=Etat.PHASE_PRELIMINAIRE, texte="x", by=conseiller)
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    refusal(conduite.save_note, bilan=convoque, phase=Etat.CONVOQUE, texte="x", by=conseiller)
    with pytest.raises(InvalidInput):
        conduite.save_note(bilan=convoque, phase=Etat.PHASE_PRELIMINAIRE, texte="x" * 10_001, by=conseiller)


@pytest.mark.rule("D.2-11", "D.3-phases")
def test_investigation_waits_for_needs_and_aims(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    assert refusal(conduite.enter_investigation, bilan=convoque, by=conseiller).code == "besoins_non_notes"
    conduite.save_note(bilan=convoque, phase=Etat.PHASE_PRELIMINAIRE, texte="Un emploi", by=conseiller)
    assert conduite.enter_investigation(bilan=convoque, by=conseiller).etat == Etat.PHASE_INVESTIGATION


def test_needs_given_through_the_api_are_added_to_the_notes(
    connect: Callable[[Agent], Client], convoque: Bilan, conseiller: Agent, le_jour: None
) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    conduite.save_note(bilan=convoque, phase=Etat.PHASE_PRELIMINAIRE, texte="Vient à pied", by=conseiller)
    answer = connect(conseiller).post(
        f"/api/v1/bilans/{convoque.pk}/transitions/passer_en_investigation/",
        {"besoins_objectifs": "Un emploi"},
        content_type="application/json",
    )
    assert answer.status_code == 200
    notes = conduite.read_notes(bilan=convoque, by=conseiller)
    assert notes[Etat.PHASE_PRELIMINAIRE] == "Vient à pied\n\nUn emploi"


@pytest.mark.rule("D.2-12", "D.3-phases")
@pytest.mark.parametrize(
    ("contenu", "missing"),
    [
        (None, {"competences_aptitudes", "metiers"}),
        (SyntheseContenu(competences_aptitudes="Cuisine"), {"metiers"}),
        (SyntheseContenu(metiers=("G1602",)), {"competences_aptitudes"}),
        (SyntheseContenu(competences_aptitudes="Cuisine", projet_defini=True), {"metiers"}),
        (SyntheseContenu(competences_aptitudes="Cuisine", metiers=("G1602",)), set()),
        (SyntheseContenu(experiences=(Experience(metier="Maçon"),), projet_defini=False), set()),
    ],
)
def test_conclusion_waits_for_a_skill_and_a_target(
    convoque: Bilan, conseiller: Agent, le_jour: None, contenu: SyntheseContenu | None, missing: set[str]
) -> None:
    advance(convoque, Etat.PHASE_INVESTIGATION)
    if contenu is not None:
        save_draft(bilan=convoque, contenu=contenu, by=conseiller)
    if missing:
        assert set(refusal(conduite.enter_conclusion, bilan=convoque, by=conseiller).fields) == missing
    else:
        assert conduite.enter_conclusion(bilan=convoque, by=conseiller).etat == Etat.PHASE_CONCLUSION


@pytest.mark.rule("D.2-13", "D.2-note-interruption")
@pytest.mark.parametrize("state", [Etat.PHASE_PRELIMINAIRE, Etat.PHASE_INVESTIGATION, Etat.PHASE_CONCLUSION])
def test_an_interrupted_bilan_keeps_its_minutes_and_starts_again(
    convoque: Bilan, conseiller: Agent, le_jour: None, state: Etat
) -> None:
    bilan = advance(convoque, state)
    used = bilan.minutes_utilisees
    conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=conseiller)
    bilan = fresh(convoque)
    assert (bilan.etat, bilan.minutes_utilisees) == (Etat.REPORTE, used)
    bilan.convoquer()
    bilan.save()
    make_rendez_vous(bilan, clock.at(JOUR, 16))
    assert conduite.start_bilan(bilan=bilan, informe=True, by=conseiller).etat == Etat.PHASE_PRELIMINAIRE


def test_the_prescriber_interrupts_too_but_the_agent_does_not(
    convoque: Bilan, prescripteur: Agent, agent_ofii: Agent, le_jour: None
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    with pytest.raises(Forbidden):
        conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=agent_ofii)
    assert conduite.interrupt(bilan=bilan, motif=MotifInterruption.DEPART, by=prescripteur).etat == Etat.REPORTE
