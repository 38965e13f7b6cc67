"""Tokens: who gets one, how long it lives, what it opens."""

import time

import pytest

from tests.simulateur import API, JETON, SCOPE

OPERATIONS = [
    ("POST", f"{API}/syntheses"),
    ("GET", f"{API}/syntheses/par-cle/0f0e0d0c-0b0a-4908-8706-050403020100"),
    ("DELETE", f"{API}/syntheses/PE-1?motif=ERREUR_SAISIE"),
    ("GET", f"{API}/evenements"),
]


def test_the_right_client_gets_a_bearer_token(partenaire):
    answer = partenaire.demander_jeton(scope=f"application_ofii {SCOPE}")

    body = answer.get_json()
    assert answer.status_code == 200
    assert (body["token_type"], body["scope"], body["expires_in"]) == ("Bearer", SCOPE, 1499)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("change", "statut", "error"),
    [
        ({"realm": None}, 400, "invalid_request"),
        ({"realm": "/individu"}, 400, "invalid_request"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"client_id": None}, 400, "invalid_request"),
        ({"client_secret": ""}, 400, "invalid_request"),
        ({"scope": None}, 400, "invalid_request"),
        ({"scope": [SCOPE, SCOPE]}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": "autre"}, 401, "invalid_client"),
        ({"client_secret": "é"}, 401, "invalid_client"),
        ({"scope": "api_autre"}, 400, "invalid_scope"),
    ],
    ids=str,
)
def test_a_wrong_request_is_refused_in_the_words_of_oauth(partenaire, change, statut, error):
    answer = partenaire.demander_jeton(**change)

    assert (answer.status_code, answer.get_json()["error"]) == (statut, error)


def test_a_request_that_is_no_form_is_refused(partenaire):
    answer = partenaire.http.post(f"{JETON}?realm=/partenaire", json={"grant_type": "client_credentials"})

    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("authorization", [None, "Bearer ", "Bearer inconnu", "Basic b2ZpaTpvZmlp", "Bearer é"])
def test_every_operation_refuses_whoever_shows_no_living_token(partenaire, method, path, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    answer = partenaire.http.open(path, method=method, headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "JETON_INVALIDE")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_refuses_a_token_without_the_scope(partenaire, method, path):
    minted = partenaire.http.post("/_controle/jetons", json={"portee": "api_autre"}).get_json()["access_token"]

    answer = partenaire.http.open(path, method=method, headers={"Authorization": f"Bearer {minted}"})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "PORTEE_INSUFFISANTE")


def test_a_token_dies_with_its_time(partenaire):
    minted = partenaire.http.post("/_controle/jetons", json={"secondes": 0.2}).get_json()
    partenaire.token = minted["access_token"]

    assert partenaire.lire().status_code == 200
    time.sleep(0.25)
    assert partenaire.lire().status_code == 401


def test_revoked_tokens_are_refused_and_a_new_one_is_accepted(partenaire):
    assert partenaire.http.delete("/_controle/jetons").get_json() == {"revoques": 1}

    assert partenaire.lire().status_code == 401
    partenaire.token = partenaire.demander_jeton().get_json()["access_token"]
    assert partenaire.lire().status_code == 200


def test_a_token_that_expires_early_says_nothing_of_it(partenaire):
    partenaire.panne("JETON_COURT", secondes=0, nombre=1)
    short = partenaire.demander_jeton().get_json()
    partenaire.token = short["access_token"]

    assert short["expires_in"] == 1499
    assert partenaire.lire().status_code == 401


def test_the_token_itself_is_not_in_the_store(partenaire, store_path):
    files = b"".join(path.read_bytes() for path in store_path.parent.iterdir())

    assert partenaire.token.encode() not in files
