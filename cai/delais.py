"""Legal time limits, as pure arithmetic on civil dates (Europe/Paris): no clock, no setting, no database.

Public holidays are always passed in. Every function returns a date that is *included* unless it says otherwise: a
limit runs until midnight at the end of its last day (art. 642 CPC [V]). A result outside the years 1 to 9999 raises
``OverflowError``. Provenance tags are those of the domain reference.
"""

import calendar
from collections.abc import Collection
from datetime import MAXYEAR, MINYEAR, date, timedelta

# R. 311-27 CESEDA [V]: the contract lasts one year, and may be extended by one more year at most.
DUREE_CONTRAT_ANNEES = 1
PROROGATION_MAX_ANNEES = 1
# Convention of 18 May 2010 [S-K]: services for five years after the first residence permit.
PERIODE_SERVICES_ANNEES = 5
# R. 6322-59 code du travail [V]: the documents of a bilan are kept one year at most.
CONSERVATION_ANNEES = 1
# Guide du bilan de compétences [S-G]: follow-up interview six months after the conclusion phase.
SUIVI_MOIS = 6
# Art. 414 code civil [V]: majority, on the 18th birthday itself.
AGE_MAJORITE = 18
# R. 311-28 CESEDA [V]: one month to make observations on an intended résiliation.
OBSERVATIONS_MOIS = 1
# R. 311-27 CESEDA [V]: clôture within the month that follows the end of the prescribed training.
CLOTURE_MOIS = 1

SAMEDI = 5


# rule: C.7-mois
def add_months(d: date, n: int) -> date:
    """``n`` months after ``d`` (before, when negative): same quantième, else the last day of the month reached.

    Art. 641 CPC [V], applied by analogy [D].
    """
    index = d.year * 12 + (d.month - 1) + n
    year, month = index // 12, index % 12 + 1
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError("date value out of range")
    return date(year, month, min(d.day, calendar.monthrange(year, month)[1]))


# rule: C.7-mois
def add_years(d: date, n: int) -> date:
    """``n`` years after ``d``: same quantième; 29 February falls back to the 28th. Art. 641 CPC [V][D]."""
    return add_months(d, 12 * n)


# rule: C.7-jours
def add_days(d: date, n: int) -> date:
    """Last day of a limit of ``n`` calendar days starting on ``d``, itself not counted. Art. 641 CPC [V]."""
    return d + timedelta(days=n)


def is_working_day(d: date, jours_feries: Collection[date]) -> bool:
    """Whether ``d`` is neither a Saturday, nor a Sunday, nor one of ``jours_feries``."""
    return d.weekday() < SAMEDI and d not in jours_feries


# rule: C.7-jour-ouvre
def next_working_day(d: date, jours_feries: Collection[date]) -> date:
    """``d`` itself when it is a working day, else the first one after it. Art. 642 CPC [V].

    Only for limits given to the signatory, whom it favours [D]; never for an échéance, an age or a destruction.
    """
    while not is_working_day(d, jours_feries):
        d = add_days(d, 1)
    return d


# rule: C.2-duree, C.7-dernier-jour, C.7-jour-ouvre-jamais
def echeance_contrat(date_signature: date) -> date:
    """Last day of the contract: same quantième one year later, included. R. 311-27 CESEDA [S-C][V]."""
    return add_years(date_signature, DUREE_CONTRAT_ANNEES)


# rule: C.7-prorogation
def max_prorogation(date_echeance: date) -> date:
    """Latest échéance a prorogation may fix: one year after the *first* échéance, included. R. 311-27 CESEDA [V]."""
    return add_years(date_echeance, PROROGATION_MAX_ANNEES)


# rule: C.9-prorogation-effet
def echeance_effective(date_echeance: date, date_echeance_prorogee: date | None) -> date:
    """Last day of validity: the decided prorogation's when there is one; a mere proposal does not count [S-C].

    Raises ``ValueError`` for a prorogation that does not extend the contract, or extends it by more than a year.
    """
    if date_echeance_prorogee is None:
        return date_echeance
    if not date_echeance < date_echeance_prorogee <= max_prorogation(date_echeance):
        raise ValueError("a prorogation extends the first échéance by at most one year")
    return date_echeance_prorogee


# rule: C.8-delai, C.7-jour-ouvre
def limite_justification(date_absence: date, jours: int, jours_feries: Collection[date]) -> date:
    """Last day to justify an absence: ``jours`` days after it [D], moved to the next working day (art. 642 CPC)."""
    return next_working_day(add_days(date_absence, jours), jours_feries)


# rule: C.9-observations, C.7-jour-ouvre
def fin_observations(date_reception: date, jours_feries: Collection[date]) -> date:
    """Last day to answer an intended résiliation: one month after receipt, moved to the next working day.

    R. 311-28 CESEDA [V], art. 642 CPC by analogy [D]. A decision may be dated from the day *after*.
    """
    return next_working_day(add_months(date_reception, OBSERVATIONS_MOIS), jours_feries)


# rule: C.7-cloture
def limite_cloture_formation(date_fin_formation: date) -> date:
    """Last day of the clôture after a prescribed training: one month later. R. 311-27 CESEDA [V]."""
    return add_months(date_fin_formation, CLOTURE_MOIS)


# rule: C.7-cloture
def limite_cloture_examen(date_examen: date) -> date:
    """Last day of the clôture after a planned exam: one *jour franc*, so D + 2. R. 311-27 CESEDA [V].

    In a clear day neither the starting nor the ending day counts: D and D + 2 do not, D + 1 does.
    """
    return add_days(date_examen, 2)


# rule: E.4-un-an, C.7-jour-ouvre-jamais
def date_destruction(date_validation: date) -> date:
    """Day from which a conserved synthesis is destroyed (``today >= that day``): one year later, same quantième.

    R. 6322-59 code du travail [V].
    """
    return add_years(date_validation, CONSERVATION_ANNEES)


# rule: D.5-6-mois
def date_suivi(date_fin_conclusion: date, mois: int = SUIVI_MOIS) -> date:
    """Day on which the follow-up interview is due, ``mois`` months after the conclusion phase [S-G]."""
    return add_months(date_fin_conclusion, mois)


# rule: C.7-cinq-ans
def fin_periode_services(date_premier_titre: date) -> date:
    """Last day of the five years of services that follow the first residence permit [S-K, arithmetic D]."""
    return add_years(date_premier_titre, PERIODE_SERVICES_ANNEES)


def fin_trimestre(jour: date) -> date:
    """Last day of the calendar quarter of ``jour``: the local committee sits once in each [S-K]."""
    dernier_mois = (jour.month + 2) // 3 * 3
    return date(jour.year, dernier_mois, calendar.monthrange(jour.year, dernier_mois)[1])


# rule: C.5-age, C.7-jour-ouvre-jamais
def age(date_naissance: date, reference: date) -> int:
    """Completed years (années révolues) on ``reference``; the birthday counts as reached. Negative before birth.

    A person born on 29 February reaches the birthday of a common year on 1 March [D].
    """
    before_birthday = (reference.month, reference.day) < (date_naissance.month, date_naissance.day)
    return reference.year - date_naissance.year - before_birthday


# rule: C.5-29-fevrier
def birthday(date_naissance: date, years: int) -> date:
    """First day on which ``age`` answers ``years``: 1 March of a common year for a person born on 29 February [D]."""
    same_quantieme = add_years(date_naissance, years)
    return same_quantieme if same_quantieme.day == date_naissance.day else add_days(same_quantieme, 1)


def notice_days(depart: date, arrivee: date) -> int:
    """Days of notice from ``depart``, not counted, to ``arrivee``, counted; negative when ``arrivee`` is earlier."""
    return (arrivee - depart).days
