"""Wake a worker up. The message is a hint: without it, the sweep finds the row a few seconds later."""

from functools import partial
from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = structlog.get_logger(__name__)
# A person waits behind: one try, and little patience (seconds).
SANS_INSISTER = {"socket_connect_timeout": 1, "socket_timeout": 1, "max_retries": 0, "interval_start": 0}
ENVOYER = "poleemploi.envoyer_transmission"


def ring_on_commit(transmission_id: UUID) -> None:
    """Ring once the caller's transaction is committed; never before, and not at all when it is rolled back."""
    transaction.on_commit(partial(ring, transmission_id))


def ring(transmission_id: UUID) -> None:
    """Never raises for a broker that is down, nor waits for it more than a moment."""
    try:
        with current_app.connection_for_write(transport_options=SANS_INSISTER) as connection:
            current_app.send_task(ENVOYER, [str(transmission_id)], connection=connection, retry=False, expires=120)
    except (OperationalError, OSError) as error:
        logger.warning("sonnette_muette", transmission=str(transmission_id), erreur=type(error).__name__)
