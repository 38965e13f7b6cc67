"""Accounts, roles and tokens in the administration: through the services, in the journal, never deleted."""

import re
from datetime import date
from smtplib import SMTPException
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.db.models import UniqueConstraint
from django.test import Client
from django.urls import reverse

from agents.models import Affectation, Agent, DirectionTerritoriale, Jeton, Prestataire
from agents.roles import Role
from agents.services import issue_token
from core.admin import ReadOnlyAdmin
from core.models import JournalAcces
from tests.factories.agents import MOT_DE_PASSE, make_agent

LISTE = reverse("admin:agents_agent_changelist")
AJOUT = reverse("admin:agents_agent_add")
IDENTITE = {"email": "Jeanne.Durand@ofii.test", "prenom": "Jeanne", "nom": "Durand", "telephone": "01 99 00 00 01"}


@pytest.fixture
def office(connect, administrateur: Agent) -> Client:
    return connect(administrateur)


def fiche(agent: Agent) -> str:
    return reverse("admin:agents_agent_change", args=[agent.pk])


def inlines(*new: dict[str, Any], held: list[dict[str, Any]] | None = None) -> dict[str, str]:
    """What the two inlines send: roles held (their last day only), roles to give."""
    prefixes = ("affectations", "affectations-2") if held is not None else ("affectations",)
    groups = ([held] if held is not None else []) + [list(new)]
    sent = {}
    for prefix, rows in zip(prefixes, groups, strict=True):
        initial = len(rows) if rows is held else 0
        sent |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": str(initial)}
        for index, row in enumerate(rows):
            sent |= {f"{prefix}-{index}-{name}": str(value) for name, value in row.items()}
    return sent


def held(agent: Agent, **changes: str) -> list[dict[str, Any]]:
    return [{"id": row.pk, "agent": agent.pk, "fin": "", **changes} for row in agent.affectations.all()]


def actions(client_actions: set[str]) -> list[str]:
    return list(JournalAcces.objects.filter(action__in=client_actions).order_by("id").values_list("action", flat=True))


def test_an_account_is_opened_with_its_role_and_a_letter(office: Client, direction: DirectionTerritoriale) -> None:
    role = {"role": Role.PRESCRIPTEUR, "direction": direction.pk, "prestataire": "", "debut": "01/03/2010", "fin": ""}
    answer = office.post(AJOUT, {**IDENTITE, **inlines(role)}, follow=True)

    assert "Une invitation est envoyée à jeanne.durand@ofii.test." in answer.content.decode()
    agent = Agent.objects.get(email="jeanne.durand@ofii.test")
    assert not agent.has_usable_password()
    assert agent.affectations.get().debut == date(2010, 3, 1)
    assert actions({"compte_cree", "role_attribue"}) == ["compte_cree", "role_attribue"]

    letter = mail.outbox[0]
    assert letter.subject == "Votre compte est ouvert"
    link = re.search(r"http://testserver(/\S+)", letter.body)[1]
    visitor = Client()
    page = visitor.get(link, follow=True)
    visitor.post(page.request["PATH_INFO"], {"new_password1": MOT_DE_PASSE, "new_password2": MOT_DE_PASSE})
    logged = visitor.post("/connexion/?next=/compte/", {"username": agent.email, "password": MOT_DE_PASSE})
    assert logged["Location"] == "/compte/"


def test_a_known_address_is_refused_whatever_its_letter_case(office: Client, agent_ofii: Agent) -> None:
    answer = office.post(AJOUT, {**IDENTITE, "email": agent_ofii.email.upper(), **inlines()})
    assert answer.status_code == 200
    assert "Un compte porte déjà cette adresse." in answer.content.decode()
    assert mail.outbox == []


def test_no_form_of_the_administration_answers_with_the_name_of_a_constraint() -> None:
    written = [row for row in admin.site._registry.values() if not isinstance(row, ReadOnlyAdmin)]
    tables = {row.model for row in written} | {inline.model for row in written for inline in row.inlines}
    mute = [
        constraint.name
        for table in tables | {Affectation}
        for constraint in table._meta.constraints
        # Django names the fields of a constraint that is nothing but a list of them.
        if not (isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None)
        and constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert mute == []


def test_a_letter_that_does_not_leave_is_said_and_can_be_sent_again(
    office: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise SMTPException

    with monkeypatch.context() as broken:
        broken.setattr("agents.courriels.send_mail", fail)
        answer = office.post(AJOUT, {**IDENTITE, **inlines()}, follow=True)
    assert "n’est pas partie" in answer.content.decode()

    agent = Agent.objects.get(email="jeanne.durand@ofii.test")
    office.post(LISTE, {"action": "inviter", "_selected_action": [str(agent.pk)]})
    assert [letter.to for letter in mail.outbox] == [[agent.email]]


def test_an_account_is_corrected_without_touching_its_roles(office: Client, agent_ofii: Agent) -> None:
    before = list(agent_ofii.affectations.values())
    changes = {**IDENTITE, **inlines(held=held(agent_ofii))}
    assert office.post(fiche(agent_ofii), changes).status_code == 302

    agent_ofii.refresh_from_db()
    assert (agent_ofii.email, agent_ofii.nom) == ("jeanne.durand@ofii.test", "Durand")
    assert list(agent_ofii.affectations.values()) == before
    assert actions({"compte_modifie", "role_termine", "role_attribue"}) == ["compte_modifie"]


def test_a_role_ends_on_the_day_written(office: Client, agent_ofii: Agent) -> None:
    office.post(fiche(agent_ofii), {**IDENTITE, **inlines(held=held(agent_ofii, fin="31/12/2010"))})
    assert agent_ofii.affectations.get().fin == date(2010, 12, 31)
    assert actions({"role_termine"}) == ["role_termine"]


@pytest.mark.parametrize("tampered", ["role", "direction", "debut"])
def test_only_the_last_day_of_a_role_can_be_written(
    office: Client, agent_ofii: Agent, autre_direction: DirectionTerritoriale, tampered: str
) -> None:
    before = list(agent_ofii.affectations.values("role", "direction", "debut"))
    value = {"role": Role.ADMINISTRATEUR, "direction": str(autre_direction.pk), "debut": "01/01/2001"}[tampered]
    office.post(fiche(agent_ofii), {**IDENTITE, **inlines(held=held(agent_ofii, **{tampered: value}))})
    assert list(agent_ofii.affectations.values("role", "direction", "debut")) == before


@pytest.mark.parametrize(("fin", "sentence"), [("31/12/1999", "précède"), ("99/99/9999", "date valide")])
def test_a_last_day_that_cannot_be_is_refused(office: Client, agent_ofii: Agent, fin: str, sentence: str) -> None:
    answer = office.post(fiche(agent_ofii), {**IDENTITE, **inlines(held=held(agent_ofii, fin=fin))})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()


def test_a_role_that_ended_is_given_again_and_not_reopened(office: Client, agent_ofii: Agent) -> None:
    Affectation.objects.filter(agent=agent_ofii).update(fin=date(2010, 12, 31))
    answer = office.post(fiche(agent_ofii), {**IDENTITE, **inlines(held=held(agent_ofii))})
    assert "attribuez-le de nouveau" in answer.content.decode()
    assert agent_ofii.affectations.get().fin == date(2010, 12, 31)


@pytest.mark.parametrize(
    ("role", "place"),
    [(Role.PRESCRIPTEUR, "prestataire"), (Role.CONSEILLER_BILAN, "direction"), (Role.PRESCRIPTEUR, None)],
)
def test_a_role_at_the_wrong_kind_of_place_is_refused(
    office: Client,
    agent_ofii: Agent,
    direction: DirectionTerritoriale,
    prestataire: Prestataire,
    role: Role,
    place: str | None,
) -> None:
    places = {"direction": direction.pk, "prestataire": prestataire.pk}
    row = {"role": role, "debut": "01/03/2010", "fin": "", "direction": "", "prestataire": ""}
    if place:
        row[place] = places[place]
    answer = office.post(fiche(agent_ofii), {**IDENTITE, **inlines(row, held=held(agent_ofii))})
    assert "Un rôle OFII s’exerce dans une direction" in answer.content.decode()
    assert agent_ofii.affectations.count() == 1


def test_a_role_already_held_there_is_refused(
    office: Client, agent_ofii: Agent, direction: DirectionTerritoriale
) -> None:
    row = {"role": Role.AGENT_OFII, "direction": direction.pk, "prestataire": "", "debut": "01/03/2010", "fin": ""}
    answer = office.post(fiche(agent_ofii), {**IDENTITE, **inlines(row, held=held(agent_ofii))})
    assert answer.status_code in (200, 409)
    assert agent_ofii.affectations.count() == 1


def test_an_administrator_can_neither_close_nor_disarm_themselves(office: Client, administrateur: Agent) -> None:
    closing = office.post(LISTE, {"action": "fermer", "_selected_action": [str(administrateur.pk)]})
    assert closing.status_code == 409
    assert "votre propre compte" in closing.content.decode()
    ending = office.post(fiche(administrateur), {**IDENTITE, **inlines(held=held(administrateur, fin="31/12/2010"))})
    assert ending.status_code == 409
    administrateur.refresh_from_db()
    assert administrateur.is_active
    assert administrateur.nom != "Durand"
    assert administrateur.affectations.get().fin is None


def test_accounts_are_closed_and_reopened_from_the_list(office: Client, agent_ofii: Agent) -> None:
    issue_token(agent=agent_ofii, libelle="Planning", days=3, by=None)
    office.post(LISTE, {"action": "fermer", "_selected_action": [str(agent_ofii.pk)]})
    agent_ofii.refresh_from_db()
    assert not agent_ofii.is_active
    assert Jeton.objects.get().revoque_at is not None

    office.post(LISTE, {"action": "rouvrir", "_selected_action": [str(agent_ofii.pk)]})
    agent_ofii.refresh_from_db()
    assert agent_ofii.is_active
    assert Jeton.objects.get().revoque_at is not None
    assert actions({"compte_ferme", "compte_rouvert"}) == ["compte_ferme", "compte_rouvert"]


def test_an_account_is_never_deleted_and_its_password_never_shown(office: Client, agent_ofii: Agent) -> None:
    page = office.get(fiche(agent_ofii)).content.decode()
    assert agent_ofii.password not in page
    assert "Supprimer" not in page
    assert office.post(reverse("admin:agents_agent_delete", args=[agent_ofii.pk]), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in office.get(LISTE).content.decode()


def test_is_active_cannot_be_slipped_into_the_form(office: Client, agent_ofii: Agent) -> None:
    sent = {**IDENTITE, "password": "pbkdf2", "last_login_0": "01/01/2010", **inlines(held=held(agent_ofii))}
    office.post(fiche(agent_ofii), sent)
    agent_ofii.refresh_from_db()
    assert agent_ofii.is_active
    assert agent_ofii.check_password(MOT_DE_PASSE)


def test_the_list_costs_the_same_for_one_account_or_many(
    office: Client, agent_ofii: Agent, prescripteur: Agent, directeur: Agent, django_assert_max_num_queries
) -> None:
    office.get(LISTE)
    with django_assert_max_num_queries(8):
        page = office.get(LISTE).content.decode()
    assert "Prescripteur Paris" in page


def test_tokens_are_revoked_never_made_nor_changed(office: Client, agent_ofii: Agent) -> None:
    secret = issue_token(agent=agent_ofii, libelle="Planning", days=3, by=None)
    jeton = Jeton.objects.get()
    address = reverse("admin:agents_jeton_changelist")
    page = office.get(reverse("admin:agents_jeton_change", args=[jeton.pk])).content.decode()
    assert secret not in page
    assert jeton.empreinte not in page

    office.post(address, {"action": "revoquer", "_selected_action": [str(jeton.pk)]})

    jeton.refresh_from_db()
    assert jeton.revoque_at is not None
    assert actions({"jeton_revoque"}) == ["jeton_revoque"]
    assert office.get(reverse("admin:agents_jeton_add")).status_code == 403


def test_log_out_and_password_of_the_administration_are_those_of_the_application(office: Client) -> None:
    assert office.get("/administration/password_change/")["Location"] == "/compte/mot-de-passe/"
    answer = office.post("/administration/logout/")
    assert (answer.status_code, answer["Location"]) == (307, "/deconnexion/")
    assert Client().get("/administration/login/?next=/administration/")["Location"].startswith("/connexion/")


def test_a_visitor_is_led_to_the_log_in_page_and_back(client: Client, administrateur: Agent) -> None:
    asked = client.get(LISTE)
    assert asked["Location"] == f"/connexion/?next={LISTE.replace('/', '%2F')}"
    answer = client.post(asked["Location"], {"username": administrateur.email, "password": MOT_DE_PASSE})
    assert answer["Location"] == LISTE


# --- how it looks ---------------------------------------------------------------------------------


def test_names_are_in_the_order_of_a_directory(office: Client, direction: DirectionTerritoriale) -> None:
    names = ["Zola", "Éluard", "d’Estienne", "de Gaulle", "Le Goff", "du Bellay", "eMMA", "Dupré"]
    for rank, nom in enumerate(names):
        make_agent(Role.AGENT_OFII, direction, nom=nom, email=f"essai{rank}@ofii.test")

    page = office.get(LISTE, {"q": "essai"}).content.decode()

    listed = re.findall(r'class="field-nom"><a [^>]*>([^<]+)</a>', page)
    assert listed == ["du Bellay", "Dupré", "Éluard", "eMMA", "d’Estienne", "de Gaulle", "Le Goff", "Zola"]


def test_the_directions_of_a_market_are_ticked_without_a_script(
    office: Client, direction: DirectionTerritoriale
) -> None:
    page = office.get(reverse("admin:agents_marche_add")).content.decode()

    assert re.search(r'<input type="checkbox" name="directions"', page)
    assert "SelectFilter2" not in page
