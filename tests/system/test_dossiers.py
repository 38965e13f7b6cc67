"""The desk, the search, the file, its opening and its exemption in a browser: accessible at any width, live verdict."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from agents.models import Agent
from cai.models import Contrat
from core import clock
from exemptions.models import Evaluation
from exemptions.services import add_justificatif
from tests import axe
from tests.factories.cai import make_contrat, make_formation
from tests.factories.sessions import log_in
from tests.system.pages import answer, choose, fill, press

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]

WIDTHS = [1280, 320]


@pytest.fixture
def dossier(prescripteur: Agent) -> Contrat:
    """A file signed a month ago, with a document to verify."""
    contrat = make_contrat(by=prescripteur, date_signature=clock.today() - timedelta(days=30))
    add_justificatif(
        contrat=contrat, type_piece="contrat_travail", date_document=contrat.date_signature, by=prescripteur
    )
    make_formation(contrat, by=prescripteur)
    return contrat


@pytest.fixture
def page(quiet_page: Page, live_server: LiveServer, prescripteur: Agent) -> Page:
    log_in(quiet_page, live_server, prescripteur)
    return quiet_page


def check_at_every_width(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert axe.violations(page) == []
        assert axe.overflow(page) == 0


def test_every_page_of_a_file_is_accessible_and_fits_any_width(
    page: Page, live_server: LiveServer, dossier: Contrat
) -> None:
    addresses = [
        "/",
        "/?liste=exemptions-a-evaluer",
        reverse("dossiers:search"),
        *(
            reverse(name, args=[dossier.pk])
            for name in (
                "dossiers:view_file", "dossiers:view_timeline", "dossiers:correct_signataire",
                "dossiers:correct_contrat", "dossiers:cancel_file", "cai:record_pre_arrivee",
                "exemptions:evaluate_contrat", "exemptions:add_justificatif",
            )
        ),
        *(
            reverse(name, args=[dossier.pk, "formation_civique"])
            for name in ("cai:view_prestation", "cai:prescribe", "cai:add_seance", "cai:decide")
        ),
    ]  # fmt: skip
    for address in addresses:
        page.goto(f"{live_server}{address}")
        check_at_every_width(page)


def test_the_results_of_a_search_are_accessible_and_fit_any_width(
    page: Page, live_server: LiveServer, dossier: Contrat
) -> None:
    for words, told in (("diallo", "1 dossier trouvé"), ("personne", "Aucun dossier trouvé")):
        page.goto(f"{live_server}{reverse('dossiers:search')}")
        page.locator("#q").fill(words)
        page.locator("#q").press("Enter")
        expect(page.get_by_text(told)).to_be_visible()
        assert page.url == f"{live_server}{reverse('dossiers:search')}"
        check_at_every_width(page)


@pytest.mark.parametrize("width", [320, 375, 767])
def test_on_a_narrow_screen_the_act_of_every_line_is_on_the_screen(
    page: Page, live_server: LiveServer, dossier: Contrat, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(str(live_server))

    act = page.get_by_role("table").get_by_role("link", name="Évaluer l’exemption").bounding_box()
    assert act is not None
    assert 0 <= act["x"] < act["x"] + act["width"] <= width
    expect(page.get_by_role("columnheader", name="À faire")).to_be_attached()
    expect(page.get_by_role("cell", name="Évaluer l’exemption")).to_be_visible()


def test_a_file_is_opened_through_its_errors_with_the_keyboard_in_the_right_place(
    page: Page, live_server: LiveServer, dossier: Contrat
) -> None:
    page.goto(f"{live_server}{reverse('dossiers:open_file')}")
    page.get_by_role("button", name="Continuer vers le contrat").click()
    expect(page.locator("#resume-erreurs")).to_be_focused()
    check_at_every_width(page)

    fill(
        page,
        nom="Diallo",
        prenom="Mamadou",
        date_naissance="01/07/1980",
        adresse="12, rue des Lilas",
        code_postal="75020",
        ville="Paris",
    )
    answer(page, sexe="M")
    choose(page, nationalite="MLI", langue_comprise="fr")
    press(page, "Continuer vers le contrat")

    signature = clock.today() - timedelta(days=2)
    fill(page, date_entretien=f"{signature:%d/%m/%Y}", date_signature=f"{signature:%d/%m/%Y}")
    check_at_every_width(page)
    choose(page, titre_admission="L313-11")
    press(page, "Continuer vers la vérification")

    expect(page.get_by_text("Cette personne a peut-être déjà un dossier")).to_be_visible()
    check_at_every_width(page)
    page.get_by_text("aucun de ces dossiers").click()
    page.get_by_role("button", name="Ouvrir le dossier").click()

    expect(page.get_by_role("heading", name="Évaluer l’exemption")).to_be_visible()
    assert Contrat.objects.count() == 2


def test_the_verdict_follows_the_answers_and_is_sealed_by_one_button(
    page: Page, live_server: LiveServer, dossier: Contrat
) -> None:
    page.goto(f"{live_server}{reverse('exemptions:evaluate_contrat', args=[dossier.pk])}")
    page.get_by_role("button", name="Vérifier").click()
    verdict = page.locator("#verdict")
    for question in ("déclare-t-elle une activité", "déclare-t-elle ne pas rechercher"):
        page.get_by_role("group", name=question).get_by_text("Oui").click()
    page.get_by_role("group", name="inscrite à Pôle emploi").get_by_text("Non").click()
    expect(verdict).to_contain_text("Déclaration signée de ne pas rechercher d’emploi")
    assert not Evaluation.objects.exists()
    check_at_every_width(page)

    page.get_by_role("button", name="Enregistrer l’évaluation").click()

    expect(page.get_by_text("L’évaluation est enregistrée")).to_be_visible()
    assert Evaluation.objects.get().exempte is False


def test_an_incomplete_evaluation_asks_before_it_is_sealed(
    page: Page, live_server: LiveServer, dossier: Contrat
) -> None:
    page.goto(f"{live_server}{reverse('exemptions:evaluate_contrat', args=[dossier.pk])}")
    page.get_by_role("button", name="Enregistrer l’évaluation").click()

    asked = page.get_by_role("alert")
    expect(asked).to_be_focused()
    expect(asked).to_contain_text("n’est ni vérifiée ni rejetée")
    assert not Evaluation.objects.exists()
    check_at_every_width(page)

    asked.get_by_role("button", name="Enregistrer l’évaluation incomplète").click()
    expect(page.get_by_text("L’évaluation est enregistrée")).to_be_visible()
    assert Evaluation.objects.get().exempte is False


def test_the_search_answers_as_one_types(page: Page, live_server: LiveServer, dossier: Contrat) -> None:
    page.goto(f"{live_server}{reverse('dossiers:search')}")
    page.locator("#q").fill("personne")
    expect(page.get_by_text("Aucun dossier trouvé")).to_be_visible()
    page.locator("#q").fill("dialo mam")

    expect(page.get_by_role("link", name="Mamadou Diallo")).to_be_visible()
