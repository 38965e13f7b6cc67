"""From the verdict to the appointment: transitions 1 to 9 and 27 of the domain reference, D.2."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan import guards
from bilan.emission import MiseEnPage, issue, lay_out
from bilan.lettres import composition
from bilan.lettres.contenus import Absence, Exemption, Report
from bilan.models import DUREE_MAX_MINUTES, Bilan, RendezVous
from bilan.passation import hand_over
from bilan.permissions import check_can_assign_adviser
from bilan.selectors import current_rendez_vous, last_missed
from bilan.states import Etat, MotifAbsence, MotifReport
from bilan.workflow import begin, check_state, finish, foresee, lock, set_prestation, why_not
from cai.models import Contrat, Prestation
from cai.suspension import suspend_resiliation
from core import clock
from core.errors import InvalidInput, refuse, refuse_if
from core.french import date_sans_jour, day_of, insecable
from exemptions.domain import bareme
from exemptions.domain.phrases import enumere, minuscule
from exemptions.services import assess, reassess_contrat

EXEMPTION_A_CETTE_DATE = "exemption_a_cette_date"


def end_rendez_vous(bilan: Bilan, statut: RendezVous.Statut, *, motif: str = "") -> RendezVous | None:
    """Put an end to the open appointment, if any; told by the caller's own event."""
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is not None:
        rendez_vous.statut = statut
        rendez_vous.motif = motif
        rendez_vous.save(update_fields=["statut", "motif", "updated_at"])
    return rendez_vous


# rule: D.2-1
def record_exemption(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 1: the person is exempt, as an evaluation made today says, and a letter tells them on what ground.

    Its reference date is that of the interview, today, or the intended appointment: the open one, or, once the bilan
    is prescribed, a day on which the person could be summoned. An open appointment is cancelled; the letter says so.
    """
    seen = foresee(bilan, "constater_exemption", permission=Permission.CONSTATER_EXEMPTION, by=by)
    prete = lay_out(exemption_letter(bilan=seen, by=by), contrat=seen.contrat)
    return _record_exemption(bilan, prete, by=by)


def _exemption_of_today(bilan: Bilan) -> tuple[str, ...]:
    """The grounds of the evaluation made today; refuses when there is none, or when it does not exempt."""
    evaluation = guards.evaluation_du_jour(bilan.contrat)
    if evaluation is None:
        refuse("evaluation_du_jour_absente", "Évaluez l’exemption aujourd’hui avant de la constater.")
    refuse_if(guards.exemption(bilan, evaluation))
    return tuple(evaluation.motifs)


def exemption_letter(*, bilan: Bilan, by: Agent) -> Exemption:
    """What ``record_exemption`` would send now; refuses as it does."""
    return composition.exemption(bilan, current_rendez_vous(bilan), motifs=_exemption_of_today(bilan), by=by)


@transaction.atomic
def _record_exemption(bilan: Bilan, prete: MiseEnPage, *, by: Agent) -> Bilan:
    bilan = begin(bilan, "constater_exemption", permission=Permission.CONSTATER_EXEMPTION, by=by)
    lettre = exemption_letter(bilan=bilan, by=by)
    end_rendez_vous(bilan, RendezVous.Statut.ANNULE, motif="exemption")
    set_prestation(bilan, Prestation.Statut.EXEMPTEE)
    courrier = issue(lettre, contrat=bilan.contrat, prete=prete, by=by)
    return finish(bilan, "constater_exemption", by=by, motifs=list(lettre.motifs), courrier=courrier.numero)


# rule: D.2-2
def prescribe(*, bilan: Bilan, prescripteur: Agent, by: Agent) -> Bilan:
    """Transition 2: the bilan is due, a prescripteur of the direction takes charge, the notice is issued.

    Refuses, all at once: no evaluation at the date of the interview or one with a ground, a contract that no longer
    runs or was signed before 1 December 2008, a ``prescripteur`` who is none in this direction. Refused before the
    notice is laid out, and again under the lock.
    """
    seen = foresee(bilan, "prescrire", permission=Permission.PRESCRIRE_BILAN, by=by)
    refuse_if(guards.prescription(seen, prescripteur))
    return _prescribe(bilan, prescripteur, lay_out(composition.information(seen), contrat=seen.contrat), by=by)


@transaction.atomic
def _prescribe(bilan: Bilan, prescripteur: Agent, notice: MiseEnPage, *, by: Agent) -> Bilan:
    bilan = begin(bilan, "prescrire", permission=Permission.PRESCRIRE_BILAN, by=by)
    refuse_if(guards.prescription(bilan, prescripteur))
    set_prestation(bilan, Prestation.Statut.PRESCRITE)
    return finish(bilan, "prescrire", by=by, **_put_in_charge(bilan, prescripteur, notice, by=by))


# rule: D.2-3
def lift_exemption(*, bilan: Bilan, motif: str, prescripteur: Agent | None = None, by: Agent) -> Bilan:
    """Transition 3: no ground holds any more, as an evaluation made today for today says, while the contract runs.

    The reason is mandatory. A file never prescribed before is prescribed by the same act, with its notice: it needs a
    ``prescripteur`` of the direction, by default the author; a file that has one in charge keeps them.
    """
    seen = foresee(bilan, "lever_exemption", permission=Permission.CONSTATER_EXEMPTION, by=by)
    return _lift_exemption(
        bilan, motif, prescripteur, lay_out(composition.information(seen), contrat=seen.contrat), by=by
    )


@transaction.atomic
def _lift_exemption(bilan: Bilan, motif: str, prescripteur: Agent | None, notice: MiseEnPage, *, by: Agent) -> Bilan:
    bilan = begin(bilan, "lever_exemption", permission=Permission.CONSTATER_EXEMPTION, by=by)
    if not motif.strip():
        message = "Indiquez pourquoi l’exemption est levée."
        raise InvalidInput(message, fields={"motif": [message]})
    blocages = guards.levee(bilan)
    in_charge = bilan.prescripteur or prescripteur or by
    if bilan.prescripteur is None:
        blocages += guards.prescripteur_de_la_direction(bilan.contrat, in_charge)
    refuse_if(blocages)
    faits = {} if bilan.prescripteur else _put_in_charge(bilan, in_charge, notice, by=by)
    set_prestation(bilan, Prestation.Statut.PRESCRITE)
    return finish(bilan, "lever_exemption", by=by, prive={"motif": motif.strip()}, **faits)


def _put_in_charge(bilan: Bilan, prescripteur: Agent, notice: MiseEnPage, *, by: Agent) -> dict[str, Any]:
    """Prescribe on the row, issue the notice; what the event says of it."""
    bilan.prescripteur = prescripteur
    bilan.prescrit_at = clock.now()
    bilan.prescrit_par = by
    issued = issue(composition.information(bilan), contrat=bilan.contrat, prete=notice, by=by)
    return {"prescripteur": str(prescripteur.pk), "notice": issued.numero}


# rule: C.5-jour-rendez-vous
def _refuse_exempt(bilan: Bilan, motifs: Iterable[str], jour: date) -> None:
    """Refuse who will be exempt on ``jour``, and say on what ground, and what can be done about it."""
    if retenus := enumere(minuscule(bareme.LIBELLES_MOTIFS[motif]) for motif in motifs):
        suite = "Évaluez l’exemption pour ce jour, puis constatez-la."
        if why_not(bilan, "constater_exemption"):
            suite = "Requalifiez d’abord l’absence\u00a0: l’exemption ne se constate pas après une absence sans motif."
        refuse(
            EXEMPTION_A_CETTE_DATE,
            f"Le {date_sans_jour(jour)}, la personne sera dispensée du bilan\u00a0: {insecable(retenus)}. {suite}",
            field="jour",
        )


def check_convocation(*, bilan: Bilan, proposition: guards.Proposition) -> None:
    """Raise what ``convoke`` would refuse now, and write nothing: for the page that asks before it acts."""
    refuse_if(guards.convocation(bilan, proposition))
    jour = day_of(proposition.debut)
    _refuse_exempt(bilan, assess(bilan.contrat, jour).motifs, jour)


# rule: C.6-planifie
def rendez_vous_of(bilan: Bilan, proposition: guards.Proposition) -> RendezVous:
    """The appointment proposed, unsaved: what is left of the fixed duration, at the adviser's house."""
    return RendezVous(
        bilan=bilan,
        debut=proposition.debut,
        duree_minutes=proposition.duree_fixee_minutes - bilan.minutes_utilisees,
        prestataire=proposition.lieu.prestataire,
        conseiller=proposition.conseiller,
        lieu=proposition.lieu,
        accord_delai_reduit=proposition.accord_delai_reduit,
    )


def _hold_time_of(conseiller: Agent) -> None:
    """Two prescribers who want the same adviser wait for each other; rows that merely name the adviser do not."""
    Agent.objects.get_queryset().select_for_update(no_key=True).get(pk=conseiller.pk)


# rule: D.2-4
def convoke(*, bilan: Bilan, proposition: guards.Proposition, by: Agent) -> RendezVous:
    """Transition 4: summon the person; the numbered letter is frozen in the same transaction.

    At another prestataire than before, notes and draft written there are destroyed (``bilan.passation``).

    Refuses, all at once and each at its field: a date past, before the signature, after the effective échéance or with
    too short a notice, a Sunday or a public holiday; an hour outside those of reception; a duration outside 1–180
    minutes; a prestataire without a market that day; an adviser of another house or already taken; a person exempt *on
    the day of the appointment* (reference C.5). Refused before the letter is laid out, and again under the locks.
    """
    seen = foresee(bilan, "convoquer", permission=Permission.CONVOQUER, by=by)
    check_convocation(bilan=seen, proposition=proposition)
    lettre = lay_out(composition.convocation(rendez_vous_of(seen, proposition), by=by), contrat=seen.contrat)
    return _convoke(bilan, proposition, lettre, by=by)


@transaction.atomic
def _convoke(bilan: Bilan, proposition: guards.Proposition, lettre: MiseEnPage, *, by: Agent) -> RendezVous:
    bilan = begin(bilan, "convoquer", permission=Permission.CONVOQUER, by=by)
    _hold_time_of(proposition.conseiller)
    refuse_if(guards.convocation(bilan, proposition))
    jour = day_of(proposition.debut)
    _refuse_exempt(bilan, reassess_contrat(contrat=bilan.contrat, date_reference=jour, by=by).motifs, jour)
    bilan.duree_fixee_minutes = proposition.duree_fixee_minutes
    hand_over(bilan, proposition.lieu.prestataire, by=by)
    bilan.conseiller = proposition.conseiller
    rendez_vous = rendez_vous_of(bilan, proposition)
    # rule: D.2-4-lettre
    rendez_vous.convocation = issue(
        composition.convocation(rendez_vous, by=by), contrat=bilan.contrat, prete=lettre, by=by
    )
    rendez_vous.save()
    finish(
        bilan,
        "convoquer",
        by=by,
        rendez_vous=rendez_vous.debut,
        convocation=rendez_vous.convocation.numero,
        duree_fixee_minutes=proposition.duree_fixee_minutes,
        accord_delai_reduit=proposition.accord_delai_reduit,
    )
    return rendez_vous


# rule: D.2-5
def postpone(*, bilan: Bilan, motif: str, by: Agent) -> Bilan:
    """Transition 5: the appointment is called off before its time, and a new date is needed.

    Its convocation is void, and a letter says so to the person. Refuses an unknown reason and an appointment whose
    time has come.
    """
    seen = foresee(bilan, "reporter", permission=Permission.REPORTER, by=by)
    return _postpone(bilan, motif, lay_out(report_letter(bilan=seen, motif=motif, by=by), contrat=seen.contrat), by=by)


def report_letter(*, bilan: Bilan, motif: str, by: Agent) -> Report:
    """What ``postpone`` would send now; refuses as it does."""
    if motif not in MotifReport.values:
        message = "Choisissez la raison du report."
        raise InvalidInput(message, fields={"motif": [message]})
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is not None and rendez_vous.debut <= clock.now():
        refuse("rendez_vous_commence", "L’heure du rendez-vous est passée\u00a0: constatez plutôt l’absence.")
    return composition.report(bilan, rendez_vous or last_missed(bilan), motif=motif, by=by)


@transaction.atomic
def _postpone(bilan: Bilan, motif: str, prete: MiseEnPage, *, by: Agent) -> Bilan:
    bilan = begin(bilan, "reporter", permission=Permission.REPORTER, by=by)
    lettre = report_letter(bilan=bilan, motif=motif, by=by)
    end_rendez_vous(bilan, RendezVous.Statut.REPORTE, motif=motif)
    bilan.nombre_reports += 1
    courrier = issue(lettre, contrat=bilan.contrat, prete=prete, by=by)
    return finish(bilan, "reporter", by=by, motif=motif, report=bilan.nombre_reports, courrier=courrier.numero)


# rule: D.2-6
def record_absence(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 6: the person did not come; the justification window of reference C.8 opens, and a letter tells it.

    Refuses while the time of the appointment has not passed.
    """
    seen = foresee(bilan, "constater_absence", permission=Permission.CONSTATER_ABSENCE, by=by)
    return _record_absence(bilan, lay_out(absence_letter(bilan=seen, by=by), contrat=seen.contrat), by=by)


def absence_letter(*, bilan: Bilan, by: Agent) -> Absence:
    """What ``record_absence`` would send now; refuses as it does."""
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is None or rendez_vous.debut > clock.now():
        refuse("rendez_vous_a_venir", "L’heure du rendez-vous n’est pas encore passée.")
    return composition.absence(bilan, rendez_vous, by=by)


@transaction.atomic
def _record_absence(bilan: Bilan, prete: MiseEnPage, *, by: Agent) -> Bilan:
    bilan = begin(bilan, "constater_absence", permission=Permission.CONSTATER_ABSENCE, by=by)
    lettre = absence_letter(bilan=bilan, by=by)
    end_rendez_vous(bilan, RendezVous.Statut.MANQUE)
    # rule: D.2-6-lettre
    courrier = issue(lettre, contrat=bilan.contrat, prete=prete, by=by)
    return finish(bilan, "constater_absence", by=by, limite_justification=lettre.limite, courrier=courrier.numero)


# rule: D.2-7
@transaction.atomic
def recognise_absence(
    *, bilan: Bilan, motif: str, justificatif_vu_le: date | None, precision: str = "", by: Agent
) -> Bilan:
    """Transition 7: the absence has a legitimate reason, seen by the agent; health documents are never stored."""
    bilan = begin(bilan, "reconnaitre_motif_legitime", permission=Permission.QUALIFIER_ABSENCE, by=by)
    _accept_motif(bilan, motif, justificatif_vu_le, precision)
    return finish(
        bilan, "reconnaitre_motif_legitime", by=by, prive={"motif": motif}, justificatif_vu_le=justificatif_vu_le
    )


# rule: D.2-8, C.8-pas-automatique
@transaction.atomic
def reject_absence(*, bilan: Bilan, declare_sans_motif: bool, by: Agent) -> Bilan:
    """Transition 8: no legitimate reason. Before the end of the window, only if the person says so in writing.

    No proposal to the préfet follows by itself (reference C.8): the directeur territorial is told, and decides.
    """
    bilan = begin(bilan, "constater_absence_injustifiee", permission=Permission.QUALIFIER_ABSENCE, by=by)
    limite = guards.limite_justification(last_missed(bilan))
    if clock.today() <= limite and not declare_sans_motif:
        refuse(
            "delai_justification_ouvert",
            f"La personne peut encore se justifier jusqu’au {date_sans_jour(limite)} inclus.",
            field="declare_sans_motif",
        )
    set_prestation(bilan, Prestation.Statut.NON_SUIVIE)
    return finish(bilan, "constater_absence_injustifiee", by=by, declare_sans_motif=declare_sans_motif)


# rule: D.2-9
@transaction.atomic
def requalify_absence(
    *, bilan: Bilan, motif: str, justificatif_vu_le: date | None, precision: str = "", by: Agent
) -> Bilan:
    """Transition 9: a reason came late; accepted as long as no résiliation was decided, even after the contract.

    The résiliation proposed for it, if any, is suspended.
    """
    bilan = begin(bilan, "requalifier_absence", permission=Permission.REQUALIFIER_ABSENCE, by=by)
    if bilan.contrat.statut == Contrat.Statut.RESILIE:
        refuse("contrat_resilie", "Le contrat a été résilié\u00a0: l’absence ne se requalifie plus.")
    _accept_motif(bilan, motif, justificatif_vu_le, precision)
    suspend_resiliation(bilan.contrat_id, Prestation.Type.BILAN, by=by)
    return finish(bilan, "requalifier_absence", by=by, prive={"motif": motif}, justificatif_vu_le=justificatif_vu_le)


# rule: C.8-motif-legitime
def _accept_motif(bilan: Bilan, motif: str, justificatif_vu_le: date | None, precision: str) -> None:
    if motif not in MotifAbsence.values:
        message = "Choisissez la raison de l’absence."
        raise InvalidInput(message, fields={"motif": [message]})
    refuse_if(guards.motif_absence(motif, precision, justificatif_vu_le))
    missed = last_missed(bilan)
    missed.motif = motif
    missed.precision = precision.strip()
    missed.justificatif_vu_le = justificatif_vu_le
    missed.save(update_fields=["motif", "precision", "justificatif_vu_le", "updated_at"])
    set_prestation(bilan, Prestation.Statut.DIFFEREE)


# rule: D.2-27
@transaction.atomic
def set_duration(*, bilan: Bilan, duree_fixee_minutes: int, by: Agent) -> Bilan:
    """Transition 27: a new total duration, from the minutes already used (at least 1) to 180, both included.

    An appointment to come is made longer or shorter with it, so that planned minutes never exceed the duration (C.6):
    at least one minute is left for it, and its adviser must be free for the time it then takes.
    """
    bilan = begin(bilan, "refixer_duree", permission=Permission.REFIXER_DUREE, by=by)
    rendez_vous = current_rendez_vous(bilan)
    lowest = bilan.minutes_utilisees + 1 if rendez_vous else max(bilan.minutes_utilisees, 1)
    if not lowest <= duree_fixee_minutes <= DUREE_MAX_MINUTES:
        message = f"La durée va de {lowest} à {DUREE_MAX_MINUTES}\u00a0minutes."
        refuse("duree_illegale", message, field="duree_fixee_minutes")
    if rendez_vous:
        _hold_time_of(rendez_vous.conseiller)
        # rule: C.6-planifie
        rendez_vous.duree_minutes = duree_fixee_minutes - bilan.minutes_utilisees
        refuse_if(
            [
                *guards.heures_de_reception(rendez_vous.debut, rendez_vous.duree_minutes),
                *guards.creneau(bilan, rendez_vous.conseiller, rendez_vous.debut, rendez_vous.duree_minutes),
            ]
        )
        rendez_vous.save(update_fields=["duree_minutes", "updated_at"])
    before = bilan.duree_fixee_minutes
    bilan.duree_fixee_minutes = duree_fixee_minutes
    return finish(bilan, "refixer_duree", by=by, duree_avant=before, duree_fixee_minutes=duree_fixee_minutes)


@transaction.atomic
def reassign(*, bilan: Bilan, prescripteur: Agent, by: Agent) -> Bilan:
    """Give the file to another prescripteur of its direction (reference B).

    From then on the new one alone prints copies of the synthesis (E.3): a closed file changes hands too, as long as a
    content is conserved. Refuses whoever already has it.
    """
    bilan = begin(bilan, "reattribuer", permission=Permission.REATTRIBUER_DOSSIER, by=by)
    refuse_if(guards.reattribution(bilan))
    if prescripteur == bilan.prescripteur:
        refuse("deja_en_charge", f"{prescripteur} a déjà ce dossier en charge.", field="prescripteur")
    refuse_if(guards.prescripteur_de_la_direction(bilan.contrat, prescripteur))
    before, bilan.prescripteur = bilan.prescripteur_id, prescripteur
    return finish(bilan, "reattribuer", by=by, prescripteur_avant=str(before or ""), prescripteur=str(prescripteur.pk))


@transaction.atomic
def assign_adviser(*, rendez_vous: RendezVous, conseiller: Agent, by: Agent) -> RendezVous:
    """Entrust an appointment to come, or the bilan that one began, to another adviser of the same prestataire.

    The former adviser stops seeing the bilan; once it has begun, the next one goes on with what was written
    (docs/adr/0007). Right of the responsable_prestataire alone (reference B). For an appointment to come, the adviser
    must be free at its hour. The letter issued keeps the name it bears, a past appointment that of who received.
    """
    bilan = lock(rendez_vous.bilan_id)
    check_can_assign_adviser(by, bilan)
    check_state(bilan, "affecter_conseiller")
    current = current_rendez_vous(bilan) if bilan.etat == Etat.CONVOQUE else RendezVous.objects.get(pk=rendez_vous.pk)
    if current is None or current.pk != rendez_vous.pk or current.prestataire_id != bilan.prestataire_id:
        refuse("rendez_vous_remplace", "Ce rendez-vous n’est plus prévu.")
    to_come = current.statut == RendezVous.Statut.PREVU
    if to_come and current.debut <= clock.now():
        refuse("rendez_vous_commence", "L’heure du rendez-vous est passée.")
    if conseiller == bilan.conseiller:
        refuse("deja_affecte", f"{conseiller} a déjà ce bilan.", field="conseiller")
    blocages = guards.conseiller_du_prestataire(conseiller, current.prestataire)
    if to_come:
        _hold_time_of(conseiller)
        blocages += guards.creneau(bilan, conseiller, current.debut, current.duree_minutes)
    refuse_if(blocages)
    before, bilan.conseiller = bilan.conseiller_id, conseiller
    if to_come:
        current.conseiller = conseiller
        current.save(update_fields=["conseiller", "updated_at"])
    finish(bilan, "affecter_conseiller", by=by, conseiller_avant=str(before or ""), conseiller=str(conseiller.pk))
    return current
