"""A withdrawal and a sending that meet on one file, and the judge who says which was committed first.

No clock judges. Each attempt to deposit and each withdrawal notes, as its transaction commits, how many of the other
kind are committed already (deferred triggers, a snapshot of their own). An attempt opened after a withdrawal sees it;
two that were not put in order by the lock of the file do not see each other, and are no better.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from core import clock
from poleemploi import sender, services
from poleemploi.models import Tentative, Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, make_transmission

PAIRES = 3  # files raced for at the same moment
LOT = 10  # files withdrawn while they are sent together

JUGE = """
    DROP TABLE IF EXISTS course_vue CASCADE;
    CREATE TABLE course_vue (acte text, bilan uuid, vus integer);
    CREATE OR REPLACE FUNCTION course_depot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO course_vue SELECT 'depot', t.bilan_id, (
            SELECT count(*) FROM bilan_consentement c WHERE c.bilan_id = t.bilan_id
            AND c.portee = 'transmission_pole_emploi' AND c.decision = 'retire'
        ) FROM poleemploi_transmission t WHERE t.id = NEW.transmission_id;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE FUNCTION course_retrait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO course_vue SELECT 'retrait', NEW.bilan_id, (
            SELECT count(*) FROM poleemploi_tentative a JOIN poleemploi_transmission t ON t.id = a.transmission_id
            WHERE t.bilan_id = NEW.bilan_id AND a.operation = 'depot'
        );
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER course_depot AFTER INSERT ON poleemploi_tentative DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.operation = 'depot') EXECUTE FUNCTION course_depot();
    CREATE CONSTRAINT TRIGGER course_retrait AFTER INSERT ON bilan_consentement DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.portee = 'transmission_pole_emploi' AND NEW.decision = 'retire')
        EXECUTE FUNCTION course_retrait();
"""
PARTI = """
    DROP TRIGGER IF EXISTS course_depot ON poleemploi_tentative;
    DROP TRIGGER IF EXISTS course_retrait ON bilan_consentement;
    DROP FUNCTION IF EXISTS course_depot, course_retrait;
    DROP TABLE IF EXISTS course_vue;
"""
# Of each file: attempts that saw a withdrawal, and attempts that the withdrawal did not see.
VERDICT = """
    SELECT bilan, count(*) FILTER (WHERE acte = 'depot' AND vus > 0) AS apres,
        count(*) FILTER (WHERE acte = 'depot') - sum(vus) FILTER (WHERE acte = 'retrait') AS sans_ordre
    FROM course_vue GROUP BY bilan HAVING bool_or(acte = 'retrait')
"""


@contextmanager
def judge() -> Iterator[Callable[[], list[str]]]:
    """While it sits, every attempt and every withdrawal is witnessed; what it gives is the list of breaches."""
    with connection.cursor() as cursor:
        cursor.execute(PARTI + JUGE)
    try:
        yield _breaches
    finally:
        with connection.cursor() as cursor:
            cursor.execute(PARTI)


def _breaches() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(VERDICT)
        rows = cursor.fetchall()
    return [
        f"{bilan}: {apres} opened after the withdrawal, {sans_ordre} in no order"
        for bilan, apres, sans_ordre in rows
        if apres or sans_ordre
    ]


def witnessed(acte: str) -> int:
    """How many attempts (``depot``) or withdrawals (``retrait``) the judge has seen committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM course_vue WHERE acte = %s", [acte])
        return int(cursor.fetchone()[0])


@transaction.atomic
def lay(number: int, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> list[Transmission]:
    """Files of their own, each consented to and waiting to be sent."""
    return [make_transmission(direction, prescripteur, conseiller) for _ in range(number)]


def run_in_pairs(rows: Sequence[Transmission], by: Agent, source: random.Random) -> None:
    """For each row a sender and a withdrawal, one of the two starting first by at most the time of two sendings."""
    avance = 2 * _time_of_a_sending(rows[:2])
    with _hands(2 * PAIRES) as (submit, _):
        for row in rows:
            start, wait = Barrier(2), source.uniform(-avance, avance)
            submit(_run, start, max(0.0, -wait), _sending(row.pk))
            submit(_run, start, max(0.0, wait), _withdrawal(row, by))


def run_in_lots(rows: Sequence[Transmission], by: Agent, source: random.Random) -> None:
    """Two workers take what is due, together, while each of its ``LOT`` rows is withdrawn from somewhere in between."""
    sending = _time_of_a_sending(rows[:2])
    _put(rows, timezone.now() + timedelta(hours=1))
    with _hands(LOT + 2) as (submit, wait):
        for first in range(0, len(rows), LOT):
            taken = rows[first : first + LOT]
            _put(taken, timezone.now())
            start = Barrier(len(taken) + 2)
            for row in taken:
                submit(_run, start, source.uniform(0, LOT * sending), _withdrawal(row, by))
            for _ in range(2):
                submit(_run, start, source.uniform(0, sending), lambda: sender.drain(seconds=LOT * sending))
            wait()


def _time_of_a_sending(rows: Sequence[Transmission]) -> float:
    """In seconds, on this machine as busy as it is: the last of these, the first having opened connections.

    Their own race is then about what was received.
    """
    with clock.travel(ACCORDE_AT):
        for row in rows:
            started = time.monotonic()
            sender.step(only=row.pk)
    return min(max(time.monotonic() - started, 0.02), 0.5)


def finish() -> None:
    """Let several workers do all that is left for the system to do."""
    with _hands(PAIRES) as (submit, _):
        for _ in range(PAIRES):
            submit(_finish)


@contextmanager
def _hands(number: int) -> Iterator[tuple[Callable[..., None], Callable[[], None]]]:
    """So many threads, each with its own connection, closed at the end; what one of them raised is raised."""
    runs: list[Future[None]] = []

    def wait() -> None:
        while runs:
            runs.pop().result()

    with ThreadPoolExecutor(number) as pool:
        yield lambda *work: runs.append(pool.submit(*work)), wait
        wait()
        start = Barrier(number)
        runs.extend(pool.submit(_run, start, 0, lambda: connection.close()) for _ in range(number))
        wait()


def _put(rows: Sequence[Transmission], at: datetime) -> None:
    waiting = Transmission.objects.filter(pk__in=[row.pk for row in rows], etat=EtatTransmission.EN_FILE)
    waiting.update(prochain_essai_at=at)


def _sending(pk: UUID) -> Callable[[], Any]:
    return lambda: sender.step(only=pk)


def _withdrawal(row: Transmission, by: Agent) -> Callable[[], Any]:
    return lambda: services.withdraw_transmission(bilan=row.bilan, by=by, **RECUEIL)


def _run(start: Barrier, wait: float, act: Callable[[], Any]) -> None:
    start.wait(timeout=60)
    time.sleep(wait)
    with clock.travel(ACCORDE_AT):
        act()


def _finish() -> None:
    end = time.monotonic() + 60
    with clock.travel(ACCORDE_AT):
        while Transmission.objects.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME).exists():
            if not sender.step():
                assert time.monotonic() < end, Counter(Transmission.objects.values_list("etat", flat=True))
                time.sleep(0.01)


def without_order(row: Transmission) -> None:
    """What the judge notes when an attempt and a withdrawal of a file commit without having waited for each other."""
    with connection.cursor() as cursor:
        for acte in ("depot", "retrait"):
            cursor.execute("INSERT INTO course_vue VALUES (%s, %s, 0)", [acte, row.bilan_id])


def outcomes() -> Counter[str]:
    """How the races ended: never sent, looked up then cancelled, or erased at the partner."""
    tried = set(Tentative.objects.values_list("transmission_id", flat=True))
    rows = Transmission.objects.values_list("pk", "etat")
    return Counter(etat if pk in tried or etat != "annulee" else "jamais_partie" for pk, etat in rows)
