"""What the clock does to bilans by itself."""

from celery import shared_task

from bilan import retention
from core import clock


# rule: E.4-destruction
@shared_task(name="bilan.appliquer_conservation")
def appliquer_conservation() -> None:
    """Destroy the contents whose legal life has ended (reference E.4); safe to run twice or never."""
    retention.sweep(clock.today())
