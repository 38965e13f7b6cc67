"""The partner's feed of returns, read by cursor: reserve, ask, keep; no transaction open while the partner is asked.

The cursor moves in the transaction that settles the events of its page: killed at any point, a reader neither loses an
event nor applies one twice. One reader at a time, by a lease; one whose lease has expired writes nothing.
"""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from poleemploi import canal, quarantaine, reception, sender
from poleemploi.canal import JetonEnCours
from poleemploi.client import PartnerClient, Reponse
from poleemploi.models import Flux
from poleemploi.reponses import Decision, Suite, decide
from poleemploi.states import Operation

logger = structlog.get_logger(__name__)
LIMITE = 25  # events of a page: its bilans stay locked while it is kept, a second or so
MARGE_BAIL = timedelta(seconds=30)  # to keep a page, besides the time to ask for it


@dataclass(frozen=True)
class Lecture:
    """The right to read one page, already committed."""

    curseur: str
    generation: int
    jeton: JetonEnCours
    probe: bool = False


def read_all(*, seconds: float) -> int:
    """Read pages until the last, or until the time has passed; return how many were kept. Safe to run twice or never.

    Then take up what was set aside for a receipt that has come since.
    """
    end, pages, seen = time.monotonic() + seconds, 0, set[Suite]()
    while time.monotonic() < end:
        suite, more = step()
        pages += suite is Suite.APPLIQUER
        # A new token, a new beginning: once each in a run.
        if suite is None or not more or (suite in seen and suite is not Suite.APPLIQUER):
            break
        seen.add(suite)
    quarantaine.take_up_again()
    return pages


def step() -> tuple[Suite | None, bool]:
    """Read one page: what came of it (None when nothing could be asked), and whether to go on at once."""
    client = sender.partner()
    lecture = reserve(client)
    if lecture is None:
        return None, False
    try:
        return keep(lecture, ask(client, lecture))
    except DatabaseError:
        # A lock waited for too long, say: the next beat reads the page again, without waiting for the lease to end.
        Flux.objects.filter(pk=1, generation=lecture.generation).update(bail_jusqua=None)
        raise


def reserve(client: PartnerClient) -> Lecture | None:
    """Become the reader; None when another is, when the channel is paused or held off, or without a token."""
    channel, now = canal.read(), timezone.now()
    if not settings.EMETTEUR_ACTIF or canal.is_paused(channel, now):
        return None
    jeton = canal.token(client, channel)
    if jeton is None:
        return None
    now = timezone.now()
    lease = now + timedelta(seconds=client.delais.total) + MARGE_BAIL
    with transaction.atomic():
        Flux.objects.get_or_create(pk=1)
        free = Flux.objects.filter(Q(bail_jusqua=None) | Q(bail_jusqua__lte=now), pk=1)
        row = free.select_for_update(skip_locked=True).first()
        if row is None:
            return None
        probe = canal.needs_probe(channel, now)
        if probe and not canal.take_probe(now, lease):
            return None
        row.generation, row.bail_jusqua = row.generation + 1, lease
        row.save()
    return Lecture(row.curseur, row.generation, jeton, probe)


def ask(client: PartnerClient, lecture: Lecture) -> Reponse:
    """Ask the partner, with no transaction open. Never raises on what the partner does."""
    return client.read_events(lecture.curseur, limite=LIMITE, jeton=lecture.jeton.valeur)


def keep(lecture: Lecture, reponse: Reponse) -> tuple[Suite, bool]:
    """Settle the events of a page and move the cursor, or draw what follows from another answer; whether to go on.

    Nothing is written for a reader that another has replaced: its page is the other's too.
    """
    now, decision = timezone.now(), decide(Operation.LECTURE, reponse)
    with transaction.atomic():
        canal.hear(decision, reponse, lecture.jeton, probe=lecture.probe, now=now)
    with transaction.atomic():
        row = Flux.objects.select_for_update().get(pk=1)
        if row.generation != lecture.generation:
            return decision.suite, False
        more = _settle(row, decision, reponse, now)
        row.bail_jusqua = None
        row.save()
    return decision.suite, more


def _settle(row: Flux, decision: Decision, reponse: Reponse, now: datetime) -> bool:
    match decision.suite:
        case Suite.APPLIQUER if reponse.page:
            page, former = reponse.page, row.curseur
            sorts = Counter(str(reception.take(event, now) or "deja_lu") for event in page.evenements)
            row.curseur, row.lu_at, row.erreur_code = page.curseur, now, ""
            if sorts:
                logger.info("retours_lus", sorts=dict(sorts))
            return page.encore and page.curseur != former
        case Suite.RECOMMENCER if row.curseur:
            # A cursor of another store: each event counts once, so that reading again loses and doubles nothing.
            logger.warning("retours_repris_du_debut", code=decision.code)
            row.curseur = ""
            return True
        case Suite.RECOMMENCER | Suite.ECHOUER:
            logger.error("lecture_refusee", statut=reponse.statut, code=decision.code)
            row.erreur_code = decision.code or str(reponse.statut)
    return decision.suite is Suite.RENOUVELER_JETON
