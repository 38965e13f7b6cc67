"""Agents do anything, in any order, at any time: what must never happen does not.

A random walk of every service over one file, with moving clocks and a partner that answers well, badly or not at all.
"""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from agents.models import Agent
from bilan.states import Etat
from tests.factories.transitions import Monde
from tests.properties.bureau import Bureau
from tests.properties.guichet import Guichet
from tests.properties.marche import Decision, Marche, Portee, Temps
from tests.properties.partenaire import SAIN

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.rule("C.6-180", "C.6-validite", "D.2-evenement", "D.2-refus", "E.1-accord", "E.2-retrait", "E.4-terme"),
]


class Tout(Bureau, Guichet):
    """Both at once: the office goes on while the queue works."""

    def _next_step(self) -> None:
        if self.bilan.etat != Etat.SYNTHESE_VALIDEE:
            super()._next_step()
        elif self.accord is None:
            self._decide(Portee.TRANSMISSION, Decision.ACCORDE, by="conseiller")
        elif self.travail is None:
            self._claim()
        else:
            self._answer(SAIN)


@pytest.mark.parametrize(
    ("machine", "depart", "walks"),
    [
        pytest.param(Bureau, Etat.A_EVALUER, 12, id="from the interview"),
        pytest.param(Bureau, Etat.CONVOQUE, 12, id="from the appointment"),
        pytest.param(Guichet, Etat.SYNTHESE_VALIDEE, 24, id="from the signature"),
        pytest.param(Tout, Etat.PHASE_CONCLUSION, 12, id="everything at once"),
    ],
)
def test_agents_may_do_anything_and_what_must_not_happen_does_not(
    machine: type[Marche],
    depart: Etat,
    walks: int,
    monkeypatch: pytest.MonkeyPatch,
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
    machine.monde, machine.temps, machine.depart = monde, temps, depart
    machine.personnes = {
        "agent_ofii": agent_ofii,
        "prescripteur": monde.prescripteur,
        "directeur": directeur,
        "correspondant": correspondant,
        "conseiller": monde.conseiller,
        "responsable": responsable,
        "prescripteur d’ailleurs": agent_ailleurs,
    }
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=walks,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a walk that fails is told as it was walked: shortening it takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
