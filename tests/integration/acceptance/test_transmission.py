"""Scenarios AS-35, AS-36, AS-39 and AS-40 of the domain reference, with the partner run for real."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import MotifReprise
from core import clock
from dossiers.situation import Situation, situation_of
from poleemploi import sender, services
from poleemploi.models import Transmission
from poleemploi.standing import Accord, standing
from poleemploi.states import EtatTransmission
from tests.factories.transmissions import RECUEIL, add_version, make_valide
from tests.simulateur import SimulateurEnProcessus

T = EtatTransmission
Settle = Callable[..., None]
RETRAIT: dict[str, Any] = {"mode": Consentement.Mode.GUICHET, "langue": "bm", "interprete": False}
ACCORD_14_H = clock.at(date(2010, 5, 12), 14)
RETRAIT_14_H_05 = clock.at(date(2010, 5, 12), 14, 5)


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_valide(direction, prescripteur, conseiller)


def consent(bilan: Bilan, by: Agent, at: datetime = ACCORD_14_H) -> Transmission:
    with clock.travel(at):
        return services.grant_transmission(bilan=bilan, by=by, **RECUEIL)


def withdraw(bilan: Bilan, by: Agent, at: datetime = RETRAIT_14_H_05) -> None:
    with clock.travel(at):
        services.withdraw_transmission(bilan=bilan, by=by, **RETRAIT)


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


@pytest.mark.rule("D.2-20")
def test_as_35_a_withdrawal_before_the_task_runs_makes_no_call(
    partenaire: SimulateurEnProcessus, bilan: Bilan, conseiller: Agent
) -> None:
    transmission = consent(bilan, conseiller)
    withdraw(bilan, conseiller)
    with clock.travel(RETRAIT_14_H_05):
        assert not sender.step()
    assert partenaire.requetes() == []
    assert read(transmission).etat == T.ANNULEE
    assert standing(read(transmission)) is Accord.RETIRE
    assert situation_of(read(transmission).bilan) == Situation.CONSENTEMENT_RETIRE
    assert not transmission.tentatives.exists()


@pytest.mark.rule("D.2-20", "E.1-accord")
@pytest.mark.parametrize(
    ("panne", "etat"),
    [("DELAI_APRES", T.EFFACEE), ("DELAI_AVANT", T.ANNULEE)],
    ids=["found and erased", "not found and cancelled"],
)
def test_as_36_after_a_time_out_and_a_withdrawal_the_retry_deposits_nothing(
    partenaire: SimulateurEnProcessus, bilan: Bilan, conseiller: Agent, settle: Settle, panne: str, etat: str
) -> None:
    transmission = consent(bilan, conseiller)
    partenaire.panne(panne, operation="deposerSynthese", nombre=1)
    with clock.travel(ACCORD_14_H):
        assert sender.step()
    assert read(transmission).etat == T.INCERTAINE
    withdraw(bilan, conseiller)
    with clock.travel(RETRAIT_14_H_05):
        settle()
    assert read(transmission).etat == etat
    assert len(partenaire.requetes("deposerSynthese")) == 1
    assert [request["cle"] for request in partenaire.requetes("deposerSynthese")] == [str(transmission.pk)]
    assert partenaire.requetes("retrouverDepot")
    assert {depot["etat"] for depot in partenaire.depots()} <= {"EFFACE"}


@pytest.mark.rule("D.2-15b")
def test_as_39_a_rework_before_sending_needs_a_new_consent_for_version_2(
    partenaire: SimulateurEnProcessus, bilan: Bilan, conseiller: Agent, settle: Settle
) -> None:
    first = consent(bilan, conseiller)
    with clock.travel(RETRAIT_14_H_05):
        services.rework_synthese(bilan=bilan, motif=next(iter(MotifReprise)), by=conseiller)
        assert standing(read(first)) is Accord.CADUC
        assert not sender.step()
    assert read(first).etat == T.ANNULEE
    assert partenaire.requetes() == []

    sign_version_2(bilan)
    with clock.travel(RETRAIT_14_H_05):
        assert not sender.step()
    second = consent(bilan, conseiller, clock.at(date(2010, 5, 14), 10))
    with clock.travel(clock.at(date(2010, 5, 14), 11)):
        settle()
    assert read(second).etat == T.ACCUSEE
    assert [depot["version"] for depot in partenaire.depots()] == [2]


def sign_version_2(bilan: Bilan) -> None:
    bilan = Bilan.objects.get(pk=bilan.pk)
    Synthese.objects.get(bilan=bilan, version=2).delete()
    bilan.presenter_synthese()
    bilan.valider_synthese()
    bilan.save()
    add_version(bilan, 2, jour=date(2010, 5, 13))


@pytest.mark.rule("D.2-20")
def test_as_40_a_withdrawal_after_the_receipt_queues_a_deletion(
    partenaire: SimulateurEnProcessus, bilan: Bilan, conseiller: Agent, settle: Settle
) -> None:
    transmission = consent(bilan, conseiller)
    with clock.travel(ACCORD_14_H):
        settle()
    assert read(transmission).etat == T.ACCUSEE
    withdraw(bilan, conseiller)
    assert read(transmission).etat == T.EFFACEMENT_DEMANDE
    with clock.travel(RETRAIT_14_H_05):
        settle()
    [depot] = partenaire.depots()
    assert read(transmission).etat == T.EFFACEE
    assert (depot["etat"], depot["motif"], depot["corps"]) == ("EFFACE", "RETRAIT_CONSENTEMENT", None)


@pytest.mark.rule("E.5-age")
def test_as_40_born_on_1_july_1980_and_sent_on_30_june_2010_is_29_and_has_no_birth_date(
    partenaire: SimulateurEnProcessus, bilan: Bilan, conseiller: Agent, settle: Settle
) -> None:
    day = clock.at(date(2010, 6, 30), 10)
    assert bilan.contrat.signataire.date_naissance == date(1980, 7, 1)
    consent(bilan, conseiller, day)
    with clock.travel(day):
        settle()
    [depot] = partenaire.depots()
    assert depot["corps"]["signataire"]["age"] == 29
    assert not {"dateNaissance", "date_naissance"} & set(depot["corps"]["signataire"])
    assert "1980" not in json.dumps(depot["corps"])
