"""A résiliation proposed for a failing stops as soon as it is excused (reference C.8 and D.2, transition 9)."""

import uuid

from agents.models import Agent
from cai.models import PropositionPrefet
from core import clock, journal


# rule: D.2-9-proposition
def suspend_resiliation(contrat_id: uuid.UUID, type_prestation: str, *, by: Agent) -> None:
    """Suspend the open résiliation that rests on this prestation, if any; the directeur territorial finds it listed.

    One that rests on others alone goes on [D].

    In the transaction that excuses the absence from the bilan or from a training, the bilan or the contract locked. It
    can then only be abandoned, or refused by the préfet: other failings are proposed anew, with a reasoning and an
    adversarial month of their own.
    """
    waiting = (
        PropositionPrefet.objects.select_for_update()
        .open()
        .filter(
            contrat_id=contrat_id,
            type=PropositionPrefet.Type.RESILIATION,
            suspendue_at=None,
            manquements__contains=[type_prestation],
        )
        .first()
    )
    if waiting is None:
        return
    waiting.suspendue_at = clock.now()
    waiting.save()
    journal.record(
        "proposition.suspendre", dossier=contrat_id, target=waiting, by=by, avant=waiting.statut,
        apres=waiting.statut, type=waiting.type,
    )  # fmt: skip
