"""The pages shown when something is refused or fails: plain French, and what to do next."""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory, override_settings
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
