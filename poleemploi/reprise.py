"""When to try again: one policy for every operation of the exchange (domain reference F.1, rules 4 and 5).

Pure: instants, draws and the time factor are passed in. A wait that the partner asks for is in its own, real seconds;
only waits of our own choosing are divided by the factor that shortens tests.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

PREMIERE_FENETRE = timedelta(seconds=60)  # drawn in full: thirty seconds on average
FENETRE_MAX = timedelta(hours=2)
DUREE_MAX = timedelta(hours=72)  # of one series of attempts, until a person starts another
ATTENTE_QUOTA = timedelta(seconds=60)  # 429 without Retry-After
ATTENTE_DEMANDEE_MAX = timedelta(hours=24)  # [D] a longer one is taken for a mistake: the exchange must not stop for it
PAUSE_COMPTE = timedelta(minutes=10)  # 403 or a second 401: our account, which somebody is mending
PAUSE_PANNE = timedelta(minutes=1)  # the partner answers nobody
PAUSE_PANNE_MAX = timedelta(minutes=10)
# A deposit whose answer was lost may still be running at the partner: before so long, "unknown" proves nothing.
DECANTATION = timedelta(minutes=2)
PANNES_AVANT_PAUSE = 5  # in a row, whatever the row or the worker


@dataclass(frozen=True)
class Rythme:
    """The policy, ``facteur`` times quicker than in production (1 there)."""

    facteur: float = 1.0

    def __post_init__(self) -> None:
        if self.facteur < 1:
            raise ValueError("the time factor shortens waits: it is at least 1")

    def shortened(self, wait: timedelta) -> timedelta:
        return wait / self.facteur

    def next_attempt(self, *, essais: int, depuis: datetime, now: datetime, alea: float) -> datetime | None:
        """Instant of the next attempt after ``essais`` failures of a series begun at ``depuis``; None at its end.

        Full jitter: ``alea``, drawn in [0, 1), spreads the wait over a window that doubles up to two hours. The last
        attempt falls on the end of the 72 hours, never after.
        """
        if essais < 1 or not 0 <= alea < 1:
            raise ValueError("a failure has happened, and the draw is in [0, 1)")
        end = depuis + self.shortened(DUREE_MAX)
        if self.is_over(depuis, now):
            return None
        window = min(FENETRE_MAX, PREMIERE_FENETRE * 2 ** min(essais - 1, 20))
        return min(now + self.shortened(window) * alea, end)

    def is_over(self, depuis: datetime, now: datetime) -> bool:
        """Whether a series of attempts has had its 72 hours."""
        return now >= depuis + self.shortened(DUREE_MAX)

    def ends_before(self, depuis: datetime, at: datetime) -> bool:
        """Whether a series will have had its 72 hours before an instant; their very end is not before it."""
        return at > depuis + self.shortened(DUREE_MAX)

    def quota_wait(self, retry_after: str | None, *, now: datetime) -> timedelta:
        """How long a 429 stops the channel: what the partner asks for, a minute when it says nothing intelligible."""
        asked = asked_wait(retry_after, now=now)
        return self.shortened(ATTENTE_QUOTA) if asked is None else asked

    def outage_pause(self, echecs: int) -> timedelta:
        """How long the channel rests after so many failures in a row."""
        doublings = max(0, min(echecs - PANNES_AVANT_PAUSE, 20))
        return self.shortened(min(PAUSE_PANNE_MAX, PAUSE_PANNE * 2**doublings))


def asked_wait(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """What Retry-After asks for, in seconds or as a date (RFC 9110); None when absent or illegible, 24 hours at most.

    A date already past asks for no wait.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), ATTENTE_DEMANDEE_MAX)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), ATTENTE_DEMANDEE_MAX)
