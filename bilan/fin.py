"""How a bilan ends: closed, not carried out, or cancelled (transitions 24 to 26 of the domain reference, D.2)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan import retention
from bilan.emission import MiseEnPage, issue, lay_out
from bilan.guards import contrat_en_cours, contrat_non_echu, ecriture
from bilan.lettres import composition
from bilan.lettres.contenus import Report
from bilan.models import Bilan, Consentement, RendezVous
from bilan.programmation import end_rendez_vous
from bilan.propositions import prorogation_en_attente
from bilan.selectors import current_rendez_vous, current_synthese, in_force, is_destroyed
from bilan.states import ABSENCES, PHASES, Etat, MotifAnnulation, MotifDestruction, MotifNonRealisation, MotifReport
from bilan.suivi import is_awaited
from bilan.workflow import begin, finish, foresee, open_bilan, set_prestation
from cai.models import Prestation
from core import clock
from core.errors import Blocage, InvalidInput, refuse, refuse_if
from core.french import date_sans_jour

DELAI_APRES_SUIVI = timedelta(days=30)  # D.2, transition 24
EN_ROUTE = (Etat.CONVOQUE, *PHASES)
AVANT_SIGNATURE = (Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE)
A_ROUVRIR = (MotifAnnulation.ERREUR_SAISIE, MotifAnnulation.DOUBLON)
TRANSMISSION_IMPOSSIBLE = "transmission_impossible"  # D.2, transition 22


# rule: D.2-24
@transaction.atomic
def close(*, bilan: Bilan, by: Agent | None) -> Bilan:
    """Transition 24: nothing is expected any more.

    An exempt file closes once its contract has ended; a bilan carried out, once its six-month follow-up is done,
    refused or without an answer, or thirty days after it was due. Never while a consented transmission is on its way,
    nor before the signature unless the content was destroyed in between. Content without a consent to keep it is
    destroyed.
    """
    bilan = begin(bilan, "cloturer", permission=Permission.CLOTURER_BILAN, by=by)
    refuse_if(closing_blocages(bilan))
    return _close(bilan, by=by)


# rule: D.2-22
@transaction.atomic
def close_untransmitted(*, bilan: Bilan, by: Agent | None) -> Bilan:
    """Transition 22: the consented transmission was given up for good, and the follow-up is not waited for.

    **Called by ``poleemploi`` alone**, in the transaction that gives the row up.
    """
    bilan = begin(bilan, "cloturer", permission=Permission.RELANCER_TRANSMISSION, by=by)
    return _close(bilan, by=by, motif=TRANSMISSION_IMPOSSIBLE)


def _close(bilan: Bilan, *, by: Agent | None, **faits: Any) -> Bilan:
    bilan.clos_at = clock.now()
    finish(bilan, "cloturer", by=by, **faits)
    if in_force(bilan, Consentement.Portee.CONSERVATION) is None:
        retention.destroy_content(bilan, MotifDestruction.CLOTURE, by=by)
    return bilan


def closing_blocages(bilan: Bilan) -> list[Blocage]:
    """What keeps a bilan whose state allows it from being closed today."""
    return _closing_exempt(bilan) if bilan.etat == Etat.EXEMPTE else _closing_done(bilan)


def _closing_exempt(bilan: Bilan) -> list[Blocage]:
    contrat = bilan.contrat
    if waiting := prorogation_en_attente(contrat):
        return waiting
    if contrat.is_running and clock.today() <= contrat.echeance_effective:
        fin = date_sans_jour(contrat.echeance_effective)
        return [Blocage("contrat_en_cours", f"Le contrat court jusqu’au {fin}\u00a0: l’exemption peut encore changer.")]
    return []


def _closing_done(bilan: Bilan) -> list[Blocage]:
    blocages = []
    within = bilan.date_suivi is not None and clock.today() <= bilan.date_suivi + DELAI_APRES_SUIVI
    if bilan.date_suivi and within and is_awaited(bilan):
        blocages.append(
            Blocage(
                "suivi_attendu",
                f"Le suivi est prévu le {date_sans_jour(bilan.date_suivi)}\u00a0: le bilan se clôt après ce suivi, "
                "ou trente jours plus tard.",
            )
        )
    synthese = current_synthese(bilan)
    if bilan.etat in AVANT_SIGNATURE and not is_destroyed(bilan):
        blocages.append(
            Blocage("synthese_en_cours", "La synthèse n’est pas encore signée\u00a0: le bilan se clôt après.")
        )
    waiting = synthese is not None and synthese.accuse_at is None and synthese.detruite_at is None
    if waiting and in_force(bilan, Consentement.Portee.TRANSMISSION) is not None:
        blocages.append(Blocage("transmission_attendue", "La transmission à Pôle emploi est encore en cours."))
    return blocages


# rule: D.2-25
@transaction.atomic
def record_not_done(*, bilan: Bilan, by: Agent | None) -> Bilan:
    """Transition 25: the contract is over and the bilan did not take place; why stays internal.

    A contract that the préfet ended early is over at once, but for an appointment given or a bilan begun. Refuses while
    a prorogation signed by the directeur territorial waits for the préfet; and a bilan in its conclusion, held in time,
    as long as it can be written up: a year after the person last came.
    """
    bilan = begin(bilan, "constater_non_realisation", permission=Permission.CONSTATER_NON_REALISATION, by=by)
    refuse_if(not_done_blocages(bilan))
    bilan.motif_non_realisation = _reason_not_done(bilan)
    bilan.clos_at = clock.now()
    end_rendez_vous(bilan, RendezVous.Statut.ANNULE, motif="contrat_echu")
    finish(bilan, "constater_non_realisation", by=by, motif=bilan.motif_non_realisation)
    retention.destroy_content(bilan, MotifDestruction.ANNULATION, by=by)
    return bilan


def is_too_late(bilan: Bilan) -> bool:
    """Whether nobody can be summoned any more: the last day has passed, or the préfet ended the contract before it.

    An appointment already given, or a bilan already begun, keeps until that day (C.9).
    """
    contrat = bilan.contrat
    ended = not contrat.is_running and bilan.etat not in EN_ROUTE
    return ended or clock.today() > contrat.echeance_effective


def not_done_blocages(bilan: Bilan) -> list[Blocage]:
    """What keeps a bilan whose state allows it from being recorded as not carried out today."""
    blocages = []
    if not is_too_late(bilan):
        fin = date_sans_jour(bilan.contrat.echeance_effective)
        cause = f"Le contrat court jusqu’au {fin}" if bilan.contrat.is_running else f"Jusqu’au {fin}"
        blocages.append(Blocage("contrat_en_cours", f"{cause}\u00a0: le bilan peut avoir lieu."))
    blocages += prorogation_en_attente(bilan.contrat)
    # Every session lies within the contract: one held in the conclusion was held in time, and can be written up until
    # notes and draft reach their term.
    concluded = bilan.seances.filter(phase=Etat.PHASE_CONCLUSION).exists()
    if bilan.etat == Etat.PHASE_CONCLUSION and concluded and not ecriture(bilan):
        blocages.append(
            Blocage("bilan_conclu", "La phase de conclusion a eu lieu à temps\u00a0: la synthèse peut être rédigée.")
        )
    return blocages


def _reason_not_done(bilan: Bilan) -> MotifNonRealisation:
    if bilan.etat in PHASES or bilan.seances.exists():
        return MotifNonRealisation.INTERROMPU
    if bilan.etat in (Etat.CONVOQUE, *ABSENCES):
        return MotifNonRealisation.ABSENCE
    return MotifNonRealisation.NON_CONVOQUE


# rule: D.2-26, D.2-26-suivant
def cancel(*, bilan: Bilan, motif: str, by: Agent | None) -> Bilan:
    """Transition 26: before a synthesis exists. The reason is one of the list; the appointment falls, the notes too.

    An error or a duplicate takes no right away [D]: while the contract runs, its next bilan opens in the same
    transaction, to be assessed (C.5). A file opened twice is cancelled as a whole (``dossiers.services.cancel_file``).
    A letter tells the person that an appointment to come falls; none leaves after a death [D].
    """
    seen = foresee(bilan, "annuler", permission=Permission.ANNULER_BILAN, by=by)
    lettre = _letter(seen, motif, by)
    return _cancel_alone(bilan, motif, lay_out(lettre, contrat=seen.contrat) if lettre else None, by=by)


def cancel_letter(*, bilan: Bilan, motif: str, by: Agent) -> Report:
    """What ``cancel`` would send now; refuses as it does, and when it would send nothing."""
    lettre = _letter(bilan, motif, by)
    if lettre is None:
        refuse("sans_lettre", "Aucune lettre ne part avec cette annulation.")
    return lettre


def falls(bilan: Bilan) -> bool:
    """Whether the person expects an appointment that a cancellation would call off."""
    rendez_vous = current_rendez_vous(bilan)
    return rendez_vous is not None and rendez_vous.debut > clock.now()


def _letter(bilan: Bilan, motif: str, by: Agent | None, *, with_contrat: bool = False) -> Report | None:
    _check_motif(motif)
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is None or by is None or motif == MotifAnnulation.DECES or not falls(bilan):
        return None
    lettre = composition.report(bilan, rendez_vous, motif=MotifReport.DECISION_OFFICE, by=by)
    return replace(lettre, sans_suite=True, a_reexaminer=not with_contrat and _opens_next(bilan, motif))


def _opens_next(bilan: Bilan, motif: str) -> bool:
    return motif in A_ROUVRIR and not contrat_en_cours(bilan.contrat) and not contrat_non_echu(bilan.contrat)


@transaction.atomic
def _cancel_alone(bilan: Bilan, motif: str, prete: MiseEnPage | None, *, by: Agent | None) -> Bilan:
    bilan = begin(bilan, "annuler", permission=Permission.ANNULER_BILAN, by=by)
    next_due = _opens_next(bilan, motif)
    bilan = _cancel(bilan, motif, _letter(bilan, motif, by), prete, next_due=next_due, by=by)
    if next_due:
        open_bilan(contrat=bilan.contrat, by=by)
    return bilan


@transaction.atomic
def cancel_with_contrat(
    *, bilan: Bilan, motif: str, permission: Permission = Permission.ANNULER_BILAN, by: Agent
) -> Bilan:
    """The same for the service that ends the contract too, whose lock it holds: no other bilan opens.

    The same letter calls off an appointment to come. ``permission`` lets that service answer for its own right instead.
    """
    bilan = begin(bilan, "annuler", permission=permission, by=by)
    return _cancel(bilan, motif, _letter(bilan, motif, by, with_contrat=True), None, next_due=False, by=by)


def _check_motif(motif: str) -> None:
    if motif not in MotifAnnulation.values:
        message = "Choisissez la raison de l’annulation."
        raise InvalidInput(message, fields={"motif": [message]})


def _cancel(
    bilan: Bilan, motif: str, lettre: Report | None, prete: MiseEnPage | None, *, next_due: bool, by: Agent | None
) -> Bilan:
    bilan.motif_annulation = motif
    bilan.clos_at = clock.now()
    end_rendez_vous(bilan, RendezVous.Statut.ANNULE, motif=motif)
    if next_due:
        Prestation.objects.filter(contrat_id=bilan.contrat_id, type=Prestation.Type.BILAN).delete()  # written again
    else:
        set_prestation(bilan, Prestation.Statut.SANS_OBJET)
    faits: dict[str, Any] = {}
    if lettre is not None and by is not None:
        prete = prete or lay_out(lettre, contrat=bilan.contrat)
        faits["courrier"] = issue(lettre, contrat=bilan.contrat, prete=prete, by=by).numero
    finish(bilan, "annuler", by=by, motif=motif, **faits)
    retention.destroy_content(bilan, MotifDestruction.ANNULATION, by=by)
    return bilan
