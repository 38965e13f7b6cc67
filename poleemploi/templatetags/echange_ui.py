"""The banner of a pause, for the block `bandeau` of the pages of a file, those of lower apps included."""

from typing import Any

from django import template
from django.template import Context

from bilan.models import Bilan
from poleemploi.etat_canal import pause_for, pause_of

register = template.Library()


@register.inclusion_tag("poleemploi/_pause.html", takes_context=True)
def pause_des_envois(context: Context, bilan: Bilan | None = None) -> dict[str, Any]:
    """What a pause of the channel means for the agent: on one bilan, or on any of theirs. Maybe nothing."""
    agent = context["user"]
    return {"pause": pause_of(bilan, agent) if bilan else pause_for(agent)}
