"""The partner, run for real: one simulator for all, emptied before each test."""

from collections.abc import Iterator

import pytest

from poleemploi.client import Delais, Jeton, PartnerClient
from tests.simulateur import SimulateurEnProcessus


@pytest.fixture(scope="session")
def processus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulateurEnProcessus]:
    with SimulateurEnProcessus(tmp_path_factory.mktemp("partenaire") / "partenaire.sqlite3") as partner:
        yield partner


@pytest.fixture
def simulateur(processus: SimulateurEnProcessus) -> SimulateurEnProcessus:
    processus.reset()
    return processus


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
