"""The composition of a file page: one bar, the course, the next act, one panel per step."""

from dataclasses import dataclass
from typing import Any

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan.panneau_prefet import PanneauPrefet, prefet_panel
from cai.models import Contrat
from cai.selectors import contract_panel
from core import clock
from core.french import date_sans_jour
from dossiers.panneaux import bilan_panel, documents_panel
from dossiers.parcours import Echeance, Faits, Suite, deadlines_of, facts_of, steps_of
from dossiers.suite import next_act
from exemptions.presentation import exemption_panel
from poleemploi.presentation import Panneau
from poleemploi.presentation import panel as exchange_panel


@dataclass(frozen=True)
class Page:
    """What the template shows; a panel the agent may not see is None."""

    faits: Faits
    identite: list[str]
    etapes: list[dict[str, Any]]
    suite: Suite
    echeances: list[Echeance]
    contrat: dict[str, Any]
    exemption: dict[str, Any] | None
    prefet: PanneauPrefet
    bilan: dict[str, Any]
    documents: dict[str, Any]
    echange: Panneau


def compose(contrat: Contrat, agent: Agent) -> Page:
    """Everything the file page shows this agent, in a constant number of queries."""
    faits = facts_of(contrat)
    suite = next_act(faits, agent)
    seen = has_permission(agent, Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id)
    return Page(
        faits=faits,
        identite=identity_facts(contrat),
        etapes=steps_of(faits),
        suite=suite,
        echeances=deadlines_of(faits),
        contrat=contract_panel(contrat, agent, cancellable=not faits.has_begun),
        exemption=exemption_panel(contrat, agent) | {"a_la_convocation": faits.is_assessed_by_convocation}
        if seen
        else None,
        prefet=prefet_panel(contrat, agent, ailleurs={suite.url, suite.lien_url}),
        bilan=bilan_panel(faits, agent, suite),
        documents=documents_panel(faits, agent),
        echange=exchange_panel(faits.bilan, agent),
    )


def identity_facts(contrat: Contrat) -> list[str]:
    """The short facts that tell two people apart, for the bar on top of every page of the file."""
    person = contrat.signataire
    ne = "née" if person.sexe == "F" else "né"
    return [
        f"{ne} le {date_sans_jour(person.date_naissance)} ({person.age_on(clock.today())} ans)",
        str(person.nationalite),
        f"comprend : {person.langue_comprise}",
    ]
