"""The acts on a proposal that are one question and one button: what the page says before, and the service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan import prefet
from bilan.forms_prefet import (
    AbandonForm,
    CorrectionForm,
    DecisionForm,
    IntentionForm,
    ObservationsForm,
    PropositionForm,
)
from bilan.propositions import Type, fin_observations
from cai.models import PropositionPrefet
from core import clock
from core.french import date_longue, date_sans_jour, minuscule

_RIEN_NE_PART = "Rien ne part d’ici\u00a0: l’application garde la date et la référence."
_PERDU = {
    Type.RESILIATION: (
        "Le contrat est résilié\u00a0: un bilan qui n’a pas commencé est annulé. Un rendez-vous à venir tombe\u00a0; "
        "une lettre numérotée, à imprimer, le dit à la personne. Prévenez le prestataire.",
        "Les formations inachevées ne sont plus dues. Ce qui est commencé ou fait reste.",
    ),
    Type.CLOTURE: ("Le contrat est clôturé\u00a0: plus personne n’est convoqué dans son cadre.",),
    Type.PROROGATION: (),
}


@dataclass(frozen=True)
class ActePrefet:
    """One act on a proposal as a page: its words, its form, its service."""

    name: str
    transition: str
    titre: str
    bouton: str
    fait: str
    phrase: Callable[[PropositionPrefet], str]
    service: Callable[..., Any]
    form: type[PropositionForm]
    permission: Permission = Permission.ENREGISTRER_DECISION

    def right(self, proposition: PropositionPrefet, agent: Agent) -> Permission:
        """The right under which this agent would do it."""
        if self.transition == "abandonner":
            return prefet.permission_to_abandon(proposition, agent)
        return self.permission

    def perdu(self, proposition: PropositionPrefet) -> tuple[str, ...]:
        """What an agreement of the préfet puts an end to."""
        return _PERDU[Type(proposition.type)] if self.transition == "decider" else ()


def _la(proposition: PropositionPrefet) -> str:
    return f"la {minuscule(proposition.get_type_display())}"


def _month(proposition: PropositionPrefet) -> str:
    fin = fin_observations(proposition)
    if fin is None:
        return ""
    can = "peut" if clock.today() <= fin else "pouvait"
    return f"La personne {can} présenter ses observations jusqu’au {date_longue(fin)} inclus. "


ACTES_PREFET: dict[str, ActePrefet] = {
    acte.name: acte
    for acte in (
        ActePrefet(
            name="intention",
            transition="notifier_intention",
            titre="Noter la réception de la lettre d’intention",
            phrase=lambda _: (
                "Le préfet a écrit à la personne qu’il envisage de résilier son contrat, et pourquoi. Elle "
                f"a un mois pour présenter ses observations. {_RIEN_NE_PART}"
            ),
            bouton="Noter la réception",
            fait="La réception de la lettre d’intention est notée\u00a0: le mois d’observations court.",
            service=prefet.record_intention,
            form=IntentionForm,
        ),
        ActePrefet(
            name="decision",
            transition="decider",
            titre="Enregistrer la décision du préfet",
            phrase=lambda row: (
                f"{_month(row)}Notez ce que le préfet a décidé sur {_la(row)}. S’il suit la "
                "proposition, elle prend effet à l’enregistrement."
            ),
            bouton="Enregistrer la décision",
            fait="La décision du préfet est enregistrée.",
            service=prefet.decide,
            form=DecisionForm,
        ),
        ActePrefet(
            name="observations",
            transition="recevoir_observations",
            titre="Noter les observations de la personne",
            phrase=lambda row: f"{_month(row)}Arrivées plus tard, elles sont prises jusqu’à la décision.",
            bouton="Noter les observations",
            fait="Les observations sont notées.",
            service=prefet.record_observations,
            form=ObservationsForm,
        ),
        ActePrefet(
            name="correction",
            transition="corriger_intention",
            titre="Corriger la date de réception",
            phrase=lambda row: (
                f"La lettre d’intention est notée reçue le {date_sans_jour(row.date_reception)}. Le mois "
                "d’observations se recompte du jour que vous indiquez\u00a0; l’ancienne date reste dans la chronologie."
            ),
            bouton="Corriger la date",
            fait="La date de réception est corrigée, le mois d’observations est recompté.",
            service=prefet.correct_intention,
            form=CorrectionForm,
        ),
        ActePrefet(
            name="abandon",
            transition="abandonner",
            titre="Abandonner la proposition",
            phrase=lambda row: (
                f"L’office renonce à {_la(row)}. Le contrat ne change pas\u00a0; une nouvelle "
                "proposition reste possible."
            ),
            bouton="Abandonner la proposition",
            fait="La proposition est abandonnée.",
            service=prefet.abandon,
            form=AbandonForm,
        ),
    )
}


def offered(proposition: PropositionPrefet, agent: Agent) -> list[ActePrefet]:
    """The acts that this agent can do on this proposal now, the one that makes it advance first.

    A résiliation is decided once the month is over; one that is suspended can only be given up.
    """
    direction = proposition.contrat.direction_id
    return [
        acte
        for acte in ACTES_PREFET.values()
        if not prefet.why_not(proposition, acte.transition)
        and _is_timely(acte, proposition)
        and has_permission(agent, acte.right(proposition, agent), direction_id=direction)
    ]


def _is_timely(acte: ActePrefet, proposition: PropositionPrefet) -> bool:
    if acte.transition == "notifier_intention":
        return proposition.suspendue_at is None
    fin = fin_observations(proposition)
    return acte.transition != "decider" or fin is None or clock.today() > fin
