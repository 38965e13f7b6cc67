"""Signs of life of what works behind the pages, in real time: who runs, who was last seen, and when.

Two kinds. ``calendrier`` and ``travailleur`` are told to the broker by the processes themselves, the moment they live:
lost with it, they are back within a minute. The others are rows, written by the tasks that they are named after: a row
proves that the calendar asked, the broker carried, a worker obeyed and the database wrote.
"""

import contextlib
import time
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from core.models import Battement

SILENCE_MAX = timedelta(minutes=3)  # two workers busy with passes of ninety seconds still answer within it
_PAS_PLUS_SOUVENT = 10.0  # seconds; a worker's main process lives every two


class Maillon(StrEnum):
    CALENDRIER = "calendrier"  # beat published a task
    TRAVAILLEUR = "travailleur"  # the main process of a worker turns
    TACHE = "tache"  # a worker carried out what beat had asked for: the whole chain
    BALAYAGE = "balayage"  # a sweep of the exchange came to its end


DIRECTS = (Maillon.CALENDRIER, Maillon.TRAVAILLEUR)
_last_told: dict[Maillon, float] = {}


def tell(maillon: Maillon) -> None:
    """Say through the broker that this process lives. Never raises: a sign of life must not end one."""
    now = time.monotonic()
    if now - _last_told.get(maillon, -_PAS_PLUS_SOUVENT) < _PAS_PLUS_SOUVENT:
        return
    _last_told[maillon] = now
    with contextlib.suppress(Exception):
        cache.set(_key(maillon), time.time(), timeout=None)


def note(maillon: Maillon) -> None:
    """Write that a task came to its end. Raises DatabaseError."""
    row = Battement(nom=maillon.value, vu_at=timezone.now())
    Battement.objects.bulk_create([row], update_conflicts=True, unique_fields=["nom"], update_fields=["vu_at"])


def last_seen() -> dict[Maillon, datetime | None]:
    """Of each link, the last sign of life; None when there is none. Raises DatabaseError; a silent broker is None."""
    rows: dict[str, datetime] = dict(Battement.objects.values_list("nom", "vu_at"))
    told: dict[str, float] = {}
    with contextlib.suppress(Exception):
        told = cache.get_many([_key(maillon) for maillon in DIRECTS])
    seen: dict[Maillon, datetime | None] = {}
    for maillon in Maillon:
        at = told.get(_key(maillon))
        seen[maillon] = rows.get(maillon.value) if at is None else datetime.fromtimestamp(at, UTC)
    return seen


def _key(maillon: Maillon) -> str:
    return f"battement:{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}{maillon.value}"
