"""Every request is held against the contract as it arrives, whatever is answered to it."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from tests.simulateur import API, JETON, SCOPE, un_depot
from tests.unit.poleemploi.simulateur.conftest import Partenaire

CLE = "0f0e0d0c-0b0a-4908-8706-050403020100"
FORM = {"grant_type": "client_credentials", "client_id": "ofii-cai", "client_secret": "x", "scope": SCOPE}


def found(partenaire: Partenaire) -> list[tuple[str, str]]:
    return [(one["operation"], one["chemin"]) for one in partenaire.controle("entorses")["entorses"]]


def test_a_client_that_keeps_to_the_contract_is_blamed_for_nothing(partenaire: Partenaire) -> None:
    receipt = partenaire.deposer(cle=CLE, X_Correlation_Id="c" * 64).get_json()
    partenaire.retrouver(CLE)
    partenaire.effacer(receipt["identifiant"])
    partenaire.lire(limite="500", curseur="n’importe lequel")
    assert found(partenaire) == []


def post(partenaire: Partenaire, *, cle: str = CLE, data: Any = None, **options: Any) -> TestResponse:
    headers = {**partenaire.headers, "Idempotency-Key": cle, **options.pop("headers", {})}
    body = {"json": un_depot()} if data is None else {"data": data}
    return partenaire.http.post(f"{API}/syntheses", headers=headers, **body, **options)


def spoilt(**changes: Any) -> bytes:
    return json.dumps({**un_depot(), **changes}).encode()


BROKEN: dict[str, tuple[Callable[[Partenaire], Any], list[str]]] = {
    "no token": (lambda p: p.http.get(f"{API}/evenements"), ["/header/Authorization"]),
    "no bearer": (
        lambda p: p.http.get(f"{API}/evenements", headers={"Authorization": "Basic b2ZpaQ=="}),
        ["/header/Authorization"],
    ),
    "a key that is no UUID": (lambda p: post(p, cle="1"), ["/header/Idempotency-Key"]),
    "no key": (
        lambda p: p.http.post(f"{API}/syntheses", headers=p.headers, json=un_depot()),
        ["/header/Idempotency-Key"],
    ),
    "a long correlation": (
        lambda p: post(p, headers={"X-Correlation-Id": "c" * 65}),
        ["/header/X-Correlation-Id"],
    ),
    "a key looked up that is no UUID": (lambda p: p.retrouver("x"), ["/path/cle"]),
    "an unforeseen reason": (lambda p: p.effacer("PE-1", motif="PLAISIR"), ["/query/motif"]),
    "no reason": (lambda p: p.http.delete(f"{API}/syntheses/PE-1", headers=p.headers), ["/query/motif"]),
    "two reasons": (
        lambda p: p.http.delete(f"{API}/syntheses/PE-1?motif=ERREUR_SAISIE&motif=ERREUR_SAISIE", headers=p.headers),
        ["/query/motif"],
    ),
    "a limit that is too great": (lambda p: p.lire(limite="501"), ["/query/limite"]),
    "a limit that is no number": (lambda p: p.lire(limite="dix"), ["/query/limite"]),
    "an unforeseen parameter": (lambda p: p.lire(depuis="hier"), ["/query/depuis"]),
    "a body that says too much": (lambda p: p.deposer(spoilt(dateNaissance="1980-07-01")), ["/corps/dateNaissance"]),
    "a faulty field": (lambda p: p.deposer(spoilt(numeroCai="75 2010")), ["/corps/numeroCai"]),
    "no JSON": (lambda p: p.deposer(b"{"), ["/corps"]),
    "another type": (lambda p: p.deposer(content_type="text/plain"), ["/corps"]),
    "a body that is too large": (lambda p: p.deposer(b" " * (512 * 1024 + 1)), ["/corps"]),
    "a body where none is": (
        lambda p: p.http.get(f"{API}/evenements", headers=p.headers, data=b"x"),
        ["/corps"],
    ),
    "another realm": (lambda p: p.http.post(JETON, query_string={"realm": "/x"}, data=FORM), ["/query/realm"]),
    "a form without its secret": (lambda p: p.demander_jeton(client_secret=None), ["/corps/client_secret"]),
    "a form with two scopes": (lambda p: p.demander_jeton(scope=[SCOPE, SCOPE]), ["/corps/scope"]),
    "an unknown path": (lambda p: p.http.get(f"{API}/bilans", headers=p.headers), ["/chemin"]),
    "an unknown method": (lambda p: p.http.put(f"{API}/syntheses", headers=p.headers), ["/chemin"]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_departs_from_the_contract_is_named_by_its_place(partenaire: Partenaire, case: str) -> None:
    request, places = BROKEN[case]
    request(partenaire)
    assert [chemin for _, chemin in found(partenaire)] == places


def test_a_fault_that_strikes_first_hides_no_breach(partenaire: Partenaire) -> None:
    partenaire.panne("ERREUR_500", nombre=1)
    assert partenaire.deposer(spoilt(niveauFormation="IX")).status_code == 500
    assert found(partenaire) == [("deposerSynthese", "/corps/niveauFormation")]


def test_nothing_of_what_was_sent_is_kept_with_a_breach(partenaire: Partenaire, store_path: Any) -> None:
    partenaire.deposer(spoilt(numeroCai="Zyxwvutsrqponm", dateNaissance="1980-07-01"), cle=str(uuid4()))
    kept = b"".join(path.read_bytes() for path in store_path.parent.iterdir())
    assert b"Zyxwvutsrqponm" not in kept
    assert b"1980-07-01" not in kept


@pytest.mark.parametrize(("method", "path"), [("DELETE", "entorses"), ("POST", "reset")])
def test_breaches_are_forgotten_when_told_and_with_everything_else(
    partenaire: Partenaire, method: str, path: str
) -> None:
    partenaire.retrouver("x")
    assert found(partenaire) == [("retrouverDepot", "/path/cle")]
    partenaire.http.open(f"/_controle/{path}", method=method)
    assert found(partenaire) == []
