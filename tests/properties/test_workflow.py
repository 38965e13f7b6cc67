"""Agents do anything, in any order, at any time: what the services do is what the reference model says, each time.

A random walk of every service over one file, with moving clocks and a partner that answers well, badly or not at all.
``make properties`` walks twenty times further, each time from another seed (PROPRIETES_GRAINES).
"""

import os
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from agents.models import Agent
from bilan.states import Etat
from tests.factories.transitions import Monde
from tests.properties.bureau import Bureau
from tests.properties.contrat import GENRES
from tests.properties.gardes import D2
from tests.properties.guichet import Guichet
from tests.properties.marche import Marche, Temps

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("C.6-180", "C.6-validite", "D.2-evenement", "D.2-refus", "E.1-accord", "E.2-retrait", "E.4-terme"),
    pytest.mark.rule("C.9-prorogation-effet", "C.9-resilie-bilans", "C.9-observations", "D.2-9-proposition", "D.2-25"),
]
CI = 0  # the same walks each time, for every change of the code
GRAINES = [*range(1, int(os.environ.get("PROPRIETES_GRAINES", "0")) + 1)] or [CI]
ACTIONS = 2500  # of each kind of walk, for one seed
PAR_MARCHE = 60  # at least, most often: how many walks are asked for at a time

LETTER = {"notifier_intention resiliation"}
PREFET = LETTER | {f"{nom} {genre}" for nom in ("proposer", "decider", "renoncer") for genre in GENRES}
OFFICE = (Bureau, [Etat.A_EVALUER, Etat.A_EVALUER, Etat.CONVOQUE, Etat.PHASE_CONCLUSION], D2.keys() | PREFET)
EXCHANGE = {"accorde", "refuse", "retire", "suivi", "retour", "abandonner"}
COUNTER = (Guichet, [Etat.SYNTHESE_VALIDEE, Etat.SYNTHESE_VALIDEE, Etat.PHASE_CONCLUSION], EXCHANGE)


@pytest.mark.parametrize("graine", GRAINES)
@pytest.mark.parametrize(("machine", "departs", "attendus"), [OFFICE, COUNTER], ids=["at the office", "at the counter"])
def test_the_services_do_what_the_model_says_and_nothing_else(
    machine: type[Marche],
    departs: list[Etat],
    attendus: set[str],
    graine: int,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
    monde: Monde,
    agent_ofii: Agent,
    directeur: Agent,
    correspondant: Agent,
    responsable: Agent,
    agent_ailleurs: Agent,
) -> None:
    # What is printed has its own tests; a walk of forty acts would spend its time rendering.
    monkeypatch.setattr("bilan.emission.printed", lambda *_: b"%PDF-1.7")
    monkeypatch.setattr("bilan.redaction.synthese_pdf", lambda *_: b"%PDF-1.7")
    temps = Temps()
    monkeypatch.setattr(timezone, "now", temps)
    machine.joues = Counter()
    machine.monde, machine.temps, machine.departs = monde, temps, departs
    machine.personnes = {
        "agent_ofii": agent_ofii,
        "prescripteur": monde.prescripteur,
        "directeur": directeur,
        "correspondant": correspondant,
        "conseiller": monde.conseiller,
        "releve": monde.autre_conseiller,
        "responsable": responsable,
        "prescripteur d’ailleurs": agent_ailleurs,
    }
    rounds = count(graine * 1000)
    try:
        while machine.joues.total() < ACTIONS:
            run_state_machine_as_test(
                seed(next(rounds))(machine),
                settings=settings(
                    max_examples=2 + (ACTIONS - machine.joues.total()) // PAR_MARCHE,
                    stateful_step_count=50,
                    deadline=None,
                    derandomize=False,
                    database=None,
                    phases=[Phase.generate],  # a walk that fails is told as it was walked: shortening it takes minutes
                    suppress_health_check=list(HealthCheck),
                ),
            )
    finally:
        record_property("actions", dict(machine.joues))
    missing = {(nom, issue) for nom in attendus for issue in ("fait", "refusé")} - machine.joues.keys()
    assert graine != CI or not missing, f"the walks never came to {sorted(missing)}: make it more frequent"
