"""French public holidays, for the limits of ``cai.delais`` that move to the next working day.

National holidays only (art. L. 3133-1 code du travail). Left out: those proper to Alsace-Moselle (Good Friday,
26 December) and to the overseas departments (abolition of slavery, ...); there the limit shown may end a day early.
"""

from datetime import date
from functools import lru_cache

import holidays


def nom_jour_ferie(jour: date) -> str:
    """The French name of the public holiday that falls on ``jour``; nothing on any other day."""
    return str(holidays.country_holidays("FR", years=jour.year, language="fr").get(jour, ""))


@lru_cache(maxsize=64)
def jours_feries(premiere_annee: int, derniere_annee: int) -> frozenset[date]:
    """The public holidays of every year from ``premiere_annee`` to ``derniere_annee``, both included."""
    return frozenset(holidays.country_holidays("FR", years=range(premiere_annee, derniere_annee + 1)))


def jours_feries_depuis(depart: date) -> frozenset[date]:
    """The public holidays that a limit of less than a year starting on ``depart`` can meet."""
    return jours_feries(depart.year, depart.year + 1)
