"""The same form sent twice, the same call made twice: one effect, and the same answer."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from agents.authentication import create_token
from agents.models import Agent
from bilan.models import Bilan, Seance
from bilan.states import Etat
from core import clock
from core.models import Evenement, Soumission
from core.soumissions import _of_form
from core.tasks import forget_submissions
from tests.factories.conduite import JOUR, advance
from tests.factories.transitions import APRES_MIDI, Monde

pytestmark = pytest.mark.django_db
TOKEN = "5b1f7c1e-0c55-4a3e-8a52-8f3a4c0d7f10"
COMMENCE = {"phase": "phase_preliminaire", "texte": "", "jour": "10/05/2010", "minutes": "20"}


@pytest.fixture(autouse=True)
def l_apres_midi() -> Iterator[None]:
    with clock.travel(APRES_MIDI):
        yield


@pytest.fixture
def bilan(monde: Monde) -> Bilan:
    return advance(monde.convoque(), Etat.PHASE_PRELIMINAIRE)


@pytest.fixture
def adviser(connect: Callable[[Agent], Client], monde: Monde) -> Client:
    return connect(monde.conseiller)


@pytest.fixture
def program(monde: Monde) -> Client:
    return Client(headers={"Authorization": f"Bearer {create_token(monde.conseiller, libelle='essai')}"})


def send(client: Client, bilan: Bilan, **changes: str) -> Any:
    address = reverse("bilan:record_work", args=[bilan.pk])
    return client.post(address, {**COMMENCE, "soumission": TOKEN, **changes})


def call(client: Client, bilan: Bilan, key: str = TOKEN, **changes: Any) -> Any:
    body = {"jour": str(JOUR), "minutes": 20, **changes}
    address = reverse("api:seances", args=[bilan.pk])
    return client.post(address, body, content_type="application/json", headers={"Idempotency-Key": key})


# --- pages -------------------------------------------------------------------------------------------


def test_every_form_of_a_page_carries_a_token_of_its_own(adviser: Client, bilan: Bilan) -> None:
    page = adviser.get(reverse("bilan:voir_bilan", args=[bilan.pk])).content.decode()
    tokens = re.findall(r'name="soumission" value="([0-9a-f-]{36})"', page)
    assert len(tokens) == len(set(tokens)) == page.count("csrfmiddlewaretoken") > 1


def test_a_form_sent_twice_is_done_once_and_leads_to_the_same_page(adviser: Client, bilan: Bilan) -> None:
    first, second = send(adviser, bilan), send(adviser, bilan)
    assert Seance.objects.filter(bilan=bilan, minutes=20).count() == 1
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert "enregistré une seule fois" in adviser.get(second["Location"]).content.decode()


def test_a_form_corrected_and_sent_again_is_another_one(adviser: Client, bilan: Bilan) -> None:
    send(adviser, bilan)
    send(adviser, bilan, minutes="25")
    assert sorted(Seance.objects.filter(bilan=bilan).values_list("minutes", flat=True)) == [20, 25]


def test_the_same_answers_in_a_new_form_are_done_again(adviser: Client, bilan: Bilan) -> None:
    send(adviser, bilan)
    send(adviser, bilan, soumission=str(uuid.uuid4()))
    assert Seance.objects.filter(bilan=bilan, minutes=20).count() == 2


@pytest.mark.parametrize("old", ["", "é", "x" * 65])
def test_a_page_without_a_good_token_still_works(adviser: Client, bilan: Bilan, old: str) -> None:
    assert send(adviser, bilan, soumission=old).status_code == 302
    assert Seance.objects.filter(bilan=bilan).count() == 1
    assert not Soumission.objects.exists()


def test_what_was_refused_may_be_sent_again_as_it_is(adviser: Client, bilan: Bilan) -> None:
    with clock.travel(clock.at(JOUR - timedelta(days=1), 9)):
        assert send(adviser, bilan).status_code != 302
    assert not Soumission.objects.exists()
    assert send(adviser, bilan).status_code == 302
    assert Seance.objects.filter(bilan=bilan).count() == 1


def test_another_agent_with_the_same_token_is_somebody_else(
    adviser: Client, bilan: Bilan, connect: Callable[[Agent], Client], agent_ailleurs: Agent
) -> None:
    send(adviser, bilan)
    assert send(connect(agent_ailleurs), bilan).status_code == 404


def test_a_copy_is_counted_once_and_its_second_sending_says_what_to_do(adviser: Client, monde: Monde) -> None:
    bilan = advance(monde.convoque(), Etat.SYNTHESE_PRESENTEE)
    address = reverse("bilan:print_for_signature", args=[bilan.pk])
    first, second = (adviser.post(address, {"soumission": TOKEN}) for _ in range(2))
    assert (first.status_code, first["Content-Type"]) == (200, "application/pdf")
    assert second.status_code == 409
    assert "rechargez la page" in second.content.decode()
    assert Evenement.objects.filter(nom="bilan.synthese_imprimee").count() == 1
    assert adviser.post(address, {"soumission": str(uuid.uuid4())}).status_code == 200


def test_what_writes_nothing_may_be_asked_for_again_and_again(
    connect: Callable[[Agent], Client], agent_ofii: Agent
) -> None:
    client = connect(agent_ofii)
    for _ in range(2):
        assert client.post(reverse("dossiers:search"), {"q": "Diallo", "soumission": TOKEN}).status_code == 302
    assert client.session["recherche"] == "Diallo"
    assert not Soumission.objects.exists()


def test_a_failure_leaves_nothing_of_the_act_nor_of_its_token(
    adviser: Client, bilan: Bilan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    adviser.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("bilan.views_conduite.redirect", _fail)
        assert send(adviser, bilan).status_code == 500
    assert not Seance.objects.filter(bilan=bilan).exists()
    assert send(adviser, bilan).status_code == 302


def test_two_documents_of_the_same_name_are_two_sendings(rf: RequestFactory, agent_ofii: Agent) -> None:
    def _sent(content: bytes) -> str:
        request = rf.post("/", {"soumission": TOKEN, "fichier": SimpleUploadedFile("piece.pdf", content)})
        request.user = agent_ofii
        envoi = _of_form(request)
        assert envoi is not None
        assert request.FILES["fichier"].read() == content
        return envoi.cle

    assert _sent(b"a") == _sent(b"a") != _sent(b"b")


def test_logging_in_is_never_answered_from_memory(client: Client, agent_ofii: Agent) -> None:
    agent_ofii.set_password("une phrase assez longue")
    agent_ofii.save()
    typed = {"username": agent_ofii.email, "password": "une phrase assez longue", "soumission": TOKEN}
    for browser in (client, Client()):
        assert browser.post(reverse("agents:connexion"), typed).status_code == 302
        assert "_auth_user_id" in browser.session


# --- the API -----------------------------------------------------------------------------------------


def test_a_call_made_twice_with_its_key_is_done_once_and_answered_the_same(program: Client, bilan: Bilan) -> None:
    first, second = call(program, bilan), call(program, bilan)
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code == 201
    assert Seance.objects.filter(bilan=bilan).count() == 1


def test_a_key_that_served_another_demand_is_refused(program: Client, bilan: Bilan) -> None:
    call(program, bilan)
    again = call(program, bilan, minutes=25)
    assert (again.status_code, again.json()["code"]) == (409, "cle_deja_servie")
    assert Seance.objects.filter(bilan=bilan).count() == 1


def test_a_refused_call_may_be_made_again_with_its_key(program: Client, bilan: Bilan) -> None:
    assert call(program, bilan, minutes=0).status_code == 422
    assert call(program, bilan).status_code == 201


def test_a_key_that_is_none_is_told_at_its_header(program: Client, bilan: Bilan) -> None:
    refused = call(program, bilan, key="deux mots")
    assert refused.status_code == 422
    assert "Idempotency-Key" in refused.json()["champs"]


def test_without_a_known_caller_a_key_opens_nothing(program: Client, bilan: Bilan) -> None:
    call(program, bilan)
    assert call(Client(headers={"Authorization": "Bearer cai_inconnu"}), bilan).status_code == 401


# --- the rows ----------------------------------------------------------------------------------------


def test_a_row_quotes_nothing_of_what_was_sent(program: Client, bilan: Bilan) -> None:
    call(program, bilan)
    row = Soumission.objects.get()
    assert len(row.cle) == len(row.empreinte) == 64
    with connection.cursor() as cursor:
        cursor.execute("SELECT reponse FROM core_soumission")
        assert b"minutes" not in bytes(cursor.fetchone()[0])
    assert TOKEN not in str(row.__dict__.values())


def test_rows_are_forgotten_after_a_day() -> None:
    for hours in (23, 25):
        row = Soumission.objects.create(cle=str(hours), empreinte="", statut=302)
        Soumission.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(hours=hours))
    assert forget_submissions() == 1
    assert Soumission.objects.get().cle == "23"


def test_waiting_too_long_for_the_first_says_to_try_again(
    adviser: Client, bilan: Bilan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _give_up(*_: Any) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '5ms'")
            cursor.execute("SELECT pg_sleep(2)")
        return True

    monkeypatch.setattr("core.soumissions._claim", _give_up)
    answer = send(adviser, bilan)
    assert answer.status_code == 503
    assert "Recommencez dans un instant" in answer.content.decode()
