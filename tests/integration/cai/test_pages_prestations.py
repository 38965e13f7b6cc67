"""The pages of the trainings and the same acts through the API: what is offered, what is typed, what is told."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agents.authentication import create_token
from agents.models import Agent
from cai.models import Certificat, Contrat, EvaluationPreArrivee, Prestation, SeancePrestation
from core import clock
from dossiers.chronologie import timeline
from tests.factories.cai import make_contrat, make_formation

Connect = Callable[[Agent], Client]
CIVIQUE, LANGUE = "formation_civique", "formation_linguistique"


@pytest.fixture(autouse=True)
def _on_a_later_day() -> Iterator[None]:
    with clock.travel(date(2010, 5, 20)):
        yield


def url(page: str, contrat: Contrat, *more: str) -> str:
    return reverse(f"cai:{page}", args=[contrat.pk, *more])


def buttons(client: Client, contrat: Contrat, genre: str) -> list[str]:
    text = client.get(url("view_prestation", contrat, genre)).content.decode()
    return re.findall(r'class="fr-btn[^>]*contrats/[^>]*>\s*([^<]+?)\s*<', text)


def panel(client: Client, contrat: Contrat) -> str:
    text = client.get(reverse("dossiers:view_file", args=[contrat.pk])).content.decode()
    words = re.sub(r"<[^>]+>", " ", text[text.index('id="prestations"') :])
    return " ".join(words.replace("\u00a0", " ").replace("&nbsp;", " ").split())


@pytest.mark.rule("C.3-preuves")
def test_a_training_is_followed_from_its_page(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    assert buttons(client, contrat, CIVIQUE)[0] == "Prescrire la formation"

    client.post(url("prescribe", contrat, CIVIQUE), {"date_prescription": "15/03/2010", "heures": "6"})
    seance = {"jour": "06/04/2010", "minutes": "180", "presence": "present"}
    client.post(url("add_seance", contrat, CIVIQUE), seance)
    assert buttons(client, contrat, CIVIQUE)[:2] == ["Ajouter une séance", "Enregistrer l’attestation nominative"]
    assert "En cours 3 h sur 6 h Attestation nominative à recevoir" in panel(client, contrat)

    client.post(url("add_certificat", contrat, CIVIQUE, "attestation_nominative"), {"jour": "07/04/2010"})
    assert "Suivie 3 h sur 6 h Attestation nominative du 7 avril 2010" in panel(client, contrat)
    assert buttons(client, contrat, CIVIQUE) == ["Ajouter une séance", "Corriger la prescription"]


def test_the_same_form_sent_twice_records_one_session(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    make_formation(contrat, by=agent_ofii)
    page = client.get(url("add_seance", contrat, CIVIQUE)).content.decode()
    token = re.search(r'name="identifiant" value="([^"]+)"', page)
    assert token
    form = {"identifiant": token[1], "jour": "06/04/2010", "minutes": "60", "presence": "absent"}

    first, second = (client.post(url("add_seance", contrat, CIVIQUE), form) for _ in range(2))

    assert first.status_code == 302
    assert "Cette séance est déjà enregistrée" in second.content.decode()
    assert SeancePrestation.objects.filter(jour=date(2010, 4, 6)).count() == 1


def test_an_absence_is_excused_and_a_mistake_taken_away(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    seance, certificat = make_formation(contrat, by=agent_ofii)
    corrected = {
        "jour": "16/03/2010",
        "minutes": "180",
        "presence": "absent_excuse",
        "justificatif_vu_le": "20/03/2010",
    }
    client.post(reverse("cai:correct_seance", args=[seance.pk]), corrected)
    seance.refresh_from_db()
    assert (seance.presence, seance.justificatif_vu_le) == ("absent_excuse", date(2010, 3, 20))

    for page, row in (("remove_certificat", certificat), ("remove_seance", seance)):
        address = reverse(f"cai:{page}", args=[row.pk])
        assert "enregistrée par erreur" in client.get(address).content.decode().replace(
            "enregistré par", "enregistrée par"
        )
        assert client.post(address).status_code == 302
    assert Prestation.objects.get(type=CIVIQUE).statut == "prescrite"
    assert (SeancePrestation.objects.count(), Certificat.objects.count()) == (0, 0)


@pytest.mark.rule("C.3-dilf")
def test_the_exam_is_asked_until_it_is_passed(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    page = url("add_certificat", contrat, LANGUE, "dilf")
    client.post(page, {"jour": "03/05/2010", "reussi": "non", "gratuit": "oui"})
    assert "Enregistrer le résultat du DILF" in buttons(client, contrat, LANGUE)
    again = client.post(page, {"jour": "18/05/2010", "reussi": "oui", "gratuit": "oui"})
    assert list(again.context["form"].errors) == ["gratuit"]
    client.post(page, {"jour": "18/05/2010", "reussi": "oui", "gratuit": "non"})
    assert "Enregistrer le résultat du DILF" not in buttons(client, contrat, LANGUE)
    assert "Niveau atteint&nbsp;: A1.1" in client.get(url("view_prestation", contrat, LANGUE)).content.decode()


@pytest.mark.rule("C.1-lecture-seule", "C.1-effet-dilf")
def test_the_evaluation_before_the_arrival_is_recorded_and_its_effect_told(
    connect: Connect, agent_ofii: Agent, contrat: Contrat
) -> None:
    client = connect(agent_ofii)
    answers = {
        "qualite": "conjoint_francais", "date_depot": "01/09/2009", "test_dispense": "non",
        "date_evaluation_1": "05/11/2009", "resultat_1": "insuffisant", "formation": "prescrite",
        "date_evaluation_2": "21/12/2009", "resultat_2": "suffisant",
    }  # fmt: skip
    half = client.post(url("record_pre_arrivee", contrat), {**answers, "resultat_2": ""})
    assert list(half.context["form"].errors) == ["resultat_2"]
    client.post(url("record_pre_arrivee", contrat), answers)

    told = panel(client, contrat)
    assert "mais l’examen du DILF est dû" in told
    assert "plus de 60 jours après le dépôt" in told
    assert "Dispensée DILF à passer" in told
    offered = buttons(client, contrat, LANGUE)
    assert offered[0] == "Enregistrer le résultat du DILF"
    assert "Ajouter une séance" not in offered  # nothing is prescribed
    assert "Corriger l’évaluation avant l’arrivée" in told
    with clock.travel(date(2010, 5, 21)):
        assert "Corriger l’évaluation avant l’arrivée" not in panel(client, contrat)
        assert client.get(url("record_pre_arrivee", contrat)).status_code == 409
    assert EvaluationPreArrivee.objects.get().enregistree_par == agent_ofii


@pytest.mark.rule("C.3-statuts")
def test_a_decision_is_told_with_the_new_state(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    refused = client.post(url("decide", contrat, CIVIQUE), {"statut": "non_suivie_sans_motif"})
    assert list(refused.context["form"].errors) == ["statut"]
    client.post(url("decide", contrat, LANGUE), {"statut": "sans_objet"})

    event = timeline(contrat.pk, sees_exemption=True)[0]
    assert (event.titre, event.detail.replace("\u00a0", " ")) == (
        "Prestation mise à jour",
        "Formation linguistique : sans objet.",
    )


def test_a_page_that_is_no_training_does_not_exist(connect: Connect, agent_ofii: Agent, contrat: Contrat) -> None:
    client = connect(agent_ofii)
    for address in (
        url("view_prestation", contrat, "bilan"),
        url("add_certificat", contrat, CIVIQUE, "dilf"),
        url("prescribe", contrat, "cuisine"),
    ):
        assert client.get(address).status_code == 404


@pytest.mark.rule("C.2-representant", "C.10-fin")
def test_what_the_contract_lacks_is_told_on_the_file(connect: Connect, agent_ofii: Agent) -> None:
    minor = make_contrat(
        by=agent_ofii, date_naissance=date(1993, 1, 10), representant_nom="Awa Diallo", date_premier_titre=None
    )
    client = connect(agent_ofii)
    text = client.get(reverse("dossiers:view_file", args=[minor.pk])).content.decode()
    assert "Signature du représentant légal" in text
    assert "date à renseigner\u00a0: elle fixe la fin des cinq ans" in text
    form = client.get(reverse("dossiers:correct_contrat", args=[minor.pk])).context["form"]
    assert form["date_cosignature"].value() == "15/03/2010"

    Contrat.objects.filter(pk=minor.pk).update(date_premier_titre=date(2010, 2, 28), date_cosignature=None)
    text = client.get(reverse("dossiers:view_file", args=[minor.pk])).content.decode()
    assert "dans 4\u00a0ans, le samedi 28\u00a0février\u00a02015 inclus" in text
    assert "la personne était mineure à la signature" in text


def test_the_api_reads_and_writes_what_the_pages_do(client: Client, agent_ofii: Agent, contrat: Contrat) -> None:
    headers = {"Authorization": f"Bearer {create_token(agent_ofii, libelle='essai')}"}

    def call(method: str, name: str, *args: Any, **body: Any) -> Any:
        address = reverse(f"api:{name}", args=args)
        answer = client.generic(method, address, json.dumps(body), "application/json", headers=headers)
        return answer.status_code, answer.json()

    call("POST", "prescription", contrat.pk, CIVIQUE, date_prescription="2010-03-15", heures=6)
    _, begun = call(
        "POST", "seances_formation", contrat.pk, CIVIQUE, jour="2010-04-06", minutes=180, presence="present"
    )
    assert (begun["statut"], begun["minutes_suivies"]) == ("en_cours", 180)
    seance = begun["seances"][0]["id"]
    _, missed = call("PUT", "seance_formation", seance, jour="2010-04-06", minutes=180, presence="absent")
    assert missed["statut"] == "prescrite"
    status, problem = call("POST", "certificats", contrat.pk, CIVIQUE, genre="dilf", jour="2010-05-03")
    assert (status, list(problem["champs"])) == (422, ["genre"])
    _, proved = call("POST", "certificats", contrat.pk, CIVIQUE, genre="attestation_nominative", jour="2010-05-03")
    assert proved["statut"] == "suivie"
    assert call("DELETE", "certificat", proved["certificats"][0]["id"])[1]["statut"] == "prescrite"
    assert call("DELETE", "seance_formation", seance)[1]["seances"] == []
    assert call("POST", "decision", contrat.pk, LANGUE, statut="sans_objet")[1]["statut"] == "sans_objet"
    _, drawn = call("POST", "pre_arrivee", contrat.pk, qualite="conjoint_francais", date_depot="2009-09-01")
    assert drawn["effet"] == "regime_ordinaire"

    _, whole = call("GET", "contrat", contrat.pk)
    assert [one["type"] for one in whole["prestations"]] == [CIVIQUE, LANGUE]
    assert whole["avant_l_arrivee"]["avertissements"]
    assert whole["fin_periode_services"] is None
