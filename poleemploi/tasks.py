"""What wakes the sender up: a message about one row, and every few seconds a sweep that needs no message."""

from uuid import UUID

from celery import shared_task

from poleemploi import outcome, sender
from poleemploi.doorbell import ENVOYER

TEMPS_DE_BALAYAGE = 50.0  # seconds, well under CELERY_TASK_TIME_LIMIT with one request more


@shared_task(name=ENVOYER)
def envoyer_transmission(transmission_id: str) -> None:
    """Try one row now, if it is due and nobody holds it. Safe to run twice or never."""
    sender.step(only=UUID(transmission_id))


@shared_task(name="poleemploi.balayer")
def sweep_due() -> None:
    """Work on everything due, the longest waiting first; several workers may do so at once.

    Then let go of what was frozen beside contents destroyed since.
    """
    sender.drain(seconds=TEMPS_DE_BALAYAGE)
    outcome.forget_destroyed()
