"""Events set aside: applied again after a correction, settled with a reason, forgotten at their term.

Lock order: the bilans of the file, then the event.
"""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from cryptography.fernet import InvalidToken
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from agents.models import Agent
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from bilan.permissions import check_can
from core import journal
from core.crypto import cipher
from core.errors import InvalidInput, RuleViolation
from core.passes import in_time
from poleemploi import evenements, reception
from poleemploi.models import EvenementEcarte, Transmission
from poleemploi.models_flux import EvenementEcarteQuerySet
from poleemploi.states import EtatEcart, EtatTransmission, MotifClassement, MotifEcart, Sort

logger = structlog.get_logger(__name__)
CONSERVATION = timedelta(days=365)  # [D] of the content of an event that nobody settled
LOT = 200  # events of one run
ILLISIBLE = "Illisible\u00a0: prévenez le support"
A_VENIR = (MotifEcart.DATE_FUTURE, MotifEcart.EMBAUCHE_FUTURE)


def can_examine(agent: Agent | AnonymousUser, ecarte: EvenementEcarte) -> bool:
    """Whether the agent records returns in the direction of the file named, anywhere when none is."""
    direction_id = ecarte.contrat.direction_id if ecarte.contrat else None
    return has_permission(agent, Permission.ENREGISTRER_RETOUR, direction_id=direction_id)


def check_can_examine(by: Agent | None, ecarte: EvenementEcarte) -> None:
    """Raise Forbidden unless ``can_examine``. ``None`` is the system, which acts by rule and not by right."""
    if by is not None:
        direction_id = ecarte.contrat.direction_id if ecarte.contrat else None
        check_permission(by, Permission.ENREGISTRER_RETOUR, direction_id=direction_id)


def content_of(sealed: Any) -> Any:
    """The event that a ``sealed`` row keeps, as the partner wrote it. Refuses one that no key of ours opens."""
    try:
        return json.loads(cipher().decrypt(bytes(sealed.scelle or b"")))
    except (InvalidToken, ValueError) as error:
        raise RuleViolation(f"{ILLISIBLE}.", code="contenu_illisible") from error


@transaction.atomic
def apply_again(*, ecarte: EvenementEcarte, by: Agent | None) -> EvenementEcarte | None:
    """Judge an event anew, as the files and the receipts are now; one that can be applied becomes a return.

    Still impossible, it stays aside, under its present reason. None when nothing may be kept of it any more: it is then
    erased (AS-40). Refuses one that was settled or forgotten, and one whose content cannot be deciphered.
    """
    check_can_examine(by, ecarte)
    sealed = EvenementEcarte.objects.to_examine().sealed().filter(pk=ecarte.pk).first()
    if sealed is None:
        raise _settled()
    lu = evenements.read(content_of(sealed))
    verdict = reception.judge(lu)
    row = _lock(ecarte.pk)
    if verdict.sort == Sort.RIEN_GARDE:
        row.delete()
        return None
    if verdict.sort == Sort.ECARTE:
        row.motif, row.contrat_id = verdict.motif or row.motif, verdict.contrat_id
        row.save()
        return row
    if verdict.depot is not None:
        check_can(by, Permission.ENREGISTRER_RETOUR, verdict.depot.bilan)
    reception.keep(lu, verdict, by=by)
    row.contrat_id = verdict.contrat_id
    _close(row, EtatEcart.APPLIQUE, by=by)
    return row


@transaction.atomic
def classify(*, ecarte: EvenementEcarte, motif: str, by: Agent) -> EvenementEcarte:
    """Settle an event without applying it, for a reason of the list; its content is erased, for good.

    Refuses an unknown reason, and an event that was settled or forgotten.
    """
    check_can_examine(by, ecarte)
    if motif not in MotifClassement.values:
        message = "Choisissez pourquoi ce retour est classé."
        raise InvalidInput(message, fields={"motif": [message]})
    reception.lock_bilans(ecarte.contrat_id)
    row = _lock(ecarte.pk)
    row.motif_classement = motif
    _close(row, EtatEcart.CLASSE, by=by)
    if row.contrat_id:
        journal.record("retour.classe", dossier=row.contrat_id, target=row, by=by, motif=motif)
    else:
        journal.log_access("classer_retour", by=by, target=row, motif=motif)
    return row


def take_up_again() -> None:
    """Apply the events whose receipt was not known yet when they came: the answer to the deposit had been lost.

    Whatever their reason, erase those that were set aside while the deposit they cite was being erased (AS-40).
    """
    cited = Transmission.objects.filter(accuse_identifiant=OuterRef("accuse"))
    known = Q(Exists(cited.filter(etat=EtatTransmission.ACCUSEE)), motif=MotifEcart.ACCUSE_INCONNU)
    erased = Q(Exists(cited.filter(etat__in=(EtatTransmission.EFFACEMENT_DEMANDE, EtatTransmission.EFFACEE))))
    _apply_each(EvenementEcarte.objects.to_examine().filter(known | erased))


def take_up_dates() -> None:
    """Apply the events whose day was still to come, once it has."""
    _apply_each(EvenementEcarte.objects.to_examine().filter(motif__in=A_VENIR))


def _apply_each(waiting: EvenementEcarteQuerySet) -> None:
    """One at a time, the one that was tried the longest ago first: those that wait on do not starve the others."""
    for ecarte in in_time(list(waiting.order_by("updated_at", "created_at")[:LOT])):
        try:
            apply_again(ecarte=ecarte, by=None)
        except (DatabaseError, RuleViolation) as error:
            logger.error("retour_non_repris", ecarte=str(ecarte.pk), erreur=type(error).__name__)
            EvenementEcarte.objects.filter(pk=ecarte.pk).update(updated_at=timezone.now())


# rule: F.3-conservation
def forget_old() -> int:
    """Erase the content of events that nobody settled within twelve months; return how many. Idempotent."""
    now = timezone.now()
    old = EvenementEcarte.objects.to_examine().filter(created_at__lt=now - CONSERVATION)
    return old.update(contenu=None, accuse="", etat=EtatEcart.OUBLIE, examine_at=now)


def forget_file(contrat_id: UUID) -> None:
    """Erase what waits about a file whose person withdraws; its bilan is locked. The identifiers stay.

    What cites one of its receipts under another number is about it too: ``forget_receipt`` erases that.
    """
    EvenementEcarte.objects.to_examine().filter(contrat_id=contrat_id).delete()


# rule: F.3-rien-garde
def forget_receipt(accuse: str) -> None:
    """Erase what waits and cites a receipt that is to be erased, whichever file it names; its bilan is locked."""
    EvenementEcarte.objects.to_examine().filter(accuse=accuse).delete()


def _lock(pk: UUID) -> EvenementEcarte:
    row = EvenementEcarte.objects.select_for_update().to_examine().filter(pk=pk).first()
    if row is None:
        raise _settled()
    return row


def _close(row: EvenementEcarte, etat: EtatEcart, *, by: Agent | None) -> None:
    row.etat, row.contenu, row.accuse = etat, None, ""
    row.examine_at, row.examine_par = timezone.now(), by
    row.save()


def _settled() -> RuleViolation:
    return RuleViolation("Ce retour a déjà été examiné.", code="deja_examine")
