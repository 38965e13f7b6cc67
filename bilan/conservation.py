"""Must the content of a synthesis be destroyed today, and under which row of reference E.4? Pure: facts and a date in.

R. 6322-59 code du travail [V]: what was written for a bilan is destroyed at once, unless the person asks otherwise;
then one year at most.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from bilan.states import MotifDestruction
from cai import delais


class Accord(Enum):
    """Where one scope of the ledger stands today; a refused or never asked conservation is no agreement to keep."""

    AUCUN = "aucun"
    ACCORDE = "accorde"
    REFUSE = "refuse"
    RETIRE = "retire"


@dataclass(frozen=True, kw_only=True)
class FaitsConservation:
    """What decides. Dates of a version that does not have them yet are None.

    ``premiere_le`` is the first validation of a version, or the first writing while none was validated: a rework
    prolongs neither the year nor the thirty days [D], which would otherwise begin again without the person's consent.
    ``terme_des_ecrits`` is the last day of notes and draft while no version was written.
    """

    premiere_le: date | None = None
    terme_des_ecrits: date | None = None
    conservation: Accord = Accord.AUCUN
    conservation_retiree_le: date | None = None
    transmission: Accord = Accord.AUCUN
    transmission_en_attente: bool = False  # consented, neither received nor given up
    transmission_accusee: bool = False
    signature_refusee: bool = False
    clos: bool = False
    sans_suite: bool = False  # bilan cancelled, or not carried out


def motif_destruction(
    faits: FaitsConservation, today: date, *, jours_sans_decision: int = 30
) -> MotifDestruction | None:
    """The reason to destroy the content today, or None while it may be kept.

    A term of n days or one year falls on its last day: the content is destroyed when ``today`` reaches it.
    """
    # rule: D.2-note-brouillons
    if faits.sans_suite:
        return MotifDestruction.ANNULATION
    terme = delais.date_destruction(faits.premiere_le) if faits.premiere_le else faits.terme_des_ecrits
    # rule: E.4-un-an, E.4-terme
    if terme and today >= terme:
        return MotifDestruction.TERME_CONSERVATION
    if faits.conservation == Accord.ACCORDE:
        return None
    if faits.conservation == Accord.RETIRE:
        return _after_withdrawal(faits, today, jours_sans_decision)
    for applies, motif in (
        # rule: E.4-accuse
        (faits.transmission_accusee, MotifDestruction.ACCUSE),
        # rule: E.4-refus
        (faits.signature_refusee, MotifDestruction.SIGNATURE_REFUSEE),
        (faits.transmission == Accord.REFUSE, MotifDestruction.TRANSMISSION_REFUSEE),
        (faits.transmission == Accord.RETIRE, MotifDestruction.TRANSMISSION_RETIREE),
        (faits.clos, MotifDestruction.CLOTURE),
    ):
        if applies:
            return motif
    # rule: E.4-30-jours
    if faits.premiere_le and today >= delais.add_days(faits.premiere_le, jours_sans_decision):
        return MotifDestruction.SANS_DECISION
    return None


# rule: E.4-un-an, E.4-30-jours
def jour_sans_decision(faits: FaitsConservation, *, jours_sans_decision: int = 30) -> date | None:
    """The day of the destruction if the person decides nothing more and nothing is sent; None while nothing is written.

    One year after the first validation when they agreed to the conservation, otherwise the days without a decision.
    """
    if faits.premiere_le is None:
        return None
    terme = delais.date_destruction(faits.premiere_le)
    if faits.conservation == Accord.ACCORDE:
        return terme
    return min(terme, delais.add_days(faits.premiere_le, jours_sans_decision))


# rule: E.4-conservation-retiree
def _after_withdrawal(faits: FaitsConservation, today: date, jours: int) -> MotifDestruction | None:
    if not faits.transmission_en_attente or faits.conservation_retiree_le is None:
        return MotifDestruction.CONSERVATION_RETIREE
    limite = delais.add_days(faits.conservation_retiree_le, jours)
    return MotifDestruction.CONSERVATION_RETIREE if today >= limite else None
