"""The adviser conducts the bilan: presence, phases, minutes, working notes, interruption (reference C.6, D.2, D.3)."""

from datetime import date

from django.db import transaction

from agents.models import Agent
from agents.roles import Permission
from bilan.contenu import SyntheseContenu
from bilan.guards import ecriture
from bilan.models import DUREE_MAX_MINUTES, Bilan, NotePhase, RendezVous, Seance, Synthese
from bilan.passation import check_in_charge
from bilan.permissions import check_can
from bilan.states import PHASES, Etat, MotifInterruption
from bilan.workflow import begin, finish, lock, set_prestation
from cai.models import Prestation
from core import clock, journal
from core.errors import Blocage, InvalidInput, RuleViolation, refuse, refuse_if
from core.french import date_sans_jour, day_of

NOTE_MAX = 10_000  # characters
BESOINS_A_NOTER = "Notez d’abord les besoins et les buts de la personne dans la phase préliminaire."


# rule: D.2-10
@transaction.atomic
def start_bilan(*, bilan: Bilan, informe: bool, by: Agent) -> Bilan:
    """Transition 10: record that the person came, and open the preliminary phase.

    Refuses another day than that of the appointment, a day after the effective échéance, and a person who was not
    informed of the aims, the methods, the secrecy and of who receives what (``informe``).
    """
    bilan = begin(bilan, "demarrer", permission=Permission.CONDUIRE_BILAN, by=by)
    today = clock.today()
    rendez_vous = bilan.rendez_vous.get(statut=RendezVous.Statut.PREVU)
    jour = rendez_vous.debut.astimezone(clock.PARIS).date()
    blocages = []
    if jour != today:
        blocages.append(
            Blocage(
                "jour_du_rendez_vous",
                f"Le bilan commence le jour du rendez-vous, le\u00a0{date_sans_jour(jour)}.",
            )
        )
    if today > bilan.contrat.echeance_effective:
        blocages.append(
            Blocage(
                "echeance_passee", f"Le contrat a pris fin le\u00a0{date_sans_jour(bilan.contrat.echeance_effective)}."
            )
        )
    if not informe:
        blocages.append(
            Blocage(
                "information_manquante",
                "Informez la personne des buts, des méthodes, du secret et des destinataires, puis confirmez-le.",
                "informe",
            )
        )
    refuse_if(blocages)
    rendez_vous.statut = RendezVous.Statut.HONORE
    rendez_vous.save()
    bilan.informe_le = today
    set_prestation(bilan, Prestation.Statut.EN_COURS)
    return finish(bilan, "demarrer", by=by, rendez_vous=str(rendez_vous.pk))


@transaction.atomic
def record_seance(*, bilan: Bilan, jour: date, minutes: int, by: Agent) -> Seance:
    """Record minutes really spent with the person in the present phase.

    Guarantees that all sessions together hold in the legal 180 minutes, whatever the number of writers. Refuses more
    than the duration fixed by the prescriber, who may fix a new one (transition 27); a day outside the contract, from
    the day the person first came to the effective échéance, both included; a day to come.
    """
    bilan = lock(bilan.pk)
    check_can(by, Permission.CONDUIRE_BILAN, bilan)
    if bilan.etat not in PHASES:
        raise RuleViolation(
            f"Ce bilan est à l’état «\u00a0{bilan.get_etat_display()}\u00a0»\u00a0: aucune séance ne peut y être "
            "enregistrée.",
            code="transition_impossible",
        )
    refuse_if([*_minutes_blocages(bilan, minutes), *_jour_blocages(bilan, jour)])
    seance = Seance.objects.create(bilan=bilan, phase=bilan.etat, jour=jour, minutes=minutes, par=by)
    journal.record(
        "bilan.seance_enregistree",
        dossier=bilan.contrat_id,
        target=bilan,
        by=by,
        phase=str(seance.phase),
        jour=jour.isoformat(),
        minutes=minutes,
    )
    return seance


def _minutes_blocages(bilan: Bilan, minutes: int) -> list[Blocage]:
    if minutes < 1:
        return [Blocage("minutes_invalides", "Indiquez au moins une minute.", "minutes")]
    used = bilan.minutes_utilisees
    # rule: C.6-180
    if used + minutes > DUREE_MAX_MINUTES:
        return [
            Blocage(
                "duree_legale_depassee",
                f"Le bilan dure {DUREE_MAX_MINUTES}\u00a0minutes au plus\u00a0: il en reste "
                f"{DUREE_MAX_MINUTES - used}.",
                "minutes",
            )
        ]
    # rule: C.6-depassement
    if used + minutes > bilan.duree_fixee_minutes:
        return [
            Blocage(
                "duree_fixee_depassee",
                f"La durée fixée est de {bilan.duree_fixee_minutes}\u00a0minutes, il en reste "
                f"{bilan.duree_fixee_minutes - used}\u00a0: demandez au prescripteur de fixer une nouvelle durée.",
                "minutes",
            )
        ]
    return []


def _jour_blocages(bilan: Bilan, jour: date) -> list[Blocage]:
    first, last = _first_day(bilan), bilan.contrat.echeance_effective
    if jour > clock.today():
        return [Blocage("date_future", "Une séance s’enregistre une fois tenue\u00a0: cette date est à venir.", "jour")]
    # rule: C.6-validite, D.2-10-presence
    if not first <= jour <= last:
        return [
            Blocage(
                "hors_contrat",
                "Le bilan se déroule pendant le contrat, à partir du jour où la personne est venue\u00a0: du\u00a0"
                f"{date_sans_jour(first)} au\u00a0{date_sans_jour(last)}.",
                "jour",
            )
        ]
    return []


def _first_day(bilan: Bilan) -> date:
    """The day on which the person first came: nothing was held before it."""
    came = bilan.rendez_vous.filter(statut=RendezVous.Statut.HONORE).order_by("debut").first()
    return day_of(came.debut) if came else bilan.contrat.date_signature


@transaction.atomic
def save_note(*, bilan: Bilan, phase: Etat, texte: str, by: Agent) -> None:
    """Keep the adviser's working notes of one phase, encrypted; an empty text removes them.

    They are nobody else's, leave no trace in the journal, and are destroyed with the synthesis. Refuses another agent,
    a bilan that is not in one of its phases or whose notes reached their term, and more than 10,000 characters.
    """
    bilan = lock(bilan.pk)
    check_in_charge(by, Permission.CONDUIRE_BILAN, bilan)
    if bilan.etat not in PHASES or phase not in PHASES:
        raise RuleViolation("Les notes s’écrivent pendant les trois phases du bilan.", code="transition_impossible")
    refuse_if(ecriture(bilan))
    if len(texte) > NOTE_MAX:
        raise InvalidInput(
            "Ces notes sont trop longues.",
            code="trop_long",
            fields={"texte": [f"Ces notes sont trop longues\u00a0: {NOTE_MAX}\u00a0caractères au plus."]},
        )
    if texte.strip():
        NotePhase.objects.update_or_create(bilan=bilan, phase=phase, defaults={"contenu": {"texte": texte}})
    else:
        NotePhase.objects.filter(bilan=bilan, phase=phase).delete()


@transaction.atomic
def record_work(
    *, bilan: Bilan, phase: Etat, texte: str, seance: tuple[date, int] | None = None, by: Agent
) -> Seance | None:
    """Keep the notes of one phase and, when given, a session (its day, its minutes): both or neither.

    Refuses what ``save_note`` and ``record_seance`` refuse, and a session once the bilan has left ``phase``: its
    minutes would be counted in a phase that the writer was not looking at, perhaps for the second time.
    """
    bilan = lock(bilan.pk)
    if seance is not None and bilan.etat in PHASES and bilan.etat != phase:
        refuse(
            "phase_changee",
            f"Le bilan est passé en «\u00a0{bilan.get_etat_display()}\u00a0» depuis que vous avez ouvert cette "
            "page\u00a0: enregistrez les notes sans la séance, puis notez la séance si elle manque.",
            field="minutes",
        )
    save_note(bilan=bilan, phase=phase, texte=texte, by=by)
    if seance is None:
        return None
    jour, minutes = seance
    return record_seance(bilan=bilan, jour=jour, minutes=minutes, by=by)


def read_note(*, bilan: Bilan, phase: Etat, by: Agent) -> tuple[str, str]:
    """The notes of one phase and their revision, which changes with every save; two empty texts when there are none."""
    check_in_charge(by, Permission.CONDUIRE_BILAN, bilan)
    note = bilan.notes.filter(phase=phase).first()
    return (note.contenu["texte"], note.updated_at.isoformat()) if note else ("", "")


def read_notes(*, bilan: Bilan, by: Agent) -> dict[str, str]:
    """The working notes by phase, for the adviser who conducts the bilan and nobody else (Forbidden)."""
    check_in_charge(by, Permission.CONDUIRE_BILAN, bilan)
    return {note.phase: note.contenu["texte"] for note in bilan.notes.all()}


# rule: D.2-11, D.3-phases
@transaction.atomic
def enter_investigation(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 11: refuses while the needs and aims are not written in the notes of the preliminary phase."""
    bilan = begin(bilan, "passer_en_investigation", permission=Permission.CONDUIRE_BILAN, by=by)
    return finish(bilan, "passer_en_investigation", by=by, blocages=investigation_blocages(bilan))


def investigation_blocages(bilan: Bilan) -> list[Blocage]:
    """The notes of the preliminary phase must say something."""
    if bilan.notes.filter(phase=Etat.PHASE_PRELIMINAIRE).exists():
        return []
    return [
        Blocage(
            "besoins_non_notes",
            BESOINS_A_NOTER,
            "texte",
        )
    ]


# rule: D.2-12, D.3-phases
@transaction.atomic
def enter_conclusion(*, bilan: Bilan, by: Agent) -> Bilan:
    """Transition 12: refuses while the draft synthesis holds neither a skill nor an experience, or neither an
    occupation aimed at nor the answer that the project is not defined yet.
    """
    bilan = begin(bilan, "passer_en_conclusion", permission=Permission.CONDUIRE_BILAN, by=by)
    return finish(bilan, "passer_en_conclusion", by=by, blocages=conclusion_blocages(bilan))


def conclusion_blocages(bilan: Bilan) -> list[Blocage]:
    """What the draft synthesis must hold before the conclusion opens."""
    draft = Synthese.objects.filter(bilan=bilan, figee_at=None, detruite_at=None).order_by("-version").first()
    contenu = SyntheseContenu.from_dict(draft.contenu if draft else None)
    blocages = []
    if not contenu.competences_aptitudes and not contenu.experiences:
        blocages.append(
            Blocage(
                "competences_non_notees",
                "Notez dans la synthèse une compétence ou une expérience.",
                "competences_aptitudes",
            )
        )
    if not contenu.metiers and contenu.projet_defini is not False:
        blocages.append(
            Blocage(
                "projet_non_note",
                "Notez dans la synthèse un métier visé, ou que le projet n’est pas encore défini.",
                "metiers",
            )
        )
    return blocages


# rule: D.2-13, D.2-note-interruption
@transaction.atomic
def interrupt(*, bilan: Bilan, motif: MotifInterruption, by: Agent) -> Bilan:
    """Transition 13: stop before the conclusion. Minutes, notes and draft are kept; a new convocation is needed.

    At the same prestataire the next adviser goes on with them; at another one they are destroyed (``bilan.passation``).
    """
    bilan = begin(bilan, "interrompre", permission=Permission.INTERROMPRE_BILAN, by=by)
    if motif not in MotifInterruption.values:
        message = "Choisissez pourquoi le bilan s’interrompt."
        raise InvalidInput(message, fields={"motif": [message]})
    used = bilan.minutes_utilisees
    return finish(
        bilan, "interrompre", by=by, motif=str(motif), minutes=used, minutes_restantes=DUREE_MAX_MINUTES - used
    )
