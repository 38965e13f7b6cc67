"""Transition 22 by the system: content destroyed and nothing alive in the queue, the bilan closes by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan import retention
from bilan.models import Bilan, Consentement
from bilan.states import Etat
from core import clock
from core.models import Evenement
from poleemploi import sender, services
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from poleemploi.tasks import close_hopeless
from tests.factories.conduite import JOUR
from tests.factories.transmissions import RECUEIL, make_transmission
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
TERME = JOUR + timedelta(days=30)  # E.4: nobody agreed to keep the content


@pytest.fixture
def perissable(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Transmission:
    """Consented to, without an agreement to keep: destroyed thirty days after the validation."""
    return make_transmission(direction, prescripteur, conseiller, conserver=False)


def run(*, on: object = TERME) -> None:
    with clock.travel(on):
        retention.sweep(clock.today())
        close_hopeless()


def etats(transmission: Transmission) -> tuple[str, str]:
    bilan = Bilan.objects.get(pk=transmission.bilan_id)
    return Transmission.objects.get(pk=transmission.pk).etat, bilan.etat


@pytest.mark.rule("D.2-22")
def test_a_refused_deposit_without_content_closes_the_bilan_once(
    partenaire: SimulateurEnProcessus, perissable: Transmission, settle: Callable[..., None]
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    run(on=TERME - timedelta(days=1))
    assert etats(perissable) == (T.REJETEE, Etat.SYNTHESE_VALIDEE), "the content may still be sent"
    for _ in range(2):
        run()
        assert etats(perissable) == (T.ANNULEE, Etat.CLOS)
    event = Evenement.objects.get(nom="bilan.cloturer")
    assert (event.par, event.faits) == (None, {"motif": "transmission_impossible"})


def test_a_row_cancelled_with_its_content_closes_the_bilan(
    partenaire: SimulateurEnProcessus, perissable: Transmission
) -> None:
    with clock.travel(TERME):
        retention.sweep(clock.today())
        close_hopeless()
        assert not services.close_hopeless(bilan_id=perissable.bilan_id)
        assert etats(perissable) == (T.EN_FILE, Etat.SYNTHESE_VALIDEE), "the sender has not looked at it yet"
        assert sender.step()
        close_hopeless()
    assert etats(perissable) == (T.ANNULEE, Etat.CLOS)


def test_a_failed_row_that_may_have_arrived_stays_for_a_person(
    partenaire: SimulateurEnProcessus, perissable: Transmission, settle: Callable[..., None], correspondant: Agent
) -> None:
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    partenaire.panne("ERREUR_500", operation="retrouverDepot", nombre=1)
    assert sender.step()
    Transmission.objects.filter(pk=perissable.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    run()
    assert etats(perissable) == (T.ECHEC_DEFINITIF, Etat.CLOS)
    services.requeue(transmission=Transmission.objects.get(pk=perissable.pk), by=correspondant)
    settle()
    assert etats(perissable) == (T.ACCUSEE, Etat.CLOS), "an acknowledgement is always recorded"


@pytest.mark.parametrize("act", ["kept", "withdrawn", "accused"])
def test_what_is_kept_withdrawn_or_received_is_not_closed(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    settle: Callable[..., None],
    act: str,
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller, conserver=act == "kept")
    if act != "accused":
        partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    if act == "withdrawn":
        retrait = {**RECUEIL, "mode": Consentement.Mode.GUICHET}
        services.withdraw_transmission(bilan=transmission.bilan, by=conseiller, **retrait)
    run()
    assert etats(transmission)[1] == Etat.SYNTHESE_VALIDEE


def test_a_file_that_cannot_be_locked_does_not_stop_the_others(
    partenaire: SimulateurEnProcessus,
    direction: DirectionTerritoriale,
    prescripteur: Agent,
    conseiller: Agent,
    settle: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [make_transmission(direction, prescripteur, conseiller, conserver=False) for _ in range(2)]
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=2)
    settle()
    held = min(row.bilan_id for row in rows)
    close = services.close_hopeless

    def _close(*, bilan_id: object) -> bool:
        if bilan_id == held:
            raise OperationalError("canceling statement due to lock timeout")
        return close(bilan_id=bilan_id)

    monkeypatch.setattr("poleemploi.services.close_hopeless", _close)
    run()
    assert sorted(etats(row)[1] for row in rows) == sorted([Etat.CLOS, Etat.SYNTHESE_VALIDEE])
