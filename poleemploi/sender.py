"""Claim, send, record: one step of the queue at a time, and no transaction open while the partner is spoken to.

The queue is PostgreSQL. Whatever wakes this module up, or does not, what is due is found again; whatever kills it, the
lease expires and the attempt it had opened is taken for uncertain.
"""

import math
import os
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from bilan import echange
from core import clock
from poleemploi import canal, contrat, lot, payload, reponses
from poleemploi.allure import Allure
from poleemploi.canal import JetonEnCours
from poleemploi.client import Delais, PartnerClient, Reponse
from poleemploi.depot import assemble
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.outcome import Resultat, close_attempt, fail, give_up, record, reject, tell
from poleemploi.reponses import Suite
from poleemploi.reprise import Rythme
from poleemploi.standing import Accord, standing
from poleemploi.states import EtatTransmission, Issue, Operation
from poleemploi.travail import MARGE_BAIL, Travail, worker

logger = structlog.get_logger(__name__)
T = EtatTransmission
allure = Allure()  # of this process
MOTIF_EFFACEMENT = "RETRAIT_CONSENTEMENT"


def drain(*, seconds: float) -> int:
    """Work until nothing is due or the time has passed; return the number of rows worked on."""
    end, steps = time.monotonic() + seconds, 0
    while time.monotonic() < end and (done := _advance(end)):
        steps += done
    return steps


def _advance(end: float = math.inf) -> int:
    """The longest waiting rows: ordinary deposits together, the others one by one; how many were worked on.

    After a pause, one request goes first, and goes alone. No row is begun alone after ``end``.
    """
    ready = _ready()
    if ready is None or canal.needs_probe(ready.channel, timezone.now()):
        return int(step())
    client = ready.client
    claimed = lot.claim(ready.jeton, lease=lease_for(client.delais) + lot.ENVOI_MAX, taille=allure.taille)
    if claimed.travaux:
        _send_lot(client, claimed.travaux)
    done = len(claimed.travaux)
    for pk in claimed.autres:
        if time.monotonic() >= end:
            break
        done += step(only=pk)
    return done


def _send_lot(client: PartnerClient, travaux: Sequence[Travail]) -> None:
    """Send a lot; whatever becomes of it, record the receipts in hand and give back what did not leave."""
    recus: list[Resultat] = []
    partis: set[int] = set()
    try:
        _send_each(client, travaux, recus, partis)
    finally:
        _put_away(recus, [travail for travail in travaux if travail.tentative_id not in partis])


def _send_each(client: PartnerClient, travaux: Sequence[Travail], recus: list[Resultat], partis: set[int]) -> None:
    """One request after the other, at once after the commit of their attempts, noted in ``partis`` as it leaves.

    The first answer that speaks of the partner, and not of its row, stops the lot; so does a pause that another
    worker's answer began meanwhile. What is withdrawn meanwhile does not leave. Receipts are added to ``recus``, any
    other answer is recorded.
    """
    started = looked = time.monotonic()
    delai = lot.ENVOI_MAX.total_seconds()
    retires: Collection[UUID] = ()
    for travail in travaux:
        if time.monotonic() - looked > lot.REGARD.total_seconds():
            if canal.is_closed():
                return
            retires = lot.withdrawn(travaux)
            looked = time.monotonic()
        if time.monotonic() - started > delai:  # after the look, which may have waited for the database
            break
        if travail.transmission_id in retires:
            continue
        partis.add(travail.tentative_id)
        resultat = _asked(client, travail)
        suite = reponses.decide(resultat.operation, resultat.reponse).suite
        if suite is Suite.ACCUSER:
            recus.append(resultat)
            continue
        record(resultat)
        if suite not in (Suite.REJETER, Suite.VERIFIER):
            allure.slow_down()
            return
    allure.learn(partis=len(partis), secondes=time.monotonic() - started, delai=delai)


def _put_away(recus: Sequence[Resultat], restes: Sequence[Travail]) -> None:
    """Record receipts and give back what did not leave; what fails, or is not begun in time, takes no other with it.

    It stays open until its lease ends, and is then looked up.
    """
    until = time.monotonic() + settings.PE_RANGEMENT
    try:
        left = lot.record(recus)
    except Exception as error:
        logger.warning("lot_repris_un_par_un", erreur=type(error).__name__)
        left = list(recus)
    acts = [(resultat.transmission_id, partial(record, resultat)) for resultat in left]
    acts += [(travail.transmission_id, partial(lot.give_back, travail)) for travail in restes]
    for pk, act in acts:
        try:
            if time.monotonic() >= until:
                raise TimeoutError
            act()
        except Exception as error:
            logger.error("essai_laisse_ouvert", transmission=str(pk), erreur=type(error).__name__)


def step(only: UUID | None = None, *, rythme: Rythme | None = None) -> bool:
    """Work on one due row, ``only`` this one when named; False when nothing could be done now.

    ``rythme`` rules how long the row is tried again, the settings' when not given; demonstrations live three days of
    attempts in a moment with a rhythm of their own.
    """
    ready = _ready(only)
    if ready is None:
        return False
    rythme = rythme or canal.rythme()
    lease = lease_for(ready.client.delais)
    worked, travail = claim(ready.jeton, ready.channel, lease=lease, only=only, rythme=rythme)
    if travail is not None:
        record(_asked(ready.client, travail, rythme))
    return worked


@dataclass(frozen=True)
class Pret:
    """Something is due, and nothing forbids to ask."""

    channel: Canal
    client: PartnerClient
    jeton: JetonEnCours


def _ready(only: UUID | None = None) -> Pret | None:
    if not settings.EMETTEUR_ACTIF:
        return None
    channel = canal.read()
    now = timezone.now()
    if canal.is_paused(channel, now) or not _anything_due(now, only):
        return None
    client = partner()
    jeton = canal.token(client, channel)
    return Pret(channel, client, jeton) if jeton else None


def _asked(client: PartnerClient, travail: Travail, rythme: Rythme | None = None) -> Resultat:
    """Ask, and measure."""
    started = time.monotonic()
    reponse = send(client, travail)
    duree_ms = round((time.monotonic() - started) * 1000)
    return Resultat(travail.transmission_id, travail.tentative_id, travail.operation, reponse, duree_ms,
                    travail.jeton, travail.probe, rythme or canal.rythme())  # fmt: skip


def lease_for(delais: Delais) -> timedelta:
    """How long a worker holds a row: the longest request, and a margin of our own, shortened as every wait of ours."""
    return timedelta(seconds=delais.total) + canal.rythme().shortened(MARGE_BAIL)


@lru_cache(maxsize=1)
def _client(pid: int, url: str, client_id: str, secret: str, delais: Delais) -> PartnerClient:
    return PartnerClient(url, client_id, secret, delais=delais)


def partner() -> PartnerClient:
    """The client of this process: a connection does not survive a fork."""
    delais = Delais(settings.PE_TIMEOUT_CONNEXION, settings.PE_TIMEOUT_LECTURE)
    return _client(os.getpid(), settings.PE_URL, settings.PE_CLIENT_ID, settings.PE_CLIENT_SECRET, delais)


# --- claim --------------------------------------------------------------------------------------


def claim(
    jeton: JetonEnCours, channel: Canal, *, lease: timedelta, only: UUID | None = None, rythme: Rythme | None = None
) -> tuple[bool, Travail | None]:
    """Take one due row and open its next attempt; (False, None) when there is none, (True, None) when none is needed.

    The commit of the attempt is the point of no return: consent, version, purge and state are read under lock in the
    same transaction, so that no attempt is ever opened after a withdrawal.
    """
    now = timezone.now()
    with transaction.atomic():
        found = _candidate(now, only)
        if found is None:
            return False, None
        transmission = _lock(found, now)
        if transmission is None:
            return True, None  # another worker was quicker
        if close_expired(transmission, now) and (rythme or canal.rythme()).is_over(
            transmission.serie_depuis_at or now, now
        ):
            fail(transmission, reponses.DELAI_DEPASSE, now)
            return True, None
        operation, corps = _next_operation(transmission, now)
        if operation is None:
            return True, None
        probe = canal.needs_probe(channel, now)
        if probe and not canal.take_probe(now, now + lease):
            transaction.set_rollback(True)
            return False, None
        tentative = open_attempt(transmission, operation, now, lease)
        return True, Travail(
            transmission.pk, tentative.pk, operation, jeton, corps, transmission.accuse_identifiant, probe
        )


def _anything_due(now: datetime, only: UUID | None) -> bool:
    due = Transmission.objects.due(now).first_of_their_file()
    return bool((due.filter(pk=only) if only else due).exists())


def _candidate(now: datetime, only: UUID | None) -> UUID | None:
    """A due row whose bilan nobody holds, the bilan now locked. Of one file, only the oldest row that has work left."""
    due = Transmission.objects.due(now).first_of_their_file()
    if only is not None:
        due = due.filter(pk=only)
    # The bilan first: the lock order of the house. Not the key, so that others may still refer to the row.
    locked = due.select_related("bilan").select_for_update(of=("bilan",), skip_locked=True, no_key=True)
    row = locked.only("etat", "bilan__etat").first()  # a state machine reads its state as soon as it is made
    return row.pk if row else None


def _lock(pk: UUID, now: datetime) -> Transmission | None:
    """The row, locked and read again: None when it is no longer due."""
    due = Transmission.objects.due(now).filter(pk=pk).without_content()
    row: Transmission | None = due.select_for_update(of=("self",)).first()
    return row


def close_expired(transmission: Transmission, now: datetime) -> bool:
    """Whether a worker died, or lost its way, with an attempt open: closed, nobody knowing what became of it."""
    tentative = transmission.tentatives.filter(fermee_at=None).first()
    if tentative is None:
        return False
    close_attempt(tentative, issue=Issue.INCERTAIN, code=reponses.BAIL_EXPIRE, now=now)
    logger.warning(
        "bail_expire", transmission=str(transmission.pk), numero=tentative.numero, operation=tentative.operation
    )
    if transmission.etat == T.EN_COURS:
        transmission.devenir_incertaine()
    return True


def _next_operation(transmission: Transmission, now: datetime) -> tuple[Operation | None, bytes]:
    """What to ask of the partner; None when the row is settled, or put off, without asking."""
    if transmission.etat == T.EFFACEMENT_DEMANDE:
        return Operation.EFFACEMENT, b""
    if transmission.etat == T.INCERTAINE:
        return Operation.RECHERCHE, b""
    # rule: E.1-accord
    if transmission.effacement_voulu or standing(transmission) is not Accord.EN_VIGUEUR:
        if transmission.nombre_essais == 0:
            give_up(transmission, now)
            return None, b""
        transmission.devenir_incertaine()
        return Operation.RECHERCHE, b""
    return _deposit(transmission, now)


def _deposit(transmission: Transmission, now: datetime) -> tuple[Operation | None, bytes]:
    """The body, checked against the contract and against what was sent before; a fault is told before any HTTP."""
    try:
        body = payload.to_wire(assemble(transmission))
    except DatabaseError:
        raise
    except Exception as error:
        # One row that cannot be read must stop neither the others nor itself in silence. Its words stay out of the log.
        logger.error("transmission_illisible", transmission=str(transmission.pk), erreur=type(error).__name__)
        fail(transmission, reponses.ILLISIBLE_ICI, now)
        return None, b""
    faults = contrat.faults("DepotSynthese", body)
    corps = payload.canonical(body)
    empreinte = payload.sha256(corps)
    if faults:
        champs = [{"chemin": pointer, "motif": sentence} for pointer, sentence in faults]
        reject(transmission, reponses.NON_CONFORME, champs, now)
    elif transmission.corps_sha256 not in ("", empreinte):
        reject(transmission, reponses.CORPS_CHANGE, [], now)
    else:
        transmission.corps_sha256 = empreinte
        return Operation.DEPOT, corps
    return None, b""


def open_attempt(transmission: Transmission, operation: Operation, now: datetime, lease: timedelta) -> Tentative:
    """Write the attempt and the lease of a locked row. Its commit is the point of no return."""
    transmission.nombre_essais += 1
    transmission.serie_depuis_at = transmission.serie_depuis_at or now
    transmission.bail_jusqua = transmission.prochain_essai_at = now + lease
    transmission.bail_par = worker()
    if operation == Operation.DEPOT:
        transmission.reserver()
        if transmission.premier_essai_at is None:
            transmission.premier_essai_at = now
            echange.note_first_attempt(transmission.synthese, at=clock.now())
            tell("transmission.envoyee", transmission, avant=T.EN_FILE, sha256=transmission.corps_sha256)
    transmission.save()
    return Tentative.objects.create(
        transmission=transmission, numero=transmission.nombre_essais, operation=operation, ouverte_at=now
    )


# --- send ---------------------------------------------------------------------------------------


def send(client: PartnerClient, travail: Travail) -> Reponse:
    """Ask the partner, with no transaction open. Never raises on what the partner does."""
    cle, correlation, jeton = travail.transmission_id, f"tentative-{travail.tentative_id}", travail.jeton.valeur
    if travail.operation == Operation.DEPOT:
        return client.deposit(cle, travail.corps, correlation=correlation, jeton=jeton)
    if travail.operation == Operation.RECHERCHE:
        return client.find_by_key(cle, correlation=correlation, jeton=jeton)
    return client.erase(travail.accuse_identifiant, motif=MOTIF_EFFACEMENT, correlation=correlation, jeton=jeton)
