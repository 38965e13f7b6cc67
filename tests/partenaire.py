"""The partner as fixtures: one simulator for all, emptied before each test; a sender in a hurry, or step by step."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from poleemploi import canal, sender
from poleemploi.client import Reponse
from poleemploi.models import Transmission
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME
from tests.simulateur import SimulateurEnProcessus

UNE_MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def processus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulateurEnProcessus]:
    with SimulateurEnProcessus(tmp_path_factory.mktemp("partenaire") / "partenaire.sqlite3") as partner:
        yield partner


@pytest.fixture
def simulateur(processus: SimulateurEnProcessus) -> Iterator[SimulateurEnProcessus]:
    """Every request that the test makes must conform to the contract; the one that does not fails it at its end."""
    processus.reset()
    yield processus
    processus.check_requests()


@pytest.fixture
def partenaire(simulateur: SimulateurEnProcessus, settings: Settings) -> SimulateurEnProcessus:
    """The partner as the sender sees it, with waits an hour of which lasts a second."""
    settings.PE_URL = simulateur.url
    settings.PE_CLIENT_ID = simulateur.client_id
    settings.PE_CLIENT_SECRET = simulateur.client_secret
    settings.PE_TIMEOUT_CONNEXION = 1.0
    settings.PE_TIMEOUT_LECTURE = 0.5
    settings.PE_FACTEUR_TEMPS = 3600.0
    return simulateur


@pytest.fixture
def settle() -> Callable[..., None]:
    """Work until nothing is left for the system to do."""

    def _settle(*, seconds: float = 8) -> None:
        end = time.monotonic() + seconds
        while Transmission.objects.filter(etat__in=A_TRAITER_PAR_LE_SYSTEME).exists():
            if not sender.step():
                assert time.monotonic() < end, list(Transmission.objects.values_list("etat", "erreur_code"))
                time.sleep(0.01)

    return _settle


def take(lease: timedelta = UNE_MINUTE) -> sender.Travail:
    """Claim the due row, as a worker does."""
    channel = canal.read()
    jeton = canal.token(sender.partner(), channel)
    assert jeton is not None
    _, travail = sender.claim(jeton, channel, lease=lease)
    assert travail is not None
    return travail


def answer(travail: sender.Travail, reponse: Reponse) -> None:
    """Record what the partner answered to that attempt."""
    sender.record(
        sender.Resultat(travail.transmission_id, travail.tentative_id, travail.operation, reponse, 1, travail.jeton)
    )
