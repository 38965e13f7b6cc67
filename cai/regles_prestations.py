"""What the law asks of each training of the contract, and what looks odd in one (reference C.3), as pure rules.

Only the standard library and ``cai.delais``: no clock, no database. Oddities are told and never refused [D].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cai import delais

FORMATION_CIVIQUE = "formation_civique"
FORMATION_LINGUISTIQUE = "formation_linguistique"
VIVRE_EN_FRANCE = "vivre_en_france"

# Least and most hours, both included: arrêté of 19 January 2007; R. 311-24 CESEDA for the language [S-C].
# rule: C.3-civique, C.3-linguistique, C.3-vivre-en-france
HEURES: dict[str, tuple[int, int]] = {
    FORMATION_CIVIQUE: (6, 6),
    FORMATION_LINGUISTIQUE: (1, 400),
    VIVRE_EN_FRANCE: (1, 6),
}
# The paper that proves the training was followed.
# rule: C.3-preuves
PREUVES: dict[str, str] = {
    FORMATION_CIVIQUE: "attestation_nominative",
    FORMATION_LINGUISTIQUE: "certificat_assiduite",
    VIVRE_EN_FRANCE: "attestation_assiduite",
}
AMDFL, DILF = "amdfl", "dilf"
CERTIFICATS: dict[str, tuple[str, ...]] = {
    FORMATION_CIVIQUE: (PREUVES[FORMATION_CIVIQUE],),
    FORMATION_LINGUISTIQUE: (PREUVES[FORMATION_LINGUISTIQUE], AMDFL, DILF),
    VIVRE_EN_FRANCE: (PREUVES[VIVRE_EN_FRANCE],),
}
# D. 338-23 and -24 code de l’éducation [V]: the DILF certifies A1.1; 16 years on the first day of the exam.
DILF_AGE_MIN = 16
DILF_NIVEAU = "A1_1"
MINUTES_PAR_HEURE = 60
JOURNEE_MINUTES = 7 * MINUTES_PAR_HEURE  # [D] more than that in one session is worth a second look


@dataclass(frozen=True)
class Presence:
    """One session as it was attended."""

    jour: date
    minutes: int
    presence: str  # present, absent_excuse, absent


def minutes_suivies(presences: Sequence[Presence]) -> int:
    """Minutes of the sessions where the person came."""
    return sum(seance.minutes for seance in presences if seance.presence == "present")


def statut_deduit(type_prestation: str, *, certificats: Sequence[str], presences: Sequence[Presence]) -> str:
    """The state that papers and attendance show: followed or dispensed by a paper, begun by a first attendance."""
    if PREUVES[type_prestation] in certificats:
        return "suivie"
    if AMDFL in certificats:
        return "dispensee"
    return "en_cours" if minutes_suivies(presences) else "prescrite"


def heures_inhabituelles(type_prestation: str, heures: int) -> str:
    """One sentence when a prescription is outside what the texts foresee; empty otherwise."""
    least, most = HEURES[type_prestation]
    if least <= heures <= most:
        return ""
    foreseen = f"{most} heures" if least == most else f"{least} à {most} heures"
    return f"{heures} h prescrites\u00a0: les textes en prévoient {foreseen}."


# rule: C.3-avertir
def avertissements(
    type_prestation: str,
    *,
    statut: str,
    heures_prescrites: int | None,
    presences: Sequence[Presence],
    certificats: Sequence[str],
    date_signature: date,
    echeance: date,
) -> tuple[str, ...]:
    """What looks odd in one training, one sentence each; ``echeance`` is the last day of the contract, included."""
    told = []
    followed = minutes_suivies(presences)
    if heures_prescrites is not None:
        if odd := heures_inhabituelles(type_prestation, heures_prescrites):
            told.append(odd)
        if followed > heures_prescrites * MINUTES_PAR_HEURE:
            told.append("Plus d’heures suivies que d’heures prescrites.")
    elif presences:
        told.append("Le nombre d’heures prescrites n’est pas indiqué.")
    if any(not date_signature <= seance.jour <= echeance for seance in presences):
        told.append("Une séance est en dehors des dates du contrat.")
    if any(seance.minutes > JOURNEE_MINUTES for seance in presences):
        told.append("Une séance dure plus de sept heures.")
    if len({seance.jour for seance in presences}) < len(presences):
        told.append("Plusieurs séances sont enregistrées le même jour.")
    if statut == "suivie" and PREUVES[type_prestation] not in certificats:
        told.append("La formation est suivie, mais son justificatif n’est pas enregistré.")
    if PREUVES[type_prestation] in certificats and presences and not followed:
        told.append("Un justificatif est enregistré, mais aucune présence.")
    if statut == "non_suivie_sans_motif" and not any(seance.presence == "absent" for seance in presences):
        told.append("Aucune absence sans excuse n’est enregistrée.")
    if statut in ("dispensee", "sans_objet") and followed:
        told.append("Des heures sont pourtant suivies.")
    return tuple(told)


# rule: C.3-dilf
def age_au_dilf_insuffisant(date_naissance: date, premier_jour: date) -> bool:
    """Whether the person had not reached 16 on the first day of the exam; the birthday itself is enough."""
    return delais.age(date_naissance, premier_jour) < DILF_AGE_MIN
