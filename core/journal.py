"""The only writer of the two journals: what happened to a file, and who looked or was refused."""

import hashlib
import json
import uuid
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from core import clock
from core.locks import serialise
from core.models import Evenement, JournalAcces
from core.request_context import request_context


def _digest(event: Evenement) -> str:
    content = json.dumps(
        [
            str(event.dossier), event.numero, event.nom, event.cible_type, str(event.cible_id), event.etat_avant,
            event.etat_apres, str(event.par_id or ""), event.survenu_at.astimezone(clock.PARIS).isoformat(),
            event.enregistre_at.astimezone(clock.PARIS).isoformat(), event.faits, event.empreinte_precedente,
        ],
        ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str,
    )  # fmt: skip
    return hashlib.sha256(content.encode()).hexdigest()


# rule: D.2-evenement
def record(
    nom: str,
    *,
    dossier: uuid.UUID,
    target: models.Model,
    by: Any,
    avant: str = "",
    apres: str = "",
    **faits: Any,
) -> Evenement:
    """Append one event to a file, in the caller's transaction.

    Guarantees an unbroken numbering and hash chain per file, whatever the number of writers (advisory lock until
    the end of the transaction). ``faits`` must be JSON values without synthesis content. ``by=None`` stands for the
    system. Raises TransactionManagementError outside a transaction: an event without its change, or the reverse,
    must not exist.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of the change it tells.")
    serialise(dossier)
    last = Evenement.objects.filter(dossier=dossier).order_by("-numero").only("numero", "empreinte").first()
    event = Evenement(
        dossier=dossier,
        numero=(last.numero if last else 0) + 1,
        nom=nom,
        cible_type=target._meta.label_lower,
        cible_id=target.pk,
        etat_avant=avant,
        etat_apres=apres,
        par=by,
        survenu_at=clock.now(),
        enregistre_at=timezone.now(),
        faits=json.loads(json.dumps(faits, default=str)),
        empreinte_precedente=last.empreinte if last else "",
    )
    event.empreinte = _digest(event)
    event.save(force_insert=True)
    return event


def verify(dossier: uuid.UUID) -> list[int]:
    """Ranks of the file's events whose number, chain or fingerprint does not hold; empty when the journal is intact."""
    broken: list[int] = []
    previous = ""
    for rank, event in enumerate(Evenement.objects.filter(dossier=dossier).order_by("numero"), start=1):
        if event.numero != rank or event.empreinte_precedente != previous or event.empreinte != _digest(event):
            broken.append(event.numero)
        previous = event.empreinte
    return broken


# rule: E.6-sans-contenu
def log_access(
    action: str,
    *,
    by: Any,
    target: models.Model | None = None,
    objet_type: str = "",
    objet_id: str = "",
    motif: str = "",
    granted: bool = True,
) -> None:
    """Write one line of the access journal. For a refusal, call it outside the refused transaction."""
    context = request_context.get()
    known = by if by is not None and by.is_authenticated else None
    JournalAcces.objects.create(
        agent=known,
        roles=sorted(known.roles) if known else [],
        action=action[:80],
        objet_type=target._meta.label_lower if target is not None else objet_type[:60],
        objet_id=str(target.pk) if target is not None else objet_id[:64],
        motif=motif[:80],
        resultat=JournalAcces.Resultat.ACCORDE if granted else JournalAcces.Resultat.REFUSE,
        adresse_ip=context.ip,
        requete=context.request_id,
        survenu_at=timezone.now(),
    )
