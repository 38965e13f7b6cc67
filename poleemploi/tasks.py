"""What wakes the sender up: a message about one row, and every few seconds a sweep that needs no message."""

import time
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError

from core import battements, passes
from core.battements import Maillon
from poleemploi import flux, outcome, quarantaine, sender, services
from poleemploi.doorbell import BALAYER, ENVOYER
from poleemploi.selectors import perhaps_hopeless

logger = structlog.get_logger(__name__)
CLORE = "poleemploi.clore_sans_espoir"


@shared_task(name=ENVOYER)
def envoyer_transmission(transmission_id: str) -> None:
    """Try one row now, if it is due and nobody holds it. Safe to run twice or never."""
    sender.step(only=UUID(transmission_id))


@shared_task(name=BALAYER)
def sweep_due() -> None:
    """Work on everything due, the longest waiting first; several workers may do so at once.

    Then let go of what was frozen beside contents destroyed since.
    """
    started = time.monotonic()
    steps = sender.drain(seconds=settings.PE_BALAYAGE)
    outcome.forget_destroyed()
    if steps:
        logger.info("balayage_fini", pas=steps, duree_ms=round((time.monotonic() - started) * 1000))
    battements.note(Maillon.BALAYAGE)


@shared_task(name="poleemploi.lire_retours")
def read_returns() -> None:
    """Read what Pôle emploi has published since the last reading. Safe to run twice or never."""
    flux.read_all(seconds=settings.PE_BALAYAGE)


@shared_task(name="poleemploi.oublier_retours")
def forget_returns() -> None:
    """Apply the returns whose day has come, erase the content of those set aside for twelve months.

    Safe to run twice or never.
    """
    quarantaine.take_up_dates()
    quarantaine.forget_old()


@shared_task(name=CLORE)
def close_hopeless(apres: str = "") -> None:
    """Close the bilans that nothing can be transmitted of any more (transition 22), one transaction each.

    Safe to run twice or never: a row that another process holds, or that cannot be read, waits for the next hour.
    """
    passes.go_on(CLORE, passes.walk(perhaps_hopeless(), _close, after=passes.key(apres)))


def _close(bilan_id: UUID) -> bool:
    try:
        services.close_hopeless(bilan_id=bilan_id)
    except DatabaseError as error:
        logger.error("cloture_differee", bilan=str(bilan_id), erreur=type(error).__name__)
        return False
    return True
