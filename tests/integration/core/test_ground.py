"""The test suite's own ground: one agent per role can be made and logged in."""

from collections.abc import Callable

import pytest
from django.test import Client

from agents.models import Agent
from agents.roles import Role


@pytest.mark.parametrize(
    ("fixture", "role"),
    [
        ("agent_ofii", Role.AGENT_OFII),
        ("prescripteur", Role.PRESCRIPTEUR),
        ("directeur", Role.DIRECTEUR_TERRITORIAL),
        ("correspondant", Role.CORRESPONDANT_OFII),
        ("conseiller", Role.CONSEILLER_BILAN),
        ("responsable", Role.RESPONSABLE_PRESTATAIRE),
        ("administrateur", Role.ADMINISTRATEUR),
    ],
)
def test_each_role_has_an_agent_who_holds_it_and_no_other(
    request: pytest.FixtureRequest, fixture: str, role: Role
) -> None:
    agent: Agent = request.getfixturevalue(fixture)

    assert agent.roles == {role}


def test_a_logged_in_browser_is_known(connect: Callable[[Agent], Client], agent_ofii: Agent) -> None:
    client = connect(agent_ofii)

    assert client.session["_auth_user_id"] == str(agent_ofii.pk)
