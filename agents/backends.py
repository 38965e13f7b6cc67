"""How an agent logs in: e-mail address and password, whatever the letter case of the address."""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from agents.models import Agent


def lockout_key(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """What django-axes counts wrong passwords under: a fingerprint, the same for all letter cases of an address.

    It keeps typed addresses out of the table, and passwords typed in the wrong field.
    """
    typed = (credentials or {}).get("username") or request.POST.get("username") or ""
    return hashlib.sha256(typed.strip().casefold().encode(errors="replace")).hexdigest()


class AgentBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Agent | None:
        """The open account with this address and password, or None; takes as long when the address is unknown."""
        address = username if username is not None else kwargs.get(Agent.USERNAME_FIELD)
        if address is None or password is None:
            return None
        agent = Agent.objects.get_queryset().filter(email__iexact=address).first()
        if agent is None:
            Agent().set_password(password)
            return None
        return agent if agent.check_password(password) and agent.is_active else None

    def get_user(self, user_id: uuid.UUID) -> Agent | None:
        """The session's agent with the roles in force, in one query; None once the account is closed."""
        return Agent.objects.get_queryset().with_places().filter(pk=user_id, is_active=True).first()
