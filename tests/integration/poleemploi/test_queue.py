"""The queue is fair and shared: the longest waiting first, one file in order, and no two workers on the same row."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Synthese
from core import clock
from poleemploi import canal, lot, sender, services
from poleemploi.canal import JetonEnCours
from poleemploi.client import PartnerClient, Reponse
from poleemploi.models import Canal, Tentative, Transmission
from poleemploi.states import EtatTransmission, MotifPause
from poleemploi.tasks import sweep_due
from poleemploi.travail import Travail
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, make_transmission
from tests.integration.poleemploi.test_workers import in_threads
from tests.partenaire import UNE_MINUTE, take
from tests.simulateur import SimulateurEnProcessus

T = EtatTransmission
UNE_SECONDE = timedelta(seconds=1)
Nouvelle = Callable[[], Transmission]


@pytest.fixture
def nouvelle(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, monkeypatch: pytest.MonkeyPatch
) -> Nouvelle:
    """One more file whose synthesis waits to be sent, and nobody rings."""
    monkeypatch.setattr("core.doorbell.ring", lambda *_, **__: None)
    return lambda: make_transmission(direction, prescripteur, conseiller)


def put(transmission: Transmission, **fields: object) -> Transmission:
    Transmission.objects.filter(pk=transmission.pk).update(**fields)
    return Transmission.objects.get(pk=transmission.pk)


def attempts() -> list[Tentative]:
    return list(Tentative.objects.order_by("ouverte_at"))


def at_once(tentatives: list[Tentative]) -> int:
    """The greatest number of attempts that were open together."""
    return max(sum(other.ouverte_at <= one.ouverte_at < other.fermee_at for other in tentatives) for one in tentatives)


@contextmanager
def held(bilan: Bilan) -> Iterator[None]:
    """Somebody is writing in this file, on another connection."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Bilan.objects.select_for_update().get(pk=bilan.pk)
            taken.set()
            done.wait(timeout=20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert taken.wait(timeout=20)
    try:
        yield
    finally:
        done.set()
        holder.join()


# --- fair ---------------------------------------------------------------------------------------


def test_however_many_come_after_them_the_old_ones_have_their_turn(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle, le_lendemain: None
) -> None:
    waiting = [nouvelle() for _ in range(3)]
    # The first has failed and was put off; it is due again after the two others, before any newcomer.
    for row, ago in zip(waiting, (1, 3, 2), strict=True):
        put(row, prochain_essai_at=timezone.now() - ago * UNE_MINUTE)
    for _ in waiting:
        nouvelle()
        assert sender.step()
    assert [tentative.transmission_id for tentative in attempts()] == [waiting[i].pk for i in (1, 2, 0)]


def test_a_newer_version_waits_for_the_fate_of_the_older_one_and_keeps_nobody_else_waiting(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle, le_lendemain: None
) -> None:
    older = nouvelle()
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    assert sender.step()
    older = put(older, prochain_essai_at=timezone.now() + UNE_MINUTE, effacement_voulu=True)
    newer = Transmission.objects.create(
        bilan=older.bilan, synthese=older.synthese, consentement=older.consentement,
        donnees_figees=older.donnees_figees, prochain_essai_at=timezone.now() - UNE_MINUTE,
    )  # fmt: skip
    assert not sender.step()
    assert not sender.step(only=newer.pk)
    other = nouvelle()
    assert sender.step()
    assert set(Transmission.objects.values_list("pk", "etat")) == {
        (older.pk, T.INCERTAINE), (newer.pk, T.EN_FILE), (other.pk, T.ACCUSEE),
    }  # fmt: skip


def test_the_sweep_finds_what_is_due_in_whatever_state_it_was_left(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle, conseiller: Agent, le_lendemain: None
) -> None:
    received, unsure, abandoned, waiting = (nouvelle() for _ in range(4))
    assert sender.step(only=received.pk)
    services.withdraw_transmission(bilan=received.bilan, by=conseiller, **RECUEIL)
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    assert sender.step(only=unsure.pk)
    put(unsure, prochain_essai_at=timezone.now())
    assert take(lease=timedelta(0)).transmission_id == abandoned.pk, "its worker died"
    assert set(Transmission.objects.values_list("etat", flat=True)) == {
        T.EFFACEMENT_DEMANDE, T.INCERTAINE, T.EN_COURS, T.EN_FILE,
    }  # fmt: skip
    sweep_due()
    sweep_due()  # what was looked up and not found is due again at once
    assert {row.pk: row.etat for row in Transmission.objects.all()} == {
        received.pk: T.EFFACEE, unsure.pk: T.ACCUSEE, abandoned.pk: T.ACCUSEE, waiting.pk: T.ACCUSEE,
    }  # fmt: skip


# --- shared -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_file_that_somebody_holds_keeps_no_worker_waiting(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle
) -> None:
    first, second = nouvelle(), nouvelle()
    with clock.travel(ACCORDE_AT):
        with held(first.bilan):
            assert sender.step()
            assert not sender.step()
        assert [tentative.transmission_id for tentative in attempts()] == [second.pk]
        assert sender.step()
    assert set(Transmission.objects.values_list("etat", flat=True)) == {T.ACCUSEE}


@pytest.mark.django_db(transaction=True)
def test_workers_send_different_rows_at_the_same_moment_and_each_row_once(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle
) -> None:
    rows = {nouvelle().pk for _ in range(9)}
    partenaire.panne("LENTEUR", operation="deposerSynthese", secondes=0.25)
    in_threads(lambda: [None for _ in iter(sender.step, False)], 3)
    done = attempts()
    assert len(done) == 9
    assert {tentative.transmission_id for tentative in done} == rows
    assert at_once(done) > 1


@pytest.mark.django_db(transaction=True)
def test_a_token_is_renewed_early_by_one_worker_while_the_others_go_on_with_the_old_one(
    partenaire: SimulateurEnProcessus,
) -> None:
    old = canal.token(sender.partner(), canal.read())
    Canal.objects.update(jeton_renouveler_at=timezone.now())
    partenaire.panne("LENTEUR", operation="obtenirJeton", secondes=0.3)
    got: list[JetonEnCours | None] = []
    in_threads(lambda: got.append(canal.token(sender.partner(), canal.read())), 6)
    assert len(partenaire.requetes("obtenirJeton")) == 2
    assert got.count(old) == 5
    assert Canal.objects.get().jeton_generation == 2


@pytest.mark.django_db(transaction=True)
def test_a_quota_stops_every_worker_and_one_goes_first_when_it_is_over(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle
) -> None:
    for _ in range(6):
        nouvelle()
    partenaire.panne("QUOTA_SECONDES", operation="deposerSynthese", nombre=1, secondes=1)
    partenaire.panne("LENTEUR", operation="deposerSynthese", secondes=0.25)
    with clock.travel(ACCORDE_AT):
        assert sender.step()
    refused = attempts()[0]
    assert refused.fermee_at is not None
    # In production the sweep comes back; here each worker does, until nothing waits.
    in_threads(lambda: _insist(6), 3)
    first, *others = attempts()[1:]
    assert first.ouverte_at >= refused.fermee_at + UNE_SECONDE
    assert all(other.ouverte_at >= first.fermee_at for other in others), "one alone goes first"
    assert at_once(others) > 1, "then all of them"
    assert Canal.objects.get().pause_motif == ""


@pytest.mark.django_db(transaction=True)
def test_an_outage_stops_every_worker_and_its_end_is_looked_for_by_one(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle
) -> None:
    for _ in range(6):
        nouvelle()
    ended = timezone.now() - UNE_SECONDE
    Canal.objects.update_or_create(
        pk=1, defaults={"pause_jusqua": ended, "pause_depuis": ended, "pause_motif": MotifPause.PANNE}
    )
    partenaire.panne("LENTEUR", operation="deposerSynthese", secondes=0.25)
    in_threads(lambda: _insist(6), 3)
    first, *others = attempts()
    assert all(other.ouverte_at >= first.fermee_at for other in others)
    assert at_once(others) > 1


def _insist(number: int) -> None:
    end = timezone.now() + timedelta(seconds=20)
    while Transmission.objects.filter(etat=T.ACCUSEE).count() < number and timezone.now() < end:
        sender.step()


def test_a_lot_stops_where_it_is_when_another_worker_is_told_to_wait(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle, le_lendemain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        nouvelle()
    send = sender.send

    def meanwhile(client: PartnerClient, travail: Travail) -> Reponse:
        canal.pause_quota(Reponse(429, retry_after="60"), timezone.now())
        return send(client, travail)

    monkeypatch.setattr(sender, "send", meanwhile)
    monkeypatch.setattr(lot, "REGARD", timedelta(0))
    sender.drain(seconds=1)
    assert len(partenaire.requetes("deposerSynthese")) == 1
    assert sorted(Transmission.objects.values_list("etat", flat=True)) == [T.ACCUSEE, T.EN_FILE, T.EN_FILE]
    assert [tentative.code_metier for tentative in attempts()] == ["", "PAS_PARTIE", "PAS_PARTIE"]


def test_what_must_be_said_of_a_row_is_said_although_it_came_in_a_lot(
    partenaire: SimulateurEnProcessus,
    nouvelle: Nouvelle,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    le_lendemain: None,
) -> None:
    changed, wrong, empty = nouvelle(), nouvelle(), nouvelle()
    put(changed, corps_sha256="0" * 64)
    put(wrong, donnees_figees={**wrong.donnees_figees, "numero_cai": "75 2010"})
    put(empty, donnees_figees={})
    make_transmission(direction, prescripteur, conseiller, conserver=False)
    sender.drain(seconds=3)
    assert set(Transmission.objects.values_list("etat", "erreur_code")) == {
        (T.REJETEE, "CORPS_CHANGE"), (T.REJETEE, "NON_CONFORME"), (T.ECHEC_DEFINITIF, "ILLISIBLE_ICI"), (T.ACCUSEE, ""),
    }  # fmt: skip
    assert not Synthese.objects.get(transmissions__etat=T.ACCUSEE).contenu, "nobody agreed to keep it"


def test_an_attempt_closed_meanwhile_is_not_given_back(
    partenaire: SimulateurEnProcessus, nouvelle: Nouvelle, le_lendemain: None
) -> None:
    nouvelle()
    jeton = canal.token(sender.partner(), canal.read())
    assert jeton is not None
    [travail] = lot.claim(jeton, lease=timedelta(0), taille=1).travaux
    assert sender.step(), "its lease is over: another worker looks the deposit up"
    before = attempts()
    lot.give_back(travail)
    assert [(one.issue, one.code_metier) for one in attempts()] == [(one.issue, one.code_metier) for one in before]
    assert before[0].code_metier == "BAIL_EXPIRE"
