"""The desk: what waits for the agent, counted and put in order of urgency, in a constant number of queries."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from agents.models import Agent
from agents.permissions import direction_ids
from agents.roles import Permission
from bilan.models import Bilan
from cai import delais
from core import clock
from core.pages import LIGNES_PAR_PAGE, read_key, write_key
from dossiers.listes import Liste, listes_of

LIGNES_MAX = 15
COMITE_RAPPEL = timedelta(days=15)  # D.6
COMPTE_MAX = 1000  # beyond, the exact number helps nobody


@dataclass(frozen=True)
class LigneBureau:
    """One file and the act it waits for."""

    bilan: Bilan
    liste: Liste
    limite: date | datetime
    url: str
    alerte: str = ""


@dataclass(frozen=True)
class Bureau:
    """Counts of every list, and the most urgent lines of all of them."""

    comptes: list[tuple[Liste, int]]
    lignes: list[LigneBureau]

    @property
    def reste(self) -> int:
        """How many waiting acts the page does not show."""
        return sum(compte for liste, compte in self.comptes if not liste.rappel) - len(self.lignes)


# rule: D.6-comites
def committee_to_prepare(agent: Agent) -> date | None:
    """Last day of the quarter within which the local committee sits, from fifteen days before it on; None until then.

    For those who prepare it: the correspondant and the directeur territorial. The national committee is not theirs.
    """
    fin = delais.fin_trimestre(clock.today())
    if not direction_ids(agent, Permission.VOIR_TRANSMISSIONS) or fin - clock.today() > COMITE_RAPPEL:
        return None
    return fin


def desk_of(agent: Agent) -> Bureau:
    """What the agent has to do, most urgent first; a file waiting for two acts shows the more urgent one."""
    comptes: list[tuple[Liste, int]] = []
    waiting: list[tuple[datetime, Liste, uuid.UUID, Any]] = []
    for liste in listes_of(agent):
        # Identifiers first: only the few lines shown are then read whole.
        keys = list(liste.bilans(agent).values_list("pk", "ordre")[:COMPTE_MAX])
        if keys:
            comptes.append((liste, len(keys)))
        lined_up = [] if liste.rappel else keys[:LIGNES_MAX]
        waiting += [(_instant(ordre), liste, pk, ordre) for pk, ordre in lined_up]
    waiting.sort(key=lambda key: (key[1].rang, key[0], str(key[2])))
    shown: dict[uuid.UUID, tuple[Liste, Any]] = {}
    for _, liste, pk, ordre in waiting:
        shown.setdefault(pk, (liste, ordre))
    return Bureau(comptes=comptes, lignes=_lines(list(shown.items())[:LIGNES_MAX]))


def _instant(ordre: date | datetime) -> datetime:
    """When a line is urgent by: a day counts from its first hour in Paris, an appointment from its own."""
    return ordre if isinstance(ordre, datetime) else clock.at(ordre)


def _lines(keys: Sequence[tuple[uuid.UUID, tuple[Liste, Any]]]) -> list[LigneBureau]:
    known = Bilan.objects.select_related("contrat__signataire").prefetch_related("contrat__propositions")
    bilans = known.in_bulk([pk for pk, _ in keys])
    return [
        LigneBureau(
            bilan=bilans[pk],
            liste=liste,
            limite=liste.limite(ordre),
            url=liste.adresse(bilans[pk]),
            alerte=liste.alerte(ordre),
        )
        for pk, (liste, ordre) in keys
    ]


@dataclass(frozen=True)
class PageListe:
    """One page of a list, and the key of the next one when there is one."""

    lignes: list[LigneBureau]
    suite: str


def list_page(agent: Agent, liste: Liste, *, apres: str = "") -> PageListe:
    """A page of one list, by key and never by offset; an unreadable key starts again from the beginning."""
    bilans = liste.bilans(agent)
    if key := read_key(apres):
        ordre, pk = key
        bilans = bilans.filter(Q(ordre__gt=ordre) | Q(ordre=ordre, pk__gt=pk))
    keys = list(bilans.values_list("pk", "ordre")[: LIGNES_PAR_PAGE + 1])
    shown = keys[:LIGNES_PAR_PAGE]
    suite = write_key(shown[-1][1], shown[-1][0]) if len(keys) > LIGNES_PAR_PAGE else ""
    return PageListe(lignes=_lines([(pk, (liste, ordre)) for pk, ordre in shown]), suite=suite)
