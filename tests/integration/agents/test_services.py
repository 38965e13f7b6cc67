"""The services of accounts, roles and tokens: who may, what is refused, what is journalled."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agents import services
from agents.models import Affectation, Agent, DirectionTerritoriale, Jeton, Prestataire
from agents.roles import Role
from core import clock
from core.errors import Conflict, Forbidden, InvalidInput, RuleViolation
from core.models import JournalAcces
from tests.factories.agents import MOT_DE_PASSE

IDENTITE = {"email": "jeanne.durand@ofii.test", "prenom": "Jeanne", "nom": "Durand", "telephone": ""}


def logged() -> list[tuple[str, str]]:
    return list(JournalAcces.objects.order_by("id").values_list("action", "objet_type"))


def acts(agent: Agent) -> dict[str, Callable[[Agent], Any]]:
    """Every service of the administration, tried upon one account."""
    affectation = agent.affectations.first()
    return {
        "create_agent": lambda by: services.create_agent(**IDENTITE, by=by),
        "correct_agent": lambda by: services.correct_agent(agent=agent, **IDENTITE, by=by),
        "close_account": lambda by: services.close_account(agent=agent, by=by),
        "reopen_account": lambda by: services.reopen_account(agent=agent, by=by),
        "assign_role": lambda by: services.assign_role(agent=agent, role=Role.ADMINISTRATEUR, by=by),
        "end_affectation": lambda by: services.end_affectation(affectation=affectation, fin=clock.today(), by=by),
        "issue_token": lambda by: services.issue_token(agent=agent, libelle="Essai", days=1, by=by),
    }


ACTS = [
    "create_agent", "correct_agent", "close_account", "reopen_account", "assign_role", "end_affectation", "issue_token",
]  # fmt: skip
EVERY_OTHER_ROLE = ["agent_ofii", "prescripteur", "directeur", "correspondant", "conseiller", "responsable"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", EVERY_OTHER_ROLE)
def test_only_administrators_act_on_accounts(
    request: pytest.FixtureRequest, agent_ofii: Agent, role: str, act: str
) -> None:
    with pytest.raises(Forbidden):
        acts(agent_ofii)[act](request.getfixturevalue(role))
    assert logged() == []


def test_an_agent_cannot_give_themselves_a_role(agent_ofii: Agent) -> None:
    with pytest.raises(Forbidden):
        services.assign_role(agent=agent_ofii, role=Role.ADMINISTRATEUR, by=agent_ofii)


def test_an_account_is_created_with_a_lower_case_address(administrateur: Agent) -> None:
    agent = services.create_agent(**{**IDENTITE, "email": "Jeanne.DURAND@ofii.test"}, by=administrateur)
    assert agent.email == "jeanne.durand@ofii.test"
    assert not agent.has_usable_password()
    assert logged() == [("compte_cree", "agents.agent")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "pas une adresse"}, "email"),
        ({"nom": ""}, "nom"),
        ({"nom": "x" * 101}, "nom"),
        ({"telephone": "0" * 21}, "telephone"),
        ({"password": "jeanne.durand"}, "password"),
        ({"password": "court"}, "password"),
    ],
)
def test_a_bad_account_is_refused_at_its_field(db: None, changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.create_agent(**{**IDENTITE, **changes}, by=None)
    assert field in refusal.value.fields
    assert not Agent.objects.get_queryset().exists()


def test_a_known_address_is_refused_on_creation_and_correction(agent_ofii: Agent, correspondant: Agent) -> None:
    taken = {**IDENTITE, "email": correspondant.email.upper()}
    with pytest.raises(InvalidInput):
        services.create_agent(**taken, by=None)
    with pytest.raises(InvalidInput):
        services.correct_agent(agent=agent_ofii, **taken, by=None)
    agent_ofii.refresh_from_db()
    assert agent_ofii.nom == "Auditeur"


def test_a_good_password_may_be_given_at_once(db: None) -> None:
    assert services.create_agent(**IDENTITE, password=MOT_DE_PASSE, by=None).check_password(MOT_DE_PASSE)


def test_closing_and_reopening_twice_is_journalled_once(agent_ofii: Agent) -> None:
    for _ in range(2):
        services.close_account(agent=agent_ofii, by=None)
    for _ in range(2):
        services.reopen_account(agent=agent_ofii, by=None)
    assert [action for action, _ in logged()] == ["compte_ferme", "compte_rouvert"]


def test_a_role_starts_today_unless_told(db: None, agent_ofii: Agent, administrateur: Agent) -> None:
    with clock.travel(date(2010, 5, 12)):
        affectation = services.assign_role(agent=agent_ofii, role=Role.ADMINISTRATEUR, by=None)
    assert (affectation.debut, affectation.fin) == (date(2010, 5, 12), None)
    assert JournalAcces.objects.get().motif == "administrateur"


def test_a_role_needs_its_kind_of_place(
    agent_ofii: Agent, direction: DirectionTerritoriale, prestataire: Prestataire
) -> None:
    for role in Role:
        right = {} if role == Role.ADMINISTRATEUR else {"direction": direction}
        if role in (Role.CONSEILLER_BILAN, Role.RESPONSABLE_PRESTATAIRE):
            right = {"prestataire": prestataire}
        both = {"direction": direction, "prestataire": prestataire}
        for places in ({}, {"direction": direction}, {"prestataire": prestataire}, both):
            if places != right:
                with pytest.raises(InvalidInput):
                    services.assign_role(agent=agent_ofii, role=role, **places, by=None)
    assert Affectation.objects.count() == 1


def test_a_role_may_last_one_day_and_no_less(agent_ofii: Agent, autre_direction: DirectionTerritoriale) -> None:
    given = {"agent": agent_ofii, "role": Role.AGENT_OFII, "direction": autre_direction, "debut": date(2010, 5, 12)}
    with pytest.raises(InvalidInput):
        services.assign_role(**given, fin=date(2010, 5, 11), by=None)
    affectation = services.assign_role(**given, fin=date(2010, 5, 12), by=None)
    with pytest.raises(InvalidInput):
        services.end_affectation(affectation=affectation, fin=date(2010, 5, 11), by=None)


def test_a_role_held_without_end_is_not_given_twice_but_may_have_a_past(
    agent_ofii: Agent, direction: DirectionTerritoriale
) -> None:
    held = {"agent": agent_ofii, "role": Role.AGENT_OFII, "direction": direction}
    with pytest.raises(Conflict):
        services.assign_role(**held, by=None)
    services.assign_role(**held, debut=date(1999, 1, 1), fin=date(1999, 12, 31), by=None)
    assert agent_ofii.affectations.count() == 2


def test_a_role_ends_after_its_last_day(agent_ofii: Agent) -> None:
    services.end_affectation(affectation=agent_ofii.affectations.get(), fin=date(2010, 5, 12), by=None)
    with clock.travel(date(2010, 5, 12)):
        assert Agent.objects.get(pk=agent_ofii.pk).roles == {Role.AGENT_OFII}
    with clock.travel(date(2010, 5, 13)):
        assert Agent.objects.get(pk=agent_ofii.pk).roles == frozenset()


def test_an_administrator_ends_a_colleague_s_role_not_their_own(administrateur: Agent, agent_ofii: Agent) -> None:
    colleague = services.assign_role(agent=agent_ofii, role=Role.ADMINISTRATEUR, by=administrateur)
    services.end_affectation(affectation=colleague, fin=clock.today(), by=administrateur)
    with pytest.raises(RuleViolation):
        services.end_affectation(affectation=administrateur.affectations.get(), fin=clock.today(), by=administrateur)


def test_a_closed_account_gets_no_token(agent_ofii: Agent) -> None:
    services.close_account(agent=agent_ofii, by=None)
    with pytest.raises(RuleViolation):
        services.issue_token(agent=agent_ofii, libelle="Essai", days=1, by=None)


def test_a_token_is_revoked_by_its_owner_or_an_administrator_once(
    agent_ofii: Agent, correspondant: Agent, administrateur: Agent
) -> None:
    for _ in range(2):
        services.issue_token(agent=agent_ofii, libelle="Essai", days=1, by=None)
    first, second = Jeton.objects.all()
    with pytest.raises(Forbidden):
        services.revoke_token(jeton=first, by=correspondant)
    services.revoke_token(jeton=first, by=agent_ofii)
    services.revoke_token(jeton=second, by=administrateur)
    revoked = services.revoke_token(jeton=second, by=administrateur)
    assert revoked.revoque_at is not None
    assert [action for action, _ in logged()].count("jeton_revoque") == 2
