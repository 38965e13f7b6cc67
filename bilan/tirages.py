"""Printing the letters that a direction issued on one day as one file, by a worker.

The request and the row are one short transaction; the worker takes the row by a conditional update, says after each
letter how far it is, and ends in one transaction. A worker that vanishes is replaced once it has given no sign for
``SILENCE``: whoever still believed to hold the row writes nothing any more.
"""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from io import BytesIO

import pikepdf
import structlog
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from agents.permissions import check_permission
from agents.roles import Permission
from bilan.models import Courrier, RendezVous, TirageCourriers
from core import clock, doorbell, journal
from core.errors import RuleViolation, refuse
from core.locks import serialise
from core.passes import in_time

logger = structlog.get_logger(__name__)

TIRER = "bilan.tirer_courriers"
VIE = 60.0  # seconds: later, the sweep has passed
LOT_MAX = 300  # letters of one file: what is beyond waits for the next run
SILENCE = timedelta(seconds=60)  # without a sign, the worker is gone
ESSAIS_MAX = 3

Etat = TirageCourriers.Etat
EN_COURS = (Etat.EN_ATTENTE, Etat.EN_COURS)


class LetterAltered(RuntimeError):
    """The bytes kept are no longer those that were issued; the message is the letter's number."""


def letters_of_day(direction: DirectionTerritoriale, jour: date) -> QuerySet[Courrier]:
    """What the direction issued on that day in Paris, by number, without the bytes.

    Each row says when it was last printed (``imprime_at``, None when it never was) and whether a run that is not over
    holds it (``en_tirage``); a convocation whose appointment was put off or cancelled is void (``est_nulle``).
    """
    letters: QuerySet[Courrier] = (
        Courrier.objects.filter(direction=direction, emis_at__gte=clock.at(jour))
        .filter(emis_at__lt=clock.at(jour + timedelta(days=1)))
        .defer("pdf")
        .annotate(imprime_at=Max("tirages__ouvert_at"), en_tirage=_held(), est_nulle=_void())
        .order_by("numero")
    )
    return letters


def _held() -> Exists:
    return Exists(
        TirageCourriers.objects.filter(courriers=OuterRef("pk"), etat__in=[*EN_COURS, Etat.PRET], ouvert_at=None)
    )


def _void() -> Exists:
    ended = (RendezVous.Statut.REPORTE, RendezVous.Statut.ANNULE)
    return Exists(RendezVous.objects.filter(convocation=OuterRef("pk"), statut__in=ended))


# rule: C.9-prefet-notifie, D.2-5
def printable(direction: DirectionTerritoriale, jour: date) -> QuerySet[Courrier]:
    """The letters of the day that go to the people, to whom a run sends them.

    Neither what the préfet receives and notifies himself, printed one by one from the file, nor a convocation that no
    longer holds.
    """
    return letters_of_day(direction, jour).exclude(genre__in=Courrier.GENRES_AU_PREFET).exclude(_void())


def to_print(direction: DirectionTerritoriale, jour: date) -> QuerySet[Courrier]:
    """The letters to the people that nobody printed yet and no run holds."""
    printed = TirageCourriers.objects.filter(courriers=OuterRef("pk"), ouvert_at__isnull=False)
    return printable(direction, jour).exclude(_held()).exclude(Exists(printed))


@transaction.atomic
def request_print(
    *, direction: DirectionTerritoriale, jour: date, recto_verso: bool = False, tout: bool = False, by: Agent
) -> TirageCourriers:
    """Ask for one file of the letters of a day to the people: those not printed yet, or all again (``tout``).

    At most ``LOT_MAX`` letters, in the order of their numbers. ``recto_verso`` begins each letter on a sheet of its
    own. Refuses while a run of that day is under way, and when there is nothing to print.
    """
    check_permission(by, Permission.IMPRIMER_COURRIERS, direction_id=direction.pk)
    serialise(direction.pk)
    if TirageCourriers.objects.filter(direction=direction, jour=jour, etat__in=EN_COURS).exists():
        refuse("tirage_en_cours", "Un tirage de ces courriers est déjà en cours.")
    chosen = printable(direction, jour) if tout else to_print(direction, jour)
    letters = list(chosen[:LOT_MAX])
    if not letters:
        refuse("rien_a_imprimer", "Aucun courrier de ce jour ne reste à imprimer.")
    tirage = TirageCourriers.objects.create(
        direction=direction, jour=jour, recto_verso=recto_verso, par=by, total=len(letters)
    )
    tirage.courriers.set(letters)
    journal.log_access("demander_tirage", by=by, target=tirage)
    doorbell.ring_on_commit(TIRER, str(tirage.pk), expires=VIE)
    return tirage


def work(tirage_id: uuid.UUID) -> None:
    """Put one file together, if it waits or its worker has vanished. Safe to run twice, at once or never."""
    sign = _take(tirage_id)
    if sign is None:
        return
    tirage = TirageCourriers.objects.without_pdf().get(pk=tirage_id)
    try:
        content = _put_together(tirage, sign)
    except LetterAltered as error:
        message = f"Le courrier n°\u00a0{error} n’est plus celui qui a été émis. Prévenez l’administrateur."
        _mine(tirage_id, sign).update(etat=Etat.ECHEC, raison=message)
        logger.error("courrier_altere", tirage=str(tirage_id), numero=str(error))
        return
    if content is not None:
        _mine(tirage_id, sign).update(etat=Etat.PRET, pdf=content, pret_at=clock.now())


def _take(tirage_id: uuid.UUID) -> int | None:
    """Hold the row until a minute has passed without a sign; the sign to give, or None when it is somebody else's."""
    now = timezone.now()
    free = Q(etat=Etat.EN_ATTENTE) | Q(etat=Etat.EN_COURS, pris_at__lt=now - SILENCE)
    rows = TirageCourriers.objects.filter(free, pk=tirage_id)
    tries = rows.values_list("essais", flat=True).first()
    if tries is None:
        return None
    if tries >= ESSAIS_MAX:
        rows.update(etat=Etat.ECHEC, raison="L’assemblage s’est interrompu plusieurs fois. Demandez un autre tirage.")
        return None
    taken = rows.filter(essais=tries).update(etat=Etat.EN_COURS, pris_at=now, essais=tries + 1, fait=0)
    return tries + 1 if taken else None


def _mine(tirage_id: uuid.UUID, sign: int) -> QuerySet[TirageCourriers]:
    """The row, as long as this try is the one that holds it."""
    return TirageCourriers.objects.filter(pk=tirage_id, etat=Etat.EN_COURS, essais=sign)


def _put_together(tirage: TirageCourriers, sign: int) -> bytes | None:
    """The file; None when another worker took over meanwhile."""
    keys = list(tirage.courriers.order_by("numero").values_list("pk", flat=True))
    kept = []
    for done, key in enumerate(keys, start=1):
        kept.append(_frozen(key))
        if not _mine(tirage.pk, sign).update(fait=done, pris_at=timezone.now()):
            return None
    return merge(kept, recto_verso=tirage.recto_verso)


def _frozen(key: uuid.UUID) -> bytes:
    letter = Courrier.objects.get(pk=key)
    content = bytes(letter.pdf)
    if hashlib.sha256(content).hexdigest() != letter.pdf_sha256:
        raise LetterAltered(letter.numero)
    return content


def merge(letters: Iterable[bytes], *, recto_verso: bool) -> bytes:
    """One PDF of several, in order; ``recto_verso`` ends every odd letter with a blank page of its own size."""
    whole = pikepdf.Pdf.new()
    for content in letters:
        with pikepdf.open(BytesIO(content)) as letter:
            whole.pages.extend(letter.pages)
            if recto_verso and len(letter.pages) % 2:
                _, _, width, height = (float(side) for side in letter.pages[-1].mediabox.as_list())
                whole.add_blank_page(page_size=(width, height))
    out = BytesIO()
    whole.save(out)
    return out.getvalue()


@transaction.atomic
def mark_opened(*, tirage: TirageCourriers, by: Agent) -> None:
    """From now on its letters count as printed. Refuses a file that is not ready, or no longer kept."""
    check_permission(by, Permission.IMPRIMER_COURRIERS, direction_id=tirage.direction_id)
    held = TirageCourriers.objects.select_for_update().without_pdf().get(pk=tirage.pk)
    _refuse_without_file(held)
    if held.ouvert_at is None:
        held.ouvert_at = clock.now()
        held.save(update_fields=["ouvert_at", "updated_at"])


def read_file(*, tirage: TirageCourriers, by: Agent) -> bytes:
    """The file to print, once it was opened (``mark_opened``). Each reading is written in the access journal."""
    check_permission(by, Permission.IMPRIMER_COURRIERS, direction_id=tirage.direction_id)
    held = TirageCourriers.objects.get(pk=tirage.pk)
    _refuse_without_file(held)
    if held.pdf is None or held.ouvert_at is None:
        raise RuleViolation("Ouvrez d’abord ce fichier depuis sa page.", code="tirage_non_ouvert")
    journal.log_access("imprimer_tirage", by=by, target=held)
    return bytes(held.pdf)


def _refuse_without_file(tirage: TirageCourriers) -> None:
    if tirage.etat != Etat.PRET:
        refuse("tirage_sans_fichier", "Ce fichier n’est pas encore prêt, ou n’est plus conservé.")


def sweep() -> None:
    """Work on what waits or was left, then destroy the files of the days before. Safe to run twice or never."""
    now = timezone.now()
    left = Q(etat=Etat.EN_ATTENTE) | Q(etat=Etat.EN_COURS, pris_at__lt=now - SILENCE)
    waiting = list(TirageCourriers.objects.filter(left).order_by("created_at").values_list("pk", flat=True))
    for tirage_id in in_time(waiting):
        work(tirage_id)
    TirageCourriers.objects.filter(etat=Etat.PRET, pret_at__lt=clock.at(clock.today())).update(
        etat=Etat.DETRUIT, pdf=None
    )
