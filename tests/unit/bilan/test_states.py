"""Every transition × every state, every transition × every role: allowed exactly where the domain reference says (D.2).

Refusals write nothing; each transition writes one event of its own name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django_fsm import can_proceed

from agents.models import Agent, Prestataire
from agents.roles import Role
from bilan.models import Bilan
from bilan.states import Etat
from bilan.workflow import ACTS
from core import clock, journal
from core.errors import Forbidden, RuleViolation
from core.models import Evenement
from tests.factories.agents import make_agent
from tests.factories.transitions import TABLE, Ligne, Monde, fresh, lay

rows = pytest.mark.parametrize(
    ("name", "ligne"), [pytest.param(name, ligne, id=f"{ligne.numero}-{name}") for name, ligne in TABLE.items()]
)


@pytest.fixture
def personnes(
    monde: Monde,
    agent_ofii: Agent,
    directeur: Agent,
    correspondant: Agent,
    responsable: Agent,
    administrateur: Agent,
    agent_ailleurs: Agent,
    autre_prestataire: Prestataire,
) -> dict[str, Agent]:
    """One agent per role around the file, then those who hold the same roles elsewhere."""
    return {
        "agent_ofii": agent_ofii,
        "prescripteur": monde.prescripteur,
        "directeur": directeur,
        "correspondant": correspondant,
        "conseiller": monde.conseiller,
        "responsable": responsable,
        "administrateur": administrateur,
        "prescripteur d’ailleurs": agent_ailleurs,
        "conseiller d’un autre bilan": monde.autre_conseiller,
        "responsable d’une autre maison": make_agent(Role.RESPONSABLE_PRESTATAIRE, autre_prestataire),
    }


def stored() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the application."""
    models = [
        model for app in ("core", "cai", "exemptions", "bilan") for model in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is rolled back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_transition_has_its_row_and_its_words() -> None:
    declared = {transition.name for transition in Bilan().get_all_etat_transitions()}
    assert declared == set(TABLE) == set(ACTS)


def test_every_state_is_left_or_reached_by_a_row() -> None:
    touched = set().union(*(ligne.depuis for ligne in TABLE.values())) | {ligne.vers for ligne in TABLE.values()}
    assert touched - {None} == set(Etat)


@pytest.mark.rule("D.2-interdit")
@rows
def test_the_model_allows_a_transition_from_the_states_of_its_row_alone(name: str, ligne: Ligne) -> None:
    allowed = {etat for etat in Etat if can_proceed(getattr(Bilan(etat=etat), name))}
    assert allowed == ligne.depuis
    for etat in allowed:
        bilan = Bilan(etat=etat)
        getattr(bilan, name)()
        assert bilan.etat == (ligne.vers or etat)


@pytest.mark.rule("D.1-finaux", "D.2-interdit")
def test_nothing_leaves_a_final_state() -> None:
    moving = [ligne for ligne in TABLE.values() if ligne.vers]
    assert not [ligne for ligne in moving if ligne.depuis & {Etat.CLOS, Etat.NON_REALISE, Etat.ANNULE}]


@pytest.mark.rule("D.2-evenement")
@rows
def test_each_actor_of_the_row_moves_the_bilan_and_tells_it_once(
    name: str, ligne: Ligne, monde: Monde, personnes: dict[str, Agent]
) -> None:
    bilan = ligne.veille(monde)
    before = fresh(bilan)
    assert before.etat in ligne.depuis
    told = set(Evenement.objects.all())
    for actor in sorted(ligne.acteurs):
        by = personnes.get(actor)  # none stands for the system
        with clock.travel(ligne.quand), undone():
            ligne.acte(monde, before, by)
            after = fresh(bilan)
            (event,) = set(Evenement.objects.filter(nom=f"bilan.{name}")) - told
            assert after.etat == (ligne.vers or before.etat), actor
            assert (event.etat_avant, event.etat_apres, event.par) == (before.etat, after.etat, by), actor
            assert event.cible_id == bilan.pk
            assert event.survenu_at == ligne.quand
            assert journal.verify(bilan.contrat_id) == []


@pytest.mark.rule("D.2-refus")
@rows
def test_nobody_else_moves_the_bilan(name: str, ligne: Ligne, monde: Monde, personnes: dict[str, Agent]) -> None:
    bilan = ligne.veille(monde)
    before = stored()
    with clock.travel(ligne.quand):
        for role, agent in personnes.items():
            if role not in ligne.acteurs:
                with pytest.raises(Forbidden):
                    ligne.acte(monde, bilan, agent)
    assert stored() == before


@pytest.mark.rule("D.2-interdit", "D.2-refus")
@rows
def test_the_service_refuses_every_other_state_and_writes_nothing(
    name: str, ligne: Ligne, monde: Monde, personnes: dict[str, Agent]
) -> None:
    by = personnes[min(actor for actor in ligne.acteurs if actor in personnes)]
    bilan = monde.convoque()
    for etat in sorted(set(Etat) - ligne.depuis):
        laid = lay(bilan, etat)
        before = stored()
        with clock.travel(ligne.quand), pytest.raises(RuleViolation) as refusal:
            ligne.acte(monde, laid, by)
        assert refusal.value.code == "transition_impossible", etat
        assert stored() == before, etat
