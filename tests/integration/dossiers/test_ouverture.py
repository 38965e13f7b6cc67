"""Opening a file in the browser: two steps, a check page, nothing lost, one file only."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from cai.models import Contrat
from core import clock
from core.models import JournalAcces
from tests.factories.agents import add_role
from tests.factories.cai import make_contrat

Connect = Callable[[Agent], Client]
PERSONNE = {
    "nom": "N’Diaye",
    "prenom": "Fatou",
    "sexe": "F",
    "date_naissance": "1/7/1980",
    "nationalite": "SEN",
    "langue_comprise": "fr",
    "adresse": "12, rue des Lilas",
    "code_postal": "75020",
    "ville": "Paris",
    "telephone": "06 12 34 56 78",
}
CONTRAT = {"date_entretien": "15/03/2010", "date_signature": "15/03/2010", "titre_admission": "L313-11"}


@pytest.fixture(autouse=True)
def _on_the_day_of_signature() -> object:
    with clock.travel(date(2010, 3, 15)):
        yield


@pytest.fixture
def client(connect: Connect, agent_ofii: Agent) -> Client:
    return connect(agent_ofii)


@pytest.fixture
def identifiant() -> uuid.UUID:
    return uuid.uuid4()


def step(name: str, identifiant: uuid.UUID) -> str:
    return reverse(f"dossiers:{name}", args=[identifiant])


def fill(client: Client, identifiant: uuid.UUID, **changes: Any) -> HttpResponse:
    """Both steps, up to the check page."""
    client.post(step("open_person", identifiant), {**PERSONNE, **changes})
    return client.post(step("open_contract", identifiant), {**CONTRAT, **changes}, follow=True)


def test_two_steps_and_a_check_open_the_file(client: Client, identifiant: uuid.UUID) -> None:
    check = fill(client, identifiant).content.decode()
    assert "N’Diaye" in check
    assert "mardi 15 mars 2011" in check.replace("\u00a0", " ")

    answer = client.post(step("open_check", identifiant))

    contrat = Contrat.objects.get()
    assert answer.headers["Location"] == reverse("dossiers:view_file", args=[contrat.pk])
    assert contrat.pk == identifiant
    assert contrat.signataire.telephone == "+33612345678"


def test_the_entry_leads_to_a_new_opening_each_time(client: Client) -> None:
    first, second = (client.get(reverse("dossiers:open_file")).headers["Location"] for _ in range(2))

    assert first != second
    assert client.get(first).status_code == 200


def test_an_error_keeps_everything_typed(client: Client, identifiant: uuid.UUID) -> None:
    text = client.post(
        step("open_person", identifiant), {**PERSONNE, "code_postal": "7502", "sexe": ""}
    ).content.decode()

    assert 'value="N’Diaye"' in text
    assert 'value="7502"' in text
    assert "Indiquez un code postal français de cinq chiffres" in text
    assert "2 réponses sont à corriger" in text


def test_a_way_back_finds_what_was_typed_even_refused(client: Client, identifiant: uuid.UUID) -> None:
    client.post(step("open_person", identifiant), {**PERSONNE, "code_postal": "7502"})

    assert 'value="7502"' in client.get(step("open_person", identifiant)).content.decode()


def test_no_day_is_proposed_when_nobody_is_received(client: Client, identifiant: uuid.UUID) -> None:
    client.post(step("open_person", identifiant), PERSONNE)
    for closed in ("19/06/2011", "14/07/2011"):
        with clock.travel(date(*map(int, reversed(closed.split("/"))))):
            assert f'value="{closed}"' not in client.get(step("open_contract", identifiant)).content.decode()


def test_interview_and_signature_are_proposed_today_and_keep_what_was_typed(
    client: Client, identifiant: uuid.UUID
) -> None:
    client.post(step("open_person", identifiant), PERSONNE)
    with clock.travel(date(2011, 6, 20)):
        proposed = client.get(step("open_contract", identifiant)).content.decode()
    assert proposed.count('value="20/06/2011"') == 2

    client.post(step("open_contract", identifiant), {**CONTRAT, "date_signature": "", "date_entretien": "14/03/2011"})
    kept = client.get(step("open_contract", identifiant)).content.decode()

    assert 'value="14/03/2011"' in kept
    assert "20/06/2011" not in kept


def test_a_birth_date_is_never_proposed(client: Client, identifiant: uuid.UUID) -> None:
    assert client.get(step("open_person", identifiant)).context["form"].initial == {}


def test_two_tabs_do_not_mix(client: Client) -> None:
    tabs = [uuid.uuid4(), uuid.uuid4()]
    for tab, nom in zip(tabs, ("Premier", "Second"), strict=True):
        client.post(step("open_person", tab), {**PERSONNE, "nom": nom})

    assert 'value="Premier"' in client.get(step("open_person", tabs[0])).content.decode()
    assert 'value="Second"' in client.get(step("open_person", tabs[1])).content.decode()


@pytest.mark.parametrize("name", ["open_contract", "open_check"])
def test_a_later_step_without_the_first_says_so_and_leads_to_it(
    client: Client, identifiant: uuid.UUID, name: str
) -> None:
    answer = client.get(step(name, identifiant), follow=True)

    assert answer.redirect_chain[0][0] == step("open_person", identifiant)
    assert "Renseignez la personne" in answer.content.decode()


def test_the_check_without_a_valid_contract_leads_back_to_it(client: Client, identifiant: uuid.UUID) -> None:
    client.post(step("open_person", identifiant), PERSONNE)

    assert client.get(step("open_check", identifiant)).headers["Location"] == step("open_contract", identifiant)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"date_signature": "16/03/2010"}, "au plus tard aujourd’hui"),
        ({"date_entretien": "16/03/2010"}, "L’entretien précède la signature"),
        ({"numero_cai": "75_2010"}, "Un numéro CAI compte 6 à 20"),
        ({"date_naissance": "16/03/1994"}, "Le contrat se signe à partir de 16 ans"),
        ({"date_naissance": "16/03/1993"}, "indiquez le représentant légal"),
    ],
)
def test_what_the_service_would_refuse_is_told_at_the_step(
    client: Client, identifiant: uuid.UUID, changes: dict[str, str], sentence: str
) -> None:
    assert sentence in fill(client, identifiant, **changes).content.decode()
    assert not Contrat.objects.exists()


def test_a_missing_or_unreadable_answer_hides_no_other_error(client: Client, identifiant: uuid.UUID) -> None:
    wrong = {"nom": "", "date_naissance": "01/01/2011", "nationalite": "FRA"}
    person = client.post(step("open_person", identifiant), PERSONNE | wrong)
    assert set(person.context["form"].errors) == {"nom", "date_naissance", "nationalite"}

    client.post(step("open_person", identifiant), PERSONNE)
    wrong = {"titre_admission": "", "date_signature": "hier"}
    wrong |= {"date_entretien": "1/1/1980", "date_premier_titre": "1/1/2030"}
    contract = client.post(step("open_contract", identifiant), CONTRAT | wrong)
    assert set(contract.context["form"].errors) == set(wrong)
    wrong = {"titre_admission": "", "date_signature": "14/03/2010"}
    assert "L’entretien précède la signature" in fill(client, identifiant, **wrong).content.decode()


def test_a_number_already_taken_is_told_at_its_field(
    client: Client, identifiant: uuid.UUID, agent_ailleurs: Agent
) -> None:
    make_contrat(by=agent_ailleurs, numero_cai="PAPIER-0001")

    text = fill(client, identifiant, numero_cai="papier-0001").content.decode()

    assert "appartient déjà à un autre dossier" in text
    assert "Lyon" not in text
    assert "Voir le dossier" not in text


def test_a_number_already_taken_hides_no_other_error_and_leads_to_its_file(
    client: Client, identifiant: uuid.UUID, agent_ofii: Agent
) -> None:
    taken = make_contrat(by=agent_ofii, numero_cai="PAPIER-0001")

    text = fill(
        client,
        identifiant,
        numero_cai="PAPIER-0001",
        date_signature="16/03/2010",
        date_entretien="17/03/2010",
        date_premier_titre="01/01/2030",
    ).content.decode()

    assert "4 réponses sont à corriger" in text
    assert "appartient déjà à un autre dossier" in text
    assert reverse("dossiers:view_file", args=[taken.pk]) in text


@pytest.mark.rule("C.2-nationalite")
def test_a_french_nationality_is_refused_at_its_field(client: Client, identifiant: uuid.UUID) -> None:
    answer = client.post(step("open_person", identifiant), {**PERSONNE, "nationalite": "FRA"})

    assert list(answer.context["form"].errors) == ["nationalite"]
    assert "Une personne française ne signe pas" in answer.content.decode()


@pytest.mark.rule("C.2-nationalite")
@pytest.mark.parametrize(("nationalite", "warned"), [("PRT", True), ("HRV", False), ("SEN", False), ("XXA", False)])
def test_a_nationality_free_to_settle_is_a_doubt_and_no_refusal(
    client: Client, identifiant: uuid.UUID, nationalite: str, warned: bool
) -> None:
    check = fill(client, identifiant, nationalite=nationalite).content.decode()

    assert ("Vérifiez la nationalité" in check) is warned
    client.post(step("open_check", identifiant))
    assert Contrat.objects.get().signataire.nationalite_id == nationalite


def test_possible_duplicates_must_be_looked_at_before_opening(
    client: Client, identifiant: uuid.UUID, agent_ofii: Agent
) -> None:
    twin = make_contrat(by=agent_ofii, nom="Ndiaye", prenom="Fatou", sexe="F")
    check = fill(client, identifiant).content.decode()
    assert twin.numero_cai in check

    assert "cochez cette case" in client.post(step("open_check", identifiant)).content.decode()
    assert Contrat.objects.count() == 1

    client.post(step("open_check", identifiant), {"autre_personne": "on"})
    assert Contrat.objects.count() == 2


def test_a_file_elsewhere_is_announced_without_detail(
    client: Client, identifiant: uuid.UUID, agent_ailleurs: Agent
) -> None:
    twin = make_contrat(by=agent_ailleurs, nom="N’Diaye", prenom="Fatou", sexe="F")

    check = fill(client, identifiant).content.decode()

    assert "Un dossier existe dans une autre direction" in check
    assert twin.numero_cai not in check


@pytest.mark.parametrize("numero", ["", "PAPIER-0001"])
def test_a_double_click_opens_one_file_and_shows_it(client: Client, identifiant: uuid.UUID, numero: str) -> None:
    fill(client, identifiant, numero_cai=numero)
    kept = client.session["ouvertures"]
    first = client.post(step("open_check", identifiant))
    session = client.session
    session["ouvertures"] = kept  # the second click left before the first was answered
    session.save()

    second = client.post(step("open_check", identifiant))

    assert second.headers["Location"] == first.headers["Location"]
    assert client.session["ouvertures"] == {}
    assert Contrat.objects.count() == 1


def test_the_second_of_two_clicks_comes_after_the_answer_and_shows_the_file(
    client: Client, identifiant: uuid.UUID
) -> None:
    fill(client, identifiant)
    first = client.post(step("open_check", identifiant))

    second = client.post(step("open_check", identifiant))

    assert (second.status_code, second.headers["Location"]) == (302, first.headers["Location"])


@pytest.mark.parametrize("name", ["open_person", "open_contract", "open_check"])
def test_a_form_that_opened_a_file_leads_to_it_and_never_fills_again(
    client: Client, identifiant: uuid.UUID, name: str
) -> None:
    fill(client, identifiant)
    client.post(step("open_check", identifiant))

    back = client.get(step(name, identifiant)).content.decode()

    assert "Ce dossier est déjà ouvert" in back
    assert reverse("dossiers:view_file", args=[identifiant]) in back
    assert reverse("dossiers:open_file") in back
    assert 'name="nom"' not in back


def test_another_person_typed_in_a_form_that_served_is_kept_for_a_new_opening(
    client: Client, identifiant: uuid.UUID
) -> None:
    fill(client, identifiant)
    client.post(step("open_check", identifiant))

    answer = client.post(step("open_person", identifiant), {**PERSONNE, "nom": "Sow"})

    assert answer.status_code == 409
    assert "Ce dossier est déjà ouvert" in answer.content.decode()
    assert 'value="Sow"' in client.get(answer.context["url_autre"]).content.decode()
    assert answer.context["url_autre"] != step("open_person", identifiant)
    assert Contrat.objects.get().signataire.nom == "N’Diaye"


def test_a_form_that_opened_a_file_elsewhere_shows_nothing_of_it(
    client: Client, identifiant: uuid.UUID, agent_ailleurs: Agent
) -> None:
    make_contrat(by=agent_ailleurs, identifiant=identifiant)

    answer = client.get(step("open_person", identifiant))

    assert answer.status_code == 409
    assert "Diallo" not in answer.content.decode()


def test_what_was_typed_leaves_the_session_with_the_opening(client: Client, identifiant: uuid.UUID) -> None:
    fill(client, identifiant)
    client.post(step("open_check", identifiant))

    assert client.session["ouvertures"] == {}


def test_who_opens_files_in_two_directions_chooses(
    connect: Connect, agent_ofii: Agent, autre_direction: DirectionTerritoriale, identifiant: uuid.UUID
) -> None:
    add_role(agent_ofii, Role.AGENT_OFII, autre_direction)
    client = connect(agent_ofii)
    assert "Renseignez «\u00a0Direction territoriale\u00a0»" in fill(client, identifiant).content.decode()

    fill(client, identifiant, direction=str(autre_direction.pk))
    client.post(step("open_check", identifiant))

    assert Contrat.objects.get().direction == autre_direction


@pytest.mark.parametrize("role", ["directeur", "correspondant", "conseiller", "responsable", "administrateur"])
@pytest.mark.parametrize("name", ["open_person", "open_contract", "open_check"])
def test_who_does_not_open_files_is_refused_and_the_attempt_journalled(
    connect: Connect, role: str, name: str, identifiant: uuid.UUID, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)

    assert connect(agent).get(step(name, identifiant)).status_code == 403
    assert JournalAcces.objects.get(agent=agent).resultat == "refuse"
