"""Who works behind the pages is known by its signs of life, each proving a little more than the one before."""

from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from config import celery
from core import battements
from core.battements import Maillon
from core.models import Battement
from core.tasks import beat_once

pytestmark = pytest.mark.django_db
ADRESSE = "/sante/travailleurs/"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No worker of another run speaks under these keys, and nothing was told just now."""
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "global_keyprefix": f"{uuid4().hex[:8]}:"}
    monkeypatch.setattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", options)
    monkeypatch.setattr(battements, "_last_told", {})
    yield
    cache.delete_many([battements._key(maillon) for maillon in battements.DIRECTS])


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The signals of Celery, in a process that is nothing yet."""
    monkeypatch.setattr(celery, "_maillon", "")
    monkeypatch.delenv("CELERY_TEMOIN", raising=False)
    return celery


def test_a_chain_that_never_worked_is_not_well(client: Client) -> None:
    answered = client.get(ADRESSE)
    assert answered.status_code == 503
    assert answered.json() == dict.fromkeys(("calendrier", "travailleur", "tache", "balayage"))


def test_a_worker_that_obeys_the_calendar_makes_the_chain_well_for_three_minutes(client: Client) -> None:
    beat_once()
    beat_once()
    answered = client.get(ADRESSE)
    assert (answered.status_code, answered.json()["tache"]) == (200, 0)
    Battement.objects.update(vu_at=timezone.now() - timedelta(minutes=3, seconds=1))
    answered = client.get(ADRESSE)
    assert (answered.status_code, answered.json()["tache"]) == (503, 181)


def test_a_sweep_alone_does_not_make_it_well(client: Client) -> None:
    battements.note(Maillon.BALAYAGE)
    answered = client.get(ADRESSE)
    assert (answered.status_code, answered.json()["balayage"]) == (503, 0)


def test_which_link_is_silent_is_told_by_those_that_are_not(client: Client, process: ModuleType) -> None:
    process.worker_lives()
    assert [name for name, age in client.get(ADRESSE).json().items() if age is not None] == ["travailleur"]
    process.calendar_lives()
    assert [name for name, age in client.get(ADRESSE).json().items() if age is not None] == [
        "calendrier",
        "travailleur",
    ]


def test_a_web_process_that_rings_is_neither(client: Client, process: ModuleType) -> None:
    process.show_life()
    assert set(client.get(ADRESSE).json().values()) == {None}


def test_a_silent_broker_neither_stops_a_process_nor_hides_what_the_database_knows(
    client: Client, process: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.set", silent)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.get_many", silent)
    process.worker_lives()
    beat_once()
    answered = client.get(ADRESSE)
    assert (answered.status_code, answered.json()["tache"], answered.json()["travailleur"]) == (200, 0, None)


def test_a_process_speaks_to_the_broker_every_ten_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.set", lambda self, key, *_, **__: told.append(key))
    for _ in range(50):
        battements.tell(Maillon.TRAVAILLEUR)
    assert len(told) == 1
