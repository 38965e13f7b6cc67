"""Logs say where it broke, and never with whose data."""

import io
import json
import logging

import pytest
import structlog
from django.conf import settings

from config.celery import app
from core.logs import configure

SECRET = "Traoré Awa"


def fail() -> None:
    try:
        raise KeyError(SECRET)
    except KeyError as cause:
        raise ValueError(f"Failing row contains ({SECRET}).") from cause


@pytest.mark.rule("E.3-exclusions")
def test_an_exception_is_told_by_its_type_and_its_place(printed):
    try:
        fail()
    except ValueError:
        logging.getLogger("django.request").error("Internal Server Error: %s", "/dossiers/", exc_info=True)
        structlog.get_logger("bilan.retention").exception("retention_failed")
    output = printed()
    assert SECRET not in output
    lines = [json.loads(line) for line in output.splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert "ValueError" in line["exception"]
        assert "KeyError" in line["exception"]
        assert "test_logs.py" in line["exception"]


@pytest.mark.rule("E.3-exclusions")
def test_a_failed_task_is_told_without_its_arguments(printed):
    try:
        fail()
    except ValueError as error:
        context = {"name": "bilan.tache", "id": "1", "description": "raised unexpected", "exc": repr(error)}
        logging.getLogger("celery.app.trace").error(
            "Task %(name)s[%(id)s] %(description)s: %(exc)s", context, exc_info=True
        )
    output = printed()
    assert SECRET not in output
    assert "Task bilan.tache[1] raised unexpected: ValueError" in output


def test_the_loggers_that_print_values_stay_silent(printed):
    logging.getLogger("django.db.backends").debug("SELECT %s", SECRET)
    logging.getLogger("django.template").debug("Failed lookup in %s", SECRET)
    assert printed() == ""


@pytest.mark.usefixtures("printed")
def test_a_worker_writes_what_the_exchange_tells_and_not_a_line_a_task(monkeypatch):
    configure({**settings.LOGGING, "niveau": "INFO"})
    (handler,) = [handler for handler in logging.getLogger().handlers if handler.get_name() == "sortie"]
    handler.setStream(stream := io.StringIO())
    monkeypatch.setattr(app.log, "already_setup", False)
    app.log.setup(loglevel=logging.WARNING)  # as `celery worker` does when nobody says --loglevel
    structlog.get_logger("poleemploi.outcome").info("tentative_fermee", issue="accepte")
    logging.getLogger("celery.app.trace").info("Task poleemploi.balayer[1] succeeded in 0.01s: None")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["tentative_fermee"]
