"""The lists of files that wait for somebody: whose they are, what is to be done on each, by when.

A room for each kind of reader; the order of the rooms, then of their lists, is that of the desk.
"""

from agents.models import Agent
from dossiers.listes import agents, conseiller, direction, fin, prefet
from dossiers.listes.modele import Liste

__all__ = ["LISTES", "Liste", "listes_of"]

LISTES: tuple[Liste, ...] = (*conseiller.LISTES, *direction.LISTES, *prefet.LISTES, *agents.LISTES, *fin.LISTES)


def listes_of(agent: Agent) -> list[Liste]:
    """The lists that concern an agent, in the order of the desk."""
    return [liste for liste in LISTES if liste.concerns(agent)]
