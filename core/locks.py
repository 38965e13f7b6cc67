"""Making those who do the same thing at the same moment wait for each other."""

import uuid
from collections.abc import Iterable

from django.db import OperationalError, connection

from core.errors import Busy

# What PostgreSQL answers when it gives up: lock_not_available, deadlock_detected, query_canceled (its time limit).
_GAVE_UP = frozenset({"55P03", "40P01", "57014"})


def serialise(key: uuid.UUID) -> None:
    """Hold the lock of this identifier until the end of the transaction; whoever asks for it meanwhile waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key.bytes[:8], signed=True)])


def serialise_all(keys: Iterable[uuid.UUID]) -> None:
    """As ``serialise``, for several identifiers at once, always in the same order: two such calls never cross."""
    numbers = sorted({int.from_bytes(key.bytes[:8], signed=True) for key in keys})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])


def as_busy(exception: Exception) -> Busy | None:
    """The refusal to show when the database gave up waiting for others; None for any other failure."""
    if isinstance(exception, OperationalError) and getattr(exception.__cause__, "sqlstate", "") in _GAVE_UP:
        return Busy("D’autres enregistrements sont en cours. Recommencez dans un instant.")
    return None
