"""Proposals to the préfet, from the agent's draft to the decision recorded (reference B and C.9).

They touch the contract and its bilan, so they live here. Lock order: bilan, contract, proposal. Nothing here runs by
itself: no task and no transition creates a proposal (C.8).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from agents.models import Agent
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from bilan import fin, propositions
from bilan.guards import contrat_en_cours
from bilan.models import Bilan
from bilan.states import BEFORE_SYNTHESE, PHASES, MotifAnnulation
from bilan.workflow import lock_contrat
from cai.models import Contrat, Prestation, PropositionPrefet
from core import clock, journal
from core.errors import Blocage, InvalidInput, RuleViolation, refuse_if
from core.french import day_of, minuscule

Type, Statut, Decision = PropositionPrefet.Type, PropositionPrefet.Statut, PropositionPrefet.Decision
P = Permission

# What an agent reads when the present state does not allow an act.
ACTES = {
    "proposer": "elle ne peut plus être signée",
    "notifier_intention": "la lettre d’intention ne s’enregistre pas ici",
    "corriger_intention": "la date de réception ne se corrige pas",
    "recevoir_observations": "il n’y a pas d’observations à enregistrer",
    "decider": "la décision du préfet ne peut pas être enregistrée",
    "abandonner": "elle ne peut plus être abandonnée",
}


@transaction.atomic
def prepare(
    *,
    contrat: Contrat,
    type_proposition: str,
    faits: str,
    titre_renouvele_le: date | None = None,
    echeance_proposee: date | None = None,
    by: Agent,
) -> PropositionPrefet:
    """An agent lays the facts before the directeur territorial: a draft, which proposes nothing to anybody.

    Prepared again before it is signed, it replaces what it said. Refuses what ``propose`` refuses, the reasoning apart:
    a draft suspended is not completed.
    """
    type_proposition = _type(type_proposition)
    check_permission(by, P.PREPARER_PROPOSITION, direction_id=contrat.direction_id)
    contrat = lock_contrat(contrat.pk)
    refuse_if(propositions.conditions(contrat, type_proposition))
    if not faits.strip():
        message = "Écrivez les faits que le directeur territorial doit connaître."
        raise InvalidInput(message, fields={"faits": [message]})
    draft = _draft(contrat, type_proposition, by)
    draft.faits = faits.strip()
    draft.prepare_at, draft.prepare_par = clock.now(), by
    _lay_prorogation(draft, contrat, titre_renouvele_le, echeance_proposee)
    draft.save()
    _record(draft, "proposition.preparer", by=by, avant="")
    return draft


# rule: C.8-motivation, C.9-resiliation, C.8-pas-automatique
@transaction.atomic
def propose(
    *,
    contrat: Contrat,
    type_proposition: str,
    motivation: str,
    titre_renouvele_le: date | None = None,
    echeance_proposee: date | None = None,
    by: Agent,
) -> PropositionPrefet:
    """The directeur territorial reasons and signs one proposal, from an agent's draft or from nothing.

    Refuses, each at its field: a reasoning shorter than MOTIVATION_MIN; a résiliation when no prestation is noted
    without legitimate reason; a prorogation without a renewed permit, without ground (language training running, or a
    prestation deferred), or beyond a year after the first échéance; a contract that no longer runs; a proposal of
    the same type already before the préfet, or suspended. Nothing changes for the contract until he decides (C.9).
    """
    type_proposition = _type(type_proposition)
    check_permission(by, P.SIGNER_PROPOSITION, direction_id=contrat.direction_id)
    contrat = lock_contrat(contrat.pk)
    refuse_if(propositions.conditions(contrat, type_proposition))
    proposition = _draft(contrat, type_proposition, by)
    blocages = propositions.motivation(motivation.strip())
    _lay_prorogation(proposition, contrat, titre_renouvele_le, echeance_proposee, blocages)
    proposition.motivation = motivation.strip()
    proposition.propose_at, proposition.propose_par = clock.now(), by
    return _finish(proposition, "proposer", by=by, echeance_proposee=proposition.echeance_proposee)


# rule: C.9-resiliation
@transaction.atomic
def record_intention(*, proposition: PropositionPrefet, date_reception: date, by: Agent) -> PropositionPrefet:
    """The person received the préfet's letter of intention: the adversarial month begins (R. 311-28)."""
    proposition = _begin(proposition, "notifier_intention", P.ENREGISTRER_DECISION, by=by)
    refuse_if([*propositions.suspension(proposition), *propositions.date_reception(proposition, date_reception)])
    proposition.date_reception = date_reception
    fin_mois = propositions.fin_observations(proposition)
    return _finish(proposition, "notifier_intention", by=by, date_reception=date_reception, fin_observations=fin_mois)


# rule: C.9-reception-corrigee
@transaction.atomic
def correct_intention(*, proposition: PropositionPrefet, date_reception: date, by: Agent) -> PropositionPrefet:
    """The letter was received on another day than noted: the month of observations is counted again from that day.

    Until the decision, suspended or not; the journal keeps both days. Refuses a day before the proposal, to come, after
    observations already noted, or the same again.
    """
    proposition = _begin(proposition, "corriger_intention", P.ENREGISTRER_DECISION, by=by)
    before = proposition.date_reception
    blocages = propositions.date_reception(proposition, date_reception)
    if date_reception == before:
        blocages.append(Blocage("deja_enregistree", "Cette date est déjà celle qui est notée.", "date_reception"))
    refuse_if(blocages)
    proposition.date_reception = date_reception
    fin_mois = propositions.fin_observations(proposition)
    return _finish(
        proposition, "corriger_intention", by=by, date_reception=date_reception, fin_observations=fin_mois,
        auparavant=before,
    )  # fmt: skip


# rule: C.9-observations-tardives
@transaction.atomic
def record_observations(
    *, proposition: PropositionPrefet, date_observations: date, observations: str, by: Agent
) -> PropositionPrefet:
    """What the person answers, in few words; accepted late as long as nothing is decided, and completed if need be."""
    proposition = _begin(proposition, "recevoir_observations", P.ENREGISTRER_DECISION, by=by)
    texte = observations.strip()
    blocages = propositions.jour_passe(
        date_observations,
        depuis=proposition.date_reception or clock.today(),
        field="date_observations",
        quoi="le jour où les observations sont arrivées",
    )
    if not texte:
        message = "Résumez les observations en quelques mots."
        raise InvalidInput(message, fields={"observations": [message]})
    if (proposition.date_observations, proposition.observations) == (date_observations, texte):
        blocages.append(Blocage("deja_enregistrees", "Ces observations sont déjà enregistrées."))
    refuse_if(blocages)
    proposition.date_observations, proposition.observations = date_observations, texte
    return _finish(proposition, "recevoir_observations", by=by, date_observations=date_observations)


# rule: C.9-decision
@transaction.atomic
def decide(
    *,
    proposition: PropositionPrefet,
    decision: str,
    date_decision: date,
    reference_acte: str,
    echeance_accordee: date | None = None,
    by: Agent,
) -> PropositionPrefet:
    """Record what the préfet decided, with the date and the reference of his act; an agreement takes effect at once.

    Clôture: the contract is closed. Prorogation: it runs until ``echeance_accordee``, included. Résiliation: it is
    terminated, its bilan not begun is cancelled and a letter calls off an appointment to come, what is begun or done
    stays (AS-30); refused until the day after the adversarial month. Refuses an agreement of the day of the suspension
    or later, or on a contract that no longer runs.
    """
    proposition = _begin(proposition, "decider", P.ENREGISTRER_DECISION, by=by)
    if decision not in Decision.values:
        message = "Dites si le préfet suit la proposition."
        raise InvalidInput(message, fields={"decision": [message]})
    if not reference_acte.strip():
        message = "Indiquez la référence de l’acte."
        raise InvalidInput(message, fields={"reference_acte": [message]})
    contrat = proposition.contrat
    blocages = propositions.date_decision(proposition, date_decision)
    if decision == Decision.ACCORD:
        blocages += _excused_before(proposition, date_decision) + contrat_en_cours(contrat)
        if proposition.type == Type.PROROGATION:
            blocages += propositions.echeance(contrat, echeance_accordee, "echeance_accordee")
            proposition.echeance_accordee = echeance_accordee
    refuse_if(blocages)
    proposition.decision, proposition.date_decision = decision, date_decision
    proposition.reference_acte = reference_acte.strip()
    proposition.decide_at, proposition.decide_par = clock.now(), by
    _finish(
        proposition, "decider", by=by, decision=decision, date_decision=date_decision,
        prive={"reference": proposition.reference_acte},
    )  # fmt: skip
    if decision == Decision.ACCORD:
        _take_effect(proposition, contrat, by=by)
    return proposition


@transaction.atomic
def abandon(*, proposition: PropositionPrefet, motif: str, by: Agent) -> PropositionPrefet:
    """Give a proposal up, for a reason: a draft by who prepares them, a signed one by the directeur territorial."""
    proposition = _locked(proposition)
    check_permission(by, permission_to_abandon(proposition, by), direction_id=proposition.contrat.direction_id)
    _check_state(proposition, "abandonner")
    if not motif.strip():
        message = "Indiquez pourquoi la proposition est abandonnée."
        raise InvalidInput(message, fields={"motif": [message]})
    return _abandon(proposition, motif.strip(), by=by)


def abandon_all(contrat: Contrat, motif: str, *, by: Agent) -> None:
    """Give up what is still open about a contract that has just ended.

    The caller holds bilan and contract, and answers for the right.
    """
    for proposition in PropositionPrefet.objects.select_for_update().open().filter(contrat=contrat):
        _abandon(proposition, motif, by=by)


def permission_to_abandon(proposition: PropositionPrefet, agent: Agent) -> Permission:
    """The right under which this agent would give it up: whoever signs gives up anything, the others drafts alone."""
    signs = has_permission(agent, P.SIGNER_PROPOSITION, direction_id=proposition.contrat.direction_id)
    return P.SIGNER_PROPOSITION if signs or proposition.statut != Statut.BROUILLON else P.PREPARER_PROPOSITION


def why_not(proposition: PropositionPrefet, name: str) -> str:
    """Why the present state does not allow the act, as a sentence; nothing when it does."""
    if can_proceed(getattr(proposition, name)):
        return ""
    return f"Cette proposition est à l’état «\u00a0{proposition.get_statut_display()}\u00a0»\u00a0: {ACTES[name]}."


# --- under the locks ---------------------------------------------------------------------------


def _type(value: str) -> PropositionPrefet.Type:
    if value not in Type.values:
        message = "Choisissez une clôture, une prorogation ou une résiliation."
        raise InvalidInput(message, fields={"type_proposition": [message]})
    return Type(value)


def _locked(proposition: PropositionPrefet) -> PropositionPrefet:
    contrat = lock_contrat(proposition.contrat_id)
    found: PropositionPrefet = PropositionPrefet.objects.select_for_update().get(pk=proposition.pk)
    found.contrat = contrat
    return found


def _begin(proposition: PropositionPrefet, name: str, permission: Permission, *, by: Agent) -> PropositionPrefet:
    proposition = _locked(proposition)
    check_permission(by, permission, direction_id=proposition.contrat.direction_id)
    _check_state(proposition, name)
    return proposition


def _check_state(proposition: PropositionPrefet, name: str) -> None:
    if message := why_not(proposition, name):
        raise RuleViolation(message, code="transition_impossible")


def _draft(contrat: Contrat, type_proposition: PropositionPrefet.Type, by: Agent) -> PropositionPrefet:
    """The open draft of this type, else a new one of this author, with the failings of today; not saved yet."""
    draft: PropositionPrefet | None = (
        PropositionPrefet.objects.select_for_update().open().filter(contrat=contrat, type=type_proposition).first()
    )
    if draft is None:
        draft = PropositionPrefet(type=type_proposition, prepare_at=clock.now(), prepare_par=by)
    draft.contrat = contrat
    if draft.is_resiliation:
        draft.manquements = propositions.manquements(contrat)
    return draft


def _lay_prorogation(
    proposition: PropositionPrefet,
    contrat: Contrat,
    titre_renouvele_le: date | None,
    echeance_proposee: date | None,
    blocages: Sequence[Blocage] = (),
) -> None:
    """What a prorogation rests on and until when; refuses with everything else that stands in the way."""
    found = list(blocages)
    if proposition.type == Type.PROROGATION:
        found += propositions.jour_passe(
            titre_renouvele_le,
            depuis=contrat.date_signature,
            field="titre_renouvele_le",
            quoi="le jour où le titre a été renouvelé",
        )
        found += propositions.echeance(contrat, echeance_proposee, "echeance_proposee")
    refuse_if(found)
    if proposition.type == Type.PROROGATION:
        proposition.titre_renouvele_le, proposition.echeance_proposee = titre_renouvele_le, echeance_proposee
        proposition.fondement = propositions.fondement_of(contrat) or ""


def _excused_before(proposition: PropositionPrefet, date_decision: date) -> list[Blocage]:
    """A résiliation decided before the absence was excused stands; afterwards there is nothing left to decide."""
    suspended = proposition.suspendue_at
    return propositions.suspension(proposition) if suspended and date_decision >= day_of(suspended) else []


def _finish(proposition: PropositionPrefet, name: str, *, by: Agent, **faits: object) -> PropositionPrefet:
    before = str(proposition.statut)
    getattr(proposition, name)()
    proposition.save()
    _record(proposition, f"proposition.{name}", by=by, avant=before, **faits)
    return proposition


def _record(proposition: PropositionPrefet, nom: str, *, by: Agent, avant: str, **faits: Any) -> None:
    journal.record(
        nom, dossier=proposition.contrat_id, target=proposition, by=by, avant=avant,
        apres=str(proposition.statut), type=proposition.type, **faits,
    )  # fmt: skip


def _abandon(proposition: PropositionPrefet, motif: str, *, by: Agent) -> PropositionPrefet:
    proposition.motif_abandon, proposition.abandonne_at, proposition.abandonne_par = motif, clock.now(), by
    return _finish(proposition, "abandonner", by=by)


# --- what an agreement of the préfet does ------------------------------------------------------


# rule: C.9-prorogation-effet, C.9-cloture
def _take_effect(proposition: PropositionPrefet, contrat: Contrat, *, by: Agent) -> None:
    before = contrat.statut
    match proposition.type:
        case Type.PROROGATION:
            contrat.statut, contrat.date_echeance_prorogee = Contrat.Statut.PROROGE, proposition.echeance_accordee
            nom = "contrat.proroge"
        case Type.RESILIATION:
            contrat.statut, nom = Contrat.Statut.RESILIE, "contrat.resilie"
        case _:
            contrat.statut, nom = Contrat.Statut.CLOTURE, "contrat.cloture"
    contrat.save()
    journal.record(
        nom, dossier=contrat.pk, target=contrat, by=by, avant=before, apres=contrat.statut,
        date_decision=proposition.date_decision, prive={"reference": proposition.reference_acte},
        date_echeance_prorogee=proposition.echeance_accordee,
    )  # fmt: skip
    if contrat.is_running:
        return
    abandon_all(contrat, f"Contrat {minuscule(contrat.get_statut_display())} par une autre décision.", by=by)
    if contrat.statut == Contrat.Statut.RESILIE:
        _release_prestations(contrat, by=by)
        _cancel_bilan(contrat, by=by)  # last: its letter takes a number of the whole direction


# rule: C.9-resilie-bilans
def _cancel_bilan(contrat: Contrat, *, by: Agent) -> None:
    """Bilans not begun are cancelled; what is begun, done, or was never owed is untouched (C.9, AS-30)."""
    due = [etat for etat in BEFORE_SYNTHESE if etat not in PHASES]
    for bilan in Bilan.objects.filter(contrat=contrat, etat__in=due, informe_le=None, seances=None):
        fin.cancel_with_contrat(
            bilan=bilan, motif=MotifAnnulation.CONTRAT_RESILIE, permission=P.ENREGISTRER_DECISION, by=by
        )


def _release_prestations(contrat: Contrat, *, by: Agent) -> None:
    """Trainings not finished are owed no more; the failings that led here stay as they are."""
    rows = Prestation.objects.select_for_update().filter(contrat=contrat, statut__in=propositions.INACHEVEES)
    for prestation in rows.exclude(type=Prestation.Type.BILAN):
        before: Any = prestation.statut
        prestation.statut = Prestation.Statut.SANS_OBJET
        prestation.save()
        journal.record(
            "prestation.enregistree", dossier=contrat.pk, target=prestation, by=by, avant=before,
            apres=prestation.statut, type=prestation.type, statut=prestation.statut,
        )  # fmt: skip
