"""The main job through the API alone: from registration to the partner's acknowledgement."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from agents.authentication import create_token
from agents.models import Agent, Lieu
from bilan.api import EXEMPLE_CONTENU
from tests.system.plateforme import plateforme, wait_until

pytestmark = [pytest.mark.systeme, pytest.mark.django_db(transaction=True)]

JOUR = "2010-05-10"


class Logiciel:
    """A caller of the API with its own token."""

    def __init__(self, url: str, agent: Agent) -> None:
        self.base = f"{url}/api/v1/"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {create_token(agent, libelle='essai')}"

    def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        answer = self.session.request(method, self.base + path, json=body, timeout=20)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if "json" in answer.headers["Content-Type"] else answer.content


def test_a_synthesis_goes_from_registration_to_acknowledgement(
    live_server: LiveServer,
    settings: Settings,
    tmp_path: Path,
    prescripteur: Agent,
    conseiller: Agent,
    correspondant: Agent,
    lieu: Lieu,
) -> None:
    with plateforme(live_server, tmp_path, lambda name, value: setattr(settings, name, value)) as partout:
        office, adviser = Logiciel(partout.url, prescripteur), Logiciel(partout.url, conseiller)
        file = office.call(
            "POST",
            "contrats/",
            {
                "date_entretien": "2010-05-03",
                "date_signature": "2010-05-03",
                "titre_admission": "L313-11",
                "signataire": {
                    "nom": "N’Diaye",
                    "prenom": "Aïssatou",
                    "sexe": "F",
                    "date_naissance": "1985-07-12",
                    "nationalite": "SEN",
                    "langue_comprise": "fr",
                    "adresse": "12, rue des Lilas",
                    "code_postal": "75020",
                    "ville": "Paris",
                },
            },
            expect=201,
        )
        assert file["date_echeance"] == "2011-05-03"
        assert file["situation"] == "a_evaluer"
        verdict = office.call(
            "POST",
            f"contrats/{file['id']}/evaluations/",
            {"scolarise": False, "declare_activite": False, "declare_ne_recherche_pas": False},
            expect=201,
        )
        assert verdict["exempte"] is False

        bilan = f"bilans/{file['bilan']['id']}/"

        def move(caller: Logiciel, name: str, **body: Any) -> str:
            return str(caller.call("POST", f"{bilan}transitions/{name}/", body)["etat"])

        assert move(office, "prescrire") == "a_programmer"
        convocation = {
            "jour": JOUR,
            "heure": "14:00",
            "lieu": str(lieu.pk),
            "conseiller": str(conseiller.pk),
            "accord_delai_reduit": True,
        }
        assert move(office, "convoquer", **convocation) == "convoque"

        assert [found["numero_cai"] for found in adviser.call("GET", "bilans/")["results"]] == [file["numero_cai"]]
        assert move(adviser, "demarrer", informe=True) == "phase_preliminaire"
        adviser.call("POST", f"{bilan}seances/", {"jour": JOUR, "minutes": 30}, expect=201)
        assert move(adviser, "passer_en_investigation", besoins_objectifs="Retrouver une cuisine.") == (
            "phase_investigation"
        )
        adviser.call("POST", f"{bilan}seances/", {"jour": JOUR, "minutes": 90}, expect=201)
        adviser.call("PUT", f"{bilan}synthese/", {"contenu": EXEMPLE_CONTENU})
        assert move(adviser, "passer_en_conclusion") == "phase_conclusion"
        adviser.call("POST", f"{bilan}seances/", {"jour": JOUR, "minutes": 45}, expect=201)
        assert move(adviser, "rediger_synthese") == "synthese_redigee"
        assert move(adviser, "presenter_synthese") == "synthese_presentee"
        assert adviser.call("POST", f"{bilan}impressions/", {"motif": "signature"}).startswith(b"%PDF")
        validation = {"date_presentation": JOUR, "date_signature": JOUR, "date_remise": JOUR}
        assert move(adviser, "valider_synthese", **validation) == "synthese_validee"

        answer = {"decision": "accorde", "mode": "formulaire_signe", "langue": "fr", "interprete": False}
        for portee in ("conservation_synthese", "transmission_pole_emploi"):
            adviser.call("POST", f"{bilan}consentements/", {"portee": portee, **answer}, expect=201)

        def situation() -> str:
            return str(office.call("GET", f"contrats/{file['id']}/")["situation"])

        wait_until(lambda: situation() == "transmise", "the acknowledgement")
        follower = Logiciel(partout.url, correspondant)
        (row,) = follower.call("GET", "transmissions/")["results"]
        detail = follower.call("GET", f"transmissions/{row['id']}/")
        assert (detail["etat"], detail["nombre_essais"]) == ("accusee", 1)
        assert [attempt["statut_http"] for attempt in detail["tentatives"]] == [201]

        (deposit,) = partout.partenaire.depots()
        assert deposit["cle"] == row["id"]
        assert deposit["corps"]["numeroCai"] == file["numero_cai"]
        assert deposit["corps"]["signataire"]["age"] == 24
        assert "1985" not in str(deposit["corps"]), "no birth date leaves"

        told = [event["nom"] for event in office.call("GET", f"contrats/{file['id']}/evenements/")]
        assert told[0] == "contrat.signe"
        assert "transmission.accusee" in told
        copy = {"motif": "remise_beneficiaire", "demande_recue_le": date(2010, 5, 10).isoformat()}
        assert office.call("POST", f"{bilan}impressions/", copy).startswith(b"%PDF")
