"""A contract about which something is proposed to the préfet, by the services and each on its own day."""

from datetime import date
from typing import Any

from agents.models import Agent
from bilan import prefet
from bilan.states import Etat
from cai.models import Contrat, Prestation, PropositionPrefet
from core import clock

Type, Decision = PropositionPrefet.Type, PropositionPrefet.Decision
TypeP, StatutP = Prestation.Type, Prestation.Statut
MOTIVATION = (
    "Madame ne s’est pas présentée à la formation civique du 12 avril, n’a pas répondu aux deux courriers de relance "
    "et n’a fait connaître aucune raison depuis."
)


def note(contrat: Contrat, kind: str, statut: str) -> None:
    """Where a prestation stands, whatever led there."""
    Prestation.objects.update_or_create(contrat=contrat, type=kind, defaults={"statut": statut})


def achieve(contrat: Contrat) -> None:
    """Every engagement kept: the civic training was followed and the bilan is over."""
    civique = {"statut": StatutP.SUIVIE, "date_fin": contrat.date_signature}
    Prestation.objects.update_or_create(contrat=contrat, type=TypeP.FORMATION_CIVIQUE, defaults=civique)
    contrat.bilans.update(etat=Etat.CLOS, clos_at=clock.at(contrat.date_signature))


def propose(
    contrat: Contrat, kind: str, *, by: Agent, le: date, motivation: str = MOTIVATION, **terms: Any
) -> PropositionPrefet:
    """Signed by ``by``, a directeur territorial; ``terms`` are those of a prorogation."""
    with clock.travel(le):
        return prefet.propose(contrat=contrat, type_proposition=kind, motivation=motivation, by=by, **terms)


def decide(
    proposition: PropositionPrefet, *, by: Agent, le: date, acte: date | None = None, **terms: Any
) -> PropositionPrefet:
    """Recorded on ``le``, dated the same day unless ``acte`` says otherwise; by default the préfet agrees."""
    with clock.travel(le):
        return prefet.decide(
            proposition=proposition, date_decision=acte or le,
            **{"decision": Decision.ACCORD, "reference_acte": "2011-042"} | terms, by=by,
        )  # fmt: skip


def resiliation_en_cours(contrat: Contrat, *, directeur: Agent, agent: Agent, recue: date) -> PropositionPrefet:
    """Proposed for a civic training missed without reason, the letter of intention received on ``recue``."""
    note(contrat, TypeP.FORMATION_CIVIQUE, StatutP.NON_SUIVIE)
    proposition = propose(contrat, Type.RESILIATION, by=directeur, le=contrat.date_signature)
    with clock.travel(recue):
        return prefet.record_intention(proposition=proposition, date_reception=recue, by=agent)
