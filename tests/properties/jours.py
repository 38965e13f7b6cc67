"""The arithmetic of C.7 for the reference model, written a second time."""

from datetime import date, timedelta

FERIES = {
    date(annee, mois, jour)
    for annee in range(2010, 2016)
    for mois, jour in ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
}
PAQUES = (date(2010, 4, 4), date(2011, 4, 24), date(2012, 4, 8), date(2013, 3, 31), date(2014, 4, 20), date(2015, 4, 5))
FERIES |= {paques + timedelta(days=days) for paques in PAQUES for days in (1, 39, 50)}


def plus_mois(jour: date, mois: int) -> date:
    """The same quantième, else the last day of that month."""
    annees, rang = divmod(jour.month - 1 + mois, 12)
    for quantieme in range(jour.day, 0, -1):
        try:
            return date(jour.year + annees, rang + 1, quantieme)
        except ValueError:
            continue
    raise AssertionError


def un_an(jour: date) -> date:
    return plus_mois(jour, 12)


def jour_ouvre(jour: date) -> date:
    """That day, or the next one which is neither of a weekend nor a holiday."""
    while jour.weekday() >= 5 or jour in FERIES:
        jour += timedelta(days=1)
    return jour
