"""The one channel, shared by all workers through its row: paused or not, and the token in use.

No transaction is open while a token is fetched: one worker holds a lease on the right to fetch it, the others go on
with the token they have, or wait for the new one.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Case, CharField, F, Func, Q, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from poleemploi.client import Jeton, PartnerClient, Reponse
from poleemploi.models import Canal
from poleemploi.reponses import Decision, Suite, decide
from poleemploi.reprise import PANNES_AVANT_PAUSE, PAUSE_COMPTE, PAUSE_PANNE, Rythme, asked_wait
from poleemploi.states import MotifPause, Operation

logger = structlog.get_logger(__name__)
SECONDE = timedelta(seconds=1)
ATTENTE_JETON = 0.05  # seconds between two looks for the token that another worker fetches
# Which database this is: the cluster, its timeline (a restore to a point in time, a failover), the database in it, and
# its tables (loaded again over the former ones). Anybody may read it, and it costs nothing beside the row.
BASE = Func(
    template="(SELECT concat_ws(':', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8),"
    " (SELECT oid FROM pg_database WHERE datname = current_database()), 'poleemploi_transmission'::regclass::oid)"
    " FROM pg_control_system())",
    output_field=CharField(),
)


@dataclass(frozen=True)
class JetonEnCours:
    """A token and its number: refusing one must not drop the next."""

    valeur: str
    generation: int


def rythme() -> Rythme:
    return Rythme(settings.PE_FACTEUR_TEMPS)


# rule: F.1-restauration
def read() -> Canal:
    """The channel. A database that is not the one which wrote it was restored: the channel stops at once.

    Only ``poleemploi.rapprochement`` starts it again. A new installation has no row yet, and begins with its own.
    """
    rows = Canal.objects.annotate(base_presente=BASE)
    row = rows.filter(pk=1).first()
    if row is None:
        Canal.objects.get_or_create(pk=1, defaults={"empreinte_base": BASE})
        row = rows.get(pk=1)
    if row.empreinte_base == "":
        Canal.objects.filter(pk=1, empreinte_base="").update(empreinte_base=BASE)
    elif row.empreinte_base != row.base_presente and row.restauration_depuis is None:
        row.restauration_depuis = stop()
    return row


def stop() -> datetime:
    """Nothing leaves any more until the partner has been asked about every open row; since when."""
    now = timezone.now()
    if Canal.objects.filter(pk=1, restauration_depuis=None).update(restauration_depuis=now):
        logger.error("canal_arrete", motif=MotifPause.RESTAURATION.value)
    depuis: datetime | None = Canal.objects.values_list("restauration_depuis", flat=True).get(pk=1)
    return depuis or now


def start_again() -> None:
    """Everything open is reconciled with the partner: this database is the one from now on."""
    Canal.objects.filter(pk=1).update(restauration_depuis=None, empreinte_base=BASE)
    logger.info("canal_rapproche")


def is_paused(canal: Canal, now: datetime) -> bool:
    """Whether nothing may be asked of the partner now: for a while, or until ``reconcile`` after a restore."""
    return canal.restauration_depuis is not None or is_resting(canal, now)


def is_resting(canal: Canal, now: datetime) -> bool:
    """Whether a pause is in force, which ends by itself."""
    return canal.pause_jusqua is not None and canal.pause_jusqua > now


def is_closed() -> bool:
    """Whether a pause or a stop is in force now, without reading anything else."""
    closed = Q(pause_jusqua__gt=timezone.now()) | Q(restauration_depuis__isnull=False)
    return Canal.objects.filter(closed, pk=1).exists()


def needs_probe(canal: Canal, now: datetime) -> bool:
    """After a pause, one request goes first; the others wait for its answer."""
    return canal.pause_jusqua is not None and canal.pause_jusqua <= now


def take_probe(now: datetime, until: datetime) -> bool:
    """Become the one that goes first, until an instant at the latest; False when another has."""
    return bool(Canal.objects.filter(pk=1, pause_jusqua__lte=now).update(pause_jusqua=until, sonde_jusqua=until))


def pause(motif: MotifPause, until: datetime) -> None:
    """Stop every worker until an instant, or longer when a longer pause is in force already.

    The turn of the request that goes first is no such pause: what is decided meanwhile takes its place.
    """
    now = timezone.now()
    Canal.objects.filter(pk=1).update(
        pause_jusqua=Case(
            When(pause_jusqua=F("sonde_jusqua"), then=Value(until)),
            default=Greatest(Coalesce("pause_jusqua", until), until),
        ),
        pause_depuis=Coalesce("pause_depuis", now),
        pause_motif=motif,
    )
    logger.warning("canal_en_pause", motif=motif.value, jusqua=until.isoformat())


def probe_failed(now: datetime) -> None:
    """Let the next request go first again at once, this one proved nothing; a pause decided meanwhile stays."""
    turn = Canal.objects.filter(pk=1, pause_jusqua=F("sonde_jusqua"), pause_jusqua__gt=now)
    turn.update(pause_jusqua=now, sonde_jusqua=now)  # both: still a turn, which its own answer may open


def partner_answers(*, probe: bool) -> None:
    """The partner has spoken: forget its failures and its refusal of a token, open the channel if this one went first.

    A pause decided while that request was under way, for another one's answer, stays.
    """
    troubled = Q(echecs_de_suite__gt=0) | Q(jeton_refuse__isnull=False)
    Canal.objects.filter(troubled, pk=1).update(echecs_de_suite=0, jeton_refuse=None)
    if probe:
        turn = Canal.objects.filter(pk=1, pause_jusqua=F("sonde_jusqua"))
        if turn.update(pause_jusqua=None, pause_depuis=None, pause_motif="", sonde_jusqua=None):
            logger.info("canal_rouvert")


def partner_fails(reponse: Reponse, *, probe: bool) -> None:
    """Count a failure of the partner as a whole; after several in a row, or at its own request, pause the channel."""
    now = timezone.now()
    Canal.objects.filter(pk=1).update(echecs_de_suite=F("echecs_de_suite") + 1)
    echecs = Canal.objects.values_list("echecs_de_suite", flat=True).get(pk=1)
    asked = asked_wait(reponse.retry_after, now=now)
    if asked is not None:
        pause(MotifPause.PANNE, now + asked)
    elif probe or echecs >= PANNES_AVANT_PAUSE:
        pause(MotifPause.PANNE, now + rythme().outage_pause(echecs))


def pause_account(now: datetime) -> None:
    pause(MotifPause.COMPTE, now + rythme().shortened(PAUSE_COMPTE))


def pause_quota(reponse: Reponse, now: datetime) -> None:
    pause(MotifPause.QUOTA, now + rythme().quota_wait(reponse.retry_after, now=now))


def hear(decision: Decision, reponse: Reponse, jeton: JetonEnCours, *, probe: bool, now: datetime) -> None:
    """What any answer, to a row or to the reading of returns, says of the channel as a whole."""
    match decision.suite:
        case Suite.RENOUVELER_JETON:
            drop_token(jeton)
            if _refused_twice(jeton):
                pause_account(now)
            elif probe:
                probe_failed(now)
        case Suite.ATTENDRE_QUOTA:
            pause_quota(reponse, now)
        case Suite.ATTENDRE_COMPTE:
            pause_account(now)
        case _ if decision.panne:
            partner_fails(reponse, probe=probe)
        case _:
            partner_answers(probe=probe)


def _refused_twice(jeton: JetonEnCours) -> bool:
    """Take note of a refused token; whether one before it was refused too, with no good answer between.

    One refusal renews the token, whatever the rows it is told to; that of the next token is our account's.
    """
    older = Q(jeton_refuse__lt=jeton.generation)
    twice = Canal.objects.filter(older, pk=1).exists()
    Canal.objects.filter(older | Q(jeton_refuse=None), pk=1).update(jeton_refuse=jeton.generation)
    return twice


# --- token --------------------------------------------------------------------------------------


def usable_token(canal: Canal, now: datetime) -> JetonEnCours | None:
    """The token in use while it lives, whether or not the next one is being fetched."""
    if canal.jeton is None or canal.jeton_expire_at is None or canal.jeton_expire_at <= now:
        return None
    return JetonEnCours(bytes(canal.jeton).decode("ascii"), canal.jeton_generation)


def token(client: PartnerClient, canal: Canal) -> JetonEnCours | None:
    """A token to use now; None when there is none to be had, and then the channel is paused or another worker waits.

    Fetched early, at four fifths of its life, by one worker only, whatever their number.
    """
    now = timezone.now()
    present = usable_token(canal, now)
    if present and canal.jeton_renouveler_at and now < canal.jeton_renouveler_at:
        return present
    if _take_lease(canal, now, client.delais.total):
        return _fetch(client, present)
    return present or _wait(canal.jeton_generation, client.delais.total)


def drop_token(jeton: JetonEnCours) -> None:
    """The partner has refused this token: nobody uses it any more. A newer one stays."""
    Canal.objects.filter(pk=1, jeton_generation=jeton.generation).update(
        jeton=None, jeton_expire_at=None, jeton_renouveler_at=None
    )


def _take_lease(canal: Canal, now: datetime, seconds: float) -> bool:
    free = Q(jeton_bail_jusqua=None) | Q(jeton_bail_jusqua__lte=now)
    lease = now + timedelta(seconds=seconds) + SECONDE
    unchanged = Canal.objects.filter(free, pk=1, jeton_generation=canal.jeton_generation)
    return bool(unchanged.update(jeton_bail_jusqua=lease))


def _fetch(client: PartnerClient, present: JetonEnCours | None) -> JetonEnCours | None:
    answer = client.obtain_token()
    now = timezone.now()
    if isinstance(answer, Jeton):
        Canal.objects.filter(pk=1).update(
            jeton=answer.valeur.encode("ascii"),
            jeton_expire_at=now + answer.vie,
            jeton_renouveler_at=now + answer.vie * 4 / 5,
            jeton_generation=F("jeton_generation") + 1,
            jeton_bail_jusqua=None,
        )
        logger.info("jeton_obtenu", vie_s=round(answer.vie.total_seconds()))
        return usable_token(read(), now)
    Canal.objects.filter(pk=1).update(jeton_bail_jusqua=None)
    logger.warning("jeton_refuse", statut=answer.statut)
    if present is None:
        _pause_without_token(answer, now)
    return present


def _pause_without_token(answer: Reponse, now: datetime) -> None:
    """Without a token nothing goes: a refusal is our account's, anything else the partner's failure."""
    suite = decide(Operation.RECHERCHE, answer).suite
    if suite is Suite.ATTENDRE_QUOTA:
        pause_quota(answer, now)
    elif answer.statut in (400, 401, 403):
        pause_account(now)
    else:
        asked = asked_wait(answer.retry_after, now=now)
        pause(MotifPause.PANNE, now + (rythme().shortened(PAUSE_PANNE) if asked is None else asked))


def _wait(generation: int, seconds: float) -> JetonEnCours | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(ATTENTE_JETON)
        canal = read()
        if canal.jeton_generation != generation:
            return usable_token(canal, timezone.now())
        if canal.jeton_bail_jusqua is None:
            return None
    return None
