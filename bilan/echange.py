"""What the exchange tells the synthesis: first sent, received. Called by ``poleemploi``, of which it knows nothing."""

from datetime import datetime

from django.db import connection, transaction

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


def _inside_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The exchange tells the synthesis what it commits itself.")
