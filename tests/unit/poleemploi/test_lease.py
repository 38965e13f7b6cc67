"""How long a worker holds a row that it works on."""

import pytest
from pytest_django import Settings

from poleemploi import sender
from poleemploi.client import Delais


@pytest.mark.parametrize(("facteur", "seconds"), [(1.0, 55.0), (10.0, 46.0)])
def test_a_lease_outlasts_the_longest_request_by_a_margin_that_the_factor_shortens(
    settings: Settings, facteur: float, seconds: float
) -> None:
    settings.PE_FACTEUR_TEMPS = facteur
    assert sender.lease_for(Delais(connexion=5, lecture=20)).total_seconds() == seconds
