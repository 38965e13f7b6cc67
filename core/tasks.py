"""What is forgotten by itself: sessions that are over, forms sent, accesses older than the law keeps them."""

from datetime import timedelta

from celery import shared_task
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core.models import Soumission

LOT = 5_000  # rows a statement, well within its time limit


@shared_task(name="core.oublier_sessions")
def forget_sessions() -> None:
    """Delete the sessions that are over."""
    call_command("clearsessions")


@shared_task(name="core.oublier_soumissions")
def forget_submissions() -> int:
    """Delete what was sent more than a day ago: its page is gone with the session that held it. Return how many."""
    return Soumission.objects.filter(created_at__lt=timezone.now() - timedelta(days=1)).delete()[0]


# rule: E.6-douze-mois
@shared_task(name="core.oublier_acces")
def forget_accesses() -> int:
    """Delete the accesses of more than twelve months (reference E.6); return how many.

    By the database's own clock, as the trigger that refuses to delete any younger one. Safe to run twice or never.
    """
    forgotten: int = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "DELETE FROM core_journalacces WHERE id IN (SELECT id FROM core_journalacces"
                " WHERE survenu_at < now() - interval '12 months' ORDER BY survenu_at LIMIT %s)",
                [LOT],
            )
            deleted: int = cursor.rowcount
            forgotten += deleted
            if deleted < LOT:
                return forgotten
