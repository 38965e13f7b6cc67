"""Which acts each role is offered in each state, and what an act that must wait says."""

from datetime import timedelta

import pytest

from agents.models import Agent
from bilan.actions import actions_for, next_action
from bilan.models import Bilan
from bilan.states import Etat
from core import clock
from tests.factories.conduite import JOUR, advance

pytestmark = pytest.mark.django_db


def names(agent: Agent, bilan: Bilan) -> list[str]:
    return [action.name for action in actions_for(agent, bilan)]


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (Etat.CONVOQUE, ["demarrer", "constater_absence"]),
        (Etat.PHASE_PRELIMINAIRE, ["passer_en_investigation", "interrompre", "ecrire_synthese"]),
        (Etat.PHASE_INVESTIGATION, ["ecrire_synthese", "passer_en_conclusion", "interrompre"]),
        (Etat.PHASE_CONCLUSION, ["rediger_synthese", "ecrire_synthese", "interrompre"]),
        (Etat.SYNTHESE_REDIGEE, ["presenter_synthese", "ecrire_synthese"]),
        (
            Etat.SYNTHESE_PRESENTEE,
            ["valider_synthese", "constater_refus_signature", "imprimer_pour_signature"],
        ),
        (Etat.SYNTHESE_VALIDEE, []),
    ],
)
def test_what_the_adviser_is_offered(
    convoque: Bilan, conseiller: Agent, le_jour: None, state: Etat, offered: list[str]
) -> None:
    bilan = convoque if state == Etat.CONVOQUE else advance(convoque, state)
    assert names(conseiller, bilan) == offered


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (Etat.CONVOQUE, ["constater_absence", "refixer_duree"]),
        (Etat.PHASE_PRELIMINAIRE, ["refixer_duree", "interrompre"]),
        (Etat.SYNTHESE_REDIGEE, []),
        (Etat.SYNTHESE_VALIDEE, ["cloturer", "imprimer_copie"]),
    ],
)
def test_what_the_prescriber_is_offered(
    convoque: Bilan, prescripteur: Agent, le_jour: None, state: Etat, offered: list[str]
) -> None:
    bilan = convoque if state == Etat.CONVOQUE else advance(convoque, state)
    assert names(prescripteur, bilan) == offered


def test_the_director_may_cancel_until_the_synthesis(convoque: Bilan, directeur: Agent, le_jour: None) -> None:
    assert "annuler" in names(directeur, convoque)
    assert "annuler" not in names(directeur, advance(convoque, Etat.SYNTHESE_REDIGEE))


def test_a_stranger_is_offered_nothing(convoque: Bilan, agent_ailleurs: Agent, le_jour: None) -> None:
    assert names(agent_ailleurs, convoque) == []


def test_before_the_day_the_start_waits_and_the_absence_is_not_offered(convoque: Bilan, conseiller: Agent) -> None:
    with clock.travel(JOUR - timedelta(days=1)):
        action = next_action(actions_for(conseiller, convoque))
    assert (action.name, action.url, action.primary) == ("demarrer", "", False)
    assert (
        action.waits_for
        == "Le bilan commence le jour du rendez-vous, lundi 10\u00a0mai\u00a02010 à\u00a09\u00a0h\u00a030."
    )


def test_after_the_day_the_absence_comes_first(convoque: Bilan, conseiller: Agent) -> None:
    with clock.travel(JOUR + timedelta(days=1)):
        actions = actions_for(conseiller, convoque)
    assert (actions[0].name, actions[0].primary) == ("constater_absence", True)
    assert "le bilan n’a pas commencé ce jour-là" in actions[1].waits_for


def test_before_the_appointment_the_prescriber_may_postpone(convoque: Bilan, prescripteur: Agent) -> None:
    with clock.travel(JOUR - timedelta(days=1)):
        assert names(prescripteur, convoque) == ["reporter", "refixer_duree"]


def test_once_the_contract_is_over_only_the_end_is_offered(convoque: Bilan, prescripteur: Agent) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    bilan.interrompre()
    bilan.save()
    with clock.travel(bilan.contrat.date_echeance):
        assert names(prescripteur, bilan) == ["convoquer"]
    with clock.travel(bilan.contrat.date_echeance + timedelta(days=1)):
        assert names(prescripteur, bilan) == ["constater_non_realisation"]


def test_the_act_that_waited_becomes_the_one_to_do(convoque: Bilan, conseiller: Agent, le_jour: None) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE)
    waiting = actions_for(conseiller, bilan)
    assert not [action for action in waiting if action.primary]
    assert next_action(waiting).waits_for.startswith("Notez d’abord")

    bilan.notes.create(phase=Etat.PHASE_PRELIMINAIRE, contenu={"texte": "Un emploi"})
    ready = actions_for(conseiller, bilan)
    assert [action.name for action in ready if action.primary] == ["passer_en_investigation"]
    assert next_action(ready).url.endswith("/actes/passer_en_investigation/")
