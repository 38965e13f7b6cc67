"""The one way a bilan changes state: locked, permitted, guarded, moved, told to the journal.

Lock order of the house; a transaction may leave out any of these, never take them the other way round:

1. the bilan (``lock``): also before anything changes the contract's own dates or status (``dossiers.services``);
2. the adviser's row, when their time is taken (``bilan.programmation``);
3. the contract, then the signatory (``cai.services``, ``exemptions.services``);
4. the syntheses, the transmissions, the channel (``poleemploi``);
5. the number series and the file's journal, which every act ends with.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from agents.models import Agent
from agents.roles import Permission
from bilan import instantane
from bilan.models import Bilan
from bilan.permissions import check_can
from bilan.states import Etat
from cai.models import Contrat, Prestation
from core import journal
from core.errors import Blocage, RuleViolation, refuse_if

# What an agent reads when the present state does not allow an act: "Ce bilan est « Convoqué » : ...".
ACTS = {
    "constater_exemption": "on ne peut plus constater une exemption",
    "prescrire": "il ne peut pas être prescrit",
    "lever_exemption": "il n’y a pas d’exemption à lever",
    "convoquer": "la personne ne peut pas être convoquée",
    "reporter": "il n’y a pas de rendez-vous à reporter",
    "constater_absence": "il n’y a pas d’absence à constater",
    "reconnaitre_motif_legitime": "il n’y a pas d’absence à qualifier",
    "constater_absence_injustifiee": "il n’y a pas d’absence à qualifier",
    "requalifier_absence": "il n’y a pas d’absence à requalifier",
    "demarrer": "il ne peut pas commencer",
    "passer_en_investigation": "la phase d’investigation ne peut pas s’ouvrir",
    "passer_en_conclusion": "la phase de conclusion ne peut pas s’ouvrir",
    "interrompre": "il n’y a pas de séance en cours à interrompre",
    "rediger_synthese": "la synthèse ne peut pas être arrêtée",
    "presenter_synthese": "il n’y a pas de synthèse à présenter",
    "reprendre_synthese": "il n’y a pas de synthèse à reprendre",
    "valider_synthese": "il n’y a pas de synthèse à valider",
    "constater_refus_signature": "il n’y a pas de signature attendue",
    "cloturer": "il ne peut pas être clos",
    "constater_non_realisation": "on ne peut pas constater qu’il n’a pas eu lieu",
    "annuler": "il ne peut plus être annulé",
    "refixer_duree": "sa durée ne peut pas être changée",
    "affecter_conseiller": "il n’y a rien à confier à un autre conseiller",
    "reattribuer": "il n’y a pas de prescripteur à changer",
}


def lock(bilan_id: uuid.UUID) -> Bilan:
    """The bilan, locked until the end of the transaction, with its contract and signatory as they are under that lock.

    Two statements, because one would show the contract as it was before the wait for the lock.
    """
    Bilan.objects.select_for_update().values_list("pk").get(pk=bilan_id)
    return _read(bilan_id)


def lock_contrat(contrat_id: uuid.UUID) -> Contrat:
    """A contract with its signatory and direction, locked after its living bilan, until the end of the transaction."""
    bilan_id = Bilan.objects.live().filter(contrat_id=contrat_id).values_list("pk", flat=True).first()
    if bilan_id:
        lock(bilan_id)
    Contrat.objects.select_for_update().values_list("pk").get(pk=contrat_id)
    return Contrat.objects.select_related("signataire__nationalite", "direction").get(pk=contrat_id)


def _read(bilan_id: uuid.UUID) -> Bilan:
    found: Bilan = Bilan.objects.select_related(
        "contrat__signataire", "contrat__direction", "prestataire", "conseiller", "prescripteur"
    ).get(pk=bilan_id)
    return found


def foresee(bilan: Bilan, name: str, *, permission: Permission, by: Agent | None) -> Bilan:
    """What ``begin`` would open now, read again but not locked: for paper, laid out before anybody has to wait for it.

    Raises as ``begin`` does; nothing of it holds once it has returned.
    """
    found = _read(bilan.pk)
    check_can(by, permission, found)
    check_state(found, name)
    return found


def begin(bilan: Bilan, name: str, *, permission: Permission, by: Agent | None) -> Bilan:
    """Open an act: lock the row, check the right on what it is now, check that its state allows the transition.

    Returns the locked row, on which the service checks its guards before ``finish``. Raises Forbidden, or RuleViolation
    with code ``transition_impossible``.
    """
    locked = lock(bilan.pk)
    check_can(by, permission, locked)
    check_state(locked, name)
    return locked


# rule: D.2-interdit
def check_state(bilan: Bilan, name: str) -> None:
    """Raise RuleViolation unless the present state allows the transition."""
    if message := why_not(bilan, name):
        raise RuleViolation(message, code="transition_impossible")


def why_not(bilan: Bilan, name: str) -> str:
    """Why the present state does not allow the transition, as a sentence; nothing when it does."""
    if can_proceed(getattr(bilan, name)):
        return ""
    return f"Ce bilan est à l’état «\u00a0{bilan.get_etat_display()}\u00a0»\u00a0: {ACTS[name]}."


# rule: D.2-evenement
def finish(
    bilan: Bilan,
    name: str,
    *,
    by: Agent | None,
    blocages: Sequence[Blocage] = (),
    prive: Mapping[str, Any] | None = None,
    **faits: object,
) -> Bilan:
    """Refuse when something stands in the way; otherwise move, save and tell the journal (caller's transaction).

    ``prive``: as ``journal.record`` says, the facts that are kept under the key of the file.
    A bilan that ends leaves its statistical snapshot before anything of it is destroyed.
    """
    refuse_if(blocages)
    before = str(bilan.etat)
    getattr(bilan, name)()
    instantane.take(bilan)
    bilan.save()
    journal.record(
        f"bilan.{name}",
        dossier=bilan.contrat_id,
        target=bilan,
        by=by,
        avant=before,
        apres=str(bilan.etat),
        prive=prive,
        **faits,
    )
    return bilan


# rule: D.1-ouverture
@transaction.atomic
def open_bilan(*, contrat: Contrat, by: Agent | None) -> Bilan:
    """The contract's bilan, in ``a_evaluer``; the database refuses a second live one."""
    bilan: Bilan = Bilan.objects.create(contrat=contrat)
    journal.record("bilan.ouvert", dossier=contrat.pk, target=bilan, by=by, apres=Etat.A_EVALUER.value)
    return bilan


# rule: D.2-note-prestation, C.3-bilan
def set_prestation(bilan: Bilan, statut: Prestation.Statut) -> None:
    """What the contract shows of the bilan (reference C.3); told by the transition's own event."""
    Prestation.objects.update_or_create(
        contrat_id=bilan.contrat_id, type=Prestation.Type.BILAN, defaults={"statut": statut}
    )
