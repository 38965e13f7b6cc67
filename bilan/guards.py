"""What stands between a file and its next act, as sentences: the same ones refuse in services and explain on pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django_fsm import can_proceed

from agents.models import Agent, Lieu, Prestataire
from agents.roles import Role
from bilan.models import DUREE_MAX_MINUTES, Bilan, RendezVous
from bilan.selectors import current_synthese, terme_des_ecrits
from bilan.states import Etat
from cai import delais
from cai.feries import jours_feries_depuis, nom_jour_ferie
from cai.models import BILAN_OBLIGATOIRE_DEPUIS, Contrat, Prestation
from core import clock
from core.errors import Blocage
from core.french import date_longue, date_sans_jour, day_of, heure
from exemptions.models import Evaluation

MINUTE = timedelta(minutes=1)
# [D] When a person may be summoned, in Paris time, all included: first start, last start, latest end.
OUVERTURE, DERNIER_DEBUT, FERMETURE = time(8), time(18), time(20)
DIMANCHE = 6
EVALUATION_PERIMEE = Blocage(
    "evaluation_perimee",
    "La naissance ou le titre d’admission ont été corrigés depuis l’évaluation, ou une pièce examinée\u00a0: évaluez "
    "de nouveau.",
)


def contrat_en_cours(contrat: Contrat) -> list[Blocage]:
    """The contract must be ``signe`` or ``proroge``."""
    if contrat.is_running:
        return []
    return [Blocage("contrat_termine", f"Le contrat est à l’état «\u00a0{contrat.get_statut_display()}\u00a0».")]


# rule: C.6-validite
def contrat_non_echu(contrat: Contrat) -> list[Blocage]:
    """The contract must not be past its effective échéance, that day included; a mere proposal extends nothing."""
    fin = contrat.echeance_effective
    if clock.today() <= fin:
        return []
    return [Blocage("contrat_echu", f"Le contrat a pris fin le {date_sans_jour(fin)}.")]


# rule: C.5-jour-entretien
def evaluation_sans_motif(bilan: Bilan) -> list[Blocage]:
    """Guard of transition 2: an evaluation at the date of the interview, without any ground."""
    evaluation = (
        Evaluation.objects.filter(contrat_id=bilan.contrat_id, date_reference=bilan.contrat.date_entretien)
        .with_verdict()
        .latest_first()
        .first()
    )
    if evaluation is None:
        return [
            Blocage(
                "evaluation_absente",
                "Évaluez d’abord l’exemption à la date de l’entretien, "
                f"le {date_sans_jour(bilan.contrat.date_entretien)}.",
            )
        ]
    if evaluation.verdict is None:
        return [EVALUATION_PERIMEE]
    # rule: C.5-sans-volontaire
    if evaluation.exempte:
        return [Blocage("personne_exemptee", "La personne est dispensée du bilan\u00a0: constatez l’exemption.")]
    return []


def evaluation_du_jour(contrat: Contrat) -> Evaluation | None:
    """The latest evaluation with its ``verdict``, provided it was made today."""
    last: Evaluation | None = Evaluation.objects.filter(contrat=contrat).with_verdict().latest_first().first()
    return last if last is not None and day_of(last.evaluee_at) == clock.today() else None


# rule: D.2-1
def exemption(bilan: Bilan, evaluation: Evaluation) -> list[Blocage]:
    """Guards of transition 1 on the evaluation of today: true to the file, with a ground, at a day that counts."""
    if evaluation.verdict is None:
        return [EVALUATION_PERIMEE]
    if not evaluation.exempte:
        return [Blocage("aucun_motif", "L’évaluation du jour ne retient aucun motif d’exemption.")]
    if not _may_be_exempt_on(evaluation.date_reference, bilan):
        return [
            Blocage(
                "date_reference_autre",
                "Évaluez l’exemption à la date de l’entretien, à aujourd’hui ou, une fois le bilan prescrit, à celle "
                "du rendez-vous.",
            )
        ]
    return []


def _may_be_exempt_on(jour: date, bilan: Bilan) -> bool:
    """The interview, today, or the intended appointment (reference C.5).

    That is the open appointment; without one, a day on which the person could be summoned now but for the ground: a
    refused convocation leaves no trace by which to know the day that was meant.
    """
    today, contrat = clock.today(), bilan.contrat
    if jour in (contrat.date_entretien, today):
        return True
    if bilan.etat == Etat.CONVOQUE:
        appointments = RendezVous.objects.filter(bilan=bilan, statut=RendezVous.Statut.PREVU)
        return jour in map(day_of, appointments.values_list("debut", flat=True))
    may_be_summoned = can_proceed(bilan.convoquer) and today < jour <= contrat.echeance_effective
    return may_be_summoned and not jour_de_reception(clock.at(jour))


# rule: D.2-3
def levee(bilan: Bilan) -> list[Blocage]:
    """Guards of transition 3: a contract that runs, an evaluation made today for today, true to the file, no ground."""
    blocages = contrat_en_cours(bilan.contrat) + contrat_non_echu(bilan.contrat)
    evaluation = evaluation_du_jour(bilan.contrat)
    if evaluation is None or evaluation.date_reference != clock.today():
        blocages.append(Blocage("evaluation_du_jour_absente", "Évaluez d’abord l’exemption à la date d’aujourd’hui."))
    elif evaluation.verdict is None:
        blocages.append(EVALUATION_PERIMEE)
    elif evaluation.exempte:
        blocages.append(Blocage("toujours_exemptee", "L’évaluation d’aujourd’hui retient encore un motif d’exemption."))
    return blocages


# rule: E.3-prescripteur
def reattribution(bilan: Bilan) -> list[Blocage]:
    """A closed file changes hands only while copies of its synthesis can be printed."""
    synthese = current_synthese(bilan) if bilan.etat == Etat.CLOS else None
    if bilan.etat != Etat.CLOS or (synthese is not None and synthese.detruite_at is None):
        return []
    return [
        Blocage("rien_a_imprimer", "Le bilan est clos et sa synthèse n’est pas conservée\u00a0: rien n’est à confier.")
    ]


# rule: E.4-terme
def ecriture(bilan: Bilan) -> list[Blocage]:
    """Nothing more is written on a bilan in its phases once notes and draft reached their term."""
    terme = terme_des_ecrits(bilan)
    if terme is None or clock.today() < terme:
        return []
    return [
        Blocage(
            "terme_atteint",
            "Un an a passé depuis la dernière séance\u00a0: les notes et le brouillon sont détruits, la synthèse ne "
            "peut plus être écrite.",
        )
    ]


def prescripteur_de_la_direction(contrat: Contrat, prescripteur: Agent) -> list[Blocage]:
    """Whoever takes charge of a file must be a prescripteur of its direction today."""
    holders = Agent.objects.get_queryset().holding(Role.PRESCRIPTEUR, direction_id=contrat.direction_id)
    if holders.filter(pk=prescripteur.pk).exists():
        return []
    return [Blocage("prescripteur_inconnu", "Choisissez un prescripteur de cette direction.", field="prescripteur")]


# rule: D.2-2
def prescription(bilan: Bilan, prescripteur: Agent) -> list[Blocage]:
    """Guards of transition 2 (``prescrire``): a bilan takes place within the contract, or is not prescribed (C.6)."""
    contrat = bilan.contrat
    blocages = contrat_en_cours(contrat) + contrat_non_echu(contrat) + evaluation_sans_motif(bilan)
    # rule: C.5-depuis-2008
    if contrat.date_signature < BILAN_OBLIGATOIRE_DEPUIS:
        blocages.append(
            Blocage(
                "contrat_anterieur",
                "Ce contrat a été signé avant le 1er décembre 2008 : le bilan n’était pas encore prévu.",
            )
        )
    return [*blocages, *prescripteur_de_la_direction(contrat, prescripteur)]


@dataclass(frozen=True)
class Proposition:
    """An appointment as the prescriber intends it."""

    debut: datetime  # aware
    duree_fixee_minutes: int  # for the whole bilan, minutes already used included
    lieu: Lieu
    conseiller: Agent
    accord_delai_reduit: bool


# rule: D.2-4
def convocation(bilan: Bilan, proposition: Proposition) -> list[Blocage]:
    """Guards of transition 4 (``convoquer``) that need no new evaluation; every one that fails is told.

    The adviser's time is looked at once the date and the duration hold: before, it may be the end of no calendar.
    """
    contrat = bilan.contrat
    date_et_duree = [*_date(contrat, proposition), *_duree(bilan, proposition.duree_fixee_minutes)]
    minutes = proposition.duree_fixee_minutes - bilan.minutes_utilisees
    return [
        *contrat_en_cours(contrat),
        *date_et_duree,
        *jour_de_reception(proposition.debut),
        *heures_de_reception(proposition.debut, minutes),
        *_prestataire(contrat, proposition),
        *([] if date_et_duree else creneau(bilan, proposition.conseiller, proposition.debut, minutes)),
    ]


def _date(contrat: Contrat, proposition: Proposition) -> list[Blocage]:
    jour = proposition.debut.astimezone(clock.PARIS).date()
    fin = contrat.echeance_effective
    if proposition.debut <= clock.now():
        return [Blocage("rendez_vous_passe", "Indiquez une date et une heure à venir.", field="jour")]
    if jour < contrat.date_signature:
        return [
            Blocage(
                "rendez_vous_avant_signature",
                f"Indiquez une date à partir du {date_sans_jour(contrat.date_signature)}, signature du contrat.",
                field="jour",
            )
        ]
    # rule: C.6-validite, C.7-dernier-jour
    if jour > fin:
        return [
            Blocage(
                "rendez_vous_apres_echeance",
                f"Indiquez une date au plus tard le {date_sans_jour(fin)}, fin du contrat.",
                field="jour",
            )
        ]
    notice = settings.BILAN_DELAI_CONVOCATION_JOURS
    # rule: D.2-4-delai
    if delais.notice_days(clock.today(), jour) < notice and not proposition.accord_delai_reduit:
        earliest = delais.add_days(clock.today(), notice)
        return [
            Blocage(
                "delai_trop_court",
                f"La personne doit être prévenue {notice} jours avant\u00a0: choisissez une date à partir du "
                f"{date_sans_jour(earliest)}, ou notez son accord pour un délai plus court.",
                field="jour",
            )
        ]
    return []


def jour_de_reception(debut: datetime) -> list[Blocage]:
    """Nobody is summoned on a Sunday or a public holiday [D]; a Saturday is only worth a second thought."""
    jour = debut.astimezone(clock.PARIS).date()
    if ferie := nom_jour_ferie(jour):
        message = f"Le {date_longue(jour)} est férié ({ferie})\u00a0: choisissez un autre jour."
    elif jour.weekday() == DIMANCHE:
        message = f"Le {date_longue(jour)} est un dimanche\u00a0: choisissez un autre jour."
    else:
        return []
    return [Blocage("jour_non_ouvert", message, field="jour")]


def heures_de_reception(debut: datetime, minutes: int) -> list[Blocage]:
    """An appointment starts from 8 h to 18 h and has ended by 20 h, Paris time [D]."""
    local = debut.astimezone(clock.PARIS)
    if not OUVERTURE <= local.time() <= DERNIER_DEBUT:
        message = f"Un rendez-vous commence entre {heure(OUVERTURE)} et {heure(DERNIER_DEBUT)}."
        return [Blocage("heure_non_ouverte", message, field="heure")]
    fin = local + max(0, min(minutes, DUREE_MAX_MINUTES)) * MINUTE  # whatever was typed: another guard tells it
    if (fin.date(), fin.time()) <= (local.date(), FERMETURE):
        return []
    message = (
        f"Ce rendez-vous finirait à {heure(fin)}\u00a0: il doit finir à {heure(FERMETURE)} au plus tard. Avancez "
        "l’heure ou réduisez la durée."
    )
    return [Blocage("heure_non_ouverte", message, field="heure")]


def _duree(bilan: Bilan, duree_fixee_minutes: int) -> list[Blocage]:
    used = bilan.minutes_utilisees
    # rule: C.6-duree-fixee
    if 1 <= duree_fixee_minutes <= DUREE_MAX_MINUTES and duree_fixee_minutes > used:
        return []
    if used:
        message = (
            f"La durée totale va de {used + 1} à {DUREE_MAX_MINUTES}\u00a0minutes\u00a0: {used} ont déjà été utilisées."
        )
    else:
        message = f"La durée va de 1 à {DUREE_MAX_MINUTES} minutes\u00a0: le bilan ne dépasse pas trois heures."
    return [Blocage("duree_illegale", message, field="duree_fixee_minutes")]


def _prestataire(contrat: Contrat, proposition: Proposition) -> list[Blocage]:
    blocages = []
    lieu = proposition.lieu
    prestataire = lieu.prestataire
    jour = proposition.debut.astimezone(clock.PARIS).date()
    # rule: D.2-4-marche
    if not prestataire.has_market(direction_id=contrat.direction_id, on=jour):
        blocages.append(
            Blocage(
                "marche_absent",
                f"{prestataire.nom} n’a pas de marché couvrant {contrat.direction.nom} "
                f"le {date_sans_jour(jour)}\u00a0: choisissez un autre prestataire ou une autre date.",
                field="lieu",
            )
        )
    if not lieu.actif:
        blocages.append(Blocage("lieu_ferme", f"{lieu.nom} ne reçoit plus\u00a0: choisissez un autre lieu.", "lieu"))
    return [*blocages, *conseiller_du_prestataire(proposition.conseiller, prestataire)]


def conseiller_du_prestataire(conseiller: Agent, prestataire: Prestataire) -> list[Blocage]:
    """The adviser must be in post today at the prestataire."""
    advisers = Agent.objects.get_queryset().holding(Role.CONSEILLER_BILAN, prestataire_id=prestataire.pk)
    if advisers.filter(pk=conseiller.pk).exists():
        return []
    message = f"{conseiller} n’est pas en poste chez {prestataire.nom}\u00a0: choisissez un de ses conseillers."
    return [Blocage("conseiller_inconnu", message, field="conseiller")]


def creneau(bilan: Bilan, conseiller: Agent, debut: datetime, minutes: int) -> list[Blocage]:
    """The adviser receives one person at a time; the caller holds the adviser's row."""
    taken = RendezVous.objects.taking_time(debut, debut + minutes * MINUTE).filter(conseiller=conseiller)
    if taken.exclude(bilan_id=bilan.pk).exists():
        return [
            Blocage(
                "conseiller_occupe",
                f"{conseiller} reçoit déjà une autre personne à cette heure\u00a0: changez l’heure ou le conseiller.",
                field="heure",
            )
        ]
    return []


def avertissements(bilan: Bilan, debut: datetime) -> list[str]:
    """What does not forbid an appointment but is worth a second thought (reference C.3)."""
    jour = debut.astimezone(clock.PARIS).date()
    warnings = []
    training = bilan.contrat.prestations.filter(
        type=Prestation.Type.FORMATION_LINGUISTIQUE, statut=Prestation.Statut.EN_COURS
    )
    # rule: C.3-bilan-apres-langue
    if training.exists():
        warnings.append("La formation linguistique est en cours\u00a0: le bilan se tient d’ordinaire après elle.")
    if not delais.is_working_day(jour, jours_feries_depuis(jour)):
        warnings.append(f"Le {date_longue(jour)} n’est pas un jour ouvré\u00a0: vérifiez que le prestataire reçoit.")
    return warnings


# rule: C.8-delai
def limite_justification(rendez_vous: RendezVous) -> date:
    """Last day, included, on which the person may justify an absence (reference C.7 and C.8)."""
    missed = rendez_vous.debut.astimezone(clock.PARIS).date()
    return delais.limite_justification(missed, settings.BILAN_DELAI_JUSTIFICATION_JOURS, jours_feries_depuis(missed))


def motif_absence(motif: str, precision: str, justificatif_vu_le: date | None) -> Sequence[Blocage]:
    """A reason of the list, with its document seen on a past day; the free reason says which."""
    blocages = []
    # rule: C.8-motifs
    if motif == "autre_motive" and not precision.strip():
        blocages.append(Blocage("precision_absente", "Précisez la raison en quelques mots.", field="precision"))
    # rule: C.8-sante
    if justificatif_vu_le is None or justificatif_vu_le > clock.today():
        blocages.append(
            Blocage(
                "justificatif_non_vu",
                "Indiquez le jour où vous avez vu le justificatif, au plus tard aujourd’hui.",
                field="justificatif_vu_le",
            )
        )
    return blocages
