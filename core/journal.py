"""The only writer of the two journals: what happened to a file, and who looked or was refused."""

import hashlib
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography.fernet import Fernet
from django.db import connection, models, transaction
from django.utils import timezone

from core import clock
from core.locks import serialise, serialise_all
from core.models import CleDossier, Evenement, JournalAcces
from core.request_context import request_context

EFFACEE = "donnée effacée"  # what is read in place of a private fact whose key was destroyed
_PRIVE = "prive"  # its place among the facts: {"noms": [...], "jeton": "..."}


def _instant(moment: datetime) -> str:
    """As the database will give it back: an hour that the change to summer time skips is written as the one after."""
    return moment.astimezone(UTC).astimezone(clock.PARIS).isoformat()


def _digest(event: Evenement) -> str:
    content = json.dumps(
        [
            str(event.dossier), event.numero, event.nom, event.cible_type, str(event.cible_id), event.etat_avant,
            event.etat_apres, str(event.par_id or ""), _instant(event.survenu_at), _instant(event.enregistre_at),
            event.faits, event.empreinte_precedente,
        ],
        ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str,
    )  # fmt: skip
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Ecriture:
    """One event to append: what ``record`` says of each."""

    nom: str
    dossier: uuid.UUID
    target: models.Model
    by: Any = None
    avant: str = ""
    apres: str = ""
    prive: Mapping[str, Any] | None = None
    faits: Mapping[str, Any] = field(default_factory=dict)


# rule: D.2-evenement
def record(
    nom: str,
    *,
    dossier: uuid.UUID,
    target: models.Model,
    by: Any,
    avant: str = "",
    apres: str = "",
    prive: Mapping[str, Any] | None = None,
    **faits: Any,
) -> Evenement:
    """Append one event to a file, in the caller's transaction.

    Guarantees an unbroken numbering and hash chain per file, whatever the number of writers (advisory lock until
    the end of the transaction). ``faits`` must be JSON values without synthesis content, and stay in clear for ever;
    ``prive`` holds what says who the person is or was (names, addresses, free words): encrypted under the file's own
    key, so that ``forget`` can erase it from a journal that cannot be rewritten. ``by=None`` stands for the system.
    Raises TransactionManagementError outside a transaction: an event without its change, or the reverse,
    must not exist.
    """
    (event,) = record_all(
        [Ecriture(nom=nom, dossier=dossier, target=target, by=by, avant=avant, apres=apres, prive=prive, faits=faits)]
    )
    return event


# rule: D.2-evenement
def record_all(ecritures: Sequence[Ecriture]) -> list[Evenement]:
    """Append events to one file or to several, in their order, by as many queries as for one; as ``record`` does."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded in the transaction of the change it tells.")
    serialise_all(ecriture.dossier for ecriture in ecritures)
    keys = _keys({ecriture.dossier for ecriture in ecritures if ecriture.prive})
    last = _last_of({ecriture.dossier for ecriture in ecritures})
    now, recorded_at = clock.now(), timezone.now()
    events = []
    for ecriture in ecritures:
        faits = dict(ecriture.faits)
        if ecriture.prive:
            faits[_PRIVE] = _seal(keys[ecriture.dossier], ecriture.prive)
        numero, previous = last.get(ecriture.dossier, (0, ""))
        event = Evenement(
            dossier=ecriture.dossier,
            numero=numero + 1,
            nom=ecriture.nom,
            cible_type=ecriture.target._meta.label_lower,
            cible_id=ecriture.target.pk,
            etat_avant=ecriture.avant,
            etat_apres=ecriture.apres,
            par=ecriture.by,
            survenu_at=now,
            enregistre_at=recorded_at,
            faits=json.loads(json.dumps(faits, default=str)),
            empreinte_precedente=previous,
        )
        event.empreinte = _digest(event)
        last[ecriture.dossier] = event.numero, event.empreinte
        events.append(event)
    return Evenement.objects.bulk_create(events)


def _last_of(dossiers: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[int, str]]:
    """Number and fingerprint of each file's latest event; the files are locked already."""
    query = (
        "SELECT dossier, numero, empreinte FROM unnest(%s::uuid[]) AS present CROSS JOIN LATERAL "
        "(SELECT * FROM core_evenement WHERE dossier = present ORDER BY numero DESC LIMIT 1) AS dernier"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [list(dossiers)])
        return {dossier: (numero, empreinte) for dossier, numero, empreinte in cursor.fetchall()}


def _keys(dossiers: set[uuid.UUID]) -> dict[uuid.UUID, CleDossier]:
    """The key of each file, made when there is none; destroyed, it stays so."""
    if not dossiers:
        return {}
    keys: dict[uuid.UUID, CleDossier] = CleDossier.objects.in_bulk(dossiers)
    if missing := dossiers - keys.keys():
        # Nobody else makes one: their files are locked.
        made = [CleDossier(dossier=dossier, cle=Fernet.generate_key()) for dossier in missing]
        keys |= {key.dossier: key for key in CleDossier.objects.bulk_create(made)}
    return keys


def _seal(key: CleDossier, prive: Mapping[str, Any]) -> dict[str, Any]:
    """The private facts as they are stored: their names in clear, their values under the key of the file.

    Once that key is destroyed, only the names are.
    """
    sealed: dict[str, Any] = {"noms": sorted(prive)}
    if key.cle is not None:
        sealed["jeton"] = Fernet(key.cle).encrypt(json.dumps(prive, default=str).encode()).decode("ascii")
    return sealed


def facts_reader() -> Callable[[Evenement], dict[str, Any]]:
    """How to read the facts of events, private ones in their place; each file's key is looked up once.

    A private fact whose key was destroyed reads ``EFFACEE``, whatever it was.
    """

    @cache
    def key_of(dossier: uuid.UUID) -> Fernet | None:
        key = CleDossier.objects.filter(pk=dossier).first()
        return Fernet(key.cle) if key and key.cle else None

    def read(event: Evenement) -> dict[str, Any]:
        facts = dict(event.faits)
        if (sealed := facts.pop(_PRIVE, None)) is None:
            return facts
        key = key_of(event.dossier)
        if key is None or "jeton" not in sealed:
            return facts | dict.fromkeys(sealed["noms"], EFFACEE)
        opened: dict[str, Any] = json.loads(key.decrypt(sealed["jeton"]))
        return facts | opened

    return read


def facts(event: Evenement) -> dict[str, Any]:
    """The facts of one event, private ones in their place; for several, use ``facts_reader``."""
    return facts_reader()(event)


@transaction.atomic
def forget(dossier: uuid.UUID) -> bool:
    """Destroy the key of a file, and with it every private fact of its events, past and to come; whether there was one.

    Cannot be undone, except from a back-up for as long as it is kept. Idempotent. The chain still verifies.
    """
    serialise(dossier)
    destroyed = {"cle": None, "detruite_at": clock.now()}
    if CleDossier.objects.filter(pk=dossier, detruite_at=None).update(**destroyed):
        return True
    CleDossier.objects.get_or_create(dossier=dossier, defaults=destroyed)  # none is made later either
    return False


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


# rule: E.6-sans-contenu
def log_system_accesses(action: str, targets: Iterable[models.Model]) -> None:
    """One line of the access journal for each row that the system itself read or sent, all at once."""
    now, accorde = timezone.now(), JournalAcces.Resultat.ACCORDE
    JournalAcces.objects.bulk_create(
        JournalAcces(
            action=action, objet_type=row._meta.label_lower, objet_id=str(row.pk), resultat=accorde, survenu_at=now
        )
        for row in targets
    )
