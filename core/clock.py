"""The one business clock: every legal date is read here, never from the system.

The business clock stands in Europe/Paris. Outside production it may be moved (DATE_METIER, ``travel``); leases,
retries, tokens and logs keep real time and read ``django.utils.timezone`` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

# rule: C.7-paris
PARIS = ZoneInfo("Europe/Paris")

_travelled: ContextVar[datetime | None] = ContextVar("business_instant", default=None)


def parse_moment(text: str) -> datetime:
    """An ISO date (the present time of day is kept) or date-time, read in Europe/Paris. Raises ValueError."""
    if len(text) == len("2010-03-15"):
        return datetime.combine(date.fromisoformat(text), timezone.now().astimezone(PARIS).time(), tzinfo=PARIS)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=PARIS)


def _wall(moment: datetime) -> datetime:
    """What the clock on the wall shows in Paris."""
    return moment.astimezone(PARIS).replace(tzinfo=None)


@lru_cache(maxsize=8)
def _offset(date_metier: str, depart: str) -> timedelta:
    """How far the clock on the wall is moved: in wall time, so that summer and winter keep the time of day."""
    if not date_metier:
        return timedelta(0)
    try:
        start = datetime.fromisoformat(depart) if depart else timezone.now()
        if len(date_metier) == len("2010-03-15"):
            # Whole days, so that processes started at different moments of a day agree without a common start.
            return date.fromisoformat(date_metier) - _wall(start).date()
        return _wall(parse_moment(date_metier)) - _wall(start)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATE_METIER must be an ISO date or date-time, not {date_metier!r}.") from error


def _moved(moment: datetime) -> datetime:
    offset = _offset(settings.DATE_METIER, settings.DATE_METIER_DEPART)
    return (_wall(moment) + offset).replace(tzinfo=PARIS) if offset else moment.astimezone(PARIS)


def is_moved() -> bool:
    """Whether the business date differs from the real one; pages say so."""
    return _travelled.get() is not None or bool(settings.DATE_METIER)


def now() -> datetime:
    """The business instant, aware, in Europe/Paris."""
    travelled = _travelled.get()
    if travelled is not None:
        return travelled
    return _moved(timezone.now())


# rule: C.7-paris
def today() -> date:
    """The business date in Europe/Paris: the only "today" a rule may see."""
    return now().date()


def shown(moment: datetime) -> datetime:
    """A real instant (a lease, an attempt, a receipt) as pages tell it: moved as the business clock is, in Paris."""
    return _moved(moment)


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The aware instant of a civil date and wall-clock time in Europe/Paris."""
    return datetime.combine(day, time(hour, minute), tzinfo=PARIS)


@contextmanager
def travel(moment: datetime | date) -> Iterator[None]:
    """Hold the business clock still at a moment, for demonstration data and acceptance tests.

    A date stands for nine in the morning. Refused (ImproperlyConfigured) where settings do not permit a moved clock.
    """
    if not settings.DATE_METIER_PERMISE:
        raise ImproperlyConfigured("The business clock cannot be moved here.")
    instant = moment.astimezone(PARIS) if isinstance(moment, datetime) else at(moment, 9)
    token = _travelled.set(instant)
    try:
        yield
    finally:
        _travelled.reset(token)
