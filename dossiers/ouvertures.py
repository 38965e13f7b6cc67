"""Files being opened: what was typed waits in the agent's session, by the identifier the file will have."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from agents.http import AgentRequest
from core.forms import BaseForm

SESSION_KEY = "ouvertures"
# Several tabs are fine; beyond, the oldest unfinished one is forgotten.
OUVERTURES_MAX = 5
REPONSE_MAX = 1000  # characters, well above every field's own limit


@dataclass
class Ouverture:
    """One unfinished opening; each step keeps the raw answers, validated again each time they are read."""

    identifiant: uuid.UUID
    personne: dict[str, Any] = field(default_factory=dict)
    contrat: dict[str, Any] = field(default_factory=dict)


def read(request: AgentRequest, identifiant: uuid.UUID) -> Ouverture:
    """What was typed so far; empty for a new opening, or after the session that held it ended."""
    kept = request.session.get(SESSION_KEY, {}).get(str(identifiant), {})
    return Ouverture(identifiant, personne=kept.get("personne", {}), contrat=kept.get("contrat", {}))


def keep(request: AgentRequest, ouverture: Ouverture) -> None:
    """Remember one opening, the latest last."""
    kept: dict[str, Any] = dict(request.session.get(SESSION_KEY, {}))
    kept.pop(str(ouverture.identifiant), None)
    kept[str(ouverture.identifiant)] = {"personne": ouverture.personne, "contrat": ouverture.contrat}
    request.session[SESSION_KEY] = dict(list(kept.items())[-OUVERTURES_MAX:])


def forget(request: AgentRequest, identifiant: uuid.UUID) -> None:
    """The file is open, or given up: nothing of it stays in the session."""
    kept: dict[str, Any] = dict(request.session.get(SESSION_KEY, {}))
    kept.pop(str(identifiant), None)
    request.session[SESSION_KEY] = kept


def typed(answers: QueryDict, form: type[BaseForm]) -> dict[str, Any]:
    """The answers to the questions of a form, as the session can keep them; what is far too long is cut."""
    return {name: answers[name][:REPONSE_MAX] for name in form.base_fields if name in answers}
