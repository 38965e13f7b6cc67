"""From the verdict to the appointment: transitions 1 to 9 and 27 of the domain reference, D.2."""

from datetime import date

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan import guards
from bilan.emission import issue_convocation, issue_information
from bilan.models import DUREE_MAX_MINUTES, Bilan, RendezVous
from bilan.states import Etat, MotifAbsence, MotifReport
from bilan.workflow import begin, finish, set_prestation
from cai.models import Prestation
from core import clock
from core.errors import Blocage, InvalidInput, refuse_if
from core.french import date_sans_jour
from exemptions.models import Evaluation
from exemptions.services import assess, reassess_contrat


def _text_required(value: str, field: str, message: str) -> None:
    if not value.strip():
        raise InvalidInput(message, fields={field: [message]})


def current_rendez_vous(bilan: Bilan) -> RendezVous | None:
    """The appointment to come or just missed: the one still ``prevu``."""
    return (
        RendezVous.objects.filter(bilan=bilan, statut=RendezVous.Statut.PREVU)
        .select_related("lieu__prestataire", "conseiller", "prestataire")
        .first()
    )


def end_rendez_vous(bilan: Bilan, statut: RendezVous.Statut, *, motif: str = "") -> RendezVous | None:
    """Put an end to the open appointment, if any; told by the caller's own event."""
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is not None:
        rendez_vous.statut = statut
        rendez_vous.motif = motif
        rendez_vous.save(update_fields=["statut", "motif", "updated_at"])
    return rendez_vous


def _last_missed(bilan: Bilan) -> RendezVous:
    return RendezVous.objects.filter(bilan=bilan, statut=RendezVous.Statut.MANQUE).latest("debut")


@transaction.atomic
def record_exemption(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 1: the person is exempt, as an evaluation made today says.

    Its reference date is that of the interview, today, or an appointment to come. An open appointment is cancelled.
    """
    bilan = begin(bilan, "constater_exemption", permission=Permission.CONSTATER_EXEMPTION, by=by)
    evaluation = Evaluation.objects.filter(contrat_id=bilan.contrat_id).latest_first().first()
    today = clock.today()
    blocages = []
    if evaluation is None or evaluation.evaluee_at.astimezone(clock.PARIS).date() != today:
        blocages.append(Blocage("evaluation_du_jour_absente", "Évaluez l’exemption aujourd’hui avant de la constater."))
    elif not evaluation.exempte:
        blocages.append(Blocage("aucun_motif", "L’évaluation du jour ne retient aucun motif d’exemption."))
    elif evaluation.date_reference != bilan.contrat.date_entretien and evaluation.date_reference < today:
        blocages.append(
            Blocage(
                "date_reference_passee",
                "Évaluez l’exemption à la date de l’entretien, à aujourd’hui ou à la date d’un rendez-vous à venir.",
            )
        )
    refuse_if(blocages)
    end_rendez_vous(bilan, RendezVous.Statut.ANNULE, motif="exemption")
    set_prestation(bilan, Prestation.Statut.EXEMPTEE)
    return finish(bilan, "constater_exemption", by=by, motifs=evaluation.motifs if evaluation else [])


@transaction.atomic
def prescribe(*, bilan: Bilan, prescripteur: Agent, by: Agent) -> Bilan:
    """Transition 2: the bilan is due, and a prescripteur of the direction takes charge of the file."""
    bilan = begin(bilan, "prescrire", permission=Permission.PRESCRIRE_BILAN, by=by)
    refuse_if(guards.prescription(bilan, prescripteur))
    bilan.prescripteur = prescripteur
    bilan.prescrit_at = clock.now()
    bilan.prescrit_par = by
    set_prestation(bilan, Prestation.Statut.PRESCRITE)
    notice = issue_information(bilan=bilan, by=by)
    return finish(bilan, "prescrire", by=by, prescripteur=str(prescripteur.pk), notice=notice.numero)


@transaction.atomic
def lift_exemption(*, bilan: Bilan, motif: str, by: Agent) -> Bilan:
    """Transition 3: no ground holds any more, as an evaluation of today says, while the contract still runs.

    The reason is mandatory. A file never prescribed before is prescribed by the same act, in the charge of its author.
    """
    bilan = begin(bilan, "lever_exemption", permission=Permission.CONSTATER_EXEMPTION, by=by)
    _text_required(motif, "motif", "Indiquez pourquoi l’exemption est levée.")
    today = clock.today()
    blocages = guards.contrat_en_cours(bilan.contrat)
    if today > bilan.contrat.echeance_effective:
        blocages.append(
            Blocage("contrat_echu", f"Le contrat a pris fin le {date_sans_jour(bilan.contrat.echeance_effective)}.")
        )
    evaluation = Evaluation.objects.filter(contrat_id=bilan.contrat_id, date_reference=today).latest_first().first()
    if evaluation is None:
        blocages.append(Blocage("evaluation_du_jour_absente", "Évaluez d’abord l’exemption à la date d’aujourd’hui."))
    elif evaluation.exempte:
        blocages.append(Blocage("toujours_exemptee", "L’évaluation d’aujourd’hui retient encore un motif d’exemption."))
    refuse_if(blocages)
    if bilan.prescrit_at is None:
        bilan.prescripteur = bilan.prescrit_par = by
        bilan.prescrit_at = clock.now()
    set_prestation(bilan, Prestation.Statut.PRESCRITE)
    return finish(bilan, "lever_exemption", by=by, motif=motif.strip()[:200])


def _refuse_exempt(exempte: bool, jour: date) -> None:
    if exempte:
        refuse_if(
            [
                Blocage(
                    "exemption_a_cette_date",
                    f"Le {date_sans_jour(jour)}, la personne sera dispensée du bilan : constatez l’exemption.",
                    field="jour",
                )
            ]
        )


def check_convocation(*, bilan: Bilan, proposition: guards.Proposition) -> None:
    """Raise what ``convoke`` would refuse now, and write nothing: for the page that asks before it acts."""
    refuse_if(guards.convocation(bilan, proposition))
    jour = proposition.debut.astimezone(clock.PARIS).date()
    _refuse_exempt(assess(bilan.contrat, jour).exempte, jour)


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


@transaction.atomic
def convoke(*, bilan: Bilan, proposition: guards.Proposition, by: Agent) -> RendezVous:
    """Transition 4: summon the person; the numbered letter is frozen in the same transaction.

    Refuses, all at once and each at its field: a date past, before the signature, after the effective échéance or with
    too short a notice; a duration outside 1–180 minutes; a prestataire without a market that day; an adviser of another
    house or already taken; a person exempt *on the day of the appointment* (reference C.5).
    """
    bilan = begin(bilan, "convoquer", permission=Permission.CONVOQUER, by=by)
    Agent.objects.get_queryset().select_for_update().get(pk=proposition.conseiller.pk)
    refuse_if(guards.convocation(bilan, proposition))
    jour = proposition.debut.astimezone(clock.PARIS).date()
    evaluation = reassess_contrat(contrat=bilan.contrat, date_reference=jour, by=by)
    _refuse_exempt(evaluation.exempte, jour)
    end_rendez_vous(bilan, RendezVous.Statut.ANNULE)
    bilan.duree_fixee_minutes = proposition.duree_fixee_minutes
    bilan.prestataire = proposition.lieu.prestataire
    bilan.conseiller = proposition.conseiller
    rendez_vous = rendez_vous_of(bilan, proposition)
    rendez_vous.convocation = issue_convocation(bilan=bilan, rendez_vous=rendez_vous, by=by)
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


@transaction.atomic
def postpone(*, bilan: Bilan, motif: str, by: Agent) -> Bilan:
    """Transition 5: the appointment is called off before its time, and a new date is needed; its letter is void."""
    bilan = begin(bilan, "reporter", permission=Permission.REPORTER, by=by)
    if motif not in MotifReport.values:
        message = "Choisissez la raison du report."
        raise InvalidInput(message, fields={"motif": [message]})
    rendez_vous = current_rendez_vous(bilan)
    if bilan.etat == Etat.CONVOQUE and rendez_vous is not None and rendez_vous.debut <= clock.now():
        refuse_if([Blocage("rendez_vous_commence", "L’heure du rendez-vous est passée : constatez plutôt l’absence.")])
    end_rendez_vous(bilan, RendezVous.Statut.REPORTE, motif=motif)
    bilan.nombre_reports += 1
    return finish(bilan, "reporter", by=by, motif=motif, report=bilan.nombre_reports)


@transaction.atomic
def record_absence(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 6: the person did not come; the justification window of reference C.8 opens."""
    bilan = begin(bilan, "constater_absence", permission=Permission.CONSTATER_ABSENCE, by=by)
    rendez_vous = current_rendez_vous(bilan)
    if rendez_vous is None or rendez_vous.debut > clock.now():
        refuse_if([Blocage("rendez_vous_a_venir", "L’heure du rendez-vous n’est pas encore passée.")])
    missed = end_rendez_vous(bilan, RendezVous.Statut.MANQUE)
    limite = guards.limite_justification(missed) if missed else None
    return finish(bilan, "constater_absence", by=by, limite_justification=limite)


@transaction.atomic
def recognise_absence(
    *, bilan: Bilan, motif: str, justificatif_vu_le: date | None, precision: str = "", by: Agent
) -> Bilan:
    """Transition 7: the absence has a legitimate reason, seen by the agent; health documents are never stored."""
    bilan = begin(bilan, "reconnaitre_motif_legitime", permission=Permission.QUALIFIER_ABSENCE, by=by)
    _accept_motif(bilan, motif, justificatif_vu_le, precision)
    return finish(bilan, "reconnaitre_motif_legitime", by=by, motif=motif, justificatif_vu_le=justificatif_vu_le)


@transaction.atomic
def reject_absence(*, bilan: Bilan, declare_sans_motif: bool, by: Agent) -> Bilan:
    """Transition 8: no legitimate reason. Before the end of the window, only if the person says so in writing.

    No proposal to the préfet follows by itself (reference C.8): the directeur territorial is told, and decides.
    """
    bilan = begin(bilan, "constater_absence_injustifiee", permission=Permission.QUALIFIER_ABSENCE, by=by)
    limite = guards.limite_justification(_last_missed(bilan))
    if clock.today() <= limite and not declare_sans_motif:
        refuse_if(
            [
                Blocage(
                    "delai_justification_ouvert",
                    f"La personne peut encore se justifier jusqu’au {date_sans_jour(limite)} inclus.",
                )
            ]
        )
    set_prestation(bilan, Prestation.Statut.NON_SUIVIE)
    return finish(bilan, "constater_absence_injustifiee", by=by, declare_sans_motif=declare_sans_motif)


@transaction.atomic
def requalify_absence(
    *, bilan: Bilan, motif: str, justificatif_vu_le: date | None, precision: str = "", by: Agent
) -> Bilan:
    """Transition 9: a reason came late, and is still accepted as long as no résiliation was decided."""
    bilan = begin(bilan, "requalifier_absence", permission=Permission.REQUALIFIER_ABSENCE, by=by)
    refuse_if(guards.contrat_en_cours(bilan.contrat))
    _accept_motif(bilan, motif, justificatif_vu_le, precision)
    return finish(bilan, "requalifier_absence", by=by, motif=motif, justificatif_vu_le=justificatif_vu_le)


def _accept_motif(bilan: Bilan, motif: str, justificatif_vu_le: date | None, precision: str) -> None:
    if motif not in MotifAbsence.values:
        message = "Choisissez la raison de l’absence."
        raise InvalidInput(message, fields={"motif": [message]})
    refuse_if(guards.motif_absence(motif, precision, justificatif_vu_le))
    missed = _last_missed(bilan)
    missed.motif = motif
    missed.precision = precision.strip()
    missed.justificatif_vu_le = justificatif_vu_le
    missed.save(update_fields=["motif", "precision", "justificatif_vu_le", "updated_at"])
    set_prestation(bilan, Prestation.Statut.DIFFEREE)


@transaction.atomic
def set_duration(*, bilan: Bilan, duree_fixee_minutes: int, by: Agent) -> Bilan:
    """Transition 27: a new total duration, between the minutes already used (at least 1) and 180."""
    bilan = begin(bilan, "refixer_duree", permission=Permission.REFIXER_DUREE, by=by)
    lowest = max(bilan.minutes_utilisees, 1)
    if not lowest <= duree_fixee_minutes <= DUREE_MAX_MINUTES:
        message = f"La durée va de {lowest} à {DUREE_MAX_MINUTES} minutes."
        refuse_if([Blocage("duree_illegale", message, field="duree_fixee_minutes")])
    before = bilan.duree_fixee_minutes
    bilan.duree_fixee_minutes = duree_fixee_minutes
    return finish(bilan, "refixer_duree", by=by, duree_avant=before, duree_fixee_minutes=duree_fixee_minutes)
