"""After a restore: nothing leaves before the partner has been asked about every row that is not settled for certain.

A database that comes back is older than what it did (reference F.1, rules 4 and 8; docs/adr/0014): what it believes
never sent may have arrived, and what people cancelled since may have been there already. Each such row is looked up by
its key, through the same ledger and the same table of answers as any other request. What has arrived gets its receipt,
and is erased if its consent is gone; what has not waits again. Settled rows, received or erased, are not asked about.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.models import Evenement
from poleemploi import canal, outcome, sender
from poleemploi.models import Canal, Transmission, TransmissionQuerySet
from poleemploi.reponses import Suite, decide
from poleemploi.reprise import DECANTATION
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission, Operation
from poleemploi.travail import MARGE_BAIL, Travail

T = EtatTransmission
# Without a receipt; a cancelled one too, for who cancelled it could not know that it had been sent.
A_DEMANDER = (T.EN_FILE, T.EN_COURS, T.INCERTAINE, T.REJETEE, T.ECHEC_DEFINITIF, T.ANNULEE)
# The partner has it, has not, or will not say: the row is then a person's, and is not sent.
REPONSES = (Suite.ACCUSER, Suite.PAS_TROUVEE, Suite.ECHOUER)
LOT = 200
ATTENTE = 0.5  # seconds between two looks at a channel that rests, or at rows that a worker still holds
PATIENCE = timedelta(minutes=15)  # without one answer of the partner, whoever runs it should rather come back
# [D] A check against the paper forms concerns what a restore moved; later, it has been done.
MEMOIRE = timedelta(days=30)


class SansReponseError(Exception):
    """The partner has answered nothing for too long. What was asked is kept; the channel stays stopped."""


@dataclass(frozen=True)
class Compte:
    """What the partner said of the rows asked about, whatever the number of runs it took."""

    demandees: int
    retrouvees: int  # it had them: their receipt is recorded
    a_envoyer: int  # it had not: they leave as soon as the channel starts again
    a_effacer: int  # it has them, and their consent is gone
    sans_suite: int  # it had not, and nothing is to be sent

    def __str__(self) -> str:
        return " ".join(f"{nom}={nombre}" for nom, nombre in vars(self).items())


def last_recorded_at() -> datetime | None:
    """The last thing that this database remembers of any file: what was done after it is lost."""
    moment: datetime | None = (
        Evenement.objects.order_by("-enregistre_at").values_list("enregistre_at", flat=True).first()
    )
    return moment


def to_check() -> TransmissionQuerySet:
    """What a recent restore moved, for people to compare with the paper consents."""
    moved = Q(accuse_at__isnull=False) | Q(etat__in=A_TRAITER_PAR_LE_SYSTEME)
    rows: TransmissionQuerySet = Transmission.objects.filter(moved, rapprochee_at__gte=timezone.now() - MEMOIRE)
    return rows


# rule: F.1-restauration
def ask_all(tell: Callable[[int], None]) -> Compte:
    """Stop the channel, then ask about every open row; to start again is the caller's decision.

    ``tell`` is given the number of rows left, at the beginning and then from time to time.

    Safe to interrupt and to run again, in several processes too: what was answered since the stop is not asked twice.
    Raises SansReponseError after ``PATIENCE`` without one answer.
    """
    canal.read()
    depuis = canal.stop()
    if _open_rows(depuis).exists():
        # A deposit of the former life may still be running at the partner: before so long, "unknown" proves nothing.
        _wait_until(depuis + canal.rythme().shortened(DECANTATION))
    last_answer = timezone.now()
    while left := (rows := _open_rows(depuis)).count():
        for rank, pk in enumerate(_keys(rows)):
            if rank % LOT == 0:
                tell(max(left - rank, 1))
            if _ask(pk):
                last_answer = timezone.now()
            elif timezone.now() - last_answer > PATIENCE:
                raise SansReponseError
            else:
                time.sleep(ATTENTE)
    return _count(depuis)


def _open_rows(depuis: datetime) -> TransmissionQuerySet:
    not_asked = Q(rapprochee_at=None) | Q(rapprochee_at__lt=depuis)
    rows: TransmissionQuerySet = Transmission.objects.filter(not_asked, etat__in=A_DEMANDER, accuse_identifiant="")
    return rows


def _keys(rows: TransmissionQuerySet) -> Iterator[UUID]:
    last: UUID | None = None
    while True:
        following = rows if last is None else rows.filter(pk__gt=last)
        lot = list(following.order_by("pk").values_list("pk", flat=True)[:LOT])
        yield from lot
        if len(lot) < LOT:
            return
        last = lot[-1]


def _ask(pk: UUID) -> bool:
    """Look one row up, unless a worker holds it; whether the partner told what became of it."""
    channel, now = canal.read(), timezone.now()
    if canal.is_resting(channel, now):
        return False
    client = sender.partner()
    jeton = canal.token(client, channel)
    travail = None if jeton is None else _claim(pk, jeton, channel, timedelta(seconds=client.delais.total))
    if travail is None:
        return False
    started = time.monotonic()
    reponse = sender.send(client, travail)
    duree_ms = round((time.monotonic() - started) * 1000)
    outcome.record(outcome.Resultat(
        pk, travail.tentative_id, Operation.RECHERCHE, reponse, duree_ms, travail.jeton, travail.probe
    ))  # fmt: skip
    told = decide(Operation.RECHERCHE, reponse).suite in REPONSES
    if told:
        Transmission.objects.filter(pk=pk).update(rapprochee_at=timezone.now())
    return told


@transaction.atomic
def _claim(pk: UUID, jeton: canal.JetonEnCours, channel: Canal, wait: timedelta) -> Travail | None:
    """Open the look-up of a row that nobody holds. What was to be sent becomes uncertain: it may have been."""
    now = timezone.now()
    row = outcome.lock_with_bilan(pk)
    if row.etat not in A_DEMANDER or row.accuse_identifiant or (row.bail_jusqua and row.bail_jusqua > now):
        return None
    sender.close_expired(row, now)
    if row.etat in A_TRAITER_PAR_LE_SYSTEME:
        avant = str(row.etat)
        row.devenir_incertaine()
        outcome.begin_series(row, now)
        if avant != T.INCERTAINE:
            outcome.tell("transmission.a_rapprocher", row, avant=avant)
    lease = wait + MARGE_BAIL
    probe = canal.needs_probe(channel, now)
    if probe and not canal.take_probe(now, now + lease):
        transaction.set_rollback(True)
        return None
    tentative = sender.open_attempt(row, Operation.RECHERCHE, now, lease)
    return Travail(pk, tentative.pk, Operation.RECHERCHE, jeton, probe=probe)


def _wait_until(moment: datetime) -> None:
    while (left := (moment - timezone.now()).total_seconds()) > 0:
        time.sleep(min(left, ATTENTE))


def _count(depuis: datetime) -> Compte:
    rows = Transmission.objects.filter(rapprochee_at__gte=depuis).values_list("etat", "accuse_identifiant")
    states: Counter[str] = Counter()
    found = 0
    for etat, accuse in rows:
        states[etat] += 1
        found += accuse != ""
    demandees = states.total()
    return Compte(
        demandees=demandees,
        retrouvees=found,
        a_envoyer=states[T.EN_FILE],
        a_effacer=states[T.EFFACEMENT_DEMANDE],
        sans_suite=demandees - found - states[T.EN_FILE],
    )
