"""The control API, the log of requests, and everything malformed that can reach the server."""

from uuid import uuid4

import pytest

from tests.simulateur import API


def test_every_request_of_the_partner_is_logged_with_what_was_answered(partenaire):
    cle = str(uuid4())
    partenaire.deposer(cle=cle, X_Correlation_Id="trace-9")
    partenaire.deposer(cle=cle)
    partenaire.retrouver("x")

    log = partenaire.controle("requetes")["requetes"]

    assert [one["operation"] for one in log] == ["obtenirJeton", "deposerSynthese", "deposerSynthese", "retrouverDepot"]
    assert (log[1]["cle"], log[1]["correlation"], log[1]["statut"], log[1]["rejouee"]) == (cle, "trace-9", 201, False)
    assert (log[2]["rejouee"], log[3]["statut"], log[3]["code"]) == (True, 400, "CORPS_INVALIDE")
    assert all(one["dureeMs"] >= 0 and one["methode"] and one["chemin"].startswith("/") for one in log)
    assert partenaire.controle(f"requetes?cle={cle}")["requetes"] == log[1:3]
    assert partenaire.controle("requetes?operation=obtenirJeton")["requetes"] == log[:1]


def test_a_struck_request_bears_the_name_of_the_fault(partenaire):
    for genre in ("INDISPONIBLE_503", "JETON_REFUSE", "NUMERO_CAI_INCONNU"):
        partenaire.panne(genre, nombre=1)
        partenaire.deposer()

        assert partenaire.controle("requetes")["requetes"][-1]["panne"] == genre


def test_a_reset_forgets_everything(partenaire):
    partenaire.deposer()
    partenaire.panne("INDISPONIBLE_503")

    assert partenaire.http.post("/_controle/reset").status_code == 204

    assert partenaire.controle("depots") == {"depots": []}
    assert partenaire.controle("requetes") == {"requetes": []}
    assert partenaire.controle("pannes")["pannes"] == []
    assert partenaire.lire().status_code == 401


def test_a_page_of_another_site_cannot_use_the_control_api(partenaire):
    answer = partenaire.http.post("/_controle/reset", headers={"Origin": "http://ailleurs.example"})

    assert answer.status_code == 403
    assert partenaire.http.post("/_controle/reset", headers={"Origin": "http://localhost"}).status_code == 204


@pytest.mark.parametrize("path", ["/", "/_controle/depots", "/_controle/pannes", "/requetes/"])
def test_without_control_the_partner_stands_alone(open_app, store_path, path):
    app = open_app(store_path, with_control=False)

    assert app.test_client().get(path).status_code == 404
    assert app.test_client().get("/sante").get_json() == {"etat": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "statut"),
    [
        ("GET", "/partenaire/ailleurs", 404),
        ("GET", f"{API}//evenements", 404),
        ("GET", f"{API}/evenements/", 404),
        ("PUT", f"{API}/evenements", 405),
        ("GET", f"{API}/syntheses", 405),
        ("GET", f"{API}/syntheses/par-cle/%ff%00", 400),
        ("DELETE", f"{API}/syntheses/x", 400),
        ("DELETE", f"{API}/syntheses/x?motif=ERREUR_SAISIE&motif=ERREUR_SAISIE", 400),
    ],
)
def test_a_malformed_request_gets_a_refusal_in_json(partenaire, method, path, statut):
    answer = partenaire.http.open(path, method=method, headers=partenaire.headers)

    assert answer.status_code == statut
    assert set(answer.get_json()) == {"code", "message"}


def test_a_failure_of_the_simulator_itself_is_a_500_in_json(partenaire, monkeypatch):
    partenaire.app.testing = False
    monkeypatch.setattr(partenaire.simulateur.store, "last_rank", lambda: 1 / 0)

    answer = partenaire.lire(curseur="cmFuZzow")

    assert (answer.status_code, answer.get_json()["code"]) == (500, "INDISPONIBLE")
