"""Making those who do the same thing at the same moment wait for each other."""

import uuid

from django.db import connection


def serialise(key: uuid.UUID) -> None:
    """Hold the lock of this identifier until the end of the transaction; whoever asks for it meanwhile waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key.bytes[:8], signed=True)])
