"""What a person decides is written in the ledger and the queue at once; the partner ends up with what is agreed to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agents.models import Agent, DirectionTerritoriale
from bilan import consents
from bilan.models import Bilan, Consentement, Synthese
from bilan.states import Etat, MotifReprise
from core import clock
from core.errors import Forbidden, RuleViolation
from poleemploi import sender, services
from poleemploi.models import Transmission
from poleemploi.presentation import panel
from poleemploi.states import EtatTransmission
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, agree, make_transmission, make_valide, sign_again
from tests.simulateur import SimulateurEnProcessus

pytestmark = pytest.mark.usefixtures("le_lendemain")
T = EtatTransmission
Portee, Decision = Consentement.Portee, Consentement.Decision
Settle = Callable[..., None]
RETRAIT: dict[str, Any] = {"mode": Consentement.Mode.GUICHET, "langue": "bm", "interprete": False}


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_valide(direction, prescripteur, conseiller)


def read(transmission: Transmission) -> Transmission:
    return Transmission.objects.get(pk=transmission.pk)


def withdraw(transmission: Transmission, by: Agent) -> None:
    services.withdraw_transmission(bilan=transmission.bilan, by=by, **RETRAIT)


# --- agreeing, refusing -------------------------------------------------------------------------


@pytest.mark.rule("D.2-18", "E.2-une-transaction")
def test_an_agreement_puts_the_synthesis_in_the_queue(bilan: Bilan, prescripteur: Agent) -> None:
    transmission = services.grant_transmission(bilan=bilan, by=prescripteur, **RECUEIL)
    assert transmission.etat == T.EN_FILE
    assert transmission.consentement.version_synthese == transmission.synthese.version == 1
    assert transmission.donnees_figees["age"] == 29


@pytest.mark.rule("E.2-une-transaction")
def test_an_agreement_that_is_refused_queues_nothing(bilan: Bilan, agent_ofii: Agent) -> None:
    with pytest.raises(Forbidden):
        services.grant_transmission(bilan=bilan, by=agent_ofii, **RECUEIL)
    assert not Transmission.objects.exists()


def test_an_agreement_is_not_given_twice(bilan: Bilan, conseiller: Agent) -> None:
    services.grant_transmission(bilan=bilan, by=conseiller, **RECUEIL)
    with pytest.raises(RuleViolation):
        services.grant_transmission(bilan=bilan, by=conseiller, **RECUEIL)
    assert Transmission.objects.count() == 1


@pytest.mark.rule("D.2-19", "E.1-facultatif")
def test_a_refusal_queues_nothing(bilan: Bilan, conseiller: Agent) -> None:
    services.refuse_transmission(bilan=bilan, by=conseiller, **RECUEIL)
    assert not Transmission.objects.exists()


def test_after_a_refusal_one_may_still_agree(bilan: Bilan, conseiller: Agent) -> None:
    services.refuse_transmission(bilan=bilan, by=conseiller, **RECUEIL)
    services.grant_transmission(bilan=bilan, by=conseiller, **RECUEIL)
    assert Transmission.objects.get().etat == T.EN_FILE


@pytest.mark.rule("E.2-portees")
@pytest.mark.parametrize("portee", [Portee.CONSERVATION, Portee.SUIVI])
def test_another_scope_leaves_the_queue_alone(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, portee: Consentement.Portee
) -> None:
    bilan = make_valide(direction, prescripteur, conseiller, conserver=False)
    agree(bilan, portee, by=conseiller)
    assert consents.in_force(bilan, portee) is not None
    assert not Transmission.objects.exists()


def test_the_bell_rings_once_the_row_is_committed(
    bilan: Bilan,
    conseiller: Agent,
    django_capture_on_commit_callbacks: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("core.doorbell.ring", lambda task, *identifiers, expires: rung.extend(identifiers))
    with django_capture_on_commit_callbacks(execute=True):
        transmission = services.grant_transmission(bilan=bilan, by=conseiller, **RECUEIL)
        assert rung == []
    assert rung == [str(transmission.pk)]


# --- withdrawing --------------------------------------------------------------------------------


@pytest.mark.rule("D.2-20")
def test_what_never_left_is_cancelled(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent
) -> None:
    withdraw(transmission, agent_ofii)
    assert read(transmission).etat == T.ANNULEE
    assert not sender.step()
    assert partenaire.requetes() == []


@pytest.mark.rule("D.2-20")
def test_what_was_received_is_erased_at_the_partner(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent, settle: Settle
) -> None:
    settle()
    withdraw(transmission, agent_ofii)
    assert read(transmission).etat == T.EFFACEMENT_DEMANDE
    settle()
    assert read(transmission).etat == T.EFFACEE
    assert [depot["etat"] for depot in partenaire.depots()] == ["EFFACE"]


@pytest.mark.parametrize(
    "genre", ["ERREUR_500", "DELAI_APRES", "COUPURE_AVANT", "CORPS_HTML", "JETON_REFUSE", "QUOTA_SANS_DELAI"]
)
def test_an_erasure_survives_a_bad_day(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent, settle: Settle, genre: str
) -> None:
    settle()
    withdraw(transmission, agent_ofii)
    partenaire.panne(genre, operation="effacerSynthese", nombre=1)
    settle()
    assert read(transmission).etat == T.EFFACEE
    assert [depot["etat"] for depot in partenaire.depots()] == ["EFFACE"]


@pytest.mark.parametrize(("genre", "etat"), [("COUPURE_APRES", T.EFFACEE), ("COUPURE_AVANT", T.ANNULEE)])
def test_what_may_have_arrived_is_looked_up_then_erased_or_cancelled(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    agent_ofii: Agent,
    settle: Settle,
    genre: str,
    etat: str,
) -> None:
    partenaire.panne(genre, operation="deposerSynthese", nombre=1)
    assert sender.step()
    withdraw(transmission, agent_ofii)
    settle()
    assert read(transmission).etat == etat
    assert len(partenaire.requetes("deposerSynthese")) == 1
    assert {depot["etat"] for depot in partenaire.depots()} <= {"EFFACE"}


@pytest.mark.rule("D.2-21")
def test_a_receipt_that_crosses_a_withdrawal_is_kept_then_erased(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent, settle: Settle
) -> None:
    client = sender.partner()
    jeton = sender.canal.token(client, sender.canal.read())
    assert jeton is not None
    _, travail = sender.claim(jeton, sender.canal.read(), lease=timedelta(seconds=30))
    assert travail is not None
    withdraw(transmission, agent_ofii)
    assert read(transmission).etat == T.EN_COURS
    reponse = sender.send(client, travail)
    sender.record(sender.Resultat(travail.transmission_id, travail.tentative_id, travail.operation, reponse, 9, jeton))
    assert read(transmission).etat == T.EFFACEMENT_DEMANDE
    settle()
    assert [depot["etat"] for depot in partenaire.depots()] == ["EFFACE"]
    assert read(transmission).accuse_identifiant == partenaire.depots()[0]["identifiant"]


def test_a_deposit_still_running_when_its_author_withdraws_is_erased_all_the_same(
    partenaire: SimulateurEnProcessus,
    transmission: Transmission,
    agent_ofii: Agent,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Here two seconds are enough to be sure that nothing is running any more.
    monkeypatch.setattr("poleemploi.outcome.DECANTATION", timedelta(seconds=2 * 3600))
    partenaire.panne("LENTEUR", operation="deposerSynthese", nombre=1, secondes=1.5)
    assert sender.step()
    withdraw(transmission, agent_ofii)
    settle()
    assert read(transmission).etat in (T.EFFACEE, T.ANNULEE)
    assert {depot["etat"] for depot in partenaire.depots()} <= {"EFFACE"}


def test_what_had_ended_before_a_withdrawal_stays_as_it_ended(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent
) -> None:
    rework(transmission, conseiller)
    sign_again(transmission.bilan)
    agree(transmission.bilan, Portee.TRANSMISSION, by=conseiller, at=clock.now())
    withdraw(transmission, conseiller)
    assert set(Transmission.objects.values_list("synthese__version", "etat", "motif_fin")) == {
        (1, T.ANNULEE, "synthese_reprise"),
        (2, T.ANNULEE, "consentement_retire"),
    }


def test_a_refused_row_is_cancelled_with_its_consent(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent, settle: Settle
) -> None:
    partenaire.panne("NUMERO_CAI_INCONNU", nombre=1)
    settle()
    withdraw(transmission, agent_ofii)
    assert read(transmission).etat == T.ANNULEE


def test_a_failed_row_is_looked_up_once_its_consent_is_withdrawn(
    partenaire: SimulateurEnProcessus, transmission: Transmission, agent_ofii: Agent, settle: Settle
) -> None:
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    partenaire.panne("ERREUR_500", operation="retrouverDepot", nombre=1)
    assert sender.step()
    Transmission.objects.filter(pk=transmission.pk).update(serie_depuis_at=timezone.now() - timedelta(days=4))
    settle()
    assert read(transmission).etat == T.ECHEC_DEFINITIF
    withdraw(transmission, agent_ofii)
    settle()
    assert read(transmission).etat == T.EFFACEE


def test_one_withdraws_only_what_was_agreed_to(bilan: Bilan, agent_ofii: Agent) -> None:
    with pytest.raises(RuleViolation):
        services.withdraw_transmission(bilan=bilan, by=agent_ofii, **RETRAIT)


@pytest.mark.rule("D.2-note-retrait-clos")
def test_a_withdrawal_is_possible_once_the_bilan_is_closed(
    partenaire: SimulateurEnProcessus, transmission: Transmission, correspondant: Agent, settle: Settle
) -> None:
    settle()
    bilan = Bilan.objects.get(pk=transmission.bilan_id)
    bilan.cloturer()
    bilan.clos_at = clock.now()
    bilan.save()
    withdraw(transmission, correspondant)
    settle()
    assert read(transmission).etat == T.EFFACEE
    assert Bilan.objects.get(pk=bilan.pk).etat == Etat.CLOS


# --- reworking ----------------------------------------------------------------------------------


def rework(transmission: Transmission, by: Agent) -> Synthese:
    return services.rework_synthese(bilan=transmission.bilan, motif=next(iter(MotifReprise)), by=by)


@pytest.mark.rule("D.2-15b")
def test_a_rework_cancels_what_was_waiting(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent
) -> None:
    rework(transmission, conseiller)
    assert read(transmission).etat == T.ANNULEE
    assert not sender.step()
    assert partenaire.requetes() == []


@pytest.mark.rule("D.2-15b")
def test_a_rework_waits_for_the_end_of_an_attempt(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent
) -> None:
    jeton = sender.canal.token(sender.partner(), sender.canal.read())
    assert jeton is not None
    sender.claim(jeton, sender.canal.read(), lease=timedelta(seconds=30))
    with pytest.raises(RuleViolation) as refusal:
        rework(transmission, conseiller)
    assert refusal.value.code == "envoi_en_cours"
    assert Synthese.objects.count() == 1


def test_a_version_received_stays_until_the_next_one_replaces_it(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle
) -> None:
    settle()
    rework(transmission, conseiller)
    assert not sender.step()
    assert [depot["etat"] for depot in partenaire.depots()] == ["EN_VIGUEUR"]
    sign_again(transmission.bilan)
    agree(transmission.bilan, Portee.TRANSMISSION, by=conseiller, at=clock.now())
    settle()
    assert [(depot["version"], depot["etat"]) for depot in partenaire.depots()] == [
        (1, "REMPLACE"),
        (2, "EN_VIGUEUR"),
    ]
    withdraw(transmission, conseiller)
    settle()
    assert {depot["etat"] for depot in partenaire.depots()} == {"EFFACE"}


def test_an_uncertain_version_that_is_reworked_is_only_looked_up(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle
) -> None:
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    assert sender.step()
    rework(transmission, conseiller)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert len(partenaire.requetes("deposerSynthese")) == 1


def test_a_row_that_waits_after_a_quota_is_looked_up_when_reworked(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle
) -> None:
    partenaire.panne("QUOTA_SECONDES", operation="deposerSynthese", nombre=1, secondes=0)
    assert sender.step()
    rework(transmission, conseiller)
    settle()
    assert read(transmission).etat == T.ANNULEE
    assert len(partenaire.requetes("deposerSynthese")) == 1


# --- several versions, several territories ------------------------------------------------------


def test_what_was_received_may_be_withdrawn_after_the_next_version_was_refused(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle
) -> None:
    settle()
    rework(transmission, conseiller)
    sign_again(transmission.bilan)
    services.refuse_transmission(bilan=transmission.bilan, by=conseiller, **RECUEIL)
    assert read(transmission).etat == T.ACCUSEE
    offered = {question.portee: question.withdraw_url for question in panel(transmission.bilan, conseiller).questions}
    assert offered[Portee.TRANSMISSION]
    withdraw(transmission, conseiller)
    assert read(transmission).etat == T.EFFACEMENT_DEMANDE


@pytest.mark.parametrize("lost", [False, True])
def test_a_refusal_of_the_next_version_leaves_the_one_received_whenever_its_receipt_came(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle, lost: bool
) -> None:
    if lost:
        partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    assert sender.step()
    rework(transmission, conseiller)
    sign_again(transmission.bilan)
    services.refuse_transmission(bilan=transmission.bilan, by=conseiller, **RECUEIL)
    settle()
    assert read(transmission).etat == T.ACCUSEE
    assert [depot["etat"] for depot in partenaire.depots()] == ["EN_VIGUEUR"]
    withdraw(transmission, conseiller)
    settle()
    assert [depot["etat"] for depot in partenaire.depots()] == ["EFFACE"]


def test_rows_of_a_file_go_in_order(
    partenaire: SimulateurEnProcessus, transmission: Transmission, conseiller: Agent, settle: Settle
) -> None:
    partenaire.panne("COUPURE_APRES", operation="deposerSynthese", nombre=1)
    assert sender.step()
    rework(transmission, conseiller)
    sign_again(transmission.bilan)
    agree(transmission.bilan, Portee.TRANSMISSION, by=conseiller, at=clock.now())
    settle()
    assert [depot["version"] for depot in partenaire.depots()] == [1, 2]
    assert set(Transmission.objects.values_list("etat", flat=True)) == {T.ACCUSEE}


@pytest.mark.rule("E.4-30-jours")
def test_the_content_gone_nothing_is_sent_any_more(
    partenaire: SimulateurEnProcessus, transmission: Transmission, settle: Settle
) -> None:
    gone = {"contenu": None, "contenu_sha256": "", "observations": None, "detruite_at": ACCORDE_AT}
    Synthese.objects.filter(pk=transmission.synthese_id).update(**gone)
    settle()
    assert read(transmission).etat == T.ANNULEE
    assert partenaire.requetes("deposerSynthese") == []


def test_a_row_is_made_for_each_territory_and_seen_from_there_alone(
    transmission: Transmission, correspondant: Agent, directeur: Agent, agent_ofii: Agent, agent_ailleurs: Agent
) -> None:
    seen = {
        agent.pk: Transmission.objects.followed_by(agent).exists()
        for agent in (correspondant, directeur, agent_ofii, agent_ailleurs)
    }
    assert seen == {correspondant.pk: True, directeur.pk: True, agent_ofii.pk: False, agent_ailleurs.pk: False}


def test_a_second_transmission_of_the_same_consent_is_impossible(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    transmission = make_transmission(direction, prescripteur, conseiller)
    assert Transmission.objects.filter(consentement=transmission.consentement).count() == 1
