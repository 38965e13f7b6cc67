"""What tests of the exchange ask for."""

from collections.abc import Iterator
from datetime import date

import pytest

from agents.models import Agent, DirectionTerritoriale
from core import clock
from poleemploi.client import Delais, Jeton, PartnerClient
from poleemploi.models import Transmission
from tests.factories.transmissions import make_transmission
from tests.partenaire import partenaire, processus, settle, simulateur
from tests.simulateur import SimulateurEnProcessus

__all__ = ["partenaire", "processus", "settle", "simulateur"]


@pytest.fixture
def client(simulateur: SimulateurEnProcessus) -> Iterator[PartnerClient]:
    """An impatient client: it waits half a second for an answer."""
    client = PartnerClient(
        simulateur.url, simulateur.client_id, simulateur.client_secret, delais=Delais(connexion=1, lecture=0.5)
    )
    yield client
    client.close()


@pytest.fixture
def jeton(client: PartnerClient) -> str:
    jeton = client.obtain_token()
    assert isinstance(jeton, Jeton)
    return jeton.valeur


@pytest.fixture
def le_lendemain() -> Iterator[None]:
    """The business day after the consent: nothing has reached its legal term."""
    with clock.travel(clock.at(date(2010, 5, 13), 9)):
        yield


@pytest.fixture
def transmission(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, le_lendemain: None
) -> Transmission:
    """A consented synthesis, waiting to be sent."""
    return make_transmission(direction, prescripteur, conseiller)
