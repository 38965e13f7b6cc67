"""One's own account: who one is, where, and which tokens act in one's name."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed

from agents.authentication import JetonAuthentication
from agents.models import Agent, DirectionTerritoriale, Jeton
from agents.roles import Role
from agents.services import issue_token
from core import clock
from core.models import JournalAcces
from tests.factories.agents import add_role

Connect = Callable[[Agent], Client]


def test_the_page_shows_the_roles_in_force_and_no_other(
    connect: Connect, agent_ofii: Agent, autre_direction: DirectionTerritoriale
) -> None:
    add_role(agent_ofii, Role.CORRESPONDANT_OFII, autre_direction, fin=clock.today() - timedelta(days=1))
    page = connect(agent_ofii).get("/compte/").content.decode()
    assert "Agnès Auditeur" in page
    assert "Agent OFII, Paris" in page
    assert "Lyon" not in page


def test_the_page_costs_few_queries(
    connect: Connect, agent_ofii: Agent, django_assert_max_num_queries: Callable
) -> None:
    client = connect(agent_ofii)
    client.get("/compte/")
    with django_assert_max_num_queries(3):  # session, agent with roles, tokens
        client.get("/compte/")


def test_valid_tokens_are_listed_without_their_secret(connect: Connect, agent_ofii: Agent) -> None:
    secret = issue_token(agent=agent_ofii, libelle="Logiciel de planning", days=30, by=None)
    issue_token(agent=agent_ofii, libelle="Ancien", days=1, by=None)
    Jeton.objects.filter(libelle="Ancien").update(expire_at=timezone.now())
    page = connect(agent_ofii).get("/compte/").content.decode()
    assert "Logiciel de planning" in page
    assert "Ancien" not in page
    assert secret not in page
    assert Jeton.objects.get(libelle="Logiciel de planning").empreinte not in page


def test_a_token_is_revoked_by_its_owner_at_once(connect: Connect, agent_ofii: Agent, rf) -> None:
    secret = issue_token(agent=agent_ofii, libelle="Planning", days=30, by=None)
    jeton = Jeton.objects.get()
    answer = connect(agent_ofii).post(f"/compte/jetons/{jeton.pk}/revocation/", follow=True)

    assert "est révoqué" in answer.content.decode()
    jeton.refresh_from_db()
    assert jeton.revoque_at is not None
    with pytest.raises(AuthenticationFailed):
        JetonAuthentication().authenticate(rf.get("/", headers={"authorization": f"Bearer {secret}"}))
    line = JournalAcces.objects.get(action="jeton_revoque")
    assert (line.agent, line.objet_id) == (agent_ofii, str(jeton.pk))


def test_another_persons_token_is_not_there(connect: Connect, agent_ofii: Agent, correspondant: Agent) -> None:
    issue_token(agent=correspondant, libelle="Planning", days=30, by=None)
    jeton = Jeton.objects.get()
    assert connect(agent_ofii).post(f"/compte/jetons/{jeton.pk}/revocation/").status_code == 404
    jeton.refresh_from_db()
    assert jeton.revoque_at is None


def test_a_token_is_not_revoked_by_a_link(connect: Connect, agent_ofii: Agent) -> None:
    issue_token(agent=agent_ofii, libelle="Planning", days=30, by=None)
    assert connect(agent_ofii).get(f"/compte/jetons/{Jeton.objects.get().pk}/revocation/").status_code == 405


# --- manage.py create_token -------------------------------------------------------------------------


def test_the_command_prints_the_token_once_and_keeps_its_fingerprint(
    agent_ofii: Agent, capsys: pytest.CaptureFixture[str], rf
) -> None:
    call_command("create_token", agent_ofii.email.upper(), "--libelle", "Essais", "--jours", "10")
    secret = capsys.readouterr().out.strip()

    jeton = Jeton.objects.get()
    assert secret.startswith("cai_")
    assert secret not in str(Jeton.objects.values())
    assert len(jeton.empreinte) == 64
    assert jeton.libelle == "Essais"
    assert timedelta(days=9) < jeton.expire_at - timezone.now() <= timedelta(days=10)
    found = JetonAuthentication().authenticate(rf.get("/", headers={"authorization": f"Bearer {secret}"}))
    assert found == (agent_ofii, jeton)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["personne@ofii.test"], "Aucun compte"),
        (["{}", "--jours", "0"], "durée"),
        (["{}", "--jours", "3651"], "durée"),
        (["{}", "--libelle", " "], "usage"),
        (["{}", "--libelle", "x" * 81], "usage"),
    ],
)
def test_the_command_refuses_in_a_sentence(agent_ofii: Agent, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("create_token", *(word.format(agent_ofii.email) for word in arguments))
    assert not Jeton.objects.exists()
