"""Several workers, a broker that is down, a message lost: the queue is PostgreSQL's."""

import runpy
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest
from celery import Celery, current_app
from django.db import connection, transaction
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale
from agents.tasks import ENVOYER_LIEN
from config.celery import app
from core import clock
from core.models import Evenement
from poleemploi import doorbell, flux, sender, services, tasks
from poleemploi.client import Delais
from poleemploi.models import Canal, EvenementRecu, Retour, Transmission
from poleemploi.states import EtatTransmission, Sort
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, make_transmission, make_valide, receive
from tests.repository.sources import RACINE
from tests.simulateur import SimulateurEnProcessus, free_port

T = EtatTransmission


def in_threads(work: Callable[[], object], count: int) -> None:
    """Each with its own connection and business clock, as worker processes have."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with clock.travel(ACCORDE_AT):
                work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_rows_and_the_token(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
) -> None:
    for _ in range(12):
        make_transmission(direction, prescripteur, conseiller)
    in_threads(lambda: sender.drain(seconds=5), 4)
    assert set(Transmission.objects.values_list("etat", flat=True)) == {T.ACCUSEE}
    assert len(partenaire.requetes("deposerSynthese")) == 12
    assert len(partenaire.requetes("obtenirJeton")) == 1
    assert Canal.objects.get().jeton_generation == 1


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_and_a_sending_that_race_leave_nothing_at_the_partner(
    partenaire: SimulateurEnProcessus, direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    rows = [make_transmission(direction, prescripteur, conseiller) for _ in range(8)]

    def withdraw_all() -> None:
        for row in rows:
            services.withdraw_transmission(bilan=row.bilan, by=conseiller, **RECUEIL)

    turn = iter([withdraw_all, lambda: sender.drain(seconds=3)])
    in_threads(lambda: next(turn)(), 2)
    in_threads(lambda: sender.drain(seconds=5), 1)
    assert set(Transmission.objects.values_list("etat", flat=True)) <= {T.ANNULEE, T.EFFACEE}
    assert {depot["etat"] for depot in partenaire.depots()} <= {"EFFACE"}


def test_the_sweep_finds_what_no_message_announced(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    tasks.sweep_due()
    assert Transmission.objects.get().etat == T.ACCUSEE


def test_a_message_may_come_twice_or_name_a_row_that_is_gone(
    partenaire: SimulateurEnProcessus, transmission: Transmission
) -> None:
    for identifiant in [transmission.pk, transmission.pk, uuid4()]:
        tasks.envoyer_transmission(str(identifiant))
    assert Transmission.objects.get().etat == T.ACCUSEE
    assert len(partenaire.requetes("deposerSynthese")) == 1


def test_the_tasks_are_known_to_the_workers_by_the_names_that_call_them(settings: Settings) -> None:
    app.autodiscover_tasks(force=True)  # as a worker that starts
    assert doorbell.ENVOYER in current_app.tasks
    assert ENVOYER_LIEN in current_app.tasks
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(current_app.tasks)


def longest_sweep(read: SimpleNamespace) -> float:
    """A lot that begins at the last moment: a token, then a request, each with a read begun within its time.

    Then its rows are put away alone, the last one waiting for its bilan, itself and its attempt, ten seconds each.
    """
    delais = Delais(read.PE_TIMEOUT_CONNEXION, read.PE_TIMEOUT_LECTURE)
    return read.PE_BALAYAGE + 2 * (delais.total + delais.lecture) + read.PE_RANGEMENT + 3 * 10


@pytest.mark.parametrize("changes", [{}, {"PE_TIMEOUT_CONNEXION": "12.5", "PE_TIMEOUT_LECTURE": "90"}])
def test_no_task_is_killed_in_a_request_nor_given_twice_while_it_runs(
    changes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    read = SimpleNamespace(**runpy.run_path(str(RACINE / "config" / "settings" / "base.py")))
    assert longest_sweep(read) < read.CELERY_TASK_TIME_LIMIT
    assert read.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > read.CELERY_TASK_TIME_LIMIT


def test_a_broker_that_is_down_keeps_nobody_waiting(
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    django_capture_on_commit_callbacks: Callable[..., list[Callable[[], None]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Celery(broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    monkeypatch.setattr("core.doorbell.current_app", broken)
    bilan = make_valide(direction, prescripteur, conseiller)
    with clock.travel(ACCORDE_AT), django_capture_on_commit_callbacks(execute=True) as callbacks:
        services.grant_transmission(bilan=bilan, by=conseiller, **RECUEIL)
    assert len(callbacks) == 2  # the line of the log, and the bell
    assert Transmission.objects.get().etat == T.EN_FILE


@pytest.mark.rule("F.3-une-fois", "F.3-rien-garde")
@pytest.mark.django_db(transaction=True)
def test_readers_that_race_each_other_and_a_withdrawal_apply_each_event_once_or_keep_nothing(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flux, "LIMITE", 2)
    with transaction.atomic():
        bilan = receive(make_transmission(direction, prescripteur, conseiller)).bilan
    jour = ACCORDE_AT.date().isoformat()
    for code in range(12):
        partenaire.publier(
            "PRESTATION",
            bilan.contrat.numero_cai,
            {"code": f"S{code}", "libelle": "Atelier", "debut": jour},
            referenceAccuse="PE-1",
            survenuLe=jour,
            livraisons=2,
        )

    def withdraw() -> None:
        while not Retour.objects.exists():
            time.sleep(0.005)
        services.withdraw_transmission(bilan=bilan, by=conseiller, **RECUEIL)

    turn = iter([withdraw, *[lambda: flux.read_all(seconds=10)] * 3])
    in_threads(lambda: next(turn)(), 4)
    Canal.objects.update(pause_jusqua=None)
    in_threads(lambda: flux.read_all(seconds=10), 1)
    sorts = Counter(EvenementRecu.objects.values_list("sort", flat=True))
    assert sorts.total() == 12
    assert sorts[Sort.APPLIQUE] == Retour.objects.count() > 0
    assert sorts[Sort.RIEN_GARDE] == 12 - sorts[Sort.APPLIQUE]
    told = dict(Evenement.objects.filter(dossier=bilan.contrat_id).values_list("numero", "nom"))
    withdrawn = next(numero for numero, nom in told.items() if nom == "transmission.effacement_demande")
    assert [nom for numero, nom in told.items() if nom.startswith("retour.") and numero > withdrawn] == []
