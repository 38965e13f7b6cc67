"""Returns of Pôle emploi typed by the correspondant: PPAE, registration, employment (reference D.2 23, F.3)."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent, DirectionTerritoriale
from agents.roles import Role
from bilan import fin
from bilan.models import Bilan, Consentement, Instantane
from core import clock
from core.errors import Forbidden, RuleViolation
from core.models import Evenement
from dossiers.chronologie import sentence_of
from dossiers.situation import situation_of
from poleemploi import retours, services
from poleemploi.models import Retour
from tests.factories.agents import make_agent
from tests.factories.transmissions import RECUEIL, make_transmission, receive

pytestmark = pytest.mark.django_db
RECU = date(2010, 5, 12)  # the day of the acknowledgement
JOUR = date(2010, 6, 10)


@pytest.fixture
def bilan(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return receive(make_transmission(direction, prescripteur, conseiller)).bilan


@pytest.fixture
def correspondant(direction: DirectionTerritoriale) -> Agent:
    return make_agent(Role.CORRESPONDANT_OFII, direction)


def record(bilan: Bilan, by: Agent, **said: Any) -> Retour:
    with clock.travel(JOUR):
        return retours.record_return(bilan=bilan, by=by, **{"recu_le": JOUR, **said})


def refused(bilan: Bilan, by: Agent, **said: Any) -> str:
    with pytest.raises(RuleViolation) as caught:
        record(bilan, by, **said)
    return caught.value.code


@pytest.mark.rule("D.2-23")
def test_a_ppae_interview_takes_the_person_in_charge(bilan: Bilan, correspondant: Agent) -> None:
    assert situation_of(bilan) == "transmise"
    record(bilan, correspondant, date_entretien_ppae=RECU)
    assert situation_of(Bilan.objects.get()) == "pris_en_charge_ppae"
    event = Evenement.objects.get(nom="retour.prise_en_charge_ppae")
    assert (event.etat_avant, event.etat_apres) == ("transmise", "pris_en_charge_ppae")
    said = sentence_of(event, sees_exemption=False).replace("\u00a0", " ")
    assert said == "Prise en charge par Pôle emploi. Entretien PPAE le 12 mai 2010."


@pytest.mark.rule("D.2-note-retour")
@pytest.mark.rule("D.2-note-retour")
def test_registration_and_employment_change_no_state(bilan: Bilan, correspondant: Agent) -> None:
    record(bilan, correspondant, date_inscription=date(2010, 4, 1))
    record(bilan, correspondant, date_embauche=date(2010, 6, 1), type_contrat="CDI")
    assert situation_of(Bilan.objects.get()) == "transmise"
    assert "CDI" not in str(list(Evenement.objects.values_list("faits", flat=True)))


@pytest.mark.rule("D.6-ppae")
def test_a_ppae_long_after_the_registration_is_recorded_all_the_same(bilan: Bilan, correspondant: Agent) -> None:
    record(bilan, correspondant, date_inscription=date(2010, 4, 1), date_entretien_ppae=date(2010, 6, 9))
    assert situation_of(Bilan.objects.get()) == "pris_en_charge_ppae"


REFUS: list[tuple[dict[str, Any], str, list[str], str]] = [
    ({}, "retour_vide", ["date_entretien_ppae"], "Notez au moins une date que Pôle emploi a donnée."),
    (
        {"recu_le": date(2010, 6, 11), "date_inscription": JOUR},
        "date_future",
        ["recu_le"],
        "Indiquez une date au plus tard aujourd’hui.",
    ),
    (
        {"recu_le": date(2010, 5, 11), "date_inscription": JOUR},
        "avant_reception",
        ["recu_le"],
        "Pôle emploi a reçu la synthèse le 12 mai 2010 : son retour ne peut la précéder.",
    ),
    (
        {"date_entretien_ppae": date(2010, 5, 11)},
        "ppae_avant_reception",
        ["date_entretien_ppae"],
        "Indiquez un entretien à partir du 12 mai 2010, réception de la synthèse.",
    ),
    (
        {"date_entretien_ppae": RECU, "date_inscription": date(2010, 5, 13)},
        "ppae_avant_inscription",
        ["date_entretien_ppae"],
        "L’entretien ne peut pas précéder l’inscription à Pôle emploi.",
    ),
    (
        {"date_inscription": date(1980, 6, 30)},
        "avant_naissance",
        ["date_inscription"],
        "Cette date précède la naissance de la personne.",
    ),
    ({"date_embauche": JOUR}, "contrat_absent", ["type_contrat"], "Indiquez le type de contrat."),
    ({"type_contrat": "CDI"}, "embauche_absente", ["date_embauche"], "Indiquez la date d’embauche."),
    (
        {"date_embauche": date(2010, 6, 11), "type_contrat": "CDI"},
        "embauche_future",
        ["date_embauche"],
        "L’embauche ne peut pas être à venir.",
    ),
]


@pytest.mark.rule("D.2-23")
def test_a_return_refused_says_at_which_field_what_to_correct(bilan: Bilan, correspondant: Agent) -> None:
    for said, code, fields, words in REFUS:
        with pytest.raises(RuleViolation) as caught:
            record(bilan, correspondant, **said)
        found = caught.value
        assert (found.code, list(found.fields), found.message.replace("\u00a0", " ")) == (code, fields, words), said
    assert not Retour.objects.exists()
    # The very day of the receipt, an interview on the day of the registration, a job begun today.
    record(bilan, correspondant, recu_le=RECU, date_entretien_ppae=RECU, date_inscription=RECU)
    record(bilan, correspondant, date_embauche=JOUR, type_contrat="CDI")


@pytest.mark.rule("D.2-20")
def test_as_40_after_a_withdrawal_a_return_is_refused_and_not_stored(
    bilan: Bilan, correspondant: Agent, conseiller: Agent
) -> None:
    with clock.travel(clock.at(date(2010, 5, 20), 9)):
        services.record_decision(
            bilan=bilan,
            portee=Consentement.Portee.TRANSMISSION,
            decision=Consentement.Decision.RETIRE,
            by=conseiller,
            **RECUEIL,
        )
    assert refused(bilan, correspondant, date_entretien_ppae=RECU) == "accord_retire"
    assert not Retour.objects.exists()


def test_nothing_returns_of_what_was_not_received(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, correspondant: Agent
) -> None:
    waiting = make_transmission(direction, prescripteur, conseiller).bilan
    assert refused(waiting, correspondant, date_entretien_ppae=JOUR) == "non_transmise"


def test_only_the_correspondant_records_a_return(bilan: Bilan, prescripteur: Agent, conseiller: Agent) -> None:
    for other in (prescripteur, conseiller):
        with pytest.raises(Forbidden):
            record(bilan, other, date_entretien_ppae=RECU)


def test_the_correspondant_types_a_return_from_the_file(bilan: Bilan, correspondant: Agent) -> None:
    browser = Client()
    browser.force_login(correspondant)
    fichier = reverse("dossiers:view_file", args=[bilan.contrat_id])
    url = reverse("poleemploi:record_return", args=[bilan.pk])
    with clock.travel(JOUR):
        assert url in browser.get(fichier).content.decode()
        wrong = browser.post(url, {"recu_le": "10/06/2010", "date_entretien_ppae": "11/05/2010"})
        assert "réception de la synthèse" in wrong.content.decode()
        done = browser.post(url, {"recu_le": "10/06/2010", "date_entretien_ppae": "14/06/2010"}, follow=True)
    assert "Pris en charge (PPAE)" in done.content.decode()
    assert "entretien PPAE le 14" in done.content.decode()


def test_a_program_records_and_reads_returns(bilan: Bilan, correspondant: Agent, prescripteur: Agent) -> None:
    api = Client(headers={"Authorization": f"Bearer {create_token(correspondant, libelle='essai')}"})
    url = reverse("api:retours", args=[bilan.pk])
    body = {"recu_le": "2010-06-10", "date_entretien_ppae": "2010-06-09"}
    with clock.travel(JOUR):
        assert api.post(url, body, content_type="application/json").status_code == 201
        assert api.post(url, body, content_type="application/json").status_code == 409
        assert [row["date_entretien_ppae"] for row in api.get(url).json()] == ["2010-06-09"]
    other = Client(headers={"Authorization": f"Bearer {create_token(prescripteur, libelle='essai')}"})
    assert other.get(url).status_code == 403


@pytest.mark.rule("D.6-ppae")
@pytest.mark.rule("D.6-ppae")
def test_what_was_returned_is_counted_when_the_bilan_ends(
    bilan: Bilan, correspondant: Agent, prescripteur: Agent
) -> None:
    said = {"date_inscription": date(2010, 5, 10), "date_entretien_ppae": date(2010, 5, 25)}
    record(bilan, correspondant, **said, date_embauche=date(2010, 6, 1), type_contrat="CDI")
    with clock.travel(date(2010, 12, 11)):
        fin.close(bilan=bilan, by=prescripteur)
    row = Instantane.objects.get()
    assert (row.pris_en_charge_ppae, row.inscription, row.ppae_sous_15_jours) == (True, True, True)
    assert (row.transmise, row.transmissions, row.transmissions_en_echec) == (True, 1, 0)
    assert (row.emploi_a_six_mois, row.emploi_durable) == (True, True)
    assert row.decision_transmission == "accorde"
