"""Who acts in the demonstration: the trial accounts of each direction, found by role."""

import json
from dataclasses import dataclass
from datetime import date
from random import Random

from agents.management.commands.load_accounts import ACCOUNTS
from agents.models import Affectation, Agent, AgentQuerySet, DirectionTerritoriale, Lieu
from agents.roles import Role

# One prestataire a direction, so that two directions never compete for the same adviser's hours.
PRESTATAIRES = {
    "75": "Passerelles Compétences",
    "69": "Rhône Insertion Bilans",
    "93": "Tremplin 93",
    "13": "Horizon Sud",
}
VILLES = {"75": "Paris", "69": "Lyon", "93": "Pantin", "13": "Marseille"}


@dataclass(frozen=True, kw_only=True)
class Equipe:
    """The people and places one direction works with; every list is ordered, the first account being the best known."""

    direction: DirectionTerritoriale
    agents: list[Agent]
    prescripteurs: list[Agent]
    directeur: Agent
    correspondant: Agent
    conseillers: list[Agent]
    lieux: list[Lieu]

    @classmethod
    def of(cls, code: str) -> "Equipe":
        """Raises DoesNotExist or IndexError when the trial accounts are not loaded.

        An account added since holds its role from a day after most of these stories: it never acts in them.
        """
        direction = DirectionTerritoriale.objects.get(code=code)
        lieux = Lieu.objects.filter(prestataire__nom=PRESTATAIRES[code], ville=VILLES[code]).select_related(
            "prestataire"
        )

        def holding(role: Role) -> list[Agent]:
            return _since_always(Agent.objects.get_queryset().holding(role, direction_id=direction.pk), role)

        return cls(
            direction=direction,
            agents=holding(Role.AGENT_OFII),
            prescripteurs=holding(Role.PRESCRIPTEUR),
            directeur=holding(Role.DIRECTEUR_TERRITORIAL)[0],
            correspondant=holding(Role.CORRESPONDANT_OFII)[0],
            conseillers=_since_always(
                Agent.objects.get_queryset().holding(Role.CONSEILLER_BILAN, prestataire_id=lieux[0].prestataire_id),
                Role.CONSEILLER_BILAN,
            ),
            lieux=list(lieux),
        )

    def agent(self, hasard: Random) -> Agent:
        return _favourite(hasard, self.agents)

    def prescripteur(self, hasard: Random) -> Agent:
        return _favourite(hasard, self.prescripteurs)


def _since_always(agents: AgentQuerySet, role: Role) -> list[Agent]:
    opening = date.fromisoformat(json.loads(ACCOUNTS.read_text())["depuis"])
    held = Affectation.objects.filter(role=role, debut__lte=opening).values("agent_id")
    return list(agents.filter(pk__in=held).order_by("telephone"))


def _favourite(hasard: Random, agents: list[Agent]) -> Agent:
    """Half of the work on the desk of the account shown at start, the rest shared."""
    return agents[0] if hasard.random() < 0.5 else hasard.choice(agents)
