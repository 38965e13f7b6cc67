"""The one displayed situation, computed in SQL from the conduct, the consents and the exchange (reference D.1)."""

from datetime import timedelta

import pytest

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan, Consentement
from bilan.states import Etat
from core import clock
from dossiers.parcours import Faits, facts_of, steps_of
from dossiers.situation import Situation, situation_of, with_situation
from dossiers.suite import _NEXT
from poleemploi import services
from poleemploi.models import Transmission
from poleemploi.states import EtatTransmission
from tests.factories.cai import make_contrat
from tests.factories.conduite import consent
from tests.factories.transmissions import ACCORDE_AT, RECUEIL, add_version, make_transmission, make_valide

Portee, Decision = Consentement.Portee, Consentement.Decision
NEEDS_CONCLUSION = (
    Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE, Etat.CLOS,
)  # fmt: skip


def place(bilan: Bilan, etat: Etat) -> None:
    """Lay the stored state directly: what leads there has its own tests."""
    Bilan.objects.filter(pk=bilan.pk).update(
        etat=etat,
        date_fin_conclusion=clock.today() if etat in NEEDS_CONCLUSION else None,
        clos_at=clock.now() if etat in (Etat.CLOS, Etat.NON_REALISE, Etat.ANNULE) else None,
        motif_annulation="doublon" if etat == Etat.ANNULE else "",
        motif_non_realisation="absence" if etat == Etat.NON_REALISE else "",
    )


def lay(transmission: Transmission, etat: EtatTransmission) -> None:
    received = {"accuse_at": clock.now(), "accuse_identifiant": "PE-1"} if etat == "accusee" else {}
    Transmission.objects.filter(pk=transmission.pk).update(
        etat=etat, erreur_code="REFUS" if etat == "rejetee" else "", **received
    )


@pytest.fixture
def valide(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_valide(direction, prescripteur, conseiller)


@pytest.fixture
def transmission(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Transmission:
    return make_transmission(direction, prescripteur, conseiller)


def test_every_stored_state_but_the_refused_signature_is_a_situation() -> None:
    assert set(Etat.values) - set(Situation.values) == {Etat.SIGNATURE_REFUSEE}
    assert all(Etat(value).label == Situation(value).label for value in set(Etat.values) & set(Situation.values))


@pytest.mark.rule("D.1-situation")
@pytest.mark.parametrize("etat", [etat for etat in Etat if etat != Etat.SIGNATURE_REFUSEE])
def test_without_consent_the_situation_is_the_stored_state(bilan: Bilan, etat: Etat) -> None:
    place(bilan, etat)

    assert situation_of(bilan) == etat.value


def test_a_refused_signature_shows_as_a_refused_transmission(bilan: Bilan) -> None:
    place(bilan, Etat.SIGNATURE_REFUSEE)

    assert situation_of(bilan) == Situation.TRANSMISSION_REFUSEE


@pytest.mark.rule("D.1-a-traiter")
@pytest.mark.parametrize(
    ("etat", "situation"),
    [
        (EtatTransmission.EN_FILE, Situation.TRANSMISSION_CONSENTIE),
        (EtatTransmission.EN_COURS, Situation.TRANSMISSION_CONSENTIE),
        (EtatTransmission.INCERTAINE, Situation.TRANSMISSION_CONSENTIE),
        (EtatTransmission.ACCUSEE, Situation.TRANSMISE),
        (EtatTransmission.REJETEE, Situation.TRANSMISSION_A_TRAITER),
        (EtatTransmission.ECHEC_DEFINITIF, Situation.TRANSMISSION_A_TRAITER),
        (EtatTransmission.ANNULEE, Situation.SYNTHESE_VALIDEE),
    ],
)
def test_a_consented_synthesis_shows_where_its_deposit_stands(
    transmission: Transmission, etat: EtatTransmission, situation: Situation
) -> None:
    lay(transmission, etat)

    assert situation_of(transmission.bilan) == situation


def test_a_refusal_shows_as_a_refused_transmission(valide: Bilan, conseiller: Agent) -> None:
    with clock.travel(ACCORDE_AT):
        services.refuse_transmission(bilan=valide, by=conseiller, **RECUEIL)

    assert situation_of(valide) == Situation.TRANSMISSION_REFUSEE


@pytest.mark.rule("D.1-situation")
@pytest.mark.parametrize("etat", [EtatTransmission.EN_FILE, EtatTransmission.ACCUSEE])
def test_a_withdrawal_shows_before_as_after_sending(
    transmission: Transmission, etat: EtatTransmission, conseiller: Agent
) -> None:
    lay(transmission, etat)

    consent(
        transmission.bilan, Portee.TRANSMISSION, Decision.RETIRE, at=ACCORDE_AT + timedelta(minutes=5), by=conseiller
    )

    assert situation_of(transmission.bilan) == Situation.CONSENTEMENT_RETIRE


def test_a_new_validated_version_awaits_a_new_decision(transmission: Transmission) -> None:
    lay(transmission, EtatTransmission.ACCUSEE)
    add_version(transmission.bilan, 2)

    assert situation_of(transmission.bilan) == Situation.SYNTHESE_VALIDEE


def test_a_synthesis_taken_up_again_shows_as_written(transmission: Transmission) -> None:
    Bilan.objects.filter(pk=transmission.bilan_id).update(etat=Etat.SYNTHESE_REDIGEE)

    assert situation_of(transmission.bilan) == Situation.SYNTHESE_REDIGEE


def test_after_the_end_nothing_changes_the_situation(transmission: Transmission, conseiller: Agent) -> None:
    place(transmission.bilan, Etat.CLOS)
    consent(
        transmission.bilan, Portee.TRANSMISSION, Decision.RETIRE, at=ACCORDE_AT + timedelta(minutes=5), by=conseiller
    )

    assert situation_of(transmission.bilan) == Situation.CLOS


@pytest.mark.rule("D.1-situation")
def test_lists_filter_on_the_situation_in_sql(transmission: Transmission, prescripteur: Agent) -> None:
    make_contrat(by=prescripteur)

    found = with_situation(Bilan.objects.all()).filter(situation=Situation.TRANSMISSION_CONSENTIE)

    assert [row.pk for row in found] == [transmission.bilan_id]


# --- what the page derives from it ---------------------------------------------------------------


def test_every_situation_has_its_next_act() -> None:
    assert set(_NEXT) == set(Situation)


@pytest.mark.parametrize("situation", list(Situation))
def test_the_steps_of_every_situation_have_one_present_at_most(bilan: Bilan, situation: Situation) -> None:
    facts = facts_of(bilan.contrat)
    placed = Faits(**{**vars(facts), "situation": situation})

    states = [step["etat"] for step in steps_of(placed)]

    assert states.count("present") <= 1
    assert set(states) <= {"fait", "present", "a_venir", "sans_objet", "terme"}
