"""Who goes on with the notes and the draft of a bilan, and what becomes of them when it changes hands.

Reference E.3 gives the content to « the adviser who wrote it »; D.2 has an interrupted bilan restart with what was
recorded. Settled here [D], docs/adr/0007: the adviser in charge today reads and writes, alone. Within one prestataire
the next adviser takes over; another prestataire receives the person and the minutes, never what was written.
"""

from django.db.models import QuerySet

from agents.models import Agent, Prestataire
from agents.roles import Permission
from bilan.models import Bilan, NotePhase, Synthese
from bilan.permissions import check_can
from core import journal
from core.errors import Forbidden

AUTRE_PRESTATAIRE = "autre_prestataire"


# rule: E.3-conseiller, E.3-personne
def check_in_charge(agent: Agent, permission: Permission, bilan: Bilan) -> None:
    """Raise Forbidden unless the agent holds the right and is the adviser in charge of this bilan today."""
    check_can(agent, permission, bilan)
    if bilan.conseiller_id != agent.pk:
        raise Forbidden("Seul le conseiller en charge du bilan lit et écrit ce contenu.", code="droit_contenu")


def leaves_work_behind(bilan: Bilan, prestataire: Prestataire) -> bool:
    """Whether giving the bilan to ``prestataire`` destroys notes or a draft written at another one."""
    if bilan.prestataire_id is None or bilan.prestataire_id == prestataire.pk:
        return False
    return _notes(bilan).exists() or _drafts(bilan).exists()


def hand_over(bilan: Bilan, prestataire: Prestataire, *, by: Agent) -> None:
    """Give the bilan to a prestataire; the caller has locked it, and saves it in the same transaction.

    Notes and draft stay when the prestataire is the same, and are destroyed when it is another: R. 6322-59 code du
    travail [V] destroys at once what nobody may go on using. No tombstone, which tells of a synthesis: a draft that was
    never presented is none, and the next adviser opens version 1. Minutes are never touched.
    """
    if leaves_work_behind(bilan, prestataire):
        destroy_work(bilan, AUTRE_PRESTATAIRE, by=by)
    bilan.prestataire = prestataire


def destroy_work(bilan: Bilan, motif: str, *, by: Agent | None) -> None:
    """Destroy notes and draft of a bilan whose synthesis was never completed, and tell it; nothing to do, no event."""
    notes, _ = _notes(bilan).delete()
    drafts, _ = _drafts(bilan).delete()
    if notes or drafts:
        journal.record(
            "bilan.travail_detruit",
            dossier=bilan.contrat_id,
            target=bilan,
            by=by,
            motif=motif,
            notes=notes,
            brouillons=drafts,
        )


def _notes(bilan: Bilan) -> QuerySet[NotePhase]:
    return NotePhase.objects.filter(bilan=bilan)


def _drafts(bilan: Bilan) -> QuerySet[Synthese]:
    return Synthese.objects.filter(bilan=bilan, figee_at=None)
