"""Every page that each role can reach, in every state of the demonstration: axe, sideways scroll, silent console."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent
from agents.roles import Role
from tests.axe import overflow, violations
from tests.factories.sessions import log_in
from tests.system.crawl import crawl

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]

# Two walks of about the same length, so that two machines share them.
DOSSIER = (Role.AGENT_OFII, Role.PRESCRIPTEUR, Role.DIRECTEUR_TERRITORIAL)
BILAN_ET_ECHANGE = (Role.CORRESPONDANT_OFII, Role.CONSEILLER_BILAN, Role.RESPONSABLE_PRESTATAIRE)
FICHIERS = 45  # enough for nearly every situation of the demonstration


@pytest.mark.parametrize(
    ("roles", "reached"),
    [
        pytest.param(DOSSIER, {"dossiers:bureau", "dossiers:view_file"}, id="of a file"),
        pytest.param(
            BILAN_ET_ECHANGE, {"bilan:voir_bilan", "poleemploi:list_transmissions"}, id="of a bilan and its exchange"
        ),
    ],
)
def test_every_page_is_accessible_and_holds_in_its_window(
    browser: Browser, live_server: LiveServer, roles: tuple[Role, ...], reached: set[str]
) -> None:
    call_command("load_reference", verbosity=0)
    call_command("load_accounts", verbosity=0)
    call_command("load_demo", nombre=FICHIERS, processus=1, verbosity=0)
    faults: list[str] = []
    visited: set[str] = set()
    for role in roles:
        agent = _first(role)
        context = browser.new_context(locale="fr-FR", reduced_motion="reduce", viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.on("console", _complain(faults, role))
        log_in(page, live_server, agent)
        for place in crawl(page, live_server.url + "/"):
            visited.add(place.name)
            faults += [f"{role} {place} ({page.url}): {fault}" for fault in _faults_at_every_width(page)]
        context.close()
    assert not faults, "\n".join(faults)
    assert reached <= visited


def _first(role: Role) -> Agent:
    """The first demonstration agent who holds one role alone."""
    return Agent.objects.filter(affectations__role=role).order_by("created_at")[0]


def _complain(faults: list[str], role: Role) -> Callable[[ConsoleMessage], None]:
    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(f"{role}: console: {message.text}")

    return listen


def _faults_at_every_width(page: Page) -> list[str]:
    faults = violations(page)
    for width in (375, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if excess := overflow(page):
            faults.append(f"{excess} px too wide at {width} px")
    page.set_viewport_size({"width": 1280, "height": 900})
    return faults
