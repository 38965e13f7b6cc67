"""Two hundred nasty texts in the forms of the account and of the administration: refused in a sentence, or inert."""

from collections.abc import Callable

import pytest
from django.test import Client

from agents.models import Agent
from tests.nasty import NASTY

INLINES = {"affectations-TOTAL_FORMS": "0", "affectations-INITIAL_FORMS": "0"}
MARKUP = [text for text in NASTY if "<" in text and len(text) < 200]


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/connexion/", ("username", "password")),
        ("/compte/mot-de-passe/oublie/", ("email",)),
    ],
)
def test_public_forms_answer_to_anything(client: Client, db: None, address: str, fields: tuple[str, ...]) -> None:
    for text in NASTY:
        answer = client.post(address, dict.fromkeys(fields, text))
        assert answer.status_code in (200, 302), text
        assert text not in MARKUP or text not in answer.content.decode()


def test_a_password_may_be_anything_long_enough_and_nothing_breaks(connect: Callable, agent_ofii: Agent) -> None:
    client = connect(agent_ofii)
    for text in NASTY:
        sent = {"old_password": text, "new_password1": text, "new_password2": text}
        assert client.post("/compte/mot-de-passe/", sent).status_code == 200


def test_the_administration_answers_to_anything(connect: Callable, administrateur: Agent) -> None:
    client = connect(administrateur)
    for text in NASTY[::5]:  # its pages are heavy, its forms all made alike
        sent = {"email": text, "prenom": text, "nom": text, "telephone": text, **INLINES}
        answer = client.post("/administration/agents/agent/add/", sent)
        assert answer.status_code == 200, text
        assert text not in MARKUP or text not in answer.content.decode()
        assert client.get("/administration/cai/contrat/", {"q": text}).status_code in (200, 302)
        sent = {"code": text, "nom": text, "synonymes": text}
        assert client.post("/administration/cai/langue/add/", sent).status_code in (200, 302), text
    assert Agent.objects.get_queryset().count() == 1


@pytest.mark.parametrize(
    "address", ["/connexion/?next={}", "/compte/mot-de-passe/nouveau/{}/x/", "/administration/cai/contrat/{}/change/"]
)
def test_addresses_may_hold_anything(connect: Callable, administrateur: Agent, address: str) -> None:
    client = connect(administrateur)
    for text in NASTY[:60]:
        assert client.get(address.format(text.replace("/", "-"))).status_code in (200, 301, 302, 404)
