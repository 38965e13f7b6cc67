"""Ten thousand races between a withdrawal and a sending (`make races`); a few hundred of them in the suite."""

import os
import random

import pytest
from pytest_django import Settings

from agents.models import Agent, DirectionTerritoriale
from core import clock
from poleemploi import sender, services
from poleemploi.models import Tentative
from poleemploi.standing import Accord
from poleemploi.states import Operation
from tests.courses import retraits
from tests.factories.transmissions import ACCORDE_AT, RECUEIL
from tests.partenaire import partenaire, processus, simulateur
from tests.simulateur import SimulateurEnProcessus

__all__ = ["partenaire", "processus", "simulateur"]
PAR_GRAINE = 200
GRAINES = range(1, -(-int(os.environ.get("RACES", PAR_GRAINE)) // PAR_GRAINE) + 1)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.rule("E.2-retrait", "E.1-accord")]


@pytest.fixture(autouse=True)
def alone(settings: Settings, partenaire: SimulateurEnProcessus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker is not the subject; nor is a deposit that the client no longer waits for."""
    monkeypatch.setattr("core.doorbell.ring", lambda *_, **__: None)
    settings.PE_TIMEOUT_LECTURE = 10.0


@pytest.mark.parametrize("graine", GRAINES)
def test_no_attempt_is_opened_after_a_withdrawal_and_nothing_is_left_at_the_partner(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    graine: int,
) -> None:
    rows = retraits.lay(PAR_GRAINE, direction, prescripteur, conseiller)
    for genre, options in {
        "LENTEUR": {"probabilite": 0.2, "secondes": 0.03},
        "COUPURE_APRES": {"probabilite": 0.1},
        "INDISPONIBLE_503": {"probabilite": 0.05},
    }.items():
        partenaire.panne(genre, operation="deposerSynthese", graine=graine, **options)
    with retraits.judge() as breaches:
        retraits.run_in_pairs(rows[::2], conseiller, random.Random(graine))
        retraits.run_in_lots(rows[1::2], conseiller, random.Random(graine))
        retraits.finish()
        assert breaches() == []
        assert retraits.witnessed("retrait") == PAR_GRAINE
        assert retraits.witnessed("depot") == Tentative.objects.filter(operation=Operation.DEPOT).count()
    ended = retraits.outcomes()
    assert set(ended) <= {"jamais_partie", "annulee", "effacee"}
    assert min(ended["jamais_partie"], ended["effacee"]) >= PAR_GRAINE // 20, f"hardly a race: {ended}"
    assert not Tentative.objects.filter(fermee_at=None).exists()
    assert {depot["etat"] for depot in partenaire.depots()} == {"EFFACE"}
    assert len(partenaire.depots()) == ended["effacee"]


# --- the judge sees what it is there for --------------------------------------------------------


def test_a_sender_that_no_longer_reads_the_consent_is_found_out(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sender, "standing", lambda _: Accord.EN_VIGUEUR)
    monkeypatch.setattr(services, "_withdraw", lambda *_, **__: None)
    [row] = retraits.lay(1, direction, prescripteur, conseiller)
    with retraits.judge() as breaches, clock.travel(ACCORDE_AT):
        services.withdraw_transmission(bilan=row.bilan, by=conseiller, **RECUEIL)
        assert breaches() == []
        assert sender.step()
        assert breaches() == [f"{row.bilan_id}: 1 opened after the withdrawal, 1 in no order"]


def test_an_attempt_and_a_withdrawal_that_nothing_put_in_order_are_found_out(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    [row] = retraits.lay(1, direction, prescripteur, conseiller)
    with retraits.judge() as breaches:
        retraits.without_order(row)
        assert breaches() == [f"{row.bilan_id}: 0 opened after the withdrawal, 1 in no order"]
