"""Several transmissions started again at once: each on its own, each with its answer, page and API alike."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from core.errors import Forbidden, InvalidInput
from core.models import Evenement, JournalAcces
from poleemploi import relances, services
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.factories.agents import add_role, make_agent
from tests.factories.transmissions import make_transmission

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Connect = Callable[[Agent], Client]
Make = Callable[..., Transmission]
PAGE, REPONSES = reverse("poleemploi:requeue_many"), reverse("poleemploi:view_requeued")


@pytest.fixture
def make(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Make:
    """A transmission in a state, as if it had been tried."""

    def _make(etat: T = T.ECHEC_DEFINITIF, **changes: Any) -> Transmission:
        row = make_transmission(direction, prescripteur, conseiller)
        code = "NUMERO_CAI_INCONNU" if etat == T.REJETEE else ""
        now = timezone.now()
        tried = {"premier_essai_at": now, "nombre_essais": 1, "termine_at": now, "erreur_code": code}
        Transmission.objects.filter(pk=row.pk).update(etat=etat, **{**tried, **changes})
        return row

    return _make


def state_of(row: Transmission) -> str:
    return str(Transmission.objects.values_list("etat", flat=True).get(pk=row.pk))


def relaunched_by(row: Transmission) -> list[uuid.UUID]:
    return list(Evenement.objects.filter(nom="transmission.relancee", cible_id=row.pk).values_list("par", flat=True))


@pytest.mark.rule("F.1-relance")
def test_each_is_answered_and_what_one_refuses_takes_nothing_from_the_others(correspondant: Agent, make: Make) -> None:
    failed, refused, uncertain, unknown = make(), make(T.REJETEE), make(T.INCERTAINE), uuid.uuid4()
    asked = [refused.pk, failed.pk, unknown, uncertain.pk, failed.pk]
    answers = relances.requeue_many(identifiants=asked, by=correspondant)
    assert [(one.pk, one.faite, one.etat, one.code) for one in answers] == [
        (refused.pk, False, T.REJETEE, "transmission_non_relancable"),
        (failed.pk, True, T.INCERTAINE, ""),
        (unknown, False, "", "introuvable"),
        (uncertain.pk, True, T.INCERTAINE, ""),
    ]
    assert "jamais renvoyée telle quelle" in answers[0].phrase
    assert relaunched_by(failed) == relaunched_by(uncertain) == [correspondant.pk]
    assert relaunched_by(refused) == []
    lines = JournalAcces.objects.filter(action="relancer_transmission", resultat=JournalAcces.Resultat.REFUSE)
    assert set(lines.values_list("objet_id", flat=True)) == {str(refused.pk), str(unknown)}


def test_one_that_is_being_looked_up_waits_for_its_answer(correspondant: Agent, make: Make) -> None:
    leased = make(T.INCERTAINE, bail_jusqua=timezone.now() + timedelta(seconds=20))
    (answer,) = relances.requeue_many(identifiants=[leased.pk], by=correspondant)
    assert "en ce moment" in answer.phrase


def test_one_message_wakes_the_worker_up_whatever_the_number(
    correspondant: Agent, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("core.doorbell.ring_on_commit", lambda task, *identifiers, expires: rung.append(task))
    rows = [make(), make()]
    rung.clear()
    relances.requeue_many(identifiants=[row.pk for row in rows], by=correspondant)
    assert rung == ["poleemploi.balayer"]


def test_once_the_database_has_given_up_waiting_the_rest_are_not_tried(
    correspondant: Agent, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, start_again, tried = [make(), make(), make()], services.start_again, []

    def second_is_held(*, transmission: Transmission, by: Agent) -> Transmission:
        tried.append(transmission.pk)
        with transaction.atomic(), connection.cursor() as cursor:
            if len(tried) == 2:
                cursor.execute("SET LOCAL statement_timeout = '5ms'")
                cursor.execute("SELECT pg_sleep(2)")
            return start_again(transmission=transmission, by=by)

    monkeypatch.setattr("poleemploi.services.start_again", second_is_held)
    answers = relances.requeue_many(identifiants=[row.pk for row in rows], by=correspondant)
    assert sorted(one.code for one in answers) == ["", "serveur_occupe", "serveur_occupe"]
    assert len(tried) == 2
    assert sorted(map(state_of, rows)) == [T.ECHEC_DEFINITIF, T.ECHEC_DEFINITIF, T.INCERTAINE]


@pytest.mark.rule("F.1-relance")
@pytest.mark.parametrize("number", [0, 51])
def test_one_at_least_and_fifty_at_most(correspondant: Agent, number: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        relances.requeue_many(identifiants=[uuid.uuid4() for _ in range(number)], by=correspondant)
    assert "transmissions" in refusal.value.fields


def test_nobody_starts_again_what_they_may_not(
    directeur: Agent, autre_direction: DirectionTerritoriale, make: Make
) -> None:
    row = make()
    with pytest.raises(Forbidden):
        relances.requeue_many(identifiants=[row.pk], by=directeur)
    elsewhere = make_agent(Role.CORRESPONDANT_OFII, autre_direction)
    assert [one.code for one in relances.requeue_many(identifiants=[row.pk], by=elsewhere)] == ["introuvable"]
    assert state_of(row) == T.ECHEC_DEFINITIF


def test_who_follows_the_exchange_elsewhere_learns_nothing_of_a_file_they_may_open(
    prescripteur: Agent, autre_direction: DirectionTerritoriale, make: Make
) -> None:
    row = make(T.REJETEE)
    add_role(prescripteur, Role.CORRESPONDANT_OFII, autre_direction)
    both = Agent.objects.get(pk=prescripteur.pk)
    assert Transmission.objects.visible_to(both).exists()
    (answer,) = relances.requeue_many(identifiants=[row.pk], by=both)
    assert (answer.etat, answer.code) == ("", "introuvable")


# --- the page -----------------------------------------------------------------------------------


def test_the_list_offers_to_tick_what_can_be_started_again_and_nothing_else(
    connect: Connect, correspondant: Agent, directeur: Agent, make: Make
) -> None:
    failed, refused = make(), make(T.REJETEE)
    page = connect(correspondant).get(reverse("poleemploi:list_transmissions")).content.decode()
    assert f'value="{failed.pk}"' in page
    assert f'value="{refused.pk}"' not in page
    assert "Relancer les transmissions cochées" in page
    assert reverse("dossiers:view_file", args=[refused.bilan.contrat_id]) in page
    page = connect(directeur).get(reverse("poleemploi:list_transmissions")).content.decode()
    assert str(failed.pk) in page
    assert "Relancer les transmissions cochées" not in page


def test_the_chosen_are_shown_ticked_then_answered_row_by_row(
    connect: Connect, correspondant: Agent, make: Make
) -> None:
    failed, refused, client = make(), make(T.REJETEE), connect(correspondant)
    question = client.get(PAGE, {"transmissions": [failed.pk, refused.pk, "n’importe quoi"]})
    assert question.context["form"].initial["transmissions"] == [str(failed.pk)], "a refused one is not offered"
    answer = client.post(PAGE, {"transmissions": [failed.pk, refused.pk]})
    assert (answer.status_code, answer["Location"]) == (302, REPONSES)
    text = client.get(REPONSES).content.decode()
    assert "1 prise en compte, 1 refusée." in " ".join(text.split())
    assert "jamais renvoyée telle quelle" in text
    assert state_of(failed) == T.INCERTAINE


def test_a_form_without_a_tick_shows_the_same_rows_again(connect: Connect, correspondant: Agent, make: Make) -> None:
    failed, client = make(), connect(correspondant)
    page = client.post(f"{PAGE}?filtre=echecs&transmissions={failed.pk}")
    assert page.status_code == 200
    assert page.context["form"].errors == {"transmissions": ["Cochez au moins une transmission."]}
    assert str(failed.pk) in page.content.decode()
    assert page.context["annuler_url"].endswith("?filtre=echecs")


def test_uncertain_ones_are_searched_for_and_not_sent_again(connect: Connect, correspondant: Agent, make: Make) -> None:
    uncertain, client = (
        make(T.INCERTAINE, prochain_essai_at=timezone.now() + timedelta(hours=1)),
        connect(correspondant),
    )
    page = client.get(reverse("poleemploi:list_transmissions"), {"filtre": "incertaines"})
    assert '<input type="hidden" name="filtre" value="incertaines">' in page.content.decode()
    assert "Rechercher les transmissions cochées" in page.content.decode()
    assert "Rechercher des transmissions" in client.get(page.context["tout_relancer"]).content.decode()
    client.post(page.context["tout_relancer"], {"transmissions": [uncertain.pk]})
    uncertain.refresh_from_db()
    assert (uncertain.etat, uncertain.prochain_essai_at <= timezone.now()) == (T.INCERTAINE, True)


def test_the_same_form_sent_twice_takes_effect_once(connect: Connect, correspondant: Agent, make: Make) -> None:
    failed, client = make(), connect(correspondant)
    form = {"transmissions": [failed.pk], "soumission": "jeton-du-formulaire"}
    assert [client.post(PAGE, form)["Location"] for _ in range(2)] == [REPONSES, REPONSES]
    assert len(relaunched_by(failed)) == 1
    assert "1 prise en compte." in " ".join(client.get(REPONSES).content.decode().split())


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_ticked_leads_back_to_the_list(
    connect: Connect, correspondant: Agent, reference_tables: None, method: str
) -> None:
    page = getattr(connect(correspondant), method)(PAGE, follow=True)
    assert "Cochez au moins une transmission" in page.content.decode()
    assert connect(correspondant).get(REPONSES).status_code == 200, "and there is no answer to show yet"


def test_the_question_and_the_answers_cost_the_same_whatever_their_number(
    connect: Connect, correspondant: Agent, make: Make, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, rows = connect(correspondant), [make()]
    client.get(PAGE, {"transmissions": [rows[0].pk]})  # the session and the channel have their rows now
    for _ in range(2):
        rows += [make(), make()]
        asked = {"transmissions": [row.pk for row in rows]}
        with django_assert_num_queries(5):  # session, agent, rows, channel, oldest due
            client.get(PAGE, asked)
        client.post(PAGE, asked)
        with django_assert_num_queries(5):
            client.get(REPONSES)


# --- the API ------------------------------------------------------------------------------------


def call(agent: Agent, body: dict[str, Any]) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {create_token(agent, libelle='essai')}"}
    answer = Client(headers=headers).post("/api/v1/transmissions/relances/", body, content_type="application/json")
    return answer.status_code, answer.json()


def test_the_api_answers_row_by_row_in_the_order_asked(correspondant: Agent, make: Make) -> None:
    failed, refused = make(), make(T.REJETEE)
    status, body = call(correspondant, {"transmissions": [str(refused.pk), str(failed.pk)]})
    assert status == 200
    told = [(one["id"], one["relancee"], one["etat"]) for one in body["reponses"]]
    assert told == [(str(refused.pk), False, T.REJETEE), (str(failed.pk), True, T.INCERTAINE)]


def test_the_api_is_bounded_and_reserved(correspondant: Agent, directeur: Agent) -> None:
    assert call(correspondant, {"transmissions": [str(uuid.uuid4()) for _ in range(51)]})[0] == 422
    assert call(correspondant, {"transmissions": []})[0] == 422
    assert call(directeur, {"transmissions": [str(uuid.uuid4())]})[0] == 403
