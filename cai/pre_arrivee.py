"""What an evaluation made before the arrival changes to the contract (reference C.1), as pure rules on civil dates.

Only the standard library and ``cai.delais``: no clock, no database. Dates that do not fit are told, never
refused [D].
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cai import delais

# R. 421-8, R. 311-30-2 and -11 CESEDA [S-C][V]: evaluated within 60 days of the filing or of the visa receipt.
EVALUATION_JOURS = 60
# [S-C][V]: the training begins within two months of the results, lasts two months at most and 40 hours at least.
DEBUT_FORMATION_MOIS = 2
FORMATION_MOIS = 2
FORMATION_HEURES_MIN = 40
# [S-C]: asked of those aged over 16 (family reunification) and under 65.
AGE_MIN_REGROUPEMENT = 16
AGE_MAX = 65


class Effet(StrEnum):
    """What is due of the language training when the contract is signed."""

    AMDFL = "amdfl"
    SCOLARITE = "scolarite"
    DILF_EXIGE = "dilf_exige"
    FORMATION_PRESCRITE = "formation_prescrite"
    REGIME_ORDINAIRE = "regime_ordinaire"


# Said as it is; the articles are those of the CESEDA.
PHRASES: dict[Effet, str] = {
    Effet.AMDFL: "La première évaluation était suffisante\u00a0: ni test, ni formation linguistique (AMDFL).",
    Effet.SCOLARITE: (
        "Le test a été dispensé pour scolarité\u00a0: pas de formation linguistique (art.\u00a0R.\u00a0311-30-3)."
    ),
    Effet.DILF_EXIGE: (
        "La seconde évaluation était suffisante\u00a0: pas de formation linguistique, mais l’examen du DILF est dû. "
        "Une préparation est possible si la personne la demande."
    ),
    Effet.FORMATION_PRESCRITE: (
        "La seconde évaluation était insuffisante\u00a0: la formation linguistique se prescrit d’après elle."
    ),
    Effet.REGIME_ORDINAIRE: "Régime ordinaire du contrat\u00a0: le niveau de français s’évalue à l’entretien.",
}
# The state that the language training takes at the signature; nothing under the ordinary regime.
STATUT_LINGUISTIQUE: dict[Effet, str] = {
    Effet.AMDFL: "dispensee",
    Effet.SCOLARITE: "dispensee",
    Effet.DILF_EXIGE: "dispensee",
    Effet.FORMATION_PRESCRITE: "prescrite",
}


@dataclass(frozen=True, kw_only=True)
class PreArrivee:
    """The papers brought from abroad; codes are those of ``EvaluationPreArrivee``, empty or None when absent."""

    qualite: str
    date_depot: date
    test_dispense: bool = False
    date_evaluation_1: date | None = None
    resultat_1: str = ""
    date_notification: date | None = None
    formation: str = ""
    motif_dispense: str = ""
    formation_debut: date | None = None
    formation_fin: date | None = None
    formation_heures: int | None = None
    date_evaluation_2: date | None = None
    resultat_2: str = ""
    date_valeurs: date | None = None


def effet_sur_cai(faits: PreArrivee | None) -> Effet:
    """What the contract draws from it, in the order of the table of C.1; no evaluation is the ordinary regime.

    A second evaluation counts only after an insufficient first one, or alone. A dispensed training, and one that no
    second evaluation followed, leave the ordinary regime.
    """
    # rule: C.1-effet-ordinaire
    if faits is None:
        return Effet.REGIME_ORDINAIRE
    # rule: C.1-effet-amdfl
    if faits.resultat_1 == "suffisant":
        return Effet.AMDFL
    # rule: C.1-effet-scolarite
    if faits.test_dispense:
        return Effet.SCOLARITE
    # rule: C.1-effet-dilf
    if faits.resultat_2 == "suffisant":
        return Effet.DILF_EXIGE
    # rule: C.1-effet-prescrite
    if faits.resultat_2 == "insuffisant":
        return Effet.FORMATION_PRESCRITE
    return Effet.REGIME_ORDINAIRE


# rule: C.1-avertir
def incoherences(faits: PreArrivee, *, date_naissance: date, date_signature: date) -> tuple[str, ...]:
    """What does not fit in the dates and the facts, one sentence each, to be shown and never to block (C.1) [D]."""
    return (
        *_person(faits, date_naissance),
        *_order(faits, date_signature),
        *_limits(faits),
        *_results(faits),
    )


# rule: C.1-public
def _person(faits: PreArrivee, date_naissance: date) -> list[str]:
    age = delais.age(date_naissance, faits.date_depot)
    if age >= AGE_MAX:
        return [f"La personne avait {age} ans au dépôt\u00a0: l’évaluation n’est demandée qu’avant {AGE_MAX} ans."]
    if faits.qualite == "regroupement_familial" and age < AGE_MIN_REGROUPEMENT:
        return [f"La personne avait {age} ans au dépôt\u00a0: l’évaluation n’est demandée qu’après 16 ans."]
    return []


def _order(faits: PreArrivee, date_signature: date) -> list[str]:
    told = []
    course = [
        ("la première évaluation", faits.date_evaluation_1),
        ("le début de la formation", faits.formation_debut),
        ("la fin de la formation", faits.formation_fin),
        ("la seconde évaluation", faits.date_evaluation_2),
    ]
    before, day_before = "le dépôt du dossier", faits.date_depot
    for name, day in course:
        if day is None:
            continue
        if day < day_before:
            told.append(f"{name[:1].upper()}{name[1:]} précède {before}.")
        before, day_before = name, max(day, day_before)
    if faits.date_notification and faits.date_evaluation_1 and faits.date_notification < faits.date_evaluation_1:
        told.append("Les résultats sont notifiés avant la première évaluation.")
    last = max(filter(None, (faits.date_depot, faits.date_valeurs, *(day for _, day in course))))
    if last > date_signature:
        told.append("Une date est postérieure à la signature du contrat.")
    return told


# rule: C.1-evaluation-60-jours, C.1-formation
def _limits(faits: PreArrivee) -> list[str]:
    told = []
    if faits.date_evaluation_1 and faits.date_evaluation_1 > delais.add_days(faits.date_depot, EVALUATION_JOURS):
        told.append(f"La première évaluation a eu lieu plus de {EVALUATION_JOURS} jours après le dépôt.")
    if (
        faits.date_notification
        and faits.formation_debut
        and faits.formation_debut > delais.add_months(faits.date_notification, DEBUT_FORMATION_MOIS)
    ):
        told.append("La formation a commencé plus de deux mois après la notification des résultats.")
    if (
        faits.formation_debut
        and faits.formation_fin
        and faits.formation_fin > delais.add_months(faits.formation_debut, FORMATION_MOIS)
    ):
        told.append("La formation a duré plus de deux mois.")
    if faits.formation_heures is not None and faits.formation_heures < FORMATION_HEURES_MIN:
        told.append(f"La formation a duré moins de {FORMATION_HEURES_MIN} heures.")
    return told


def _results(faits: PreArrivee) -> list[str]:
    told = []
    trained = faits.formation_debut or faits.formation_fin or faits.formation_heures
    if faits.test_dispense and faits.date_evaluation_1:
        told.append("Le test est dispensé, et une évaluation a pourtant eu lieu.")
    if not faits.test_dispense and not faits.date_evaluation_1:
        told.append("Ni évaluation, ni dispense de test\u00a0: la première évaluation manque.")
    if faits.resultat_1 == "suffisant" and (trained or faits.date_evaluation_2):
        told.append("La première évaluation suffisait\u00a0: ni formation, ni seconde évaluation n’étaient attendues.")
    if faits.formation == "dispensee" and trained:
        told.append("La formation est dispensée, et des dates ou des heures de formation sont pourtant indiquées.")
    if faits.formation == "prescrite" and not faits.date_evaluation_2:
        told.append("Une formation a été prescrite\u00a0: la seconde évaluation manque.")
    return told
