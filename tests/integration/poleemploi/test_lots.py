"""Many ordinary deposits at a time: the same rules, ledger and journal as one at a time, and nothing held back."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Consentement, Synthese
from core import clock, journal
from core.models import CleDossier, Evenement, JournalAcces
from poleemploi import canal, lot, sender, services
from poleemploi.allure import Allure
from poleemploi.models import Tentative, Transmission
from poleemploi.standing import Accord, only_in_force, standing
from poleemploi.states import EtatTransmission
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, add_version, agree, make_transmission, make_valide
from tests.simulateur import SimulateurEnProcessus

T = EtatTransmission
Make = Callable[[], Transmission]
# What two files may not share, or what the hour decides.
PROPRES = {
    "id", "created_at", "updated_at", "bilan_id", "synthese_id", "consentement_id", "transmission_id", "bail_par",
    "corps_sha256", "accuse_identifiant", "premier_essai_at", "serie_depuis_at", "accuse_at", "termine_at",
    "premier_envoi_at", "ouverte_at", "fermee_at", "duree_ms", "contenu", "observations",
}  # fmt: skip


@pytest.fixture
def make(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, le_lendemain: None) -> Make:
    return lambda: make_transmission(direction, prescripteur, conseiller)


@pytest.fixture(autouse=True)
def four_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "allure", Allure(4))


def withdraw(row: Transmission, by: Agent) -> None:
    services.withdraw_transmission(bilan=row.bilan, by=by, **RECUEIL)


def etats() -> list[str]:
    return list(Transmission.objects.order_by("created_at").values_list("etat", flat=True))


def told(row: Transmission) -> list[Any]:
    """Everything that was written of a row; of what is its own, whether it was written."""
    dossier, read = row.bilan.contrat_id, journal.facts_reader()
    assert journal.verify(dossier) == []
    rows = [Transmission.objects.get(pk=row.pk), Synthese.objects.get(pk=row.synthese_id), *row.tentatives.all()]
    lines: list[Any] = [
        {name: bool(value) if name in PROPRES else value for name, value in vars(one).items() if name[0] != "_"}
        for one in rows
    ]
    for event in Evenement.objects.filter(dossier=dossier).order_by("numero"):
        lines.append(
            (event.nom, event.etat_avant, event.etat_apres, event.cible_type, event.par_id, sorted(read(event)))
        )
    return [*lines, *JournalAcces.objects.filter(objet_id=str(row.pk)).values_list("agent", "action", "objet_type")]


def test_a_lot_writes_what_one_row_at_a_time_would(partenaire: SimulateurEnProcessus, make: Make) -> None:
    alone, together, also = make(), make(), make()
    CleDossier.objects.filter(dossier=also.bilan.contrat_id).delete()  # an old file, from before the keys
    assert sender.step(only=alone.pk)
    assert sender.drain(seconds=5) == 2
    assert etats() == [T.ACCUSEE] * 3
    assert told(together) == told(also) == told(alone)
    assert [depot["receptions"] for depot in partenaire.depots()] == [1, 1, 1]


def test_each_key_of_a_lot_carries_its_own_person_version_and_agreement(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    le_lendemain: None,
) -> None:
    rows = [make_transmission(direction, prescripteur, conseiller, nom=nom) for nom in ("Diallo", "Keita", "Traore")]
    again = make_valide(direction, prescripteur, conseiller, nom="Sidibe")
    add_version(again, 2)
    agree(again, Consentement.Portee.TRANSMISSION, by=conseiller)
    rows.append(Transmission.objects.get(bilan=again))
    assert sender._advance() == 4  # one lot
    bodies = {depot["cle"]: depot["corps"] for depot in partenaire.depots()}
    told = {
        key: (body["numeroCai"], body["signataire"]["nom"], body["synthese"]["version"],
              body["consentement"]["reference"])
        for key, body in bodies.items()
    }  # fmt: skip
    assert told == {
        str(row.pk): (contrat.numero_cai, contrat.signataire.nom, row.synthese.version, str(row.consentement_id))
        for row in rows for contrat in [row.bilan.contrat]
    }  # fmt: skip
    assert len(set(told.values())) == 4


def test_more_rows_cost_no_more_queries(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    assert sender.drain(seconds=5) == 1  # the token is there
    monkeypatch.setattr(lot, "REGARD", timedelta(seconds=5))  # whether the channel is closed is asked by the clock
    costs = []
    for count in (1, 4):
        for _ in range(count):
            make()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert sender._advance() == count
        costs.append(len(queries))
    assert costs[0] == costs[1] < 35


SITUATIONS: dict[str, Callable[[Transmission, Agent], object]] = {
    "in force": lambda row, by: None,
    "withdrawn": withdraw,
    "a newer version": lambda row, by: add_version(row.bilan, 2),
    "content destroyed": lambda row, by: Synthese.objects.filter(pk=row.synthese_id).update(
        contenu=None, contenu_sha256="", observations=None, detruite_at=timezone.now()
    ),
    "a later agreement": lambda row, by: again(row, Consentement.Decision.ACCORDE),
    "a later refusal": lambda row, by: again(row, Consentement.Decision.REFUSE),
    "not validated": lambda row, by: Synthese.objects.filter(pk=row.synthese_id).update(date_validation=None),
}


def again(row: Transmission, decision: Consentement.Decision) -> None:
    last = Consentement.objects.get(pk=row.consentement_id)
    last.pk, last.rang, last.decision = None, last.rang + 1, decision
    last._state.adding = True
    last.save(force_insert=True)


@pytest.mark.rule("E.1-accord")
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_query_and_the_rule_agree_on_what_may_be_sent(
    partenaire: SimulateurEnProcessus, make: Make, conseiller: Agent, situation: str
) -> None:
    row = make()
    SITUATIONS[situation](row, conseiller)
    row = Transmission.objects.select_related("bilan", "synthese").get(pk=row.pk)
    may_be_sent = standing(row) is Accord.EN_VIGUEUR
    assert only_in_force(Transmission.objects.filter(pk=row.pk)).exists() is may_be_sent is (situation == "in force")
    sender.drain(seconds=5)
    assert len(partenaire.requetes("deposerSynthese")) == may_be_sent


def test_a_quota_stops_the_lot_and_what_did_not_leave_waits_again(
    partenaire: SimulateurEnProcessus, make: Make
) -> None:
    rows = [make() for _ in range(3)]
    partenaire.panne("QUOTA_SECONDES", operation="deposerSynthese", secondes=60, nombre=1)
    sender.drain(seconds=5)
    assert len(partenaire.requetes("deposerSynthese")) == 1
    assert etats() == [T.EN_FILE] * 3
    assert sender.allure.taille == 1
    codes = Tentative.objects.filter(transmission__in=rows[1:]).values_list("issue", "code_metier", "statut_http")
    assert list(codes) == [("a_reessayer", "PAS_PARTIE", None)] * 2
    assert canal.read().echecs_de_suite == 0
    assert not Transmission.objects.filter(bail_jusqua__isnull=False).exists()


@pytest.mark.rule("D.1-echange")
def test_what_did_not_leave_is_not_told_as_sent_and_may_be_agreed_to_again(
    partenaire: SimulateurEnProcessus, make: Make, conseiller: Agent, settle: Callable[..., None]
) -> None:
    rows = [make() for _ in range(3)]
    partenaire.panne("QUOTA_SECONDES", operation="deposerSynthese", secondes=1, nombre=1)
    assert sender._advance() == 3
    asked, left = Transmission.objects.get(pk=rows[0].pk), Transmission.objects.get(pk=rows[2].pk)
    assert (asked.premier_essai_at is None, asked.synthese.premier_envoi_at is None) == (False, False)
    assert (left.premier_essai_at, left.synthese.premier_envoi_at) == (None, None)
    events = Evenement.objects.filter(cible_id=left.pk).order_by("numero").values_list("nom", flat=True)
    assert list(events)[1:] == ["transmission.envoyee", "transmission.non_partie"]
    withdraw(left, conseiller)
    settle()
    assert Transmission.objects.get(pk=left.pk).etat == T.ANNULEE
    granted = services.grant_transmission(bilan=left.bilan, by=conseiller, **{**RECUEIL, "date_heure": clock.now()})
    settle()
    assert Transmission.objects.get(pk=granted.pk).etat == T.ACCUSEE


def test_a_row_given_back_after_a_deposit_in_doubt_stays_sent(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make()
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    assert sender.step(only=row.pk)
    Transmission.objects.update(prochain_essai_at=timezone.now())
    assert sender.step(only=row.pk)  # looked up, unknown: to be sent again
    monkeypatch.setattr(lot, "ENVOI_MAX", timedelta(seconds=-1))
    assert sender._advance() == 1
    row.refresh_from_db(fields=["premier_essai_at"])
    assert row.premier_essai_at is not None
    assert Synthese.objects.get(pk=row.synthese_id).premier_envoi_at is not None


def test_a_refused_row_stops_nobody_else(partenaire: SimulateurEnProcessus, make: Make) -> None:
    rows = [make() for _ in range(3)]
    partenaire.panne("NUMERO_CAI_INCONNU", numeroCai=rows[1].bilan.contrat.numero_cai)
    sender.drain(seconds=5)
    assert etats() == [T.ACCUSEE, T.REJETEE, T.ACCUSEE]
    assert Tentative.objects.count() == 3


def test_what_is_not_ordinary_does_not_wait_behind_what_is(partenaire: SimulateurEnProcessus, make: Make) -> None:
    rows = [make() for _ in range(3)]
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    assert sender.step(only=rows[0].pk)
    now = timezone.now()
    for rank, row in enumerate(rows):
        Transmission.objects.filter(pk=row.pk).update(prochain_essai_at=now - timedelta(seconds=30 - rank))
    assert sender._advance() == 3
    assert etats() == [T.EN_FILE, T.ACCUSEE, T.ACCUSEE]  # looked up, unknown: to be sent again
    assert sender.drain(seconds=5) == 1
    assert etats() == [T.ACCUSEE] * 3


def test_a_row_that_cannot_be_read_is_told_and_stops_nobody(partenaire: SimulateurEnProcessus, make: Make) -> None:
    broken, _ = make(), make()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE poleemploi_transmission SET donnees_figees = 'x' WHERE id = %s", [broken.pk])
    sender.drain(seconds=5)
    assert etats() == [T.ECHEC_DEFINITIF, T.ACCUSEE]
    assert Transmission.objects.values_list("erreur_code", flat=True).get(pk=broken.pk) == "ILLISIBLE_ICI"


def test_a_request_that_would_leave_too_long_after_its_commit_does_not_leave(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(), make()
    monkeypatch.setattr(lot, "ENVOI_MAX", timedelta(seconds=-1))
    assert sender._advance() == 2
    assert (etats(), partenaire.requetes("deposerSynthese")) == ([T.EN_FILE] * 2, [])
    monkeypatch.setattr(lot, "ENVOI_MAX", timedelta(seconds=1))
    sender.drain(seconds=5)
    assert etats() == [T.ACCUSEE] * 2


def test_consents_withdrawn_while_a_lot_is_sent_leave_nothing_at_the_partner(
    partenaire: SimulateurEnProcessus,
    make: Make,
    conseiller: Agent,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[..., None],
) -> None:
    rows, ask = [make() for _ in range(3)], sender.send
    monkeypatch.setattr(lot, "REGARD", timedelta(seconds=5))  # all of them leave

    def withdraw_then_send(*given: Any) -> Any:
        if rows:
            withdraw(rows.pop(), conseiller)
        return ask(*given)

    monkeypatch.setattr(sender, "send", withdraw_then_send)
    sender.drain(seconds=5)
    with clock.travel(ACCORDE_AT):
        settle()
    assert {depot["etat"] for depot in partenaire.depots()} == {"EFFACE"}
    assert set(etats()) == {T.EFFACEE}


def test_a_lot_that_the_database_refuses_is_recorded_one_by_one(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError("deadlock detected")

    make(), make()
    monkeypatch.setattr(lot, "record", fail)
    sender.drain(seconds=5)
    assert etats() == [T.ACCUSEE] * 2
    assert len(partenaire.requetes("deposerSynthese")) == 2


def lock_timeout(*_: object) -> None:
    raise OperationalError("canceling statement due to lock timeout")


def test_an_answer_that_cannot_be_recorded_loses_none_of_the_receipts_in_hand(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [make() for _ in range(4)]
    partenaire.panne("NUMERO_CAI_INCONNU", numeroCai=rows[2].bilan.contrat.numero_cai)
    monkeypatch.setattr(sender, "record", lock_timeout)
    with pytest.raises(OperationalError):
        sender._advance()
    assert etats() == [T.ACCUSEE, T.ACCUSEE, T.EN_COURS, T.EN_FILE]  # the third is looked up when its lease ends


def test_a_receipt_that_cannot_be_recorded_takes_no_other_with_it(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, record = make().pk, sender.record
    make(), make()

    def fail(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(lot, "record", fail)
    monkeypatch.setattr(sender, "record", lambda one: fail() if one.transmission_id == first else record(one))
    sender._advance()
    assert etats() == [T.EN_COURS, T.ACCUSEE, T.ACCUSEE]


def test_rows_alone_stop_with_their_sweep_and_teach_nothing_of_the_pace(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make()
    Transmission.objects.update(etat=T.INCERTAINE, nombre_essais=1, premier_essai_at=timezone.now())
    assert sender._advance(time.monotonic()) == 0
    assert sender._advance() == 3
    assert sender.allure.taille == 4


@pytest.mark.rule("E.2-retrait")
def test_what_is_withdrawn_while_a_lot_is_sent_does_not_leave(
    partenaire: SimulateurEnProcessus, make: Make, conseiller: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, ask = [make() for _ in range(3)], sender.send
    monkeypatch.setattr(lot, "REGARD", timedelta(0))

    def withdraw_then_send(*given: Any) -> Any:
        if not partenaire.requetes("deposerSynthese"):
            withdraw(rows[1], conseiller)
        return ask(*given)

    monkeypatch.setattr(sender, "send", withdraw_then_send)
    assert sender._advance() == 3
    sent = [request["cle"] for request in partenaire.requetes("deposerSynthese")]
    assert sent == [str(rows[0].pk), str(rows[2].pk)]
    assert etats() == [T.ACCUSEE, T.EN_FILE, T.ACCUSEE]


def test_no_request_leaves_late_because_the_channel_was_long_to_read(
    partenaire: SimulateurEnProcessus, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(), make()
    monkeypatch.setattr(lot, "REGARD", timedelta(0))
    monkeypatch.setattr(lot, "ENVOI_MAX", timedelta(milliseconds=100))
    monkeypatch.setattr(canal, "is_closed", lambda: time.sleep(0.2))
    assert sender._advance() == 2
    assert (etats(), partenaire.requetes("deposerSynthese")) == ([T.EN_FILE] * 2, [])


def test_the_size_of_a_lot_follows_the_pace_of_the_partner() -> None:
    allure = Allure(4)
    sizes = []
    for secondes in (0.004, 0.1, 0.1, 0.1, 3.2, 1.0, 0.0):
        allure.learn(partis=allure.taille, secondes=secondes, delai=1.0)
        sizes.append(allure.taille)
    assert sizes == [8, 16, 32, 64, 10, 5, 10]
