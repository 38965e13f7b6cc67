"""Who acts in the demonstration: the trial accounts of each direction, found by role."""

from dataclasses import dataclass
from random import Random

from agents.models import Agent, DirectionTerritoriale, Lieu
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
        """Raises DoesNotExist or IndexError when the trial accounts are not loaded."""
        direction = DirectionTerritoriale.objects.get(code=code)
        lieux = Lieu.objects.filter(prestataire__nom=PRESTATAIRES[code], ville=VILLES[code]).select_related(
            "prestataire"
        )

        def holding(role: Role) -> list[Agent]:
            return list(Agent.objects.get_queryset().holding(role, direction_id=direction.pk).order_by("telephone"))

        return cls(
            direction=direction,
            agents=holding(Role.AGENT_OFII),
            prescripteurs=holding(Role.PRESCRIPTEUR),
            directeur=holding(Role.DIRECTEUR_TERRITORIAL)[0],
            correspondant=holding(Role.CORRESPONDANT_OFII)[0],
            conseillers=list(
                Agent.objects.get_queryset()
                .holding(Role.CONSEILLER_BILAN, prestataire_id=lieux[0].prestataire_id)
                .order_by("telephone")
            ),
            lieux=list(lieux),
        )

    def agent(self, hasard: Random) -> Agent:
        return _favourite(hasard, self.agents)

    def prescripteur(self, hasard: Random) -> Agent:
        return _favourite(hasard, self.prescripteurs)


def _favourite(hasard: Random, agents: list[Agent]) -> Agent:
    """Half of the work on the desk of the account shown at start, the rest shared."""
    return agents[0] if hasard.random() < 0.5 else hasard.choice(agents)
