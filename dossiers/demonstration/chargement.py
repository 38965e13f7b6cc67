"""Tell the files of the plan: each in one transaction, the directions side by side on as many processors."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import nullcontext
from datetime import date
from functools import partial
from multiprocessing import get_context
from random import Random

from django.conf import settings
from django.db import connections, transaction

from bilan.retention import sweep
from cai.models import Contrat
from core.models import Compteur
from dossiers.demonstration import partenaire
from dossiers.demonstration.equipes import Equipe
from dossiers.demonstration.plan import DIRECTIONS, Dossier, make_plan
from dossiers.demonstration.processus import prepare
from dossiers.demonstration.recit import Recit

MAX_PROCESSES = len(DIRECTIONS)
CHARGEE = "demonstration"


def tell(dossier: Dossier, *, equipe: Equipe, aujourdhui: date, simulateur: bool) -> None:
    """One file; one already there is left alone.

    All or nothing, unless something leaves for the partner: no transaction is held while it is spoken to.
    """
    if Contrat.objects.filter(pk=dossier.identifiant).exists():
        return
    recit = Recit(
        identifiant=dossier.identifiant,
        personne=dossier.personne,
        equipe=equipe,
        hasard=Random(dossier.graine),  # noqa: S311 - a replayable draw, not a secret
        aujourdhui=aujourdhui,
        simulateur=simulateur,
    )
    with nullcontext() if dossier.echange else transaction.atomic():
        dossier.histoire(recit, dossier.signature)


def is_loaded() -> bool:
    """Whether the demonstration was told to its end here once."""
    return Compteur.objects.filter(cle=CHARGEE).exists()


def load(*, aujourdhui: date, nombre: int | None, processus: int, said: Callable[[str], None]) -> int:
    """Tell the whole plan; return how many files it holds.

    What was agreed to is sent to the simulator when it answers; else it waits for a worker.
    """
    plan = make_plan(aujourdhui=aujourdhui, nombre=nombre)
    simulateur = partenaire.answers()
    groups = _shares(plan, min(processus, MAX_PROCESSES))
    told = partial(_tell_directions, aujourdhui=aujourdhui, nombre=nombre, simulateur=simulateur)
    if len(groups) == 1:
        told(groups[0])
    else:
        connections.close_all()  # a connection does not survive the birth of another process
        ready = (settings.SETTINGS_MODULE,)
        with ProcessPoolExecutor(len(groups), get_context("spawn"), initializer=prepare, initargs=ready) as pool:
            pending = {pool.submit(told, codes) for codes in groups}
            while pending:
                done, pending = wait(pending, timeout=5)
                for ended in done:
                    ended.result()
                said(f"dossiers d’essai\u00a0: {Contrat.objects.count()} sur {len(plan)}")
    sweep(aujourdhui)  # what the legal days passed in the telling have condemned
    Compteur.next(CHARGEE)
    if not simulateur:
        said("le simulateur de Pôle emploi ne répond pas\u00a0: les transmissions attendent un travailleur")
    return len(plan)


def default_processes() -> int:
    return max(1, min(MAX_PROCESSES, os.cpu_count() or 1))


def _shares(plan: Sequence[Dossier], count: int) -> list[list[str]]:
    """The directions shared out so that every process has about as many files to tell."""
    weight = {code: sum(one.direction == code for one in plan) for code in DIRECTIONS}
    shares: list[list[str]] = [[] for _ in range(count)]
    for code in sorted(DIRECTIONS, key=lambda one: -weight[one]):
        min(shares, key=lambda share: sum(weight[one] for one in share)).append(code)
    return [share for share in shares if share]


def _tell_directions(codes: list[str], *, aujourdhui: date, nombre: int | None, simulateur: bool) -> None:
    """Runs in a process of its own: the plan is drawn again, the same, rather than carried over."""
    for code in codes:
        equipe = Equipe.of(code)
        for dossier in make_plan(aujourdhui=aujourdhui, nombre=nombre):
            if dossier.direction == code:
                tell(dossier, equipe=equipe, aujourdhui=aujourdhui, simulateur=simulateur)
