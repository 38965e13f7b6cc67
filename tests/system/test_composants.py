"""The gallery of components, in a browser: accessible, narrow, usable without scripts and with the keyboard alone."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent
from tests import axe
from tests.factories.sessions import log_in

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]

WIDTHS = [1280, 375, 320]


@pytest.fixture
def gallery(quiet_page: Page, live_server: LiveServer, prescripteur: Agent) -> Iterator[Page]:
    log_in(quiet_page, live_server, prescripteur)
    with override_settings(DATE_METIER="2011-03-03"):  # its banner shows
        quiet_page.goto(f"{live_server}/composants/")
        yield quiet_page


def check_at_every_width(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.violations(page) == []
        assert axe.overflow(page) == 0


def test_the_components_are_accessible_and_fit_any_width(gallery: Page):
    check_at_every_width(gallery)


def test_the_components_in_error_are_accessible_and_fit_any_width(gallery: Page):
    gallery.get_by_role("button", name="Enregistrer le dossier").click()
    expect(gallery.locator("#resume-erreurs")).to_be_focused()
    check_at_every_width(gallery)


def test_a_link_of_the_summary_puts_the_cursor_in_its_field(gallery: Page):
    gallery.get_by_role("button", name="Enregistrer le dossier").click()
    for text, field in [("Date de naissance", "id_date_naissance"), ("Nationalité", "id_nationalite-recherche")]:
        gallery.locator("#resume-erreurs a", has_text=text).click()
        expect(gallery.locator(f"#{field}")).to_be_focused()


def test_a_country_is_found_by_typing_a_synonym_with_the_keyboard_alone(gallery: Page):
    combobox = gallery.get_by_role("combobox", name="Nationalité")
    combobox.focus()
    gallery.keyboard.type("ivoir")
    expect(gallery.get_by_role("option", name="Côte d’Ivoire")).to_be_visible()
    assert axe.violations(gallery) == []
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("Enter")
    expect(combobox).to_have_value("Côte d’Ivoire")
    expect(gallery.locator("#id_nationalite")).to_have_value("CI")


def test_what_was_not_picked_is_not_kept(gallery: Page):
    combobox = gallery.get_by_role("combobox", name="Nationalité")
    combobox.focus()
    gallery.keyboard.type("nulle part")
    gallery.keyboard.press("Tab")
    expect(combobox).to_have_value("")


def test_a_line_is_added_where_the_cursor_goes(gallery: Page):
    gallery.get_by_role("button", name="Ajouter une expérience").click()
    expect(gallery.locator("#id_experiences-1-metier")).to_be_focused()
    gallery.get_by_role("button", name="Ajouter une expérience").click()
    expect(gallery.get_by_role("button", name="Ajouter une expérience")).to_be_hidden()
    assert axe.violations(gallery) == []


def test_the_menu_opens_and_closes_on_a_narrow_screen(gallery: Page):
    gallery.set_viewport_size({"width": 375, "height": 800})
    gallery.get_by_role("button", name="Menu", exact=True).click()
    menu = gallery.locator("#menu-modale")
    expect(menu.get_by_role("button", name="Se déconnecter")).to_be_visible()
    assert axe.violations(gallery) == []
    gallery.keyboard.press("Escape")
    expect(menu.get_by_role("button", name="Se déconnecter")).to_be_hidden()


def test_leaving_a_half_written_form_asks_first(gallery: Page):
    asked: list[str] = []
    gallery.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    gallery.get_by_label("Adresse").fill("12, rue de la Paix")
    gallery.reload()
    assert asked == ["beforeunload"]


def test_everything_is_there_without_scripts(browser: Browser, live_server: LiveServer, prescripteur: Agent):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    log_in(page, live_server, prescripteur)
    page.goto(f"{live_server}/composants/")
    expect(page.get_by_role("navigation", name="Menu principal")).to_be_attached()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    expect(page.locator("#recherche-entete")).to_be_visible()
    assert width_of_picture(page) == 320
    page.get_by_label("Adresse").fill("12, rue de la Paix")
    page.get_by_label("Nationalité").select_option("CI")
    page.get_by_role("button", name="Ajouter une expérience").click()
    expect(page.get_by_label("Adresse")).to_have_value("12, rue de la Paix")
    expect(page.get_by_label("Nationalité")).to_have_value("CI")
    expect(page.locator("#id_experiences-1-metier")).to_be_visible()
    expect(page.locator("#resume-erreurs")).to_have_count(0)
    context.close()


def width_of_picture(page: Page) -> int:
    """The width of the whole page, read from a picture of it: without scripts it cannot be asked."""
    picture = page.screenshot(full_page=True)  # a PNG: the width is at bytes 16 to 20
    return int.from_bytes(picture[16:20], "big")
