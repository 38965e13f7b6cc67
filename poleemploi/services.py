"""What a person decides about the exchange. Each act writes the ledger of consents and the queue in one transaction.

Lock order: the bilan, its syntheses, its transmissions, the channel.
"""

from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agents.models import Agent
from bilan import consents, fin, redaction, selectors
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import Etat, MotifReprise
from bilan.workflow import lock
from core import clock
from core.errors import RuleViolation
from poleemploi import outcome, quarantaine
from poleemploi.correction import why_not_redeposited
from poleemploi.depot import freeze
from poleemploi.doorbell import ring_on_commit
from poleemploi.models import Transmission
from poleemploi.permissions import check_can_requeue
from poleemploi.standing import Accord, standing
from poleemploi.states import A_TRAITER_PAR_UN_AGENT, SANS_AVENIR, EtatTransmission, MotifFin

T = EtatTransmission
Portee = Consentement.Portee
Decision = Consentement.Decision
ACCORD_ABSENT = "L’accord de la personne n’est plus en vigueur."
NON_ABANDONNABLE = "Seule une transmission refusée ou en échec s’abandonne."


class Recueil(TypedDict, total=False):
    """How a decision was taken down: the arguments of ``bilan.consents.record_consent`` that are the person's."""

    mode: Consentement.Mode
    langue: str
    interprete: bool | None
    representant_legal: str
    document_empreinte: str
    commentaire: str
    date_heure: datetime | None
    version_texte: str


@transaction.atomic
def record_decision(
    *, bilan: Bilan, portee: Consentement.Portee, decision: Consentement.Decision, by: Agent, **recueil: Unpack[Recueil]
) -> Consentement:
    """One decision on one scope, with everything it entails for the queue: the single door of pages and API."""
    if portee != Portee.TRANSMISSION:
        return consents.record_consent(bilan=bilan, portee=portee, decision=decision, by=by, **recueil)
    if decision == Decision.ACCORDE:
        return grant_transmission(bilan=bilan, by=by, **recueil).consentement
    if decision == Decision.REFUSE:
        return refuse_transmission(bilan=bilan, by=by, **recueil)
    return withdraw_transmission(bilan=bilan, by=by, **recueil)


# rule: D.2-18, E.2-une-transaction
@transaction.atomic
def grant_transmission(*, bilan: Bilan, by: Agent, **recueil: Unpack[Recueil]) -> Transmission:
    """Transition 18: the agreement and its outbox row, both or neither; sent as soon as a worker wakes up.

    Refuses what ``record_consent`` refuses, so that a row always has a validated, conserved version of the present.
    """
    consent = consents.record_consent(
        bilan=bilan,
        portee=Portee.TRANSMISSION,
        decision=Decision.ACCORDE,
        by=by,
        **recueil,
    )
    return _enqueue(lock(bilan.pk), consent, by=by)


# rule: D.2-19, E.1-facultatif
@transaction.atomic
def refuse_transmission(*, bilan: Bilan, by: Agent, **recueil: Unpack[Recueil]) -> Consentement:
    """Transition 19: nothing is queued, and nothing follows for the contract.

    It speaks of the present version alone: an older one that has arrived, or is found to have, stays at the partner
    until it is replaced or withdrawn.
    """
    return consents.record_consent(
        bilan=bilan,
        portee=Portee.TRANSMISSION,
        decision=Decision.REFUSE,
        by=by,
        **recueil,
    )


# rule: D.2-20, E.2-retrait, D.2-note-retrait-clos
@transaction.atomic
def withdraw_transmission(*, bilan: Bilan, by: Agent, **recueil: Unpack[Recueil]) -> Consentement:
    """Transition 20: from the commit on, no attempt is opened any more, in any state of the bilan.

    What never left is cancelled; what may have arrived is looked up, then erased or cancelled; what was received is
    erased at the partner (reference F.1, rule 8).
    """
    consent = consents.record_consent(
        bilan=bilan,
        portee=Portee.TRANSMISSION,
        decision=Decision.RETIRE,
        by=by,
        **recueil,
    )
    now = timezone.now()
    for transmission in _locked_rows(lock(bilan.pk)):
        _withdraw(transmission, now, by=by)
    quarantaine.forget_file(bilan.contrat_id)
    return consent


# rule: D.2-15b
@transaction.atomic
def rework_synthese(*, bilan: Bilan, motif: MotifReprise, by: Agent) -> Synthese:
    """Transition 15b: a new version to write; what waited to be sent of the older one is cancelled.

    Refuses while an attempt is open: nobody knows yet whether the older version has arrived. A version already
    received stays at the partner until the next one, newly signed and newly agreed to, replaces it. Refuses to say
    that the partner refused a version which it did not.
    """
    draft = redaction.rework_synthese(bilan=bilan, motif=motif, by=by)
    now = timezone.now()
    rows = _locked_rows(lock(bilan.pk))
    if motif == MotifReprise.REJET_PARTENAIRE and not any(
        row.etat == T.REJETEE and row.synthese.version == draft.version - 1 for row in rows
    ):
        sentence = "Pôle emploi n’a pas refusé cette version\u00a0: choisissez une autre raison."
        raise RuleViolation(sentence, code="version_non_refusee", fields={"motif": [sentence]})
    for transmission in rows:
        if transmission.tentatives.filter(fermee_at=None).exists():
            raise RuleViolation(
                "Un envoi à Pôle emploi est en cours\u00a0: reprenez la synthèse dans quelques minutes.",
                code="envoi_en_cours",
            )
        _cancel_lapsed(transmission, now, by=by)
    return draft


@transaction.atomic
def requeue(*, transmission: Transmission, by: Agent) -> Transmission:
    """Start a row again as ``start_again`` does, and wake a worker up for it."""
    transmission = start_again(transmission=transmission, by=by)
    ring_on_commit(transmission.pk)
    return transmission


# rule: F.1-relance
@transaction.atomic
def start_again(*, transmission: Transmission, by: Agent) -> Transmission:
    """Start another series of attempts for a row that failed, or look an uncertain one up now.

    Whatever was once sent is looked up before it is sent again. Consent is read again at once, and by the sender before
    each attempt. Refuses a row that is in no such state: a refused one above all, which a correction replaces. Wakes
    nobody up.
    """
    check_can_requeue(by, transmission.bilan)
    transmission = _locked(transmission)
    now = timezone.now()
    avant = str(transmission.etat)
    if transmission.etat == T.ECHEC_DEFINITIF:
        _restart(transmission, now, by=by)
    elif transmission.etat == T.INCERTAINE and transmission.bail_jusqua is None:
        outcome.begin_series(transmission, now)
    else:
        raise RuleViolation(_not_requeued(transmission), code="transmission_non_relancable")
    transmission.save()
    outcome.tell("transmission.relancee", transmission, avant=avant, by=by)
    return transmission


@transaction.atomic
def redeposit(*, transmission: Transmission, by: Agent) -> Transmission:
    """Replace a refused row by another, with its own key, once the file has been corrected.

    For what the file holds (numéro CAI, name, nationality...); a fault of the synthesis or of the consent takes a new
    version. Refuses what ``why_not_redeposited`` says: above all, when nothing that would be sent has changed.
    """
    check_can_requeue(by, transmission.bilan)
    refused = _locked(transmission)
    if obstacle := why_not_redeposited(refused):
        raise obstacle
    outcome.give_up(refused, timezone.now(), by=by, motif=MotifFin.REMPLACEE)
    return _enqueue(lock(refused.bilan_id), refused.consentement, by=by, remplace=refused)


# rule: D.2-22
@transaction.atomic
def abandon(*, transmission: Transmission, by: Agent) -> Transmission:
    """Give a failed or refused row up, for good (transition 22). Nothing of it stays at the partner.

    What may have arrived is looked up first, and erased if it has. The bilan is closed with the row when this was the
    transmission that the person's present consent asked for.
    """
    check_can_requeue(by, transmission.bilan)
    bilan = lock(transmission.bilan_id)
    transmission = outcome.lock_row(transmission.pk)
    if obstacle := why_not_abandoned(transmission):
        raise RuleViolation(obstacle, code="transmission_non_abandonnable")
    now = timezone.now()
    if _was_never_sent(transmission):
        outcome.give_up(transmission, now, by=by, motif=MotifFin.TRANSMISSION_IMPOSSIBLE)
    else:
        _make_sure_nothing_stays(transmission, now, by=by)
    consent = selectors.in_force(bilan, Portee.TRANSMISSION)
    if bilan.etat == Etat.SYNTHESE_VALIDEE and consent is not None and consent.pk == transmission.consentement_id:
        fin.close_untransmitted(bilan=bilan, by=by)
    return transmission


# rule: D.2-22
@transaction.atomic
def close_hopeless(*, bilan_id: UUID) -> bool:
    """Transition 22 by the system: close the bilan when nothing can reach the partner any more; tell whether it was.

    Final failure **and** content destroyed: under the lock, the present consent's transmissions must all be refused,
    failed or cancelled, no other one of the file may be alive, and the content must be gone. What never left, or was
    refused, is cancelled; a failed row that may have arrived stays for the correspondant to look up or to give up,
    since the person still agrees that Pôle emploi holds it. Safe to call at any time, any number of times.
    """
    bilan = lock(bilan_id)
    consent = selectors.in_force(bilan, Portee.TRANSMISSION)
    if bilan.etat != Etat.SYNTHESE_VALIDEE or consent is None or not selectors.is_destroyed(bilan):
        return False
    rows = _locked_rows(bilan)
    if not any(row.consentement_id == consent.pk for row in rows) or any(row.etat not in SANS_AVENIR for row in rows):
        return False
    now = timezone.now()
    for row in rows:
        if row.etat in A_TRAITER_PAR_UN_AGENT and _was_never_sent(row):
            outcome.give_up(row, now, motif=MotifFin.TRANSMISSION_IMPOSSIBLE)
    fin.close_untransmitted(bilan=bilan, by=None)
    return True


# --- the queue ----------------------------------------------------------------------------------


def _enqueue(bilan: Bilan, consent: Consentement, *, by: Agent, remplace: Transmission | None = None) -> Transmission:
    synthese = selectors.current_synthese(bilan)
    transmission: Transmission = Transmission.objects.create(
        bilan=bilan,
        synthese=synthese,
        consentement=consent,
        donnees_figees=freeze(bilan, consent, on=clock.today()),
        prochain_essai_at=timezone.now(),
        remplace=remplace,
    )
    outcome.tell(
        "transmission.mise_en_file", transmission, avant="", by=by, remplace=str(remplace.pk) if remplace else ""
    )
    ring_on_commit(transmission.pk)
    return transmission


def _locked_rows(bilan: Bilan) -> list[Transmission]:
    """Every transmission of a locked bilan, oldest first."""
    rows = Transmission.objects.without_content().filter(bilan=bilan).order_by("created_at")
    return list(rows.select_for_update(of=("self",)))


def _locked(transmission: Transmission) -> Transmission:
    lock(transmission.bilan_id)
    return outcome.lock_row(transmission.pk)


def _was_never_sent(transmission: Transmission) -> bool:
    """No attempt of any kind, or refused for good by the partner, which then keeps nothing.

    A first deposit without a date proves nothing: a restore forgets it, and only what was asked since tells so.
    """
    return transmission.nombre_essais == 0 or transmission.etat == T.REJETEE


def _withdraw(transmission: Transmission, now: datetime, *, by: Agent) -> None:
    match transmission.etat:
        case T.ACCUSEE:
            outcome.ask_erasure(transmission, now, by=by)
            transmission.save()
            ring_on_commit(transmission.pk)
        case T.EN_FILE | T.REJETEE | T.ECHEC_DEFINITIF if _was_never_sent(transmission):
            outcome.give_up(transmission, now, by=by, motif=MotifFin.CONSENTEMENT_RETIRE)
        case T.EN_FILE | T.ECHEC_DEFINITIF:
            _make_sure_nothing_stays(transmission, now, by=by)
        case T.EN_COURS | T.INCERTAINE:
            transmission.effacement_voulu = True
            if transmission.bail_jusqua is None:
                outcome.begin_series(transmission, now)
                ring_on_commit(transmission.pk)
            transmission.save()


def _make_sure_nothing_stays(transmission: Transmission, now: datetime, *, by: Agent) -> None:
    if transmission.accuse_identifiant:
        outcome.ask_erasure(transmission, now, by=by)
    else:
        avant = str(transmission.etat)
        transmission.effacement_voulu = True
        transmission.termine_at = None
        transmission.devenir_incertaine()
        outcome.begin_series(transmission, now)
        outcome.tell("transmission.a_verifier", transmission, avant=avant, by=by)
    transmission.save()
    ring_on_commit(transmission.pk)


def _cancel_lapsed(transmission: Transmission, now: datetime, *, by: Agent) -> None:
    """The version is being reworked: what never left is cancelled, what may have arrived will be looked up."""
    match transmission.etat:
        case T.EN_FILE | T.REJETEE | T.ECHEC_DEFINITIF if _was_never_sent(transmission):
            outcome.give_up(transmission, now, by=by, motif=MotifFin.SYNTHESE_REPRISE)
        case T.EN_FILE | T.ECHEC_DEFINITIF if not transmission.accuse_identifiant:
            transmission.termine_at = None
            transmission.devenir_incertaine()
            outcome.begin_series(transmission, now)
            transmission.save()
            ring_on_commit(transmission.pk)


def _restart(transmission: Transmission, now: datetime, *, by: Agent) -> None:
    transmission.erreur_code, transmission.termine_at = "", None
    if transmission.accuse_identifiant:
        transmission.demander_effacement()
    elif transmission.nombre_essais:
        transmission.devenir_incertaine()
    elif standing(transmission) is Accord.EN_VIGUEUR:
        transmission.relancer()
    else:
        raise RuleViolation(ACCORD_ABSENT, code="accord_absent")
    outcome.begin_series(transmission, now)


def why_not_requeued(transmission: Transmission) -> str:
    """What keeps a row from being started again, for the page that offers it; the service has the last word."""
    if transmission.etat == T.ECHEC_DEFINITIF:
        never_left = not transmission.accuse_identifiant and transmission.nombre_essais == 0
        return ACCORD_ABSENT if never_left and standing(transmission) is not Accord.EN_VIGUEUR else ""
    if transmission.etat == T.INCERTAINE and transmission.bail_jusqua is None:
        return ""
    return _not_requeued(transmission)


def why_not_abandoned(transmission: Transmission) -> str:
    """What keeps a row from being given up; nothing when it can be."""
    return "" if transmission.etat in A_TRAITER_PAR_UN_AGENT else NON_ABANDONNABLE


def _not_requeued(transmission: Transmission) -> str:
    if transmission.etat == T.REJETEE:
        return "Une transmission refusée n’est jamais renvoyée telle quelle\u00a0: corrigez ce que Pôle emploi indique."
    if transmission.etat == T.INCERTAINE:
        return "Cette transmission est recherchée chez Pôle emploi en ce moment\u00a0: attendez sa réponse."
    return f"Cette transmission est à l’état «\u00a0{transmission.get_etat_display()}\u00a0»\u00a0: rien à relancer."
