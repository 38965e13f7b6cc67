"""Passes over many rows, each run bounded in time: what one does not reach, another takes up (docs/exploitation.md)."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from core.doorbell import ring

T = TypeVar("T")
M = TypeVar("M", bound=Model)
DUREE = 90.0  # seconds; a run begins nothing after so long, well before CELERY_TASK_TIME_LIMIT kills it
LOT = 200  # keys read at a time
VIE = 3600.0  # seconds that a message waits for a worker; lost, the next beat begins again


@dataclass(frozen=True)
class Passe:
    """What one run did, and the key after which another goes on; None when it reached the last row."""

    faits: int
    reste: UUID | None = None


def in_time(rows: Iterable[T]) -> Iterator[T]:
    """The rows, as long as the time of a run lasts; the first one always.

    For work that leaves no trace in what is due: the next run finds the others.
    """
    end = time.monotonic() + DUREE
    for row in rows:
        yield row
        if time.monotonic() >= end:
            return


def walk(rows: QuerySet[M], act: Callable[[UUID], bool], *, after: UUID | None = None) -> Passe:
    """Act on each row after a key, in the order of the keys, as long as the time of a run lasts.

    For work that some rows refuse day after day: by their key, those that follow have their turn. ``act`` says whether
    it did something, and lets no expected error through.
    """
    done, last = 0, after
    for last in in_time(_keys(rows, after)):
        done += act(last)
    more = last is not None and rows.filter(pk__gt=last).exists()
    return Passe(done, last if more else None)


def _keys(rows: QuerySet[M], after: UUID | None) -> Iterator[UUID]:
    while True:
        following = rows if after is None else rows.filter(pk__gt=after)
        lot = list(following.order_by("pk").values_list("pk", flat=True)[:LOT])
        yield from lot
        if len(lot) < LOT:
            return
        after = lot[-1]


def go_on(task: str, passe: Passe) -> None:
    """Ask a worker for the rest, when there is one."""
    if passe.reste is not None:
        ring(task, str(passe.reste), expires=VIE)


def key(text: str) -> UUID | None:
    """The key that ``go_on`` sent; none at the beginning."""
    return UUID(text) if text else None
