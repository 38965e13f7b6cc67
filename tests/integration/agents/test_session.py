"""How long a session lasts, and what is said when it is over. The sessions are real rows, grown old by hand."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from agents.models import Agent
from core.models import JournalAcces
from tests.factories.agents import MOT_DE_PASSE

COMPTE = "/compte/"
MINUTE = 60
HEURE = 3600


@pytest.fixture
def at_work(connect: Callable[[Agent], Client], agent_ofii: Agent) -> Client:
    """A browser whose session has already shown one page."""
    client = connect(agent_ofii)
    assert client.get(COMPTE).status_code == 200
    return client


def grow_old(client: Client, *, seen: int = 0, started: int = 0) -> None:
    """Make the last request, or the log-in, as old as this many seconds."""
    now = int(timezone.now().timestamp())
    session = client.session
    session["vu"], session["debut"] = now - seen, now - started
    session.save()


def test_a_session_lasts_while_it_is_used(at_work: Client) -> None:
    grow_old(at_work, seen=settings.SESSION_INACTIVITE_MINUTES * MINUTE - 5)
    assert at_work.get(COMPTE).status_code == 200
    assert at_work.session["vu"] >= int(timezone.now().timestamp()) - 2


def test_a_session_ends_after_half_an_hour_without_a_request(at_work: Client) -> None:
    grow_old(at_work, seen=settings.SESSION_INACTIVITE_MINUTES * MINUTE + 5)
    answer = at_work.get(f"{COMPTE}?onglet=2")
    assert answer.status_code == 302
    assert answer["Location"] == "/connexion/?next=%2Fcompte%2F%3Fonglet%3D2"


def test_a_session_ends_ten_hours_after_log_in_however_busy(at_work: Client) -> None:
    grow_old(at_work, started=settings.SESSION_DUREE_MAX_HEURES * HEURE - 5)
    assert at_work.get(COMPTE).status_code == 200
    grow_old(at_work, started=settings.SESSION_DUREE_MAX_HEURES * HEURE + 5)
    assert at_work.get(COMPTE).status_code == 302


def test_the_end_is_told_once_logged_and_leads_back(at_work: Client, agent_ofii: Agent) -> None:
    grow_old(at_work, seen=2 * HEURE)
    page = at_work.get(COMPTE, follow=True)
    assert "Votre session est terminée" in page.content.decode()
    line = JournalAcces.objects.get(action="deconnexion")
    assert (line.agent, line.motif) == (agent_ofii, "session_expiree")

    address = page.redirect_chain[-1][0]
    back = at_work.post(address, {"username": agent_ofii.email, "password": MOT_DE_PASSE})
    assert back["Location"] == COMPTE
    at_work.post("/deconnexion/")
    assert "Votre session est terminée" not in at_work.get("/connexion/").content.decode()


def test_a_form_sent_too_late_is_said_to_be_lost_and_its_page_comes_back(at_work: Client) -> None:
    grow_old(at_work, seen=2 * HEURE)
    answer = at_work.post(
        "/compte/jetons/8c0e9dd6-5a0a-4f3a-9bb0-b3c52c8f0d1f/revocation/",
        headers={"referer": "http://testserver/compte/?onglet=2"},
        follow=True,
    )
    page = answer.content.decode()
    assert "n’a pas été enregistré" in page
    assert 'name="next" value="/compte/?onglet=2"' in page


@pytest.mark.parametrize("referer", ["https://ailleurs.test/compte/", "", "javascript:alert(1)"])
def test_a_form_sent_too_late_never_leads_to_another_site(at_work: Client, referer: str) -> None:
    grow_old(at_work, seen=2 * HEURE)
    answer = at_work.post("/compte/mot-de-passe/", headers={"referer": referer})
    assert answer["Location"] == "/connexion/?next=%2F&envoi=perdu"


def test_a_form_sent_without_any_session_is_said_to_be_lost_too(client: Client, db: None) -> None:
    answer = client.post("/compte/mot-de-passe/", {"old_password": "x"}, follow=True)
    assert "n’a pas été enregistré" in answer.content.decode()


def test_a_fragment_asked_for_too_late_moves_the_whole_page(at_work: Client) -> None:
    grow_old(at_work, seen=2 * HEURE)
    answer = at_work.get(COMPTE, headers={"hx-request": "true", "hx-current-url": "http://testserver/compte/?onglet=2"})
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["HX-Redirect"] == "/connexion/?next=%2Fcompte%2F%3Fonglet%3D2"


def test_pages_of_a_session_are_not_kept_by_the_browser(at_work: Client) -> None:
    assert at_work.get(COMPTE)["Cache-Control"] == "private, no-store"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: Client, agent_ofii: Agent) -> None:
    client.post("/connexion/?next=/compte/", {"username": agent_ofii.email, "password": MOT_DE_PASSE})
    cookie = client.cookies["cai_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""
