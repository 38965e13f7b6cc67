"""How the API knows its caller: a hashed token, or the browser's session."""

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from agents.models import Agent, Jeton

if TYPE_CHECKING:
    from rest_framework.views import APIView

PREFIXE = "cai_"
DUREE_JETON_JOURS = 365


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def create_token(agent: Agent, *, libelle: str, days: int = DUREE_JETON_JOURS) -> str:
    """A new token for an agent, valid a number of days; returned once, kept only as a fingerprint."""
    token = PREFIXE + secrets.token_urlsafe(32)
    Jeton.objects.create(
        agent=agent, libelle=libelle, empreinte=_digest(token), expire_at=timezone.now() + timedelta(days=days)
    )
    return token


class JetonAuthentication(BaseAuthentication):
    """``Authorization: Bearer cai_…``"""

    def authenticate(self, request: Request) -> tuple[Agent, Jeton] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Jeton illisible.")
        jeton = Jeton.objects.filter(
            empreinte=_digest(parts[1].decode(errors="replace")), revoque_at=None, expire_at__gt=timezone.now()
        ).first()
        agents = Agent.objects.get_queryset().with_places()
        agent = agents.filter(pk=jeton.agent_id, is_active=True).first() if jeton else None
        if jeton is None or agent is None:
            raise AuthenticationFailed("Jeton inconnu, expiré ou révoqué.")
        return agent, jeton

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="cai"'


class SessionAuthentification(SessionAuthentication):
    """The browser's session, for the API's documentation; writes need the CSRF token."""


def caller(request: Request) -> Agent:
    """The agent who calls; ``EstAgent`` has let nobody else in."""
    if not isinstance(request.user, Agent):
        raise NotAuthenticated
    return request.user


class EstAgent(BasePermission):
    """Deny by default: an open account that holds at least one role today."""

    def has_permission(self, request: Request, view: "APIView") -> Any:
        return isinstance(request.user, Agent) and bool(request.user.places)
