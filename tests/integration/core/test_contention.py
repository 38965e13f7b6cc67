"""When the database gives up waiting, a person reads a sentence, a program a 503; and no log quotes a row."""

import logging
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from agents.models import Agent
from core.locks import as_busy

pytestmark = pytest.mark.django_db


def give_up(*_: Any, **__: Any) -> NoReturn:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5ms'")
        cursor.execute("SELECT pg_sleep(2)")
    raise AssertionError("the database did not give up")


def test_a_page_says_to_try_again(
    connect: Callable[[Agent], Client], agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.views.render", give_up)
    answer = connect(agent_ofii).get("/compte/")
    assert answer.status_code == 503
    assert "Recommencez dans un instant" in answer.content.decode()


def test_the_api_answers_503_with_a_code(
    connect: Callable[[Agent], Client], agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bilan.api.with_api_relations", give_up)
    answer = connect(agent_ofii).get("/api/v1/bilans/")
    assert (answer.status_code, answer.json()["code"]) == (503, "serveur_occupe")


def test_another_failure_of_the_database_stays_a_failure() -> None:
    assert as_busy(OperationalError("the server closed the connection")) is None


def test_a_refused_row_is_not_quoted_in_the_logs(agent_ofii: Agent) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Agent.objects.bulk_create([Agent(email=agent_ofii.email, nom="Discret", prenom="Nom")])
    handler = next(h for h in logging.getLogger().handlers if isinstance(h.formatter, ProcessorFormatter))
    said = handler.format(logging.LogRecord("django.request", logging.ERROR, "", 0, "refused", (), refused._excinfo))
    assert agent_ofii.email in str(refused.value)
    assert "IntegrityError" in said
    assert agent_ofii.email not in said
