"""Places and the people who act there. Roles run from long ago, so that tests may stand on any legal date."""

from datetime import date
from itertools import count

from agents.models import Affectation, Agent, DirectionTerritoriale, Lieu, Marche, Prestataire
from agents.roles import DIRECTION_ROLES, Role

MOT_DE_PASSE = "une phrase bien longue"
DEPUIS_TOUJOURS = date(2000, 1, 1)
_numero = count(1)


def make_direction(code: str = "75", nom: str = "Paris", region: str = "11") -> DirectionTerritoriale:
    return DirectionTerritoriale.objects.create(
        code=code,
        nom=nom,
        region_id=region,
        adresse="48, rue de la Roquette",
        code_postal="75011",
        ville=nom,
        telephone="01 53 69 53 70",
        courriel=f"direction{code.lower()}@ofii.test",
    )


def make_prestataire(nom: str = "Compétences & Cie") -> Prestataire:
    return Prestataire.objects.create(
        nom=nom,
        adresse="12, cité d’Hauteville",
        code_postal="75010",
        ville="Paris",
        telephone="01 42 00 00 00",
        courriel="contact@prestataire.test",
    )


def make_marche(
    prestataire: Prestataire,
    *directions: DirectionTerritoriale,
    debut: date = DEPUIS_TOUJOURS,
    fin: date = date(2099, 12, 31),
) -> Marche:
    marche = Marche.objects.create(prestataire=prestataire, numero=f"M-{next(_numero):04}", debut=debut, fin=fin)
    marche.directions.set(directions)
    return marche


def make_lieu(prestataire: Prestataire, nom: str = "Espace Hauteville") -> Lieu:
    return Lieu.objects.create(
        prestataire=prestataire, nom=nom, adresse="12, cité d’Hauteville", code_postal="75010", ville="Paris"
    )


def make_agent(
    role: Role,
    place: DirectionTerritoriale | Prestataire | None = None,
    *,
    prenom: str = "Claude",
    nom: str | None = None,
    email: str | None = None,
    debut: date = DEPUIS_TOUJOURS,
    fin: date | None = None,
) -> Agent:
    """An agent with one role at one place, read back as a request would read it."""
    agent = Agent.objects.create_user(
        email or f"agent{next(_numero)}@ofii.test", MOT_DE_PASSE, prenom=prenom, nom=nom or role.label
    )
    add_role(agent, role, place, debut=debut, fin=fin)
    return Agent.objects.get(pk=agent.pk)


def add_role(
    agent: Agent,
    role: Role,
    place: DirectionTerritoriale | Prestataire | None = None,
    *,
    debut: date = DEPUIS_TOUJOURS,
    fin: date | None = None,
) -> Affectation:
    direction = place if role in DIRECTION_ROLES else None
    prestataire = place if isinstance(place, Prestataire) else None
    return Affectation.objects.create(
        agent=agent, role=role, direction=direction, prestataire=prestataire, debut=debut, fin=fin
    )
