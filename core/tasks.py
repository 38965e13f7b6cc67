"""What the ground does by itself: beat, and forget sessions that are over, forms sent, accesses beyond their term."""

from itertools import count

from celery import shared_task
from django.db import connection
from psycopg import sql

from core import battements
from core.battements import Maillon
from core.passes import in_time

LOT = 5_000  # rows a statement, well within its time limit


@shared_task(name="core.battre")
def beat_once() -> None:
    """Prove calendar, broker, worker and database at once (``/sante/travailleurs/``). Safe to run twice or never."""
    battements.note(Maillon.TACHE)


@shared_task(name="core.oublier_sessions")
def forget_sessions() -> int:
    """Delete the sessions that are over; return how many."""
    return _forget("django_session", "session_key", "expire_date", "0")


@shared_task(name="core.oublier_soumissions")
def forget_submissions() -> int:
    """Delete what was sent more than a day ago: its page is gone with the session that held it. Return how many."""
    return _forget("core_soumission", "cle", "created_at", "1 day")


# rule: E.6-douze-mois
@shared_task(name="core.oublier_acces")
def forget_accesses() -> int:
    """Delete the accesses of more than twelve months (reference E.6); return how many.

    By the database's own clock, as the trigger that refuses to delete any younger one. Safe to run twice or never.
    """
    return _forget("core_journalacces", "id", "survenu_at", "12 months")


def _forget(table: str, key: str, moment: str, age: str) -> int:
    """Delete the rows older than ``age``, the oldest first, by statements of ``LOT`` as long as a run lasts.

    What is left waits for the next night: a backlog of months is worked off in a few.
    """
    query = sql.SQL(
        "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table}"
        " WHERE {moment} < now() - {age}::interval ORDER BY {moment} LIMIT {lot})"
    ).format(
        table=sql.Identifier(table), key=sql.Identifier(key), moment=sql.Identifier(moment), age=sql.Literal(age),
        lot=sql.Literal(LOT),
    )  # fmt: skip
    forgotten: int = 0
    for _ in in_time(count()):
        with connection.cursor() as cursor:
            cursor.execute(query)
            deleted: int = cursor.rowcount
        forgotten += deleted
        if deleted < LOT:
            break
    return forgotten
