"""The pages shown when something is refused or fails: plain French, and what to do next."""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse
from django.views.defaults import bad_request, server_error

from agents.models import Agent


def page(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("view", "status"), [(server_error, 500), (bad_request, 400)])
def test_a_failure_needs_neither_database_nor_session_to_say_so(view: Callable[..., object], status: int):
    arguments = {"exception": None} if view is bad_request else {}
    response = view(RequestFactory().get("/"), **arguments)
    assert response.status_code == status
    assert 'href="/"' in page(response)
    assert "<h1>" in page(response)


def test_an_unknown_address_is_answered_in_french_and_keeps_the_menu(
    connect: Callable[[Agent], Client], agent_ofii: Agent
):
    response = connect(agent_ofii).get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n’existe pas" in page(response)
    assert "Se déconnecter" in page(response)


@pytest.mark.django_db
def test_a_form_from_another_session_is_told_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/composants/")
    assert response.status_code == 403
    assert "rechargez-la" in page(response)


@pytest.mark.django_db
def test_no_page_lets_the_browser_run_what_is_not_ours():
    response = Client().get("/composants/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page(response)
    assert " style=" not in page(response)
    assert " onclick=" not in page(response)


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "shown"), [(True, True), (False, False)])
def test_the_brand_of_the_state_is_shown_to_the_state_only(state: bool, shown: bool):
    with override_settings(MARQUE_ETAT=state):
        assert ("fr-logo" in page(Client().get("/composants/"))) is shown


@pytest.mark.django_db
def test_a_moved_business_date_is_announced():
    assert "Date d’exercice" not in page(Client().get("/composants/"))
    with override_settings(DATE_METIER="2011-03-15"):
        assert "mardi 15\u00a0mars\u00a02011" in page(Client().get("/composants/"))


@pytest.mark.parametrize(("method", "status"), [("get", 405), ("put", 405)])
def test_an_address_of_a_button_opened_as_a_page_says_so_and_leads_back(
    connect: Callable[[Agent], Client], conseiller: Agent, method: str, status: int
):
    identifier = "0b7f4c1e-3f57-4a58-9a2b-0d5a5a0c8f11"
    for name in ("preview_synthese", "print_for_signature", "record_work"):
        address = reverse(f"bilan:{name}", args=[identifier])
        response = getattr(connect(conseiller), method)(address)
        assert (response.status_code, response["Allow"]) == (status, "POST")
        assert "Cette adresse ne s’ouvre pas directement" in page(response)
        assert f'href="/bilans/{identifier}/"' in page(response)
        assert "Se déconnecter" in page(response)


def test_an_address_of_a_button_without_any_object_leads_to_the_desk(
    connect: Callable[[Agent], Client], conseiller: Agent
):
    response = connect(conseiller).get(reverse("agents:deconnexion"))
    assert response.status_code == 405
    assert "Revenir à la page" not in page(response)
    assert "Revenir à mon bureau" in page(response)


def test_nobody_is_sent_to_a_search_that_is_not_theirs(
    connect: Callable[[Agent], Client], conseiller: Agent, agent_ofii: Agent
):
    assert "Rechercher un dossier" in page(connect(agent_ofii).get("/nulle-part/"))
    assert "Recherche" not in page(connect(conseiller).get("/nulle-part/"))
