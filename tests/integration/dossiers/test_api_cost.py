"""What the API's answers cost: as many queries for a page of files as for one, few in all."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.models import Agent, DirectionTerritoriale
from core import clock
from tests.factories.transmissions import ACCORDE_AT, make_transmission

pytestmark = pytest.mark.django_db
FICHIERS = 5
BUDGET_LISTE, BUDGET_DOSSIER = 10, 20


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("prescripteur", "contrats/"),
        ("prescripteur", "bilans/"),
        ("conseiller", "bilans/"),
        ("correspondant", "transmissions/"),
    ],
)
def test_a_page_of_files_costs_what_one_costs(
    request: pytest.FixtureRequest,
    connect: Callable[[Agent], Client],
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    role: str,
    address: str,
) -> None:
    client = connect(request.getfixturevalue(role))
    with clock.travel(ACCORDE_AT):
        make_transmission(direction, prescripteur, conseiller)
        client.get(f"/api/v1/{address}")  # the session's own first queries
        one = _queries(client, address, expected=1)
        for _ in range(FICHIERS - 1):
            make_transmission(direction, prescripteur, conseiller)
        assert _queries(client, address, expected=FICHIERS) == one <= BUDGET_LISTE


def test_a_whole_file_costs_a_bounded_number_of_queries(
    connect: Callable[[Agent], Client], direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    client = connect(prescripteur)
    with clock.travel(ACCORDE_AT):
        transmission = make_transmission(direction, prescripteur, conseiller)
        for part in ("", "evenements/"):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = client.get(f"/api/v1/contrats/{transmission.bilan.contrat_id}/{part}")
            assert answer.status_code == 200
            assert len(queries) <= BUDGET_DOSSIER


def _queries(client: Client, address: str, *, expected: int) -> int:
    """How many one page takes; it must hold the expected number of rows."""
    with CaptureQueriesContext(connection) as queries:
        found = client.get(f"/api/v1/{address}").json()["results"]
    assert len(found) == expected
    return len(queries)
