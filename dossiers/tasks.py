"""What the clock does to whole files by itself."""

from celery import shared_task

from core import clock
from dossiers import anonymisation


# rule: E.6-anonymisation
@shared_task(name="dossiers.anonymiser")
def anonymise_due() -> int:
    """Anonymise the files whose five years of services are over (reference E.6); safe to run twice or never."""
    return anonymisation.sweep(clock.today())
