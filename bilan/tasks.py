"""What the clock does to bilans by itself, and what a person asked a worker for."""

from uuid import UUID

from celery import shared_task

from bilan import echeances, retention, tirages
from core import clock, passes

APPLIQUER, CLORE, COMPTER = "bilan.appliquer_conservation", "bilan.clore_echus", "bilan.compter_finis"
OUVRIR = "bilan.ouvrir_suivis"


# rule: E.4-destruction
@shared_task(name=APPLIQUER)
def appliquer_conservation(apres: str = "") -> None:
    """Destroy the contents whose legal life has ended (reference E.4); safe to run twice or never."""
    passes.go_on(APPLIQUER, retention.sweep(clock.today(), after=passes.key(apres)))


@shared_task(name=tirages.TIRER)
def tirer_courriers(tirage_id: str) -> None:
    """Put the letters of one run together, if nobody has yet. Safe to run twice or never."""
    tirages.work(UUID(tirage_id))


@shared_task(name="bilan.balayer_tirages")
def balayer_tirages() -> None:
    """Find the runs whose message or whose worker was lost, and destroy yesterday's files."""
    tirages.sweep()


@shared_task(name=CLORE)
def close_due(apres: str = "") -> None:
    """End what nobody ended thirty days after its follow-up, or its contract; safe to run twice or never."""
    passes.go_on(CLORE, echeances.sweep(clock.today(), after=passes.key(apres)))


@shared_task(name=OUVRIR)
def open_follow_ups(apres: str = "") -> None:
    """Open the six-month interviews that are missing; safe to run twice or never."""
    passes.go_on(OUVRIR, echeances.open_missing_follow_ups(after=passes.key(apres)))


@shared_task(name=COMPTER)
def count_missing(apres: str = "") -> None:
    """Write the statistical rows that are missing; safe to run twice or never."""
    passes.go_on(COMPTER, echeances.count_missing(after=passes.key(apres)))
