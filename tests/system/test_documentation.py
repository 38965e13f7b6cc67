"""The API's documentation in a browser: Swagger's interface works under the security policy of every page."""

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent
from tests.factories.sessions import log_in

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]


def test_the_documentation_shows_every_operation_and_calls_one(
    quiet_page: Page, live_server: LiveServer, prescripteur: Agent
):
    log_in(quiet_page, live_server, prescripteur)
    quiet_page.goto(f"{live_server}/api/v1/")
    expect(quiet_page.get_by_text("Simuler l’exemption")).to_be_visible()
    assert quiet_page.locator(".opblock").count() == _operations()

    simulation = quiet_page.locator(".opblock", has_text="Simuler l’exemption")
    simulation.locator("button.opblock-summary-control").click()
    simulation.get_by_role("button", name="Try it out").click()
    simulation.get_by_role("button", name="Execute").click()
    answer = simulation.locator(".live-responses-table .response-col_status", has_text="200")
    expect(answer).to_be_visible()


def _operations() -> int:
    """How many the committed schema holds: the interface draws it, and nothing else."""
    paths = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))["paths"]
    return sum(method in ("get", "post", "put", "patch", "delete") for path in paths.values() for method in path)
