"""What the clock does to files by itself."""

from celery import shared_task

from cai import oubli
from core import clock


@shared_task(name="cai.oublier_faits_prives")
def forget_private_facts() -> int:
    """Destroy the journal keys of files that are nominative no more (reference E.6); safe to run twice or never."""
    return oubli.forget_private_facts(clock.today())
