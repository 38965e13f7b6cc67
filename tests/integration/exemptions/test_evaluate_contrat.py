"""The exemption page: questions, verdict before and after sealing, documents beside."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.models import Agent
from cai.models import Contrat
from core import clock
from core.models import JournalAcces
from exemptions.models import Evaluation, Justificatif
from exemptions.services import add_justificatif, verify_justificatif
from tests.factories.cai import make_contrat

Connect = Callable[[Agent], Client]
JOUR = date(2010, 3, 15)
REPONSES = {
    "scolarise": "non",
    "declare_activite": "oui",
    "declare_ne_recherche_pas": "oui",
    "inscrit_pole_emploi": "non",
    "date_reference": "15/03/2010",
}


@pytest.fixture(autouse=True)
def _on_the_day_of_signature() -> object:
    with clock.travel(JOUR):
        yield


@pytest.fixture
def client(connect: Connect, agent_ofii: Agent) -> Client:
    return connect(agent_ofii)


@pytest.fixture
def piece(contrat: Contrat, agent_ofii: Agent) -> Justificatif:
    return add_justificatif(contrat=contrat, type_piece="contrat_travail", date_document=JOUR, by=agent_ofii)


def page(contrat: Contrat, name: str = "evaluate_contrat") -> str:
    return reverse(f"exemptions:{name}", args=[contrat.pk])


def text_of(client: Client, url: str, answers: dict[str, Any] | None = None, **options: Any) -> str:
    answer = client.get(url) if answers is None else client.post(url, answers, **options)
    return answer.content.decode().replace("\u00a0", " ")


@pytest.mark.rule("C.5-jour-entretien")
def test_the_first_evaluation_is_proposed_on_the_day_of_the_interview(client: Client, contrat: Contrat) -> None:
    with clock.travel(date(2010, 4, 1)):
        assert 'value="15/03/2010"' in text_of(client, page(contrat))


def test_the_questions_are_not_called_optional(client: Client, contrat: Contrat) -> None:
    assert "(facultatif)" not in text_of(client, page(contrat))


def test_a_later_evaluation_is_proposed_today_with_the_last_answers(client: Client, contrat: Contrat) -> None:
    client.post(page(contrat), REPONSES)

    with clock.travel(date(2010, 4, 1)):
        text = text_of(client, page(contrat))

    assert 'value="01/04/2010"' in text
    assert text.count(" checked") == 4


def test_an_appointment_may_propose_its_day(client: Client, contrat: Contrat) -> None:
    assert 'value="07/06/2010"' in text_of(client, page(contrat) + "?date=2010-06-07")
    assert 'value="15/03/2010"' in text_of(client, page(contrat) + "?date=demain")


def test_a_ground_has_the_same_name_as_a_question_and_in_the_verdict(client: Client, contrat: Contrat) -> None:
    assert text_of(client, page(contrat)).count("a) Mineur scolarisé") == 2


def test_a_verdict_for_a_day_to_come_speaks_of_the_future(client: Client, agent_ofii: Agent) -> None:
    contrat = make_contrat(by=agent_ofii, nom="N’Diaye", prenom="Fatou", sexe="F", date_naissance=date(1950, 1, 1))
    told = "Madame N’Diaye sera dispensée du bilan le 7 juin 2010"

    assert told in text_of(client, page(contrat) + "?date=2010-06-07")
    answer = client.post(page(contrat), {"date_reference": "07/06/2010"}, follow=True)
    text = answer.content.decode().replace("\u00a0", " ")
    assert text.count(told) == 2
    assert "est dispensée du bilan" not in text

    with clock.travel(date(2010, 6, 7)):
        assert "Madame N’Diaye est dispensée du bilan" in text_of(client, page(contrat) + "?date=2010-06-07")


def test_the_verdict_is_a_sentence_to_say_with_its_article(client: Client, agent_ofii: Agent) -> None:
    contrat = make_contrat(by=agent_ofii, nom="N’Diaye", prenom="Fatou", sexe="F", date_naissance=date(1950, 1, 1))

    text = text_of(client, page(contrat))

    assert "Madame N’Diaye est dispensée du bilan : elle a plus de 55 ans" in text
    assert "CESEDA, art. R. 311\u201126 I b" in text


def test_the_verdict_says_what_is_missing(client: Client, contrat: Contrat) -> None:
    text = text_of(client, page(contrat, "simulate_contrat"), REPONSES)

    assert "Monsieur Diallo n’est pas dispensé du bilan" in text
    assert "Justificatif d’activité professionnelle" in text
    assert "Déclaration signée de ne pas rechercher d’emploi" in text


def test_looking_at_the_verdict_stores_nothing(client: Client, contrat: Contrat) -> None:
    text_of(client, page(contrat, "simulate_contrat"), REPONSES)
    text_of(client, page(contrat), {**REPONSES, "simuler": "1"})

    assert not Evaluation.objects.exists()


def test_an_unreadable_date_shows_no_verdict_and_keeps_the_answers(client: Client, contrat: Contrat) -> None:
    answers = {**REPONSES, "date_reference": "31/02/2010"}

    assert "Corrigez la date" in text_of(client, page(contrat, "simulate_contrat"), answers)
    text = text_of(client, page(contrat), answers)
    assert 'value="31/02/2010"' in text
    assert text.count(" checked") == 4
    assert not Evaluation.objects.exists()


def test_sealing_leads_back_to_the_file_and_says_the_verdict(client: Client, contrat: Contrat) -> None:
    answer = client.post(page(contrat), REPONSES, follow=True)

    assert answer.redirect_chain[0][0] == reverse("dossiers:view_file", args=[contrat.pk])
    assert "L’évaluation est enregistrée" in answer.content.decode()
    assert Evaluation.objects.get().faits["declare_activite"] is True


def test_a_refusal_of_the_service_is_told_at_its_field(client: Client, contrat: Contrat) -> None:
    text = text_of(client, page(contrat), {**REPONSES, "date_reference": "14/03/2010"})

    assert "indiquez une date à partir du 15 mars 2010" in text
    assert not Evaluation.objects.exists()


def test_a_day_after_the_contract_is_refused_at_its_field_with_the_last_day(client: Client, contrat: Contrat) -> None:
    answers = {**REPONSES, "date_reference": "16/03/2011"}
    for name in ("evaluate_contrat", "simulate_contrat"):
        text = text_of(client, page(contrat, name), answers)
        assert "indiquez une date au plus tard le 15 mars 2011, fin du contrat" in text
        assert "n’est pas dispensé" not in text
    assert not Evaluation.objects.exists()

    client.post(page(contrat), {**answers, "date_reference": "15/03/2011"})
    assert Evaluation.objects.get().date_reference == date(2011, 3, 15)


def test_the_day_proposed_once_the_contract_has_ended_is_its_last(client: Client, contrat: Contrat) -> None:
    client.post(page(contrat), REPONSES)

    with clock.travel(date(2011, 5, 2)):
        assert 'value="15/03/2011"' in text_of(client, page(contrat))


def test_unanswered_questions_are_not_taken_for_a_no(client: Client, contrat: Contrat) -> None:
    confirm(client, contrat, {"date_reference": "15/03/2010"})

    assert Evaluation.objects.get().faits["scolarise"] is None


# --- an incomplete evaluation --------------------------------------------------------------------


def confirm(client: Client, contrat: Contrat, answers: dict[str, str]) -> None:
    """Seal once to be asked, then press the button of the question."""
    asked = re.search(r'name="confirme"\s+value="([^"]+)"', text_of(client, page(contrat), answers))
    assert asked
    client.post(page(contrat), {**answers, "confirme": asked[1]})


def test_questions_left_unanswered_are_named_before_sealing_and_every_answer_stays(
    client: Client, contrat: Contrat
) -> None:
    answers = {"declare_activite": "oui", "date_reference": "16/03/2010"}

    text = text_of(client, page(contrat), answers)

    assert not Evaluation.objects.exists()
    assert "La recherche d’emploi n’a pas de réponse : le bilan est tenu pour dû au titre du cas d)" in text
    assert "L’activité professionnelle n’a pas de réponse" not in text
    assert text.count(" checked") == 1
    assert 'value="16/03/2010"' in text

    confirm(client, contrat, answers)
    assert Evaluation.objects.get().faits["declare_activite"] is True


def test_a_document_nobody_examined_is_named_before_sealing(
    client: Client, contrat: Contrat, piece: Justificatif, agent_ofii: Agent
) -> None:
    assert "« Contrat de travail » du 15 mars 2010 n’est ni vérifiée ni rejetée" in text_of(
        client, page(contrat), REPONSES
    )
    assert not Evaluation.objects.exists()

    verify_justificatif(justificatif=piece, by=agent_ofii)
    client.post(page(contrat), REPONSES)
    assert Evaluation.objects.exists()


def test_a_confirmation_holds_for_the_gaps_that_were_shown_and_no_others(
    client: Client, contrat: Contrat, agent_ofii: Agent
) -> None:
    answers = {"date_reference": "15/03/2010"}
    asked = re.search(r'name="confirme"\s+value="([^"]+)"', text_of(client, page(contrat), answers))
    assert asked
    add_justificatif(contrat=contrat, type_piece="bulletin_paie", date_document=JOUR, by=agent_ofii)

    text = text_of(client, page(contrat), {**answers, "confirme": asked[1]})

    assert "« Bulletin de paie » du 15 mars 2010" in text
    assert not Evaluation.objects.exists()


def test_nothing_is_asked_when_no_answer_could_change_the_verdict(client: Client, agent_ofii: Agent) -> None:
    old = make_contrat(by=agent_ofii, nom="Sow", date_naissance=date(1950, 1, 1))
    client.post(page(old), {"date_reference": "15/03/2010"})
    jobless = make_contrat(by=agent_ofii, nom="Ba")
    client.post(page(jobless), {"date_reference": "15/03/2010", "declare_activite": "non"})

    assert Evaluation.objects.count() == 2


# --- documents -----------------------------------------------------------------------------------


def test_a_document_is_added_then_verified(client: Client, contrat: Contrat) -> None:
    client.post(page(contrat, "add_justificatif"), {"type_piece": "contrat_travail", "date_document": "01/03/2010"})
    added = Justificatif.objects.get()
    assert "À vérifier" in text_of(client, page(contrat))

    client.post(reverse("exemptions:verify_justificatif", args=[added.pk]))
    assert Justificatif.objects.get().statut == "verifiee"


@pytest.mark.parametrize("button", ["ajouter", "joindre", "rejeter", "verifier"])
def test_answers_and_day_are_found_again_after_a_document_and_gone_once_sealed(
    client: Client, contrat: Contrat, piece: Justificatif, button: str
) -> None:
    answers = {**REPONSES, "date_reference": "16/03/2010"}
    if button == "verifier":
        assert f'formaction="{reverse("exemptions:verify_justificatif", args=[piece.pk])}"' in text_of(
            client, page(contrat)
        )
        client.post(reverse("exemptions:verify_justificatif", args=[piece.pk]), answers)
    else:
        answer = client.post(page(contrat), {**answers, button: str(piece.pk)})
        assert (
            answer["Location"]
            == {
                "ajouter": page(contrat, "add_justificatif"),
                "joindre": reverse("exemptions:attach_file", args=[piece.pk]),
                "rejeter": reverse("exemptions:reject_justificatif", args=[piece.pk]),
            }[button]
        )
        if button == "rejeter":
            client.post(answer["Location"], {"motif": "Illisible"})
    assert not Evaluation.objects.exists()

    text = text_of(client, page(contrat))
    assert text.count(" checked") == 4
    assert 'value="16/03/2010"' in text
    assert 'value="17/03/2010"' in text_of(client, page(contrat) + "?date=2010-03-17")

    if button in ("ajouter", "joindre"):
        client.post(reverse("exemptions:verify_justificatif", args=[piece.pk]))
        assert text_of(client, page(contrat)).count(" checked") == 4
    client.post(page(contrat), answers)
    assert Evaluation.objects.exists()
    assert 'value="15/03/2010"' in text_of(client, page(contrat))


def test_the_enter_key_never_examines_a_document(client: Client, contrat: Contrat, piece: Justificatif) -> None:
    text = text_of(client, page(contrat))

    first = re.search(r'<button[^>]*form="evaluation"[^>]*>', text)
    assert first
    assert "name=" not in first[0]
    assert "formaction" not in first[0]


@pytest.mark.parametrize("named", ["rien", "7f1c4b52-8a55-4c0e-9a76-0d8e8f6f4a11"])
def test_a_rejection_is_asked_for_a_document_of_this_file_alone(client: Client, contrat: Contrat, named: str) -> None:
    assert client.post(page(contrat), {**REPONSES, "rejeter": named}).status_code == 404


def test_a_document_of_the_future_is_refused_and_kept_on_the_page(client: Client, contrat: Contrat) -> None:
    text = text_of(
        client,
        page(contrat, "add_justificatif"),
        {"type_piece": "contrat_travail", "date_document": "16/03/2010"},
    )

    assert 'value="16/03/2010"' in text
    assert "au plus tard aujourd’hui" in text


def test_a_rejection_asks_why(client: Client, piece: Justificatif) -> None:
    url = reverse("exemptions:reject_justificatif", args=[piece.pk])
    asked = text_of(client, url)
    assert "Rejeter la pièce" in asked
    assert "Mamadou Diallo" in asked
    assert client.post(url, {"motif": ""}).status_code == 200

    client.post(url, {"motif": "Au nom d’une autre personne"})

    assert Justificatif.objects.get().motif_rejet == "Au nom d’une autre personne"


def test_a_document_already_examined_is_refused_with_a_sentence(client: Client, piece: Justificatif) -> None:
    url = reverse("exemptions:verify_justificatif", args=[piece.pk])
    client.post(url)

    answer = client.post(url)

    assert answer.status_code == 409
    assert "déjà" in answer.content.decode()


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["evaluate_contrat", "add_justificatif"])
@pytest.mark.parametrize("role", ["directeur", "correspondant"])
def test_a_role_without_the_right_is_refused_and_journalled(
    connect: Connect, contrat: Contrat, name: str, role: str, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)

    assert connect(agent).get(page(contrat, name)).status_code == 403
    assert JournalAcces.objects.get(agent=agent, action=f"exemptions:{name}").resultat == "refuse"


@pytest.mark.parametrize("name", ["evaluate_contrat", "simulate_contrat", "add_justificatif"])
@pytest.mark.parametrize("role", ["agent_ailleurs", "conseiller", "administrateur"])
def test_another_territory_knows_nothing_of_the_file(
    connect: Connect, contrat: Contrat, name: str, role: str, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)

    assert connect(agent).post(page(contrat, name), REPONSES).status_code == 404
    assert JournalAcces.objects.get(agent=agent, action=f"exemptions:{name}").motif == "introuvable"


@pytest.mark.parametrize("name", ["verify_justificatif", "reject_justificatif"])
@pytest.mark.parametrize(("role", "status"), [("directeur", 403), ("correspondant", 404), ("agent_ailleurs", 404)])
def test_documents_are_examined_by_those_who_may(
    connect: Connect, piece: Justificatif, name: str, role: str, status: int, request: pytest.FixtureRequest
) -> None:
    agent = request.getfixturevalue(role)

    answer = connect(agent).post(reverse(f"exemptions:{name}", args=[piece.pk]), {"motif": "Faux"})

    assert answer.status_code == status
    assert Justificatif.objects.get().statut == "recue"
