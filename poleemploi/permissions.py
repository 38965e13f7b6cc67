"""Who may do what of the exchange: the right on the bilan decides; a transmission has no owner of its own."""

from django.contrib.auth.models import AnonymousUser

from agents.models import Agent
from agents.roles import Permission
from bilan.models import Bilan
from bilan.permissions import can, check_can


def can_collect(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    """Ask the person for an agreement, and write the answer down."""
    return can(agent, Permission.RECUEILLIR_CONSENTEMENT, bilan)


def check_can_collect(agent: Agent, bilan: Bilan) -> None:
    check_can(agent, Permission.RECUEILLIR_CONSENTEMENT, bilan)


def can_withdraw(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    """Write a withdrawal down: as easy as giving, so open to more people than collecting (reference D.2, 20)."""
    return can(agent, Permission.RETIRER_CONSENTEMENT, bilan)


def check_can_withdraw(agent: Agent, bilan: Bilan) -> None:
    check_can(agent, Permission.RETIRER_CONSENTEMENT, bilan)


def can_rework(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    return can(agent, Permission.ECRIRE_SYNTHESE, bilan)


def check_can_rework(agent: Agent, bilan: Bilan) -> None:
    check_can(agent, Permission.ECRIRE_SYNTHESE, bilan)


def can_requeue(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    return can(agent, Permission.RELANCER_TRANSMISSION, bilan)


def check_can_requeue(agent: Agent, bilan: Bilan) -> None:
    check_can(agent, Permission.RELANCER_TRANSMISSION, bilan)


def can_record_return(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    return can(agent, Permission.ENREGISTRER_RETOUR, bilan)


def check_can_record_return(agent: Agent, bilan: Bilan) -> None:
    check_can(agent, Permission.ENREGISTRER_RETOUR, bilan)


def check_can_view(agent: Agent, bilan: Bilan) -> None:
    """Look at one transmission and its attempts."""
    check_can(agent, Permission.VOIR_TRANSMISSIONS, bilan)
