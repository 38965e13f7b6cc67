"""The API counts calls in Redis and does without it: only what is counted is lost with it, not the service."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from rest_framework.views import APIView

from agents.models import Agent
from core.throttling import DebitDesComptes, DebitDesInconnus
from tests.simulateur import free_port

Connect = Callable[[Agent], Client]


@pytest.fixture(autouse=True)
def three_calls_a_minute(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(APIView, "throttle_classes", [DebitDesComptes, DebitDesInconnus])
    for throttle in (DebitDesComptes, DebitDesInconnus):
        monkeypatch.setattr(throttle, "THROTTLE_RATES", {"user": "3/min", "anon": "3/min"})
    # A count of its own: clearing the cache would empty the server under whatever runs beside.
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"debit-{uuid4().hex}"}}


def statuses(client: Client) -> list[int]:
    return [client.get(reverse("api:contrats")).status_code for _ in range(4)]


def test_a_caller_waits_after_so_many_calls(connect: Connect, agent_ofii: Agent) -> None:
    assert statuses(connect(agent_ofii)) == [200, 200, 200, 429]


def test_the_api_answers_while_redis_is_down_and_says_so_once(
    connect: Connect, agent_ofii: Agent, settings: Settings, printed: Callable[[], str]
) -> None:
    alive = settings.CACHES
    settings.CACHES = {"default": {**alive["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"}}
    assert statuses(connect(agent_ofii)) == [200, 200, 200, 200]
    assert printed().count("debit_non_compte") == 1
    settings.CACHES = alive
    assert statuses(connect(agent_ofii)) == [200, 200, 200, 429]
    assert printed().count("debit_compte_a_nouveau") == 1
