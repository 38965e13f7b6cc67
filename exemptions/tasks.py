"""What the clock does to documents by itself."""

from celery import shared_task

from core import clock
from exemptions import fichiers


@shared_task(name="exemptions.oublier_copies")
def forget_copies() -> int:
    """Destroy the copies of files whose nominative life has ended (reference E.6); safe to run twice or never."""
    return fichiers.forget_files(clock.today())
