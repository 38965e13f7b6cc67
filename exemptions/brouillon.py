"""Answers not sealed yet, kept in the agent's session while they go and see to a document.

In the session and not in the address: answers are personal, and nothing of them outlives the connection.
"""

from datetime import date

from agents.http import AgentRequest
from cai.models import Contrat
from exemptions.forms import EvaluationForm


def keep(request: AgentRequest, contrat: Contrat) -> None:
    """Keep what the posted form says, as typed; nothing when it carries no answer and no day."""
    typed = {name: request.POST[name] for name in EvaluationForm.base_fields if request.POST.get(name)}
    if typed:
        request.session[_key(contrat)] = typed


def kept(request: AgentRequest, contrat: Contrat, *, proposed: str = "") -> dict[str, str]:
    """What was kept for this contract, empty when nothing was; ``proposed``, an ISO day, takes the place of the day."""
    typed: dict[str, str] = dict(request.session.get(_key(contrat), {}))
    try:
        day = date.fromisoformat(proposed)
    except ValueError:
        return typed
    return typed and {**typed, "date_reference": f"{day:%d/%m/%Y}"}


def forget(request: AgentRequest, contrat: Contrat) -> None:
    """Drop what was kept, once it is sealed."""
    request.session.pop(_key(contrat), None)


def _key(contrat: Contrat) -> str:
    return f"exemption:{contrat.pk}"
