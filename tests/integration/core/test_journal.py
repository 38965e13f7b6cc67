"""The journal of a file: numbered without a gap, chained, and honest about tampering."""

import uuid
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from agents.models import Agent, DirectionTerritoriale
from core import clock, journal
from core.models import Evenement


def tell(direction: DirectionTerritoriale, by: Agent, dossier: uuid.UUID, times: int = 3) -> None:
    with transaction.atomic():
        for number in range(times):
            journal.record("essai.fait", dossier=dossier, target=direction, by=by, fois=number)


def tamper(sql: str) -> None:
    """As somebody could who owns the database: the triggers are told to look away."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.rule("D.2-evenement")
def test_events_are_numbered_by_file_and_chained(direction: DirectionTerritoriale, agent_ofii: Agent) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    tell(direction, agent_ofii, one)
    tell(direction, agent_ofii, other, times=1)
    rows = list(Evenement.objects.filter(dossier=one).order_by("numero"))
    assert [row.numero for row in rows] == [1, 2, 3]
    assert [row.empreinte_precedente for row in rows] == ["", rows[0].empreinte, rows[1].empreinte]
    assert journal.verify(one) == journal.verify(other) == []


def test_an_event_of_the_hour_that_summer_time_skips_still_verifies(
    direction: DirectionTerritoriale, agent_ofii: Agent
) -> None:
    dossier = uuid.uuid4()
    with clock.travel(clock.at(date(2010, 3, 28), 2, 30)):
        tell(direction, agent_ofii, dossier, times=1)
    assert journal.verify(dossier) == []


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("UPDATE core_evenement SET faits = '{\"fois\": 9}' WHERE numero = 2", [2]),
        ("UPDATE core_evenement SET survenu_at = survenu_at - interval '1 day' WHERE numero = 3", [3]),
        ("DELETE FROM core_evenement WHERE numero = 2", [3]),
    ],
    ids=["rewritten", "moved", "removed"],
)
def test_a_journal_that_was_tampered_with_is_told(
    direction: DirectionTerritoriale, agent_ofii: Agent, sql: str, broken: list[int]
) -> None:
    dossier = uuid.uuid4()
    tell(direction, agent_ofii, dossier)
    call_command("verify_journal", stdout=StringIO())
    tamper(sql)
    assert journal.verify(dossier) == broken
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_journal", stderr=said)
    assert str(dossier) in said.getvalue()


@pytest.mark.rule("D.2-evenement")
@pytest.mark.django_db(transaction=True)
def test_an_event_is_refused_outside_the_transaction_of_what_it_tells(
    direction: DirectionTerritoriale, agent_ofii: Agent
) -> None:
    with pytest.raises(TransactionManagementError):
        journal.record("essai.fait", dossier=uuid.uuid4(), target=direction, by=agent_ofii)
    assert not Evenement.objects.exists()
