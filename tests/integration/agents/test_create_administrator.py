"""The first account of a new server is made from its command line."""

import io

import pytest
from django.core.management import CommandError, call_command

from agents.models import Agent
from agents.roles import Role

pytestmark = pytest.mark.django_db


def create(monkeypatch: pytest.MonkeyPatch, password: str, email: str = "aude@ofii.example") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    output = io.StringIO()
    call_command("create_administrator", email, "Aude", "Administratrice", stdout=output)
    return output.getvalue()


def test_the_account_administers_and_can_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "aude@ofii.example administre" in create(monkeypatch, "un bon mot de passe")
    agent = Agent.objects.get(email="aude@ofii.example")
    assert agent.check_password("un bon mot de passe")
    assert [place.role for place in agent.places] == [Role.ADMINISTRATEUR]
    assert agent.is_staff


def test_a_weak_password_is_refused_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="trop court"):
        create(monkeypatch, "court")
    assert not Agent.objects.exists()


def test_a_known_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, "un bon mot de passe")
    with pytest.raises(CommandError, match="existe déjà"):
        create(monkeypatch, "un bon mot de passe", email="AUDE@ofii.example")
