"""What the exchange tells the synthesis: first sent, received. Called by ``poleemploi``, of which it knows nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from agents.models import Agent
from bilan.models import Synthese
from core import journal


# rule: D.1-echange
def note_first_attempt(synthese: Synthese, at: datetime) -> None:
    """Write when the version was first sent, in the transaction that opens the attempt; once only.

    ``at`` is a business instant, as all dates of a synthesis.
    """
    _inside_transaction()
    if synthese.premier_envoi_at is None:
        synthese.premier_envoi_at = at
        synthese.save(update_fields=["premier_envoi_at", "updated_at"])


# rule: D.1-echange
def note_first_attempts(syntheses: Collection[UUID], at: datetime) -> None:
    """``note_first_attempt`` for versions of several bilans, all locked, by one query."""
    _inside_transaction()
    never = Synthese.objects.filter(pk__in=syntheses, premier_envoi_at=None)
    never.update(premier_envoi_at=at, updated_at=timezone.now())


# rule: D.1-echange
def forget_first_attempt(synthese: Synthese) -> None:
    """Take back ``note_first_attempt``: the request was not made after all, nor any other one of this version."""
    _inside_transaction()
    synthese.premier_envoi_at = None
    synthese.save(update_fields=["premier_envoi_at", "updated_at"])


# rule: D.1-echange
def note_acknowledgement(synthese: Synthese, identifiant: str, at: datetime, by: Agent | None = None) -> None:
    """Write the partner's receipt on the version, with its event; the first receipt stays.

    Whether the content may still be kept is then ``bilan.retention``'s to say: call it in the same transaction. ``at``
    is a business instant.
    """
    _inside_transaction()
    if synthese.accuse_at is not None:
        return
    synthese.accuse_at = at
    synthese.accuse_identifiant = identifiant
    synthese.save(update_fields=["accuse_at", "accuse_identifiant", "updated_at"])
    journal.record(
        "bilan.synthese_recue",
        dossier=synthese.bilan.contrat_id,
        target=synthese,
        by=by,
        version=synthese.version,
        prive={"accuse": identifiant},  # by which the partner finds the person again
    )


# rule: D.1-echange
def note_acknowledgements(recus: Sequence[tuple[Synthese, str]], at: datetime) -> list[journal.Ecriture]:
    """``note_acknowledgement`` for versions of several bilans, read with their bilan and never received before.

    Returns the events, for the caller to record with its own in the same transaction.
    """
    _inside_transaction()
    query = (
        "UPDATE bilan_synthese SET accuse_at = %s, accuse_identifiant = recu.identifiant, updated_at = %s "
        "FROM unnest(%s::uuid[], %s::text[]) AS recu (synthese, identifiant) WHERE id = recu.synthese"
    )
    columns: list[list[Any]] = [[synthese.pk for synthese, _ in recus], [identifiant for _, identifiant in recus]]
    with connection.cursor() as cursor:
        cursor.execute(query, [at, timezone.now(), *columns])
    return [
        journal.Ecriture(
            nom="bilan.synthese_recue",
            dossier=synthese.bilan.contrat_id,
            target=synthese,
            faits={"version": synthese.version},
            prive={"accuse": identifiant},
        )
        for synthese, identifiant in recus
    ]


def _inside_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The exchange tells the synthesis what it commits itself.")
