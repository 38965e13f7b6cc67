"""A bilan to be programmed, laid directly: signed on 15 March 2010, so until 15 March 2011 included."""

import pytest

from agents.models import Agent, DirectionTerritoriale, Lieu
from bilan.models import Bilan, RendezVous
from bilan.states import Etat
from tests.factories.conduite import make_convoque
from tests.factories.transitions import lay


@pytest.fixture
def a_programmer(direction: DirectionTerritoriale, lieu: Lieu, prescripteur: Agent, conseiller: Agent) -> Bilan:
    bilan = make_convoque(direction, prescripteur, conseiller)
    RendezVous.objects.all().delete()
    return lay(bilan, Etat.A_PROGRAMMER, prestataire=None, conseiller=None, date_fin_conclusion=None)
