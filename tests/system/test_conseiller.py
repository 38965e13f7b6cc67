"""The adviser's pages in a browser: nothing typed is lost, nothing pressed twice counts twice, nothing is swallowed."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent, DirectionTerritoriale, Lieu
from bilan.models import Bilan, NotePhase, Seance
from bilan.states import Etat
from tests import axe
from tests.factories.conduite import advance, make_convoque
from tests.factories.sessions import log_in
from tests.system.pages import field, fill

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bilan(direction: DirectionTerritoriale, lieu: Lieu, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return advance(make_convoque(direction, prescripteur, conseiller), Etat.PHASE_PRELIMINAIRE)


@pytest.fixture
def page_du_bilan(quiet_page: Page, live_server: LiveServer, bilan: Bilan, conseiller: Agent) -> Iterator[Page]:
    log_in(quiet_page, live_server, conseiller)
    with override_settings(DATE_METIER="2010-05-10T15:00"):
        quiet_page.goto(f"{live_server}/bilans/{bilan.pk}/")
        yield quiet_page


def test_the_enter_key_saves_and_leads_nowhere(page_du_bilan: Page, bilan: Bilan) -> None:
    fill(page_du_bilan, texte="Cuisiner", minutes="20")
    field(page_du_bilan, "minutes").press("Enter")
    expect(page_du_bilan.get_by_text("Les notes et la séance de 20\u00a0min sont enregistrées.")).to_be_visible()
    assert page_du_bilan.url.endswith(f"/bilans/{bilan.pk}/")
    assert NotePhase.objects.get().contenu == {"texte": "Cuisiner"}
    assert axe.violations(page_du_bilan) == []


def test_pressed_twice_a_button_records_one_session(page_du_bilan: Page) -> None:
    fill(page_du_bilan, texte="Cuisiner", minutes="20")
    page_du_bilan.locator("#notes").get_by_role("button", name="Enregistrer", exact=True).dblclick()
    expect(page_du_bilan.get_by_text("sont enregistrées.")).to_be_visible()
    assert Seance.objects.count() == 1


def test_leaving_with_notes_not_kept_asks_first(page_du_bilan: Page) -> None:
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page_du_bilan.on("dialog", stay)
    page_du_bilan.locator("main textarea").press_sequentially("Cuisiner")
    page_du_bilan.get_by_role("navigation", name="Menu principal").get_by_role("link", name="Mes bilans").click()
    page_du_bilan.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(field(page_du_bilan, "texte")).to_have_value("Cuisiner")


def test_the_sheet_in_another_tab_stops_neither_a_second_look_nor_the_save(page_du_bilan: Page, bilan: Bilan) -> None:
    page_du_bilan.goto(f"{page_du_bilan.url}synthese/")
    fill(page_du_bilan, circonstances="Arrivée en France.")
    for _ in range(2):
        with page_du_bilan.context.expect_page() as opened:
            page_du_bilan.get_by_role("button", name="Voir la fiche").click()
        opened.value.close()
    page_du_bilan.locator("aside").get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page_du_bilan.get_by_text("Le brouillon est enregistré.")).to_be_visible()
    assert bilan.syntheses.get().contenu["circonstances"] == "Arrivée en France."
