"""Ask a worker for something. The message is a hint: whoever rings goes on, whether anybody hears or not."""

from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)
# A person waits behind: one try, and little patience (seconds).
SANS_INSISTER = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0, "interval_start": 0}


def ring_on_commit(task: str, *identifiers: str, expires: float) -> None:
    """Ring once the caller's transaction is committed; never before, and not at all when it is rolled back."""
    transaction.on_commit(partial(ring, task, *identifiers, expires=expires))


def ring(task: str, *identifiers: str, expires: float) -> None:
    """Never raises for a broker that is down, nor waits for it more than a moment.

    Identifiers only: what is passed stays in the broker in clear text. ``expires`` is in seconds.
    """
    try:
        with current_app.connection_for_write(transport_options=SANS_INSISTER) as connection:
            current_app.send_task(task, list(identifiers), connection=connection, retry=False, expires=expires)
    except (OperationalError, OSError) as error:
        logger.warning("sonnette_muette", tache=task, identifiants=identifiers, erreur=type(error).__name__)
