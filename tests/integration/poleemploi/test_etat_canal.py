"""The channel in words: for who follows the exchange, and for those whom a pause concerns."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan
from poleemploi.ensemble import counts
from poleemploi.etat_canal import Marche, age, channel_state, is_announced, pause_for, pause_of
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.states import EtatTransmission, MotifPause
from tests.factories.transmissions import make_transmission

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Connect = Callable[[Agent], Client]
MINUTE = timedelta(minutes=1)
SUSPENDUS = "Envois à Pôle emploi suspendus"


def pause(motif: MotifPause = MotifPause.PANNE, *, since: float = 10, until: float = 5) -> None:
    """The channel, paused ``since`` minutes ago for ``until`` more."""
    now = timezone.now()
    row = {"pause_depuis": now - since * MINUTE, "pause_jusqua": now + until * MINUTE, "pause_motif": motif}
    Canal.objects.update_or_create(pk=1, defaults=row)


# --- the state ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_open_channel_asks_nothing_of_anybody() -> None:
    state = channel_state()
    assert (state.marche, state.faits, state.en_retard) == (Marche.OUVERT, [], False)
    assert "Aucun n’attend" in state.phrase


def test_a_row_that_no_worker_takes_is_said_to_be_late(transmission: Transmission) -> None:
    Transmission.objects.update(prochain_essai_at=timezone.now() - 3 * MINUTE)
    assert "soit 3\u00a0min" in channel_state().phrase
    Transmission.objects.update(prochain_essai_at=timezone.now() - 190 * MINUTE)
    state = channel_state()
    assert state.en_retard
    assert "soit 3\u00a0h\u00a010. Prévenez le support." in state.phrase
    times = {"ouverte_at": timezone.now(), "fermee_at": timezone.now()}
    Tentative.objects.create(transmission=transmission, numero=1, operation="depot", issue="incertain", **times)
    state = channel_state()
    assert not state.en_retard, "the queue is long, that is all"
    assert "ils sont nombreux" in state.phrase


@pytest.mark.parametrize("motif", list(MotifPause))
def test_a_pause_says_since_when_until_when_why_and_what_ends_it(transmission: Transmission, motif: MotifPause) -> None:
    pause(motif, since=37)
    state = channel_state()
    told = dict(state.faits)
    assert state.marche is Marche.EN_PAUSE
    assert "il y a 37\u00a0min" in told["Suspendus depuis"]
    assert told["Pourquoi"] == motif.label
    assert ("support" in told["Ce qui les fera reprendre"]) is (motif is MotifPause.COMPTE)
    assert {"Prochain essai", "Le plus ancien attend"} <= told.keys()


@pytest.mark.django_db
def test_a_pause_that_is_over_is_not_yet_an_open_channel() -> None:
    pause(until=-1)
    state = channel_state()
    assert state.marche is Marche.REPRISE
    assert not state.annonce
    assert "Prochain essai" not in dict(state.faits)
    pause()
    Canal.objects.update(sonde_jusqua=F("pause_jusqua"))
    assert channel_state().marche is Marche.REPRISE, "the request that goes first is on its way"


def test_a_pause_that_nobody_ends_is_said_to_be_late(transmission: Transmission) -> None:
    pause(since=60, until=-15.1)
    state = channel_state()
    assert (state.marche, state.en_retard) == (Marche.REPRISE, True)
    assert "devraient avoir repris" in state.phrase
    Transmission.objects.update(prochain_essai_at=timezone.now() + MINUTE)
    assert not channel_state().en_retard, "nothing is due: nothing can go first"


@pytest.mark.django_db
def test_a_sender_switched_off_says_so_before_anything_else(settings: Settings) -> None:
    settings.EMETTEUR_ACTIF = False
    pause()
    state = channel_state()
    assert state.marche is Marche.ARRETE
    assert "arrêtés ici" in state.phrase


@pytest.mark.rule("F.1-pause-dite")
@pytest.mark.parametrize(
    ("since", "until", "announced"),
    [
        (0, 1.9, False),  # it will be over before anybody has read of it
        (0, 2, True),  # it is known from the start to last
        (1.5, 0.4, False),
        (1.5, 0.5, True),
        (30, 0.1, True),
        (30, -0.9, True),  # the request that goes first is on its way
        (30, -1, False),
    ],
)
def test_only_a_pause_of_two_minutes_is_announced(since: float, until: float, announced: bool) -> None:
    now = timezone.now()
    assert is_announced(now - since * MINUTE, now + until * MINUTE, now) is announced


@pytest.mark.parametrize(
    ("waited", "told"),
    [
        (timedelta(seconds=59), "moins d’une minute"),
        (timedelta(minutes=59, seconds=59), "59\u00a0min"),
        (timedelta(hours=47, minutes=59), "47\u00a0h\u00a059"),
        (timedelta(hours=48), "2\u00a0jours"),
    ],
)
def test_a_wait_is_told_in_the_unit_that_fits_it(waited: timedelta, told: str) -> None:
    now = timezone.now()
    assert age(now - waited, now) == told


# --- those whom a pause concerns ----------------------------------------------------------------


@pytest.mark.rule("F.1-pause-dite")
@pytest.mark.parametrize(
    ("role", "told", "follows"),
    [
        ("agent_ofii", True, False),
        ("prescripteur", True, False),
        ("conseiller", True, False),
        ("correspondant", True, True),
        ("directeur", True, True),
        ("responsable", False, False),
        ("administrateur", False, False),
        ("agent_ailleurs", False, False),
    ],
)
def test_a_pause_is_told_to_those_whose_files_wait(
    connect: Connect, transmission: Transmission, request: pytest.FixtureRequest, role: str, told: bool, follows: bool
) -> None:
    pause()
    text = connect(request.getfixturevalue(role)).get(reverse("dossiers:bureau")).content.decode()
    assert (SUSPENDUS in text) is told
    assert ('role="status"' in text and "les accords et les retraits s’enregistrent" in text) is told
    assert ("Voir les transmissions" in text) is follows


@pytest.mark.parametrize("without", ["open", "short", "nothing waits"], ids=lambda text: text.replace(" ", "_"))
def test_there_is_no_banner_without_a_lasting_pause_or_a_row_that_waits(
    connect: Connect, conseiller: Agent, transmission: Transmission, without: str
) -> None:
    if without != "open":
        pause(since=1, until=0.5 if without == "short" else 9)
    if without == "nothing waits":
        Transmission.objects.update(etat=T.REJETEE, erreur_code="REFUS")
    for url in (reverse("dossiers:bureau"), reverse("bilan:voir_bilan", args=[transmission.bilan_id])):
        assert SUSPENDUS not in connect(conseiller).get(url).content.decode()


def test_the_pages_of_a_file_tell_it_to_the_agent_and_to_the_adviser(
    connect: Connect, agent_ofii: Agent, conseiller: Agent, transmission: Transmission
) -> None:
    pause()
    bilan = transmission.bilan
    for agent, page in (
        (agent_ofii, reverse("dossiers:view_file", args=[bilan.contrat_id])),
        (conseiller, reverse("bilan:voir_bilan", args=[bilan.pk])),
        (conseiller, reverse("poleemploi:collect_consents", args=[bilan.pk])),
    ):
        assert SUSPENDUS in connect(agent).get(page).content.decode(), page


def test_the_banner_costs_one_query_and_none_to_whom_it_never_concerns(
    transmission: Transmission, conseiller: Agent, responsable: Agent, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pause()
    assert all(agent.places for agent in (conseiller, responsable)), "read once a request, by the log-in"
    bilan = Bilan.objects.select_related("contrat").get(pk=transmission.bilan_id)
    with django_assert_num_queries(1):
        assert pause_for(conseiller)
    with django_assert_num_queries(1):
        assert pause_of(bilan, conseiller)
    with django_assert_num_queries(0):
        assert pause_for(responsable) is pause_of(bilan, responsable) is None


# --- what is not over ---------------------------------------------------------------------------


def test_every_kind_is_counted_with_its_oldest_up_to_a_bound(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    correspondant: Agent,
    agent_ailleurs: Agent,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = [make_transmission(direction, prescripteur, conseiller) for _ in range(4)]
    now = timezone.now()
    for age_in_days, row in enumerate(rows):
        Transmission.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=age_in_days))
    Transmission.objects.filter(pk=rows[3].pk).update(etat=T.EN_COURS)
    Transmission.objects.filter(pk=rows[0].pk).update(etat=T.INCERTAINE)
    followed = Transmission.objects.followed_by(correspondant)
    with django_assert_num_queries(1) as asked:
        found = {compte.code: compte for compte in counts(followed)}
    assert "cai_contrat" not in asked[0]["sql"], "each state is read along the index of its direction, and no further"
    assert {code: compte.nombre for code, compte in found.items()} == {
        "refusees": 0, "echecs": 0, "incertaines": 1, "en-attente": 3, "effacements": 0,
    }  # fmt: skip
    assert found["en-attente"].plus_ancienne == now - timedelta(days=3)
    assert "il y a 3\u00a0jours" in found["en-attente"].depuis
    monkeypatch.setattr("poleemploi.ensemble.COMPTE_MAX", 2)
    waiting = counts(followed)[3]
    assert (waiting.nombre, waiting.au_moins) == (2, True)
    assert not any(compte.nombre for compte in counts(Transmission.objects.followed_by(agent_ailleurs)))


def test_the_page_says_what_is_paused(connect: Connect, correspondant: Agent, transmission: Transmission) -> None:
    pause(MotifPause.COMPTE)
    text = " ".join(connect(correspondant).get(reverse("poleemploi:list_transmissions")).content.decode().split())
    assert "En attente&nbsp;: 1</a> <span" in text
    assert "En pause</span>" in text
    assert "Le support rétablit notre compte" in text
    text = connect(correspondant).get(reverse("poleemploi:view_transmission", args=[transmission.pk])).content.decode()
    assert "Le support rétablit notre compte" in text


def test_the_api_tells_the_same(correspondant: Agent, transmission: Transmission) -> None:
    pause(MotifPause.QUOTA)
    headers = {"Authorization": f"Bearer {create_token(correspondant, libelle='essai')}"}
    body = Client(headers=headers).get("/api/v1/echange/").json()
    assert (body["canal"]["etat"], body["canal"]["motif"]) == ("en_pause", "Pôle emploi demande de patienter")
    assert {one["genre"]: one["nombre"] for one in body["comptes"]}["en-attente"] == 1


def test_the_database_keeps_the_direction_of_each_row(
    transmission: Transmission, direction: DirectionTerritoriale, autre_direction: DirectionTerritoriale
) -> None:
    """Whoever writes it: the image of before this column, or a hand that is mistaken."""
    assert Transmission.objects.get(pk=transmission.pk).direction_id == direction.pk
    copy = Transmission.objects.get(pk=transmission.pk)
    copy.pk, copy.effacement_voulu, copy.direction = uuid.uuid4(), True, autre_direction
    copy.save(force_insert=True)
    assert Transmission.objects.get(pk=copy.pk).direction_id == direction.pk
