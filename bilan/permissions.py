"""Who may do what on a bilan: OFII agents in the contract's direction, the adviser it is entrusted to."""

from django.contrib.auth.models import AnonymousUser

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan.models import Bilan
from core.errors import Forbidden
from core.french import de


def can(agent: Agent | AnonymousUser, permission: Permission, bilan: Bilan) -> bool:
    """Whether the agent holds the right on this bilan, through its direction or as its own adviser."""
    if has_permission(agent, permission, direction_id=bilan.contrat.direction_id):
        return True
    return (
        bilan.prestataire_id is not None
        and bilan.conseiller_id == agent.pk
        and has_permission(agent, permission, prestataire_id=bilan.prestataire_id)
    )


def check_can(agent: Agent | None, permission: Permission, bilan: Bilan) -> None:
    """Raise Forbidden unless ``can``. ``None`` is the system, which acts by rule and not by right."""
    if agent is not None and not can(agent, permission, bilan):
        raise Forbidden(f"Votre rôle ne permet pas ici {de(str(permission.label))}.", code=f"droit_{permission.value}")


def can_assign_adviser(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    """Advisers are assigned by those who answer for the prestataire (reference B)."""
    return bilan.prestataire_id is not None and has_permission(
        agent, Permission.AFFECTER_CONSEILLER, prestataire_id=bilan.prestataire_id
    )


def check_can_assign_adviser(agent: Agent, bilan: Bilan) -> None:
    if not can_assign_adviser(agent, bilan):
        raise Forbidden("Seul le responsable du prestataire affecte un conseiller.", code="droit_affecter_conseiller")


# rule: E.3-prescripteur, E.3-personne
def can_print_copy(agent: Agent | AnonymousUser, bilan: Bilan) -> bool:
    """Copies are printed by the prescriber in charge of the file alone (reference B and E.3)."""
    return bilan.prescripteur_id == agent.pk and can(agent, Permission.IMPRIMER_COPIE, bilan)


def check_can_print_copy(agent: Agent, bilan: Bilan) -> None:
    if not can_print_copy(agent, bilan):
        raise Forbidden(
            "Seul le prescripteur en charge du dossier imprime une copie de la synthèse.", code="droit_imprimer_copie"
        )
