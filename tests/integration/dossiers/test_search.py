"""Finding a file: number, name however it is written, birth date; never beyond one's territory."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse_lazy

from agents.models import Agent
from cai.models import Contrat
from dossiers.selectors import RESULTATS_MAX, search_files
from tests.factories.cai import make_contrat

Connect = Callable[[Agent], Client]
SEARCH = reverse_lazy("dossiers:search")


@pytest.fixture
def ndiaye(agent_ofii: Agent) -> Contrat:
    return make_contrat(
        by=agent_ofii,
        nom="N’Diaye",
        prenom="Fatou",
        sexe="F",
        date_naissance=date(1975, 2, 3),
        numero_cai="PAPIER-0042",
    )


def found(agent: Agent, text: str) -> list[str]:
    return [trouve.contrat.signataire.nom for trouve in search_files(agent, text).trouves]


def near(agent: Agent, text: str) -> list[str]:
    return [proche.contrat.signataire.nom for proche in search_files(agent, text).proches]


@pytest.mark.parametrize(
    "text",
    ["PAPIER-0042", "papier-0042", "PAPIER-00", "n’diaye", "N'DIAYE", "ndiaye", "n diaye", "Fatou N’Diaye",
     "N’Diaye Fatou", "fatou ndiaye", "Fàtou", "diaye", "Ndiay", "3/2/1975", "03021975"],
)  # fmt: skip
def test_a_file_is_found_however_one_writes(agent_ofii: Agent, contrat: Contrat, ndiaye: Contrat, text: str) -> None:
    assert found(agent_ofii, text) == ["N’Diaye"]


@pytest.mark.parametrize("text", ["diallo", "75-2010-000001", "MAMADOU"])
def test_what_is_typed_as_written_finds_one_file_and_no_other(
    agent_ofii: Agent, contrat: Contrat, ndiaye: Contrat, text: str
) -> None:
    assert found(agent_ofii, text) == ["Diallo"]
    assert near(agent_ofii, text) == []


@pytest.mark.parametrize("text", ["000001", "2010-000", "2010000", "75 2010 000001", "75\u201020", "75"])
def test_a_part_of_a_number_finds_the_file(agent_ofii: Agent, contrat: Contrat, ndiaye: Contrat, text: str) -> None:
    assert contrat.numero_cai == "75-2010-000001"
    assert found(agent_ofii, text) == ["Diallo"]


@pytest.mark.parametrize(
    ("text", "numeros"),
    [
        ("77", ["77-2010-000300", "75-2010-000077", "75-2010-000177"]),
        ("177", ["75-2010-000177"]),
        ("7", ["75-2010-000077", "75-2010-000177", "77-2010-000300"]),
        ("01", []),
    ],
)
def test_two_characters_are_the_end_or_the_beginning_of_a_number_and_never_its_middle(
    agent_ofii: Agent, text: str, numeros: list[str]
) -> None:
    for numero in ("75-2010-000177", "77-2010-000300", "75-2010-000077"):
        make_contrat(by=agent_ofii, numero_cai=numero)

    assert [trouve.contrat.numero_cai for trouve in search_files(agent_ofii, text).trouves] == numeros


def test_numbers_that_begin_so_come_before_those_that_hold_it(agent_ofii: Agent) -> None:
    make_contrat(by=agent_ofii, nom="Sow", numero_cai="11-2010-0044")
    make_contrat(by=agent_ofii, nom="Ba", numero_cai="2010-0044")

    assert found(agent_ofii, "2010-0044") == ["Ba", "Sow"]


@pytest.mark.parametrize(
    ("nom", "text"),
    [("N’Guessan", "ngessan"), ("Diallo", "dialo"), ("Diallo", "Dialo Mamadu"), ("Coulibaly", "koulibali"),
     ("Sissoko", "cissoko mamadou"), ("d’Estienne", "destiene")],
)  # fmt: skip
def test_another_spelling_is_a_second_choice(agent_ofii: Agent, nom: str, text: str) -> None:
    make_contrat(by=agent_ofii, nom=nom)
    make_contrat(by=agent_ofii, nom="Rodrigues", prenom="Paula", sexe="F")

    assert found(agent_ofii, text) == []
    assert near(agent_ofii, text) == [nom]


def test_other_spellings_are_not_proposed_beside_enough_files(
    agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nom in ("Diallo", "Dialo"):
        make_contrat(by=agent_ofii, nom=nom)
    assert near(agent_ofii, "diallo") == ["Dialo"]

    monkeypatch.setattr("dossiers.selectors.ASSEZ", 1)

    assert near(agent_ofii, "diallo") == []


def test_other_spellings_stop_at_the_border_of_the_territory(agent_ailleurs: Agent, ndiaye: Contrat) -> None:
    assert near(agent_ailleurs, "ndiayé fatoo") == []


def test_other_spellings_are_shown_under_their_own_heading(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    text = connect(agent_ofii).post(SEARCH, {"q": "dialo"}, follow=True).content.decode()

    assert "Noms proches" in text
    assert "Aucun dossier à ce nom exactement" in text
    assert "Mamadou Diallo" in text


@pytest.mark.parametrize("text", ["ngessan", "diallo", "75-2010"])
def test_a_search_asks_a_fixed_number_of_questions(
    agent_ofii: Agent, django_assert_max_num_queries: Callable[..., Any], text: str
) -> None:
    for nom in ("N’Guessan", "Diallo", "Diallo"):
        make_contrat(by=agent_ofii, nom=nom)
    agent_ofii.places  # noqa: B018  # read once a request

    with django_assert_max_num_queries(7):
        search_files(agent_ofii, text)


@pytest.mark.parametrize("text", ["Nguyen", "01/01/1990", "99-2010-1", "’", "%", "_", "' OR 1=1 --", "漢字"])
def test_what_nobody_bears_finds_nothing(agent_ofii: Agent, contrat: Contrat, text: str) -> None:
    assert found(agent_ofii, text) == []


def test_nothing_typed_shows_the_latest_files(agent_ofii: Agent, contrat: Contrat, ndiaye: Contrat) -> None:
    assert found(agent_ofii, "  ") == ["N’Diaye", "Diallo"]


def test_the_closest_name_comes_first(agent_ofii: Agent) -> None:
    for nom in ("Diallowa", "Diallo"):
        make_contrat(by=agent_ofii, nom=nom)

    assert found(agent_ofii, "Diallo") == ["Diallo", "Diallowa"]


@pytest.mark.parametrize("text", ["PAPIER-0042", "N’Diaye", "03/02/1975", ""])
def test_another_territory_finds_nothing(agent_ailleurs: Agent, ndiaye: Contrat, text: str) -> None:
    assert found(agent_ailleurs, text) == []


def test_too_many_results_are_cut_and_said(agent_ofii: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dossiers.selectors.RESULTATS_MAX", 2)
    for _ in range(3):
        make_contrat(by=agent_ofii)

    results = search_files(agent_ofii, "Diallo")

    assert RESULTATS_MAX > 2
    assert (len(results.trouves), results.tronque) == (2, True)


def test_the_page_tells_two_people_apart(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    text = connect(agent_ofii).post(SEARCH, {"q": "diallo"}, follow=True).content.decode()

    for told in ("Mamadou Diallo", "01/07/1980", "Mali", contrat.numero_cai, "Exemption à évaluer"):
        assert told in text


def test_a_search_as_you_type_answers_the_results_alone(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    answer = connect(agent_ofii).post(SEARCH, {"q": "dia"}, headers={"HX-Request": "true"})

    assert "<html" not in answer.content.decode()
    assert "Mamadou Diallo" in answer.content.decode()


def test_the_words_of_a_search_never_stand_in_an_address(
    connect: Connect, agent_ofii: Agent, contrat: Contrat, ndiaye: Contrat
) -> None:
    client = connect(agent_ofii)

    answer = client.post(SEARCH, {"q": "diallo"})

    assert (answer.status_code, answer.headers["Location"]) == (302, str(SEARCH))
    again = client.get(SEARCH).content.decode()
    assert 'value="diallo"' in again
    assert "Mamadou Diallo" in again
    assert "N’Diaye" not in again
    assert 'method="get"' not in again
    assert "hx-get" not in again


def test_words_in_the_address_are_not_read_but_refused_and_dropped(
    connect: Connect, agent_ofii: Agent, contrat: Contrat, ndiaye: Contrat
) -> None:
    answer = connect(agent_ofii).get(SEARCH, {"q": "diallo"}, follow=True)

    assert answer.redirect_chain == [(str(SEARCH), 302)]
    assert answer.context["q"] == ""
    page = answer.content.decode()
    assert "Une recherche ne s’écrit pas dans l’adresse" in page
    assert "N’Diaye" in page


def test_the_last_search_is_forgotten_with_the_session(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    client.post(SEARCH, {"q": "diallo"})
    client.post(reverse_lazy("agents:deconnexion"))

    assert "diallo" not in connect(agent_ofii).get(SEARCH).content.decode()


def test_a_search_needs_the_token_of_its_page(agent_ofii: Agent) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent_ofii)

    assert client.post(SEARCH, {"q": "diallo"}).status_code == 403


@pytest.mark.parametrize("text", ["x" * 5000, "\x00diallo", "<script>alert(1)</script>", "‮diallo"])
def test_a_nasty_search_is_answered_inert(connect: Connect, agent_ofii: Agent, text: str) -> None:
    answer = connect(agent_ofii).post(SEARCH, {"q": text}, follow=True)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("role", ["conseiller", "responsable", "administrateur"])
def test_who_sees_no_file_searches_none(connect: Connect, role: str, request: pytest.FixtureRequest) -> None:
    assert connect(request.getfixturevalue(role)).get(SEARCH).status_code == 403
