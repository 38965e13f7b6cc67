"""Tell the files of the plan: each in one transaction, the directions side by side on as many processors."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from random import Random

from django.conf import settings
from django.db import connections, transaction

from cai.models import Contrat
from core.models import Compteur
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.plan import DIRECTIONS, Dossier, make_plan
from dossiers.demonstration.processus import prepare
from dossiers.demonstration.recit import Recit

MAX_PROCESSES = len(DIRECTIONS)
CHARGEE = "demonstration"


def tell(dossier: Dossier, *, equipe: Equipe, aujourdhui: date) -> None:
    """One file, all or nothing; a file already there is left alone."""
    if Contrat.objects.filter(pk=dossier.identifiant).exists():
        return
    recit = Recit(
        identifiant=dossier.identifiant,
        personne=dossier.personne,
        equipe=equipe,
        hasard=Random(dossier.graine),  # noqa: S311 - a replayable draw, not a secret
        aujourdhui=aujourdhui,
    )
    with transaction.atomic():
        dossier.histoire(recit, dossier.signature)


def is_loaded() -> bool:
    """Whether the demonstration was told to its end here once."""
    return Compteur.objects.filter(cle=CHARGEE).exists()


def load(*, aujourdhui: date, nombre: int | None, processus: int, said: Callable[[str], None]) -> int:
    """Tell the whole plan; return how many files it holds."""
    plan = make_plan(aujourdhui=aujourdhui, nombre=nombre)
    groups = _shares(plan, min(processus, MAX_PROCESSES))
    if len(groups) == 1:
        _tell_directions(groups[0], aujourdhui, nombre)
    else:
        _side_by_side(groups, aujourdhui, nombre, said)
    Compteur.next(CHARGEE)
    return len(plan)


def _side_by_side(groups: list[list[str]], aujourdhui: date, nombre: int | None, said: Callable[[str], None]) -> None:
    connections.close_all()  # a connection does not survive the birth of another process
    ready = (settings.SETTINGS_MODULE,)
    with ProcessPoolExecutor(len(groups), get_context("spawn"), initializer=prepare, initargs=ready) as pool:
        for told in pool.map(_tell_directions, groups, [aujourdhui] * len(groups), [nombre] * len(groups)):
            said(f"dossiers de {', '.join(told)} écrits")


def default_processes() -> int:
    return max(1, min(MAX_PROCESSES, os.cpu_count() or 1))


def _shares(plan: Sequence[Dossier], count: int) -> list[list[str]]:
    """The directions shared out so that every process has about as many files to tell."""
    weight = {code: sum(one.direction == code for one in plan) for code in DIRECTIONS}
    shares: list[list[str]] = [[] for _ in range(count)]
    for code in sorted(DIRECTIONS, key=lambda one: -weight[one]):
        min(shares, key=lambda share: sum(weight[one] for one in share)).append(code)
    return [share for share in shares if share]


def _tell_directions(codes: list[str], aujourdhui: date, nombre: int | None) -> list[str]:
    """Runs in a process of its own: the plan is drawn again, the same, rather than carried over."""
    for code in codes:
        equipe = Equipe.of(code)
        for dossier in make_plan(aujourdhui=aujourdhui, nombre=nombre):
            if dossier.direction == code:
                tell(dossier, equipe=equipe, aujourdhui=aujourdhui)
    return codes
