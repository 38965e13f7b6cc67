"""Choosing a password: the rules, the letter, the link."""

import re
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPException

import pytest
from celery import Celery
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from agents.models import Agent
from agents.services import close_account
from agents.tasks import ENVOYER_LIEN, send_password_link
from core import doorbell
from core.models import JournalAcces
from tests.factories.agents import MOT_DE_PASSE
from tests.simulateur import free_port

pytestmark = pytest.mark.usefixtures("letters_at_once")
OUBLIE = "/compte/mot-de-passe/oublie/"
CHANGER = "/compte/mot-de-passe/"
NOUVEAU = "une autre phrase bien longue"


def ask(client: Client, address: str):
    return client.post(OUBLIE, {"email": address})


def link_of(letter) -> str:
    return re.search(r"http://testserver(/\S+)", letter.body)[1]


def choose(client: Client, link: str, password: str, again: str | None = None):
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {"new_password1": password, "new_password2": again or password})


# --- forgotten --------------------------------------------------------------------------------


def test_the_letter_leads_to_a_new_password_and_to_the_account(client: Client, agent_ofii: Agent) -> None:
    answer = ask(client, agent_ofii.email.upper())
    assert answer["Location"] == "/compte/mot-de-passe/envoye/"
    assert mail.outbox[0].to == [agent_ofii.email]

    done = choose(client, link_of(mail.outbox[0]), NOUVEAU)

    assert done["Location"] == "/compte/mot-de-passe/enregistre/"
    assert client.get(done["Location"]).status_code == 200
    agent_ofii.refresh_from_db()
    assert agent_ofii.check_password(NOUVEAU)
    actions = list(JournalAcces.objects.order_by("id").values_list("action", "objet_id"))
    assert actions == [
        ("mot_de_passe_demande", str(agent_ofii.pk)),
        ("mot_de_passe_choisi", str(agent_ofii.pk)),
    ]


def test_an_unknown_and_a_closed_account_get_the_same_answer_and_no_letter(
    client: Client, agent_ofii: Agent, correspondant: Agent
) -> None:
    close_account(agent=correspondant, by=None)
    answers = {
        (answer.status_code, answer["Location"])
        for answer in (
            ask(client, "personne@ofii.test"),
            ask(client, correspondant.email),
            ask(client, agent_ofii.email),
        )
    }
    assert len(answers) == 1
    assert [letter.to for letter in mail.outbox] == [[agent_ofii.email]]


def test_the_page_waits_for_no_mail_server_and_asks_the_worker_by_number_alone(
    client: Client, agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr("agents.views.ring_on_commit", lambda *words, expires: asked.append(words))
    for address in (agent_ofii.email, "personne@ofii.test"):
        assert ask(client, address)["Location"] == "/compte/mot-de-passe/envoye/"
    assert mail.outbox == []
    (task, known), (same, unknown) = asked
    assert (task, same, known) == (ENVOYER_LIEN, ENVOYER_LIEN, str(agent_ofii.pk))
    assert not Agent.objects.filter(pk=unknown).exists(), "an unknown address costs a message too: as long to answer"


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_tells_nothing(
    client: Client, reference_tables: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = Agent.objects.create_user("ines@ofii.test", None, prenom="Ines", nom="Connue")
    monkeypatch.setattr("agents.views.ring_on_commit", doorbell.ring_on_commit)
    broken = Celery(broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    monkeypatch.setattr("core.doorbell.current_app", broken)
    for address in (known.email, "personne@ofii.test"):
        assert ask(client, address)["Location"] == "/compte/mot-de-passe/envoye/"
    assert caplog.text.count("sonnette_muette") == 2
    assert known.email not in caplog.text


def test_a_mail_server_that_fails_is_tried_again_without_a_name_in_the_logs(
    agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch, printed: Callable[[], str]
) -> None:
    tries: list[str] = []

    def fail(*args: object, **kwargs: object) -> None:
        tries.append("")
        raise SMTPException("no route to " + agent_ofii.email)

    monkeypatch.setattr("agents.courriels.send_mail", fail)
    outcome = send_password_link.apply(args=[str(agent_ofii.pk)])
    assert isinstance(outcome.result, SMTPException)
    assert len(tries) == 1 + 5
    assert "SMTPException" in printed()
    assert agent_ofii.email not in printed()


def test_letters_do_not_flood_a_mailbox(client: Client, agent_ofii: Agent) -> None:
    for _ in range(5):
        assert ask(client, agent_ofii.email).status_code == 302
    assert len(mail.outbox) == 3


def test_a_bad_address_is_corrected_at_its_field(client: Client, db: None) -> None:
    page = ask(client, "pas une adresse").content.decode()
    assert "Indiquez une adresse électronique complète" in page
    assert 'value="pas une adresse"' in page


def test_an_invited_person_whose_link_is_too_old_asks_for_another(client: Client, db: None) -> None:
    invited = Agent.objects.create_user("invitee@ofii.test", None, prenom="Ines", nom="Invitée")
    ask(client, invited.email)
    assert len(mail.outbox) == 1


# --- the link -----------------------------------------------------------------------------------


def test_a_link_is_good_for_one_hour(client: Client, agent_ofii: Agent) -> None:
    ask(client, agent_ofii.email)
    link = link_of(mail.outbox[0])
    with override_settings(PASSWORD_RESET_TIMEOUT=-1):
        assert "Ce lien n’est plus valable" in client.get(link, follow=True).content.decode()
    assert "Enregistrer le mot de passe" in client.get(link, follow=True).content.decode()


def test_the_hour_is_counted_in_real_time(agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    token = default_token_generator.make_token(agent_ofii)
    soon, late = timezone.localtime() + timedelta(minutes=59), timezone.localtime() + timedelta(minutes=61)
    monkeypatch.setattr(default_token_generator, "_now", lambda: soon.replace(tzinfo=None))
    assert default_token_generator.check_token(agent_ofii, token)
    monkeypatch.setattr(default_token_generator, "_now", lambda: late.replace(tzinfo=None))
    assert not default_token_generator.check_token(agent_ofii, token)


def test_a_link_serves_once(client: Client, agent_ofii: Agent) -> None:
    ask(client, agent_ofii.email)
    link = link_of(mail.outbox[0])
    choose(client, link, NOUVEAU)
    assert "Ce lien n’est plus valable" in Client().get(link, follow=True).content.decode()


def test_the_token_leaves_the_address_bar_at_once(client: Client, agent_ofii: Agent) -> None:
    ask(client, agent_ofii.email)
    link = link_of(mail.outbox[0])
    token = link.rstrip("/").rsplit("/", 1)[1]
    answer = client.get(link)
    assert answer.status_code == 302
    assert token not in answer["Location"]
    assert token not in str(list(JournalAcces.objects.values()))


@pytest.mark.parametrize("link", ["xxxx/yyyy", "MQ/abc-def", "%00/abc", "Zm9v/choisir"])
def test_a_made_up_link_says_what_to_do(client: Client, db: None, link: str) -> None:
    page = client.get(f"/compte/mot-de-passe/nouveau/{link}/", follow=True)
    assert page.status_code == 200
    assert "Ce lien n’est plus valable" in page.content.decode()


def test_a_link_does_not_revive_a_closed_account(client: Client, agent_ofii: Agent) -> None:
    ask(client, agent_ofii.email)
    close_account(agent=agent_ofii, by=None)
    assert "Ce lien n’est plus valable" in client.get(link_of(mail.outbox[0]), follow=True).content.decode()


def test_a_new_password_ends_the_suspension_and_the_other_sessions(client: Client, connect, agent_ofii: Agent) -> None:
    elsewhere = connect(agent_ofii)
    for _ in range(5):
        client.post("/connexion/", {"username": agent_ofii.email, "password": "un mauvais mot de passe"})
    ask(client, agent_ofii.email)
    choose(client, link_of(mail.outbox[0]), NOUVEAU)

    assert (
        client.post("/connexion/?next=/compte/", {"username": agent_ofii.email, "password": NOUVEAU}).status_code == 302
    )
    assert elsewhere.get("/compte/").status_code == 302


# --- the rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("onze-lettre", "12"),
        ("112233445566778899", "numérique"),
        ("password1234", "courant"),
        ("agnes.auditeur", "trop semblable"),
    ],
)
def test_weak_passwords_are_refused_in_french(client: Client, agent_ofii: Agent, password: str, sentence: str) -> None:
    ask(client, agent_ofii.email)
    answer = choose(client, link_of(mail.outbox[0]), password)
    assert sentence in answer.content.decode()
    assert list(answer.context["form"].errors) == ["new_password1"]


def test_the_rules_are_told_at_the_password_and_the_difference_at_its_repetition(connect, agent_ofii: Agent) -> None:
    answer = connect(agent_ofii).post(
        CHANGER, {"old_password": MOT_DE_PASSE, "new_password1": "court", "new_password2": "autre"}
    )

    assert sorted(answer.context["form"].errors) == ["new_password1", "new_password2"]
    assert "12" in str(answer.context["form"].errors["new_password1"])
    assert "diffèrent" in str(answer.context["form"].errors["new_password2"])


# --- changed from one's account -------------------------------------------------------------------


def test_changing_asks_for_the_present_password_and_keeps_the_session(connect, agent_ofii: Agent) -> None:
    client, elsewhere = connect(agent_ofii), connect(agent_ofii)
    wrong = client.post(CHANGER, {"old_password": "faux", "new_password1": NOUVEAU, "new_password2": NOUVEAU})
    assert "Ce n’est pas votre mot de passe actuel." in wrong.content.decode()

    right = client.post(
        CHANGER, {"old_password": MOT_DE_PASSE, "new_password1": NOUVEAU, "new_password2": NOUVEAU}, follow=True
    )

    assert "Votre nouveau mot de passe est enregistré." in right.content.decode()
    assert elsewhere.get("/compte/").status_code == 302
    assert JournalAcces.objects.filter(action="mot_de_passe_choisi", agent=agent_ofii).count() == 1


def test_two_different_passwords_are_refused(connect, agent_ofii: Agent) -> None:
    answer = connect(agent_ofii).post(
        CHANGER, {"old_password": MOT_DE_PASSE, "new_password1": NOUVEAU, "new_password2": "autre chose bien long"}
    )
    assert "Les deux mots de passe diffèrent" in answer.content.decode()
