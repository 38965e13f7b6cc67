"""Starting again by hand: requeueing, depositing anew after a correction, giving up."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents.models import Agent
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import Etat
from core.errors import Forbidden, RuleViolation
from core.models import Evenement
from poleemploi import sender, services
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from poleemploi.tasks import sweep_due
from tests.factories.transmissions import ACCORDE_AT
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Settle = Callable[..., None]
RETRAIT: dict[str, Any] = {"mode": Consentement.Mode.GUICHET, "langue": "bm", "interprete": False}


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


def withdraw(transmission: Transmission, by: Agent) -> None:
    services.withdraw_transmission(bilan=transmission.bilan, by=by, **RETRAIT)


@pytest.fixture
def echouee(partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle) -> Transmission:
    """Failed for good after three days, never received."""
    partenaire.panne("ERREUR_500", operation="deposerSynthese", nombre=1)
    assert sender.step()
    Transmission.objects.filter(pk=transmission.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    assert read(transmission).etat == T.ECHEC_DEFINITIF
    return read(transmission)


@pytest.mark.rule("E.4-destruction")
def test_a_failed_row_keeps_nothing_of_a_destroyed_content(echouee: Transmission) -> None:
    sweep_due()
    assert read(echouee).donnees_figees is not None
    gone = {"contenu": None, "contenu_sha256": "", "observations": None, "detruite_at": ACCORDE_AT}
    Synthese.objects.filter(pk=echouee.synthese_id).update(**gone)
    sweep_due()
    assert read(echouee).donnees_figees is None


def test_a_failed_row_is_looked_up_before_it_is_sent_again(
    partenaire: SimulateurEnProcessus, echouee: Transmission, correspondant: Agent, settle: Settle
) -> None:
    services.requeue(transmission=echouee, by=correspondant)
    settle()
    assert read(echouee).etat == T.ACCUSEE
    operations = list(echouee.tentatives.order_by("numero").values_list("operation", flat=True))
    assert operations == ["depot", "recherche", "recherche", "depot"], "the first look-up ended the series"


def test_an_uncertain_row_is_looked_up_now(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    assert sender.step()
    Transmission.objects.filter(pk=transmission.pk).update(prochain_essai_at=timezone.now() + timedelta(hours=1))
    assert services.why_not_requeued(read(transmission)) == ""
    services.requeue(transmission=read(transmission), by=correspondant)
    assert sender.step()
    assert read(transmission).etat == T.ACCUSEE


def test_a_failed_erasure_is_taken_up_again(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    settle()
    withdraw(transmission, correspondant)
    partenaire.panne("ERREUR_500", operation="effacerSynthese", nombre=2)
    assert sender.step()
    Transmission.objects.filter(pk=transmission.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    assert read(transmission).etat == T.ECHEC_DEFINITIF
    services.requeue(transmission=read(transmission), by=correspondant)
    settle()
    assert read(transmission).etat == T.EFFACEE


def test_a_refused_row_is_never_requeued(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    with pytest.raises(RuleViolation, match="jamais renvoyée"):
        services.requeue(transmission=read(transmission), by=correspondant)


@pytest.mark.parametrize("etat", [T.EN_FILE, T.ACCUSEE])
def test_what_did_not_fail_is_not_requeued(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle, etat: str
) -> None:
    if etat == T.ACCUSEE:
        settle()
    with pytest.raises(RuleViolation, match="rien à relancer"):
        services.requeue(transmission=read(transmission), by=correspondant)


@pytest.mark.parametrize("role", ["agent_ofii", "conseiller", "directeur", "prescripteur"])
def test_only_the_correspondant_requeues(echouee: Transmission, request: pytest.FixtureRequest, role: str) -> None:
    with pytest.raises(Forbidden):
        services.requeue(transmission=echouee, by=request.getfixturevalue(role))


def test_a_row_that_never_left_is_not_requeued_without_consent(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, conseiller: Agent
) -> None:
    transmission.donnees_figees = {}
    transmission.save()
    assert sender.step()
    assert read(transmission).etat == T.ECHEC_DEFINITIF
    Synthese.objects.filter(pk=transmission.synthese_id).update(version=2)
    with pytest.raises(RuleViolation, match="plus en vigueur"):
        services.requeue(transmission=read(transmission), by=correspondant)


def test_a_corrected_file_is_deposited_under_a_new_key(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    with pytest.raises(RuleViolation, match="Rien n’a été corrigé"):
        services.redeposit(transmission=read(transmission), by=correspondant)
    contrat = transmission.bilan.contrat
    contrat.numero_cai = "75-2010-999999"
    contrat.save()
    replacement = services.redeposit(transmission=read(transmission), by=correspondant)
    settle()
    assert (read(transmission).etat, read(replacement).etat) == (T.ANNULEE, T.ACCUSEE)
    [depot] = partenaire.depots()
    assert (depot["cle"], depot["numeroCai"]) == (str(replacement.pk), "75-2010-999999")
    assert replacement.consentement == transmission.consentement


def test_only_a_refused_row_is_replaced(transmission: Transmission, correspondant: Agent) -> None:
    with pytest.raises(RuleViolation):
        services.redeposit(transmission=transmission, by=correspondant)


def test_a_failed_row_that_is_given_up_leaves_nothing_at_the_partner(
    partenaire: SimulateurEnProcessus, echouee: Transmission, correspondant: Agent, settle: Settle
) -> None:
    services.abandon(transmission=echouee, by=correspondant)
    settle()
    assert read(echouee).etat == T.ANNULEE
    assert partenaire.depots() == []


def test_a_refused_row_can_be_given_up(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    services.abandon(transmission=read(transmission), by=correspondant)
    assert read(transmission).etat == T.ANNULEE
    assert Bilan.objects.get(pk=transmission.bilan_id).etat == Etat.CLOS
    assert Evenement.objects.get(nom="bilan.cloturer").faits == {"motif": "transmission_impossible"}
    with pytest.raises(RuleViolation):
        services.abandon(transmission=read(transmission), by=correspondant)
