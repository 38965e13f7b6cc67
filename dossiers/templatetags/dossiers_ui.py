"""What the header of every page says about the agent: where they may go, who and where they are."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from dossiers.situation import Situation

register = template.Library()

# Label, URL name, the right that opens it; no right means everyone.
_MENU: tuple[tuple[str, str, Permission | None], ...] = (
    ("Mon bureau", "dossiers:bureau", None),
    ("Dossiers", "dossiers:search", Permission.VOIR_DOSSIER),
    ("Ouvrir un dossier", "dossiers:open_file", Permission.OUVRIR_DOSSIER),
    ("Courriers du jour", "bilan:letters_of_day", Permission.IMPRIMER_COURRIERS),
    ("Mes bilans", "bilan:list", Permission.CONDUIRE_BILAN),
    ("Fiches à imprimer", "bilan:list_printable", Permission.IMPRIMER_COPIE),
    ("Planning", "bilan:planning", Permission.VOIR_PLANNING),
    ("Transmissions", "poleemploi:list_transmissions", Permission.VOIR_TRANSMISSIONS),
    ("Administration", "admin:index", Permission.ADMINISTRER),
)


@register.inclusion_tag("components/_navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    """The main menu of the agent's roles; the entry of the page shown is marked."""
    agent, here = context["user"], context["request"].path
    entries = [
        {"label": label, "url": reverse(name), "active": here == reverse(name)}
        for label, name, right in _MENU
        if right is None or has_permission(agent, right)
    ]
    return {"navigation": entries}


@register.filter
def cherche_des_dossiers(agent: Agent) -> bool:
    """Whether the search of files is of any use to the agent: an adviser sees bilans, not files."""
    return has_permission(agent, Permission.VOIR_DOSSIER)


@register.filter
def couleur_de_l_etat(etat: str) -> str:
    """The badge's colour of a state of the bilan: the same on every page."""
    return Situation(etat).couleur if etat in Situation.values else "neutre"


@register.filter
def role_et_lieu(agent: Agent) -> list[str]:
    """« Prescripteur, Lyon », one line a role held today."""
    return [
        ", ".join(filter(None, (str(place.role.label), place.direction_nom or place.prestataire_nom)))
        for place in agent.places
    ]
