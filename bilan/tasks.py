"""What the clock does to bilans by itself, and what a person asked a worker for."""

from uuid import UUID

from celery import shared_task

from bilan import echeances, retention, tirages
from core import clock


# rule: E.4-destruction
@shared_task(name="bilan.appliquer_conservation")
def appliquer_conservation() -> None:
    """Destroy the contents whose legal life has ended (reference E.4); safe to run twice or never."""
    retention.sweep(clock.today())


@shared_task(name=tirages.TIRER)
def tirer_courriers(tirage_id: str) -> None:
    """Put the letters of one run together, if nobody has yet. Safe to run twice or never."""
    tirages.work(UUID(tirage_id))


@shared_task(name="bilan.balayer_tirages")
def balayer_tirages() -> None:
    """Find the runs whose message or whose worker was lost, and destroy yesterday's files."""
    tirages.sweep()


@shared_task(name="bilan.clore_echus")
def close_due() -> None:
    """Close what nobody closed thirty days after its follow-up, or its contract, ended; safe to run twice or never."""
    echeances.sweep(clock.today())
