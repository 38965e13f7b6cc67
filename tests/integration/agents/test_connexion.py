"""Logging in and out: what the pages say, what they keep quiet, what the journal keeps."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from agents.backends import lockout_key
from agents.models import Agent
from agents.roles import Role
from agents.services import close_account
from core.models import JournalAcces
from tests.factories.agents import MOT_DE_PASSE, add_role

CONNEXION = "/connexion/"
INEXACT = "Le courriel ou le mot de passe est inexact."


def log_in(client: Client, agent: Agent, password: str = MOT_DE_PASSE, address: str = CONNEXION):
    return client.post(address, {"username": agent.email, "password": password})


def journal(action: str) -> list[tuple[str, str, bool]]:
    return [
        (line.motif, line.resultat, line.agent_id is not None)
        for line in JournalAcces.objects.filter(action=action).order_by("id")
    ]


def test_the_page_has_one_heading_and_no_name_in_its_title(client: Client, db: None) -> None:
    page = client.get(CONNEXION).content.decode()
    assert page.count("<h1") == 1
    assert "Se connecter" in page


def test_the_right_password_opens_the_page_that_was_asked_for(client: Client, agent_ofii: Agent) -> None:
    asked = client.get("/compte/")
    assert asked.status_code == 302
    assert asked["Location"] == "/connexion/?next=%2Fcompte%2F"

    answer = log_in(client, agent_ofii, address=asked["Location"])

    assert answer["Location"] == "/compte/"
    assert client.get("/compte/").status_code == 200
    assert journal("connexion") == [("", "accorde", True)]


def test_the_letter_case_of_the_address_does_not_matter(client: Client, agent_ofii: Agent) -> None:
    answer = client.post(f"{CONNEXION}?next=/compte/", {"username": agent_ofii.email.upper(), "password": MOT_DE_PASSE})
    assert answer.status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.test/", "//ailleurs.test", "javascript:alert(1)"])
def test_log_in_never_leads_to_another_site(client: Client, administrateur: Agent, elsewhere: str) -> None:
    answer = client.post(CONNEXION, {"username": administrateur.email, "password": MOT_DE_PASSE, "next": elsewhere})
    assert answer["Location"] == "/administration/"


def test_someone_logged_in_is_led_past_the_form(connect, agent_ofii: Agent) -> None:
    answer = connect(agent_ofii).get(f"{CONNEXION}?next=/compte/")
    assert answer["Location"] == "/compte/"


def test_an_unknown_address_a_wrong_password_and_a_closed_account_answer_alike(
    client: Client, agent_ofii: Agent, correspondant: Agent
) -> None:
    close_account(agent=correspondant, by=None)
    pages = [
        client.post(CONNEXION, {"username": "personne@ofii.test", "password": MOT_DE_PASSE}),
        log_in(client, agent_ofii, "un mauvais mot de passe"),
        log_in(client, correspondant),
    ]
    for page in pages:
        assert page.status_code == 200
        assert INEXACT in page.content.decode()
        assert not page.wsgi_request.user.is_authenticated


def test_empty_fields_are_asked_for_and_are_no_attempt(client: Client, db: None) -> None:
    page = client.post(CONNEXION, {"username": "", "password": ""}).content.decode()
    assert "Indiquez votre courriel professionnel." in page
    assert "Indiquez votre mot de passe." in page
    assert journal("connexion") == []


@pytest.mark.parametrize(
    "typed", ["a\x00b@ofii.test", "x" * 400, "’ OR 1=1 --", "<script>alert(1)</script>", "\u202eabc"]
)
def test_nasty_addresses_are_refused_and_shown_inert(client: Client, db: None, typed: str) -> None:
    answer = client.post(CONNEXION, {"username": typed, "password": "x" * 5000})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_the_journal_keeps_failures_without_the_typed_address(client: Client, agent_ofii: Agent) -> None:
    log_in(client, agent_ofii, "un mauvais mot de passe")

    assert journal("connexion") == [("identifiants_inexacts", "refuse", False)]
    assert not AccessAttempt.objects.filter(username__contains="@").exists()
    assert agent_ofii.email not in str(AccessAttempt.objects.values())


def test_five_wrong_passwords_suspend_the_account_even_for_the_right_one(client: Client, agent_ofii: Agent) -> None:
    for _ in range(4):
        assert log_in(client, agent_ofii, "un mauvais mot de passe").status_code == 200
    fifth = log_in(client, agent_ofii, "un mauvais mot de passe")
    sixth = log_in(client, agent_ofii)

    assert fifth.status_code == sixth.status_code == 429
    assert "suspendue pendant quinze minutes" in sixth.content.decode()
    assert journal("connexion")[-2:] == [("compte_bloque", "refuse", False)] * 2


def test_letter_case_is_no_way_around_the_suspension(client: Client, agent_ofii: Agent) -> None:
    for letters in range(5):
        address = agent_ofii.email[:letters].upper() + agent_ofii.email[letters:]
        client.post(CONNEXION, {"username": address, "password": "un mauvais mot de passe"})
    assert log_in(client, agent_ofii).status_code == 429


def test_an_unknown_address_is_suspended_alike(client: Client, db: None) -> None:
    for _ in range(5):
        answer = client.post(CONNEXION, {"username": "personne@ofii.test", "password": "inconnu"})
    assert answer.status_code == 429


def test_the_suspension_spares_other_accounts_and_other_machines(
    client: Client, agent_ofii: Agent, correspondant: Agent
) -> None:
    for _ in range(5):
        log_in(client, agent_ofii, "un mauvais mot de passe")
    assert log_in(client, correspondant, address=f"{CONNEXION}?next=/compte/").status_code == 302
    assert log_in(Client(REMOTE_ADDR="192.0.2.9"), agent_ofii, address=f"{CONNEXION}?next=/compte/").status_code == 302


def test_the_suspension_ends_after_a_quarter_of_an_hour(client: Client, agent_ofii: Agent) -> None:
    for _ in range(5):
        log_in(client, agent_ofii, "un mauvais mot de passe")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert log_in(client, agent_ofii).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client, agent_ofii, address=f"{CONNEXION}?next=/compte/").status_code == 302


def test_a_success_forgets_the_failures_before_it(client: Client, agent_ofii: Agent) -> None:
    for _ in range(4):
        log_in(client, agent_ofii, "un mauvais mot de passe")
    log_in(client, agent_ofii, address=f"{CONNEXION}?next=/compte/")
    client.post("/deconnexion/")
    assert log_in(client, agent_ofii, "un mauvais mot de passe").status_code == 200


def test_the_lockout_key_is_a_fingerprint() -> None:
    request = RequestFactory().post(CONNEXION, {"username": " Nom@Ofii.test "})
    assert lockout_key(request, None) == lockout_key(request, {"username": "nom@ofii.test"})
    assert "ofii" not in lockout_key(request, None)


def test_an_administrator_lands_on_the_administration(client: Client, administrateur: Agent) -> None:
    assert log_in(client, administrateur)["Location"] == reverse("admin:index")


def test_log_out_ends_the_session_and_is_journalled(connect, agent_ofii: Agent) -> None:
    client = connect(agent_ofii)
    answer = client.post("/deconnexion/", follow=True)

    assert "Vous êtes déconnecté." in answer.content.decode()
    assert client.get("/compte/").status_code == 302
    assert journal("deconnexion") == [("", "accorde", True)]


def test_log_out_by_a_link_is_refused(connect, agent_ofii: Agent) -> None:
    client = connect(agent_ofii)
    assert client.get("/deconnexion/").status_code == 405
    assert client.get("/compte/").status_code == 200


def test_log_out_twice_is_harmless(client: Client, db: None) -> None:
    assert client.post("/deconnexion/")["Location"] == "/connexion/"
    assert journal("deconnexion") == []


def test_a_closed_account_loses_its_session_at_the_next_request(connect, agent_ofii: Agent) -> None:
    client = connect(agent_ofii)
    close_account(agent=agent_ofii, by=None)
    assert client.get("/compte/").status_code == 302


def test_logging_in_changes_the_session_key(client: Client, agent_ofii: Agent) -> None:
    client.get("/compte/")
    session = client.session
    session["expiree"] = True
    session.save()
    before = client.cookies["cai_session"].value if "cai_session" in client.cookies else session.session_key
    log_in(client, agent_ofii, address=f"{CONNEXION}?next=/compte/")
    assert client.cookies["cai_session"].value != before


def test_an_agent_without_a_role_is_told_so(client: Client, db: None) -> None:
    agent = Agent.objects.create_user("sans.role@ofii.test", MOT_DE_PASSE, prenom="Sacha", nom="Sans-Rôle")
    log_in(client, agent, address=f"{CONNEXION}?next=/compte/")
    assert "Aucun rôle ne vous est attribué" in client.get("/compte/").content.decode()


def test_two_roles_do_not_lead_to_the_administration(client: Client, administrateur: Agent, direction) -> None:
    add_role(administrateur, Role.AGENT_OFII, direction)
    assert log_in(client, administrateur)["Location"] == "/"


def test_the_empty_password_of_an_invited_account_opens_nothing(client: Client, db: None) -> None:
    invited = Agent.objects.create_user("invitee@ofii.test", None, prenom="Ines", nom="Invitée")
    assert INEXACT in log_in(client, invited, "!").content.decode()
