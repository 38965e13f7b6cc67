"""Accounts and what they may do where: opened, closed, given and taken back, always with a line in the access journal.

``by=None`` stands for the system: a command typed on the server.
"""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from agents.authentication import create_token
from agents.models import Affectation, Agent, DirectionTerritoriale, Jeton, Prestataire
from agents.permissions import check_permission
from agents.roles import DIRECTION_ROLES, PRESTATAIRE_ROLES, Permission, Role
from core import clock, journal
from core.errors import Conflict, InvalidInput, RuleViolation


def _check_administers(by: Agent | None) -> None:
    if by is not None:
        check_permission(by, Permission.ADMINISTRER)


@transaction.atomic
def create_agent(
    *, email: str, prenom: str, nom: str, telephone: str = "", password: str | None = None, by: Agent | None
) -> Agent:
    """An account without any role yet; without ``password`` nobody can log in before the invitation is followed.

    Refuses a malformed or known address and a weak password (InvalidInput, at their field).
    """
    _check_administers(by)
    try:
        if password is not None:
            validate_password(password, Agent(email=email, prenom=prenom, nom=nom))
        agent = Agent.objects.create_user(email, password, prenom=prenom, nom=nom, telephone=telephone)
    except ValidationError as error:
        fields = error.message_dict if hasattr(error, "error_dict") else {"password": error.messages}
        raise InvalidInput("Le compte n’a pas été créé.", fields=fields) from error
    journal.log_access("compte_cree", by=by, target=agent)
    return agent


@transaction.atomic
def correct_agent(*, agent: Agent, email: str, prenom: str, nom: str, telephone: str, by: Agent | None) -> Agent:
    """Change who an account belongs to or how to reach them. Refuses a malformed or known address (InvalidInput)."""
    _check_administers(by)
    agent = Agent.objects.get_queryset().select_for_update().get(pk=agent.pk)
    agent.email, agent.prenom, agent.nom, agent.telephone = email.lower(), prenom, nom, telephone
    try:
        agent.full_clean(exclude=["password"])
    except ValidationError as error:
        raise InvalidInput("Le compte n’a pas été modifié.", fields=error.message_dict) from error
    agent.save(update_fields=["email", "prenom", "nom", "telephone", "updated_at"])
    journal.log_access("compte_modifie", by=by, target=agent)
    return agent


@transaction.atomic
def close_account(*, agent: Agent, by: Agent | None) -> Agent:
    """Shut an account at once: sessions end at their next request, tokens are revoked. Nothing is deleted."""
    _check_administers(by)
    if by is not None and agent.pk == by.pk:
        raise RuleViolation("Vous ne pouvez pas fermer votre propre compte.", code="compte_propre")
    agent = Agent.objects.get_queryset().select_for_update().get(pk=agent.pk)
    if agent.is_active:
        agent.is_active = False
        agent.save(update_fields=["is_active", "updated_at"])
        agent.jetons.filter(revoque_at=None).update(revoque_at=timezone.now())
        journal.log_access("compte_ferme", by=by, target=agent)
    return agent


@transaction.atomic
def reopen_account(*, agent: Agent, by: Agent | None) -> Agent:
    """Let a closed account log in again, with its password and the roles still in force; tokens stay revoked."""
    _check_administers(by)
    agent = Agent.objects.get_queryset().select_for_update().get(pk=agent.pk)
    if not agent.is_active:
        agent.is_active = True
        agent.save(update_fields=["is_active", "updated_at"])
        journal.log_access("compte_rouvert", by=by, target=agent)
    return agent


@transaction.atomic
def assign_role(
    *,
    agent: Agent,
    role: Role,
    direction: DirectionTerritoriale | None = None,
    prestataire: Prestataire | None = None,
    debut: date | None = None,
    fin: date | None = None,
    by: Agent | None,
) -> Affectation:
    """Give a role at a place from ``debut`` (today by default) to ``fin``, both included.

    Refuses a role without its kind of place (InvalidInput) and a role already held there without end (Conflict).
    """
    _check_administers(by)
    if (role in DIRECTION_ROLES) != (direction is not None):
        raise InvalidInput("Un rôle OFII s’exerce dans une direction.", fields={"direction": ["Direction à revoir."]})
    if (role in PRESTATAIRE_ROLES) != (prestataire is not None):
        raise InvalidInput(
            "Un rôle de prestataire s’exerce chez un prestataire.", fields={"prestataire": ["Prestataire à revoir."]}
        )
    debut = debut or clock.today()
    if fin is not None and fin < debut:
        raise InvalidInput(
            "Le dernier jour précède le premier.", fields={"fin": ["Indiquez une date à partir du premier jour."]}
        )
    Agent.objects.get_queryset().select_for_update().get(pk=agent.pk)
    held = Affectation.objects.filter(agent=agent, role=role, direction=direction, prestataire=prestataire, fin=None)
    if fin is None and held.exists():
        raise Conflict("Ce rôle est déjà attribué ici, sans date de fin.", code="role_deja_attribue")
    affectation = Affectation.objects.create(
        agent=agent, role=role, direction=direction, prestataire=prestataire, debut=debut, fin=fin
    )
    journal.log_access("role_attribue", by=by, target=affectation, motif=role.value)
    return affectation


@transaction.atomic
def end_affectation(*, affectation: Affectation, fin: date, by: Agent | None) -> Affectation:
    """Set the last day of a role, included.

    Refuses a day before the first (InvalidInput), and to end one's own administrator's role: somebody must always be
    able to give it back (RuleViolation).
    """
    _check_administers(by)
    affectation = Affectation.objects.select_for_update().get(pk=affectation.pk)
    if by is not None and affectation.agent_id == by.pk and affectation.role == Role.ADMINISTRATEUR:
        raise RuleViolation("Vous ne pouvez pas retirer votre propre rôle d’administrateur.", code="role_propre")
    if fin < affectation.debut:
        raise InvalidInput(
            "Le dernier jour précède le premier.", fields={"fin": ["Indiquez une date à partir du premier jour."]}
        )
    affectation.fin = fin
    affectation.save(update_fields=["fin", "updated_at"])
    journal.log_access("role_termine", by=by, target=affectation, motif=affectation.role)
    return affectation


@transaction.atomic
def issue_token(*, agent: Agent, libelle: str, days: int, by: Agent | None) -> str:
    """A new access token for the API, shown once; valid from 1 to 3,650 days. Refuses a closed account and no label."""
    _check_administers(by)
    agent = Agent.objects.get_queryset().select_for_update().get(pk=agent.pk)
    if not agent.is_active:
        raise RuleViolation("Ce compte est fermé.", code="compte_ferme")
    if not 1 <= len(libelle.strip()) <= 80:
        raise InvalidInput("Indiquez l’usage du jeton.", fields={"libelle": ["De 1 à 80 caractères."]})
    if not 1 <= days <= 3650:
        raise InvalidInput("Indiquez une durée de 1 à 3 650 jours.", fields={"jours": ["De 1 à 3 650 jours."]})
    token = create_token(agent, libelle=libelle, days=days)
    journal.log_access("jeton_cree", by=by, target=agent)
    return token


@transaction.atomic
def revoke_token(*, jeton: Jeton, by: Agent | None) -> Jeton:
    """Make a token worthless at once. Its owner may, and an administrator; twice changes nothing."""
    if by is not None and jeton.agent_id != by.pk:
        _check_administers(by)
    jeton = Jeton.objects.select_for_update().get(pk=jeton.pk)
    if jeton.revoque_at is None:
        jeton.revoque_at = timezone.now()
        jeton.save(update_fields=["revoque_at", "updated_at"])
        journal.log_access("jeton_revoque", by=by, target=jeton)
    return jeton
