"""A file brought to its appointment by the services that do so, each on its own day."""

from datetime import date
from typing import Any

from agents.models import Agent, Lieu
from bilan import programmation
from bilan.guards import Proposition
from bilan.models import Bilan, RendezVous
from cai.models import Contrat
from core import clock
from exemptions.services import Declarations, evaluate_contrat
from tests.factories.cai import make_contrat

RIEN_A_DECLARER = Declarations(
    scolarise=False, declare_activite=False, declare_ne_recherche_pas=False, inscrit_pole_emploi=False
)


def make_prescrit(
    *, by: Agent, declarations: Declarations = RIEN_A_DECLARER, le: date | None = None, **fields: Any
) -> Bilan:
    """A bilan to be programmed: opened, assessed without ground, prescribed (by default on the day of signature)."""
    contrat = make_contrat(by=by, **fields)
    return prescribe(contrat, by=by, declarations=declarations, le=le or contrat.date_signature)


def prescribe(contrat: Contrat, *, by: Agent, le: date, declarations: Declarations = RIEN_A_DECLARER) -> Bilan:
    with clock.travel(le):
        evaluate_contrat(contrat=contrat, declarations=declarations, date_reference=contrat.date_entretien, by=by)
        return programmation.prescribe(bilan=contrat.bilans.get(), prescripteur=by, by=by)


def proposition(lieu: Lieu, conseiller: Agent, jour: date, **changes: Any) -> Proposition:
    values: dict[str, Any] = {
        "debut": clock.at(jour, 9, 30),
        "duree_fixee_minutes": 180,
        "lieu": lieu,
        "conseiller": conseiller,
        "accord_delai_reduit": False,
    }
    return Proposition(**{**values, **changes})


def convoke(
    bilan: Bilan, *, lieu: Lieu, conseiller: Agent, by: Agent, jour: date, le: date | None = None, **changes: Any
) -> RendezVous:
    """Summon for a day, on a day (by default that of the prescription)."""
    made_on = le or bilan.prescrit_at.astimezone(clock.PARIS).date()
    with clock.travel(made_on):
        return programmation.convoke(bilan=bilan, proposition=proposition(lieu, conseiller, jour, **changes), by=by)
