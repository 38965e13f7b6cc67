"""May this agent do this here? Written once, used by pages to offer and by services to refuse."""

import uuid

from django.contrib.auth.models import AnonymousUser

from agents.models import Agent
from agents.roles import ROLE_PERMISSIONS, Permission
from core.errors import Forbidden
from core.french import de


def direction_ids(agent: Agent | AnonymousUser, permission: Permission) -> frozenset[uuid.UUID]:
    """The directions territoriales where the agent holds a right today."""
    return frozenset(
        place.direction_id
        for place in getattr(agent, "places", ())
        if place.direction_id and permission in ROLE_PERMISSIONS[place.role]
    )


def prestataire_ids(agent: Agent | AnonymousUser, permission: Permission) -> frozenset[uuid.UUID]:
    """The prestataires where the agent holds a right today."""
    return frozenset(
        place.prestataire_id
        for place in getattr(agent, "places", ())
        if place.prestataire_id and permission in ROLE_PERMISSIONS[place.role]
    )


def has_permission(
    agent: Agent | AnonymousUser,
    permission: Permission,
    *,
    direction_id: uuid.UUID | None = None,
    prestataire_id: uuid.UUID | None = None,
) -> bool:
    """Whether the agent holds a right at one of the places named; without a place, anywhere."""
    if direction_id is None and prestataire_id is None:
        return any(permission in ROLE_PERMISSIONS[place.role] for place in getattr(agent, "places", ()))
    return direction_id in direction_ids(agent, permission) or prestataire_id in prestataire_ids(agent, permission)


def check_permission(
    agent: Agent | AnonymousUser,
    permission: Permission,
    *,
    direction_id: uuid.UUID | None = None,
    prestataire_id: uuid.UUID | None = None,
) -> None:
    """Raise Forbidden, naming the missing right in French, when ``has_permission`` is false."""
    if not has_permission(agent, permission, direction_id=direction_id, prestataire_id=prestataire_id):
        raise Forbidden(f"Votre rôle ne permet pas ici {de(str(permission.label))}.", code=f"droit_{permission.value}")
