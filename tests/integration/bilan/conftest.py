"""A bilan summoned for 10 May 2010, and the day itself."""

from collections.abc import Iterator

import pytest

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan
from core import clock
from tests.factories.conduite import JOUR, make_convoque


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_convoque(direction, prescripteur, conseiller)


@pytest.fixture
def le_jour() -> Iterator[None]:
    """The business clock stands at three in the afternoon of the appointment."""
    with clock.travel(clock.at(JOUR, 15)):
        yield
