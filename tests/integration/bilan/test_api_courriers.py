"""Letters and their print run through the API: the same services as the pages."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from agents.authentication import create_token
from agents.models import Agent
from bilan import programmation, tirages
from bilan.models import Bilan, Courrier
from core import clock
from tests.factories.transitions import Monde

pytestmark = pytest.mark.django_db
LE = clock.at(date(2010, 5, 9), 10)


@pytest.fixture
def bilan(monde: Monde) -> Bilan:
    bilan = monde.convoque()
    with clock.travel(LE):
        return programmation.postpone(bilan=bilan, motif="decision_office", by=monde.prescripteur)


@pytest.fixture
def program() -> Callable[[Agent], Client]:
    return lambda agent: Client(headers={"Authorization": f"Bearer {create_token(agent, libelle='essai')}"})


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/v1/{path}", body, content_type="application/json")


def test_the_letters_of_a_file_are_listed_and_read(
    monde: Monde, bilan: Bilan, program: Callable[[Agent], Client]
) -> None:
    client = program(monde.prescripteur)
    listed = client.get(f"/api/v1/contrats/{bilan.contrat_id}/courriers/").json()
    assert [row["genre"] for row in listed] == ["report", "convocation"]
    assert "pdf" not in listed[0]
    read = client.get(f"/api/v1/courriers/{listed[0]['id']}/")
    assert read.content == bytes(Courrier.objects.get(genre="report").pdf)


def test_a_letter_that_has_no_subject_is_refused_in_a_sentence(
    monde: Monde, bilan: Bilan, program: Callable[[Agent], Client]
) -> None:
    answer = post(program(monde.prescripteur), f"contrats/{bilan.contrat_id}/courriers/", lettre="suivi")
    assert (answer.status_code, answer.json()["code"]) == (409, "suivi_non_du")
    answer = post(program(monde.prescripteur), f"contrats/{bilan.contrat_id}/courriers/", lettre="report")
    assert (answer.status_code, list(answer.json()["champs"])) == (422, ["lettre"])


def test_a_day_is_printed_by_a_program(monde: Monde, bilan: Bilan, program: Callable[[Agent], Client]) -> None:
    client = program(monde.prescripteur)
    with clock.travel(LE):
        asked = post(client, "tirages/", jour="2010-05-09", direction="75")
        assert (asked.status_code, asked.json()["total"]) == (202, 1)
        run = asked.json()["id"]
        assert post(client, f"tirages/{run}/fichier/").json()["code"] == "tirage_sans_fichier"
        tirages.work(run)
        assert client.get(f"/api/v1/tirages/{run}/").json()["etat"] == "pret"
        assert post(client, f"tirages/{run}/fichier/").content.startswith(b"%PDF")
        again = post(client, "tirages/", jour="2010-05-09", direction="75")
    assert (again.status_code, again.json()["code"]) == (409, "rien_a_imprimer")
