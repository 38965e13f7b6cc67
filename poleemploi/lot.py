"""Ordinary deposits, many at a time: claimed in one transaction, sent one after the other, recorded in another.

A row is ordinary when it waits to be deposited, its consent in force, no attempt open; its answer, when it is a
receipt that comes in time. Everything else is left to ``sender.step`` and ``outcome.record``, one row at a time, which
say what the rules are: the same locks, in the same order, and the same lines of ledger and journal.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from bilan import echange, retention
from bilan.models import Bilan
from core import clock, journal
from poleemploi import canal, contrat, outcome, payload, reponses
from poleemploi.canal import JetonEnCours
from poleemploi.client import Recu
from poleemploi.depot import of_version
from poleemploi.models import Tentative, Transmission
from poleemploi.outcome import Resultat
from poleemploi.reponses import decide
from poleemploi.standing import only_in_force
from poleemploi.states import EtatTransmission, Issue, Operation
from poleemploi.travail import Travail, worker

logger = structlog.get_logger(__name__)
T = EtatTransmission
# No request begins later than this after the commit that opened its attempt, in real seconds: consent is read then.
ENVOI_MAX = timedelta(seconds=1)
# How long a lot goes on before it looks again whether another worker was told to wait, or a person withdrew.
REGARD = timedelta(milliseconds=50)
# What is read of a row, beside what it sends.
LUES = (
    "etat", "nombre_essais", "corps_sha256", "premier_essai_at",
    "bilan__etat", "bilan__contrat_id", "synthese__version", "synthese__bilan_id",
)  # fmt: skip


@dataclass(frozen=True)
class Lot:
    """What was claimed, and the rows that are due but not ordinary: to be worked on one at a time, in their order."""

    travaux: list[Travail] = field(default_factory=list)
    autres: list[UUID] = field(default_factory=list)


# --- claim --------------------------------------------------------------------------------------


@transaction.atomic
def claim(jeton: JetonEnCours, *, lease: timedelta, taille: int) -> Lot:
    """Take the longest waiting rows that nobody holds, and open the next attempt of those that are ordinary.

    As in ``sender.claim``, the commit of the attempts is the point of no return: consent, version, purge and state are
    read under lock in the same transaction.
    """
    now = timezone.now()
    found = _lock_bilans(now, taille)
    corps = _bodies(_lock_ordinary(found, now)) if found else {}
    if corps:
        _reserve(corps, now, now + lease)
    tentatives = Tentative.objects.bulk_create(
        Tentative(transmission=row, numero=row.nombre_essais, operation=Operation.DEPOT, ouverte_at=now)
        for row in corps
    )
    return Lot(
        [
            Travail(row.pk, tentative.pk, Operation.DEPOT, jeton, sent)
            for tentative, (row, sent) in zip(tentatives, corps.items(), strict=True)
        ],
        [pk for pk in found if pk not in {row.pk for row in corps}],
    )


def _lock_bilans(now: datetime, taille: int) -> list[UUID]:
    """Due rows whose bilan nobody holds, their bilans now locked: the lock order of the house."""
    due = Transmission.objects.due(now).first_of_their_file().select_related("bilan").only("etat", "bilan__etat")
    return [row.pk for row in due.select_for_update(of=("bilan",), skip_locked=True, no_key=True)[:taille]]


def _lock_ordinary(found: Sequence[UUID], now: datetime) -> list[Transmission]:
    """Those to be deposited, locked and read again, their content deciphered."""
    opened = Tentative.objects.filter(transmission=OuterRef("pk"), fermee_at=None)
    waiting = Transmission.objects.due(now).filter(
        ~Exists(opened), pk__in=found, etat=T.EN_FILE, effacement_voulu=False
    )
    rows = only_in_force(waiting.filter(pk__in=found)).select_related("bilan", "synthese")
    try:
        return list(rows.only(*LUES, "synthese__contenu", "donnees_figees").select_for_update(of=("self",)))
    except DatabaseError:
        raise
    except Exception as error:
        # What cannot be deciphered stops neither the others nor itself in silence: it is told one row at a time.
        logger.error("lot_illisible", erreur=type(error).__name__)
        return []


def _bodies(rows: Sequence[Transmission]) -> dict[Transmission, bytes]:
    """What each row sends; without those of which something has to be said before any HTTP."""
    corps = {}
    for row in rows:
        try:
            body = payload.to_wire(of_version(row.donnees_figees, row.synthese.version, row.synthese.contenu))
        except Exception:  # noqa: S112 - said by sender.step, which reads the row again
            continue
        sent = payload.canonical(body)
        empreinte = payload.sha256(sent)
        if not contrat.faults("DepotSynthese", body) and row.corps_sha256 in ("", empreinte):
            row.corps_sha256 = empreinte
            corps[row] = sent
    return corps


def _reserve(rows: Collection[Transmission], now: datetime, until: datetime) -> None:
    first = [row for row in rows if row.premier_essai_at is None]
    for row in rows:
        row.reserver()
        row.nombre_essais += 1
    query = (
        "UPDATE poleemploi_transmission SET etat = %s, nombre_essais = nombre_essais + 1, "
        "corps_sha256 = prise.empreinte, "
        "serie_depuis_at = coalesce(serie_depuis_at, %s), premier_essai_at = coalesce(premier_essai_at, %s), "
        "bail_jusqua = %s, prochain_essai_at = %s, bail_par = %s, updated_at = %s "
        "FROM unnest(%s::uuid[], %s::text[]) AS prise (transmission, empreinte) WHERE id = prise.transmission"
    )
    columns: list[list[Any]] = [[row.pk for row in rows], [row.corps_sha256 for row in rows]]
    with connection.cursor() as cursor:
        cursor.execute(query, [T.EN_COURS, now, now, until, until, worker(), now, *columns])
    echange.note_first_attempts([row.synthese_id for row in first], at=clock.now())
    outcome.tell_all(
        [outcome.line("transmission.envoyee", row, avant=T.EN_FILE, sha256=row.corps_sha256) for row in first]
    )


# --- record -------------------------------------------------------------------------------------


@transaction.atomic
def record(resultats: Sequence[Resultat]) -> list[Resultat]:
    """Record the receipts that came in time, all together; return the answers that ``outcome.record`` must record.

    Those whose bilan somebody holds are returned too: nobody is waited for while others are held.
    """
    now = timezone.now()
    found = _lock_answered(resultats)
    recus = [(found[resultat.tentative_id], resultat) for resultat in resultats if resultat.tentative_id in found]
    if recus:
        _close_attempts([resultat for _, resultat in recus], now)
        _acknowledge([(row, resultat.reponse.recu) for row, resultat in recus if resultat.reponse.recu], now)
        canal.partner_answers(probe=False)
    for row, resultat in recus:
        outcome.log(row, row.nombre_essais, resultat, decide(resultat.operation, resultat.reponse), on_time=True)
    return [resultat for resultat in resultats if resultat.tentative_id not in found]


def _lock_answered(resultats: Sequence[Resultat]) -> dict[int, Transmission]:
    """The rows whose receipt may be recorded as it is, by attempt: bilan, row and attempt locked, consent in force."""
    keys = [resultat.transmission_id for resultat in resultats if resultat.reponse.recu and not resultat.probe]
    bilans = Bilan.objects.filter(transmissions__in=keys).select_for_update(of=("self",), skip_locked=True, no_key=True)
    held = [bilan.pk for bilan in bilans.only("etat")]
    waiting = Transmission.objects.filter(
        pk__in=keys, bilan__in=held, etat=T.EN_COURS, effacement_voulu=False, synthese__accuse_at=None
    )
    rows = {
        row.pk: row
        for row in only_in_force(waiting)
        .select_related("bilan", "synthese")
        .only(*LUES)
        .select_for_update(of=("self",))
    }
    tentatives = Tentative.objects.filter(
        pk__in=[resultat.tentative_id for resultat in resultats], transmission__in=rows, fermee_at=None
    )
    return {
        tentative.pk: rows[tentative.transmission_id]
        for tentative in tentatives.select_for_update().only("pk", "transmission_id")
    }


def _close_attempts(resultats: Sequence[Resultat], now: datetime) -> None:
    query = (
        "UPDATE poleemploi_tentative SET fermee_at = %s, issue = %s, "
        "statut_http = recue.statut, duree_ms = recue.duree FROM unnest(%s::bigint[], %s::int[], %s::int[]) "
        "AS recue (tentative, statut, duree) WHERE id = recue.tentative"
    )
    columns: list[list[Any]] = [
        [resultat.tentative_id for resultat in resultats],
        [resultat.reponse.statut for resultat in resultats],
        [resultat.duree_ms for resultat in resultats],
    ]
    with connection.cursor() as cursor:
        cursor.execute(query, [now, Issue.ACCEPTE, *columns])


# rule: D.2-21
def _acknowledge(recus: Sequence[tuple[Transmission, Recu]], now: datetime) -> None:
    """As ``outcome.acknowledge``, of rows that were neither replaced nor withdrawn: there is nothing to erase."""
    for row, recu in recus:
        row.accuser()
        row.synthese.bilan = row.bilan
        row.rapprochement = recu.rapprochement
    query = (
        "UPDATE poleemploi_transmission SET etat = %s, accuse_identifiant = recu.identifiant, accuse_at = recu.at, "
        "rapprochement = recu.rapprochement, erreur_code = '', erreur_champs = '[]', donnees_figees = NULL, "
        "bail_jusqua = NULL, bail_par = '', prochain_essai_at = NULL, termine_at = %s, updated_at = %s "
        "FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[]) "
        "AS recu (transmission, identifiant, at, rapprochement) WHERE id = recu.transmission"
    )
    columns: list[list[Any]] = [
        [row.pk for row, _ in recus],
        [recu.identifiant for _, recu in recus],
        [recu.recu_at for _, recu in recus],
        [recu.rapprochement for _, recu in recus],
    ]
    with connection.cursor() as cursor:
        cursor.execute(query, [T.ACCUSEE, now, now, *columns])
    lines = [
        outcome.line(
            "transmission.accusee",
            row,
            avant=T.EN_COURS,
            prive={"accuse": recu.identifiant},
            rapprochement=recu.rapprochement,
        )
        for row, recu in recus
    ]
    received = echange.note_acknowledgements([(row.synthese, recu.identifiant) for row, recu in recus], clock.now())
    outcome.tell_all(lines, received)
    # rule: E.6-actes
    journal.log_system_accesses("transmission", [row for row, _ in recus])
    # rule: E.4-accuse
    bilans = {row.bilan_id: row.bilan for row, _ in recus}
    for pk in retention.perhaps_due(bilans):
        outcome.apply_retention(bilans[pk])


# --- what did not leave ---------------------------------------------------------------------------


def withdrawn(travaux: Collection[Travail]) -> set[UUID]:
    """Those of which the person took their agreement back since the commit that opened their attempt."""
    keys = [travail.transmission_id for travail in travaux]
    return set(Transmission.objects.filter(pk__in=keys, effacement_voulu=True).values_list("pk", flat=True))


@transaction.atomic
def give_back(travail: Travail) -> None:
    """Close an attempt whose request was not made: the row waits again, due at once.

    If no request of this row was ever made, it was not sent, and its version neither when no other row of it was: what
    the opening of the attempt said is taken back.
    """
    now = timezone.now()
    transmission = outcome.lock_with_bilan(travail.transmission_id)
    tentative = Tentative.objects.select_for_update().get(pk=travail.tentative_id)
    if tentative.fermee_at is not None:
        return
    outcome.close_attempt(tentative, issue=Issue.A_REESSAYER, code=reponses.PAS_PARTIE, now=now)
    transmission.remettre_en_file()
    transmission.bail_jusqua, transmission.bail_par = None, ""
    transmission.prochain_essai_at = now
    deposits = transmission.tentatives.filter(operation=Operation.DEPOT)
    if never_left := not deposits.exclude(code_metier=reponses.PAS_PARTIE).exists():
        transmission.premier_essai_at = None
    transmission.save()
    if never_left:
        others = Transmission.objects.filter(synthese=transmission.synthese_id, premier_essai_at__isnull=False)
        if not others.exists():
            echange.forget_first_attempt(transmission.synthese)
        outcome.tell("transmission.non_partie", transmission, avant=T.EN_COURS)
