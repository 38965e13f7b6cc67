"""Dates, durations and numbers written in plain French, for pages and printed documents alike."""

import re
import unicodedata
from datetime import date, datetime, time

from django.utils import timezone

from core import clock

NBSP = "\u00a0"
_ARTICLE = re.compile(r"\b([LRD])\.\s?([0-9]+)-([0-9]+)")
# H is left alone: before a name one cannot tell whether it is mute.
_ELIDED = re.compile(r"[aeiouœæ]|y[^aeiouy]")
_JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
_MOIS = ["janvier", "février", "mars", "avril", "mai", "juin"]
_MOIS += ["juillet", "août", "septembre", "octobre", "novembre", "décembre"]
_DATE = re.compile(rf"\b(1er|[0-9]{{1,2}}) ({'|'.join(_MOIS)}) ([0-9]{{4}})\b")


def day_of(value: date | datetime) -> date:
    """The day in Paris of a moment; a day is itself."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def date_sans_jour(value: date | datetime | None) -> str:
    """« 15 mars 2011 »; empty for None."""
    if value is None:
        return ""
    day = day_of(value)
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{NBSP}{_MOIS[day.month - 1]}{NBSP}{day.year}"


def date_longue(value: date | datetime | None) -> str:
    """« mardi 15 mars 2011 »; empty for None."""
    return "" if value is None else f"{_JOURS[day_of(value).weekday()]} {date_sans_jour(value)}"


def date_courte(value: date | datetime | None) -> str:
    """« 15/03/2011 », for tables; empty for None."""
    return "" if value is None else f"{day_of(value):%d/%m/%Y}"


def mois(value: str | None) -> str:
    """« septembre 2008 » from the stored "2008-09"; empty for None."""
    if not value:
        return ""
    year, month = value.split("-")[:2]
    return f"{_MOIS[int(month) - 1]}{NBSP}{year}"


def heure(value: datetime | time | None) -> str:
    """« 14 h 30 » in Paris; « 9 h » on the hour; empty for None."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}" if local.minute else f"{local.hour}{NBSP}h"


def distance(value: date | datetime | None) -> str:
    """« dans 12 jours », « hier », « il y a 4 mois », counted from the business day; empty for None.

    In days up to 90, then in whole months up to two years, then in whole years: never rounded up.
    """
    if value is None:
        return ""
    day, today = day_of(value), clock.today()
    days = (day - today).days
    if named := {0: "aujourd’hui", 1: "demain", -1: "hier"}.get(days):
        return named
    first, last = sorted((day, today))
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    if abs(days) <= 90:
        size = f"{abs(days)}{NBSP}jours"
    elif months < 24:
        size = f"{months}{NBSP}mois"
    else:
        size = f"{months // 12}{NBSP}ans"
    return f"dans {size}" if days > 0 else f"il y a {size}"


def duree(minutes: int | None) -> str:
    """« 1 h 30 », « 45 min », « 3 h » from a number of minutes; empty for None."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"


def nombre(value: int | None) -> str:
    """« 1 250 », with a narrow non-breaking space; empty for None."""
    return "" if value is None else f"{value:,}".replace(",", "\u202f")


def de(word: str) -> str:
    """« de Fatou », « d’Aya », « d’Yvonne », « de Yannick », « d’ouvrir »: the word with « de » before it."""
    first = unicodedata.normalize("NFD", word.strip().casefold())
    bare = "".join(letter for letter in first if not unicodedata.combining(letter))
    return f"d’{word}" if _ELIDED.match(bare) else f"de {word}"


def minuscule(text: object) -> str:
    """The same text after another, « transmission à Pôle emploi »: only its first letter loses its capital."""
    written = str(text)
    return written[:1].lower() + written[1:]


def insecable(text: object) -> str:
    """The same text, where « L. 313-11 », « art. R. 311-26 » and « 15 mars 2011 » never break at the end of a line."""
    glued = _ARTICLE.sub(f"\\1.{NBSP}\\2\u2011\\3", str(text))
    glued = _DATE.sub(rf"\1{NBSP}\2{NBSP}\3", glued)
    return re.sub(r"\b(art\.|article) (?=[LRD]\.)", rf"\1{NBSP}", glued)
