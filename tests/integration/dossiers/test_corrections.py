"""Correcting and cancelling a file in the browser, and what the services of the file refuse."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent, DirectionTerritoriale
from bilan import fin
from bilan.models import Bilan, Courrier
from bilan.states import Etat
from cai.models import Contrat
from core import clock
from core.errors import Forbidden, InvalidInput, RuleViolation
from core.models import JournalAcces
from dossiers import services
from tests.factories.cai import fiche_contrat, make_contrat
from tests.factories.conduite import JOUR, advance, make_convoque
from tests.paper import text_of

Connect = Callable[[Agent], Client]
ACTS = ["correct_signataire", "correct_contrat", "cancel_file"]


@pytest.fixture(autouse=True)
def _on_a_later_day() -> object:
    with clock.travel(date(2010, 5, 20)):
        yield


def url(name: str, contrat: Contrat) -> str:
    return reverse(f"dossiers:{name}", args=[contrat.pk])


def identity(contrat: Contrat, **changes: Any) -> dict[str, Any]:
    person = contrat.signataire
    names = ("nom", "prenom", "sexe", "adresse", "code_postal", "ville")
    return {
        **{name: getattr(person, name) or "" for name in names},
        "date_naissance": f"{person.date_naissance:%d/%m/%Y}",
        "nationalite": person.nationalite_id,
        "langue_comprise": person.langue_comprise_id,
        **changes,
    }


def terms(contrat: Contrat, **changes: Any) -> dict[str, Any]:
    return {
        "numero_cai": contrat.numero_cai,
        "date_entretien": f"{contrat.date_entretien:%d/%m/%Y}",
        "date_signature": f"{contrat.date_signature:%d/%m/%Y}",
        "titre_admission": contrat.titre_admission_id,
        **changes,
    }


@pytest.fixture
def convoque(direction: DirectionTerritoriale, prescripteur: Agent, conseiller: Agent) -> Bilan:
    """Signed on 15 March 2010, summoned for 10 May."""
    return make_convoque(direction, prescripteur, conseiller)


def test_the_number_of_a_file_is_corrected_and_never_emptied(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    client = connect(agent_ofii)
    assert "Laissez vide pour" not in client.get(url("correct_contrat", contrat)).content.decode()

    answer = client.post(url("correct_contrat", contrat), terms(contrat, numero_cai=""))

    assert list(answer.context["form"].errors) == ["numero_cai"]


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ACTS)
def test_the_page_shows_what_the_file_says(connect: Connect, agent_ofii: Agent, contrat: Contrat, name: str) -> None:
    answer = connect(agent_ofii).get(url(name, contrat))

    assert answer.status_code == 200
    assert contrat.numero_cai in answer.content.decode()
    assert contrat.signataire.nom in answer.content.decode()


def test_an_identity_is_corrected(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    answer = connect(agent_ofii).post(url("correct_signataire", contrat), identity(contrat, nom="Dialo"), follow=True)

    assert "L’identité est corrigée" in answer.content.decode()
    assert "Mamadou Dialo" in answer.content.decode()


def test_the_page_asks_when_the_representative_signed(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    minor = identity(contrat, date_naissance="01/01/1993", representant_nom="Awa Diallo")
    browser, page = connect(agent_ofii), url("correct_signataire", contrat)
    assert browser.post(page, minor).context["form"].errors["date_cosignature"]
    signed = {"date_cosignature": f"{contrat.date_signature:%d/%m/%Y}"}
    assert browser.post(page, minor | signed).status_code == 302
    assert "date_cosignature" not in browser.get(page).context["form"].fields


def test_a_refused_identity_keeps_everything_typed(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    text = (
        connect(agent_ofii)
        .post(url("correct_signataire", contrat), identity(contrat, nom="Dialo", date_naissance="01/01/1993"))
        .content.decode()
    )

    assert 'value="Dialo"' in text
    assert "indiquez le représentant légal" in text


def test_a_contract_is_corrected_and_its_last_day_follows(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    connect(agent_ofii).post(url("correct_contrat", contrat), terms(contrat, date_signature="16/03/2010"))

    assert Contrat.objects.get().date_echeance == date(2011, 3, 16)


def test_the_present_number_is_not_taken_for_a_duplicate(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    answer = connect(agent_ofii).post(url("correct_contrat", contrat), terms(contrat, titre_actuel="L314"))

    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("name", "answers", "mine", "theirs", "told"),
    [
        ("correct_signataire", identity, {"ville": "Lyon"}, {"nom": "Dialo"}, "« Diallo » devient « Dialo »"),
        (
            "correct_contrat",
            terms,
            {"date_entretien": "14/03/2010"},
            {"numero_cai": "PAPIER-0007"},
            "« 75-2010-000001 » devient « PAPIER-0007 »",
        ),
    ],
)
def test_a_form_opened_before_another_correction_does_not_overwrite_it_unseen(
    connect: Connect,
    agent_ofii: Agent,
    contrat: Contrat,
    name: str,
    answers: Callable[..., dict[str, Any]],
    mine: dict[str, str],
    theirs: dict[str, str],
    told: str,
) -> None:
    client, address = connect(agent_ofii), url(name, contrat)
    opened = client.get(address).context["form"]["attendu"].value()
    assert client.post(address, answers(contrat, attendu=opened, **theirs)).status_code == 302

    stale = client.post(address, answers(contrat, attendu=opened, **mine))

    text = stale.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")
    assert "modifié dans une autre fenêtre" in text
    assert told in text
    ((field, kept),) = mine.items()
    assert stale.context["form"][field].value() == kept
    contrat.refresh_from_db()
    assert "Dialo" in contrat.signataire.nom or contrat.numero_cai == "PAPIER-0007"

    again = client.post(address, answers(contrat, attendu=stale.context["form"]["attendu"].value(), **mine))
    assert again.status_code == 302


def test_a_file_opened_by_mistake_is_cancelled(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    answer = connect(agent_ofii).post(url("cancel_file", contrat), {"motif": "erreur_saisie"}, follow=True)

    assert "est annulé" in answer.content.decode()
    assert Contrat.objects.get().statut == "annule"
    assert Bilan.objects.get().etat == Etat.ANNULE


def test_a_cancellation_without_a_reason_is_refused(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    answer = connect(agent_ofii).post(url("cancel_file", contrat), {})

    assert answer.status_code == 200
    assert Contrat.objects.get().statut == "signe"


@pytest.mark.rule("E.6-a-part")
@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("role", ["directeur", "correspondant"])
def test_a_role_without_the_right_is_refused_and_journalled(
    connect: Connect, contrat: Contrat, name: str, role: str, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)

    assert connect(agent).get(url(name, contrat)).status_code == 403
    assert JournalAcces.objects.get(agent=agent, action=f"dossiers:{name}").resultat == "refuse"


@pytest.mark.parametrize("name", ACTS)
def test_another_territory_knows_nothing_of_the_file(
    connect: Connect, contrat: Contrat, agent_ailleurs: Agent, name: str
) -> None:
    assert connect(agent_ailleurs).post(url(name, contrat)).status_code == 404
    assert JournalAcces.objects.get(agent=agent_ailleurs, action=f"dossiers:{name}").motif == "introuvable"


@pytest.mark.parametrize("name", ACTS)
def test_no_form_is_shown_of_a_file_that_is_cancelled(
    connect: Connect, agent_ofii: Agent, contrat: Contrat, name: str
) -> None:
    services.cancel_file(contrat=contrat, motif="doublon", by=agent_ofii)

    answer = connect(agent_ofii).get(url(name, contrat))

    assert answer.status_code == 409
    assert "annulé" in answer.content.decode().lower()
    assert 'class="colonne" novalidate' not in answer.content.decode()
    assert 'name="motif"' not in answer.content.decode()


def test_no_form_of_cancellation_is_shown_once_the_bilan_has_begun(
    connect: Connect, convoque: Bilan, prescripteur: Agent
) -> None:
    bilan = advance(convoque, Etat.PHASE_PRELIMINAIRE, jour=JOUR)

    answer = connect(prescripteur).get(url("cancel_file", bilan.contrat))

    assert answer.status_code == 409
    assert "Le bilan a déjà commencé" in answer.content.decode()


# --- services ------------------------------------------------------------------------------------


def test_a_signature_after_an_appointment_is_refused(convoque: Bilan, prescripteur: Agent) -> None:
    # The prescription of 15 March binds too.
    with pytest.raises(InvalidInput) as refusal:
        services.correct_contrat(
            contrat=convoque.contrat, fiche=fiche_contrat(date_signature=date(2010, 3, 16)), by=prescripteur
        )

    assert "15\u00a0mars\u00a02010" in refusal.value.message


def test_a_contract_may_not_end_before_its_appointment(convoque: Bilan, prescripteur: Agent) -> None:
    with pytest.raises(InvalidInput) as refusal:
        services.correct_contrat(
            contrat=convoque.contrat, fiche=fiche_contrat(date_signature=date(2009, 5, 9)), by=prescripteur
        )

    assert "10\u00a0mai\u00a02010" in refusal.value.message


def test_a_contract_under_which_nothing_happened_moves_freely(contrat: Contrat, agent_ofii: Agent) -> None:
    corrected = services.correct_contrat(
        contrat=contrat, fiche=fiche_contrat(date_signature=date(2009, 5, 9)), by=agent_ofii
    )

    assert corrected.date_echeance == date(2010, 5, 9)


def test_cancelling_drops_the_appointment(convoque: Bilan, prescripteur: Agent) -> None:
    services.cancel_file(contrat=convoque.contrat, motif="doublon", by=prescripteur)

    assert convoque.rendez_vous.get().statut == "annule"
    assert not Courrier.objects.filter(genre="report").exists()  # its day is over


@pytest.mark.rule("D.2-26")
def test_the_person_of_a_cancelled_file_is_told_not_to_come(
    connect: Connect, convoque: Bilan, prescripteur: Agent
) -> None:
    with clock.travel(clock.at(JOUR, 8)):
        page = connect(prescripteur).get(url("cancel_file", convoque.contrat)).content.decode()
        connect(prescripteur).post(url("cancel_file", convoque.contrat), {"motif": "doublon"})

    assert "une lettre numérotée" in page
    text = " ".join(text_of(bytes(Courrier.objects.get(genre="report").pdf)).split())
    assert "Aucun autre rendez-vous" in text
    assert "une nouvelle convocation" not in text


@pytest.mark.parametrize("etat", [Etat.PHASE_PRELIMINAIRE, Etat.PHASE_CONCLUSION, Etat.SYNTHESE_VALIDEE])
def test_a_bilan_begun_is_not_cancelled_with_its_file(convoque: Bilan, prescripteur: Agent, etat: Etat) -> None:
    bilan = advance(convoque, etat, jour=JOUR)

    with pytest.raises(RuleViolation) as refusal:
        services.cancel_file(contrat=bilan.contrat, motif="doublon", by=prescripteur)

    assert refusal.value.code == "bilan_commence"
    assert Contrat.objects.get().statut == "signe"


def test_a_file_whose_bilan_was_cancelled_before_may_still_be_cancelled(
    contrat: Contrat, bilan: Bilan, directeur: Agent, agent_ofii: Agent
) -> None:
    fin.cancel(bilan=bilan, motif="doublon", by=directeur)

    assert services.cancel_file(contrat=contrat, motif="doublon", by=agent_ofii).statut == "annule"


@pytest.mark.parametrize("role", ["directeur", "correspondant", "agent_ailleurs", "conseiller", "administrateur"])
def test_the_services_of_a_file_need_their_right(contrat: Contrat, role: str, request: pytest.FixtureRequest) -> None:
    agent = request.getfixturevalue(role)

    with pytest.raises(Forbidden):
        services.cancel_file(contrat=contrat, motif="doublon", by=agent)
    with pytest.raises(Forbidden):
        services.correct_contrat(contrat=contrat, fiche=fiche_contrat(), by=agent)


def test_a_freed_number_serves_the_right_file(contrat: Contrat, agent_ofii: Agent) -> None:
    with clock.travel(contrat.date_signature):
        services.cancel_file(contrat=contrat, motif="doublon", by=agent_ofii)

    assert not contrat.bilans.live().exists(), "no other bilan opens with a file that ends"
    assert make_contrat(by=agent_ofii, numero_cai=contrat.numero_cai).statut == "signe"
