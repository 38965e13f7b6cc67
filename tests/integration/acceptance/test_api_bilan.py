"""AS-31 to AS-35 and AS-37 to AS-40 as the adviser's and the office's software meet them, through the API."""

from datetime import date
from typing import Any

import pytest

from agents.models import Agent, DirectionTerritoriale
from bilan.models import Bilan
from bilan.states import Etat
from bilan.tasks import appliquer_conservation
from core import clock
from core.models import JournalAcces
from poleemploi.models import Transmission
from tests.factories.conduite import JOUR, advance, make_contenu, make_convoque
from tests.factories.logiciel import Logiciel
from tests.factories.transmissions import make_transmission, make_valide, receive

pytestmark = pytest.mark.django_db
APRES_MIDI = clock.at(JOUR, 15)
MAI_12 = date(2010, 5, 12)
TRANSMISSION = "transmission_pole_emploi"


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    return make_convoque(direction, prescripteur, conseiller)


@pytest.fixture
def valide(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    """Signed on 12 May 2010, kept by agreement."""
    return make_valide(direction, prescripteur, conseiller, jour=MAI_12)


def decide(logiciel: Logiciel, bilan: Bilan, decision: str, *, at: Any, portee: str = TRANSMISSION) -> tuple[int, str]:
    how = {"mode": "declaration_guichet"} if decision == "retire" else {"mode": "formulaire_signe", "interprete": False}
    body = {"portee": portee, "decision": decision, "langue": "fr", **how}
    status, said = logiciel.post(f"bilans/{bilan.pk}/consentements/", body, at=at)
    return status, said.get("code", "")


def situation(logiciel: Logiciel, bilan: Bilan, *, at: Any) -> str:
    return str(logiciel.get(f"contrats/{bilan.contrat_id}/", at=at)["situation"])


@pytest.mark.rule("C.6-180")
def test_as_31_the_sessions_hold_in_one_hundred_and_eighty_minutes(convoque: Bilan, conseiller: Agent) -> None:
    advance(convoque, Etat.PHASE_PRELIMINAIRE)
    logiciel = Logiciel(conseiller)
    said = []
    for minutes in (100, 70, 15, 10):
        body = {"jour": JOUR.isoformat(), "minutes": minutes}
        status, answer = logiciel.post(f"bilans/{convoque.pk}/seances/", body, at=APRES_MIDI)
        said.append((status, answer.get("code", "")))
    assert said == [(201, ""), (201, ""), (409, "duree_legale_depassee"), (201, "")]


@pytest.mark.rule("D.2-14", "D.5-6-mois")
def test_as_32_33_a_complete_synthesis_alone_ends_the_bilan_and_opens_the_follow_up(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent
) -> None:
    jour = date(2010, 8, 31)
    bilan = make_convoque(direction, prescripteur, conseiller, jour=jour)
    advance(bilan, Etat.PHASE_CONCLUSION, contenu=make_contenu(competences_aptitudes=""))
    logiciel, office = Logiciel(conseiller), Logiciel(prescripteur)
    at = clock.at(jour, 16)
    status, problem = logiciel.post(f"bilans/{bilan.pk}/transitions/rediger_synthese/", {}, at=at)
    assert (status, list(problem["champs"])) == (409, ["competences_aptitudes"])
    with clock.travel(at):
        bilan.syntheses.update(contenu=make_contenu().to_dict())
    assert logiciel.move(bilan, "rediger_synthese", at=at) == "synthese_redigee"
    assert office.get(f"contrats/{bilan.contrat_id}/", at=at)["bilan"]["date_suivi"] == "2011-02-28"


@pytest.mark.rule("E.3-personne")
def test_as_34_the_directeur_gets_no_pdf_and_the_attempt_is_logged(valide: Bilan, directeur: Agent) -> None:
    body = {"motif": "remise_beneficiaire", "demande_recue_le": MAI_12.isoformat()}
    status, _ = Logiciel(directeur).post(f"bilans/{valide.pk}/impressions/", body, at=MAI_12)
    assert status == 403
    line = JournalAcces.objects.get(agent=directeur, resultat=JournalAcces.Resultat.REFUSE)
    assert line.motif == "droit_imprimer_copie"


@pytest.mark.rule("D.2-20")
def test_as_35_a_withdrawal_before_the_sending_cancels_it(
    valide: Bilan, conseiller: Agent, prescripteur: Agent
) -> None:
    logiciel = Logiciel(conseiller)
    assert decide(logiciel, valide, "accorde", at=clock.at(MAI_12, 18)) == (201, "")
    assert decide(logiciel, valide, "retire", at=clock.at(MAI_12, 18, 5)) == (201, "")
    assert Transmission.objects.get().etat == "annulee"
    assert situation(Logiciel(prescripteur), valide, at=clock.at(MAI_12, 19)) == "consentement_retire"


@pytest.mark.rule("D.2-19", "E.2-sans-effet")
def test_as_37_a_refusal_changes_nothing_to_what_was_done(
    convoque: Bilan, conseiller: Agent, prescripteur: Agent
) -> None:
    advance(convoque, Etat.SYNTHESE_VALIDEE)
    assert decide(Logiciel(conseiller), convoque, "refuse", at=APRES_MIDI) == (201, "")
    assert situation(Logiciel(prescripteur), convoque, at=APRES_MIDI) == "transmission_refusee"
    assert convoque.contrat.prestations.get(type="bilan").statut == "suivie"
    assert not Transmission.objects.exists()


@pytest.mark.rule("E.4-un-an")
def test_as_38_the_adviser_reads_a_kept_synthesis_for_one_year(valide: Bilan, conseiller: Agent) -> None:
    logiciel = Logiciel(conseiller)
    read = []
    for day in (date(2011, 5, 11), date(2011, 5, 12)):
        with clock.travel(day):
            appliquer_conservation()
        read.append(logiciel.get(f"bilans/{valide.pk}/synthese/", at=day)["contenu"] is None)
    assert read == [False, True]


@pytest.mark.rule("D.2-15b")
def test_as_39_a_rework_lets_the_consent_lapse_until_the_next_version_is_signed(
    valide: Bilan, conseiller: Agent, prescripteur: Agent
) -> None:
    logiciel = Logiciel(conseiller)
    at = clock.at(MAI_12, 18)
    decide(logiciel, valide, "accorde", at=at)
    assert logiciel.move(valide, "reprendre_synthese", at=at, motif="observations_beneficiaire") == "synthese_redigee"
    assert Transmission.objects.get().etat == "annulee"
    assert decide(logiciel, valide, "accorde", at=at) == (409, "synthese_non_validee")
    assert situation(Logiciel(prescripteur), valide, at=at) == "synthese_redigee"


@pytest.mark.rule("D.2-20")
def test_as_40_a_withdrawal_after_the_receipt_erases_and_refuses_later_returns(
    direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent, correspondant: Agent
) -> None:
    transmission = receive(make_transmission(direction, prescripteur, conseiller))
    logiciel = Logiciel(correspondant)
    assert decide(logiciel, transmission.bilan, "retire", at=date(2010, 5, 14)) == (201, "")
    assert Transmission.objects.get().etat == "effacement_demande"
    told = {"recu_le": "2010-05-20", "date_inscription": "2010-05-17", "date_entretien_ppae": "2010-05-19"}
    path = f"bilans/{transmission.bilan_id}/retours/"
    assert logiciel.post(path, told, at=date(2010, 5, 20))[0] == 409
    assert logiciel.get(path, at=date(2010, 5, 20)) == []
