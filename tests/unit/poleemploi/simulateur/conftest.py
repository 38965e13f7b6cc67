"""The simulator inside the test: its application over a store of its own, and a client that holds a token."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from poleemploi.simulateur.app import create_app
from poleemploi.simulateur.contexte import Simulateur
from tests.simulateur import API, JETON, SCOPE, un_depot


class Partenaire:
    """Speaks to the simulator as the application's adapter would."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.token = self.demander_jeton().get_json()["access_token"]

    @property
    def simulateur(self) -> Simulateur:
        return self.app.extensions["simulateur"]

    def demander_jeton(self, *, realm: str | None = "/partenaire", **fields: Any) -> TestResponse:
        form = {
            "grant_type": "client_credentials",
            "client_id": "ofii-cai",
            "client_secret": "secret-du-simulateur",
            "scope": SCOPE,
            **fields,
        }
        query = {} if realm is None else {"realm": realm}
        return self.http.post(JETON, query_string=query, data={k: v for k, v in form.items() if v is not None})

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def deposer(
        self,
        corps: dict[str, Any] | bytes | None = None,
        *,
        cle: str | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> TestResponse:
        raw = corps if isinstance(corps, bytes) else json.dumps(un_depot() if corps is None else corps).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(
            f"{API}/syntheses",
            data=raw,
            content_type=content_type,
            headers={**self.headers, "Idempotency-Key": cle or str(uuid4()), **named},
        )

    def retrouver(self, cle: str) -> TestResponse:
        return self.http.get(f"{API}/syntheses/par-cle/{cle}", headers=self.headers)

    def effacer(self, identifiant: str, *, motif: str = "RETRAIT_CONSENTEMENT") -> TestResponse:
        return self.http.delete(f"{API}/syntheses/{identifiant}", query_string={"motif": motif}, headers=self.headers)

    def lire(self, **query: Any) -> TestResponse:
        return self.http.get(f"{API}/evenements", query_string=query, headers=self.headers)

    def panne(self, genre: str, **options: Any) -> dict[str, Any]:
        answer = self.http.post("/_controle/pannes", json={"genre": genre, **options})
        assert answer.status_code == 201, answer.text
        return answer.get_json()

    def controle(self, path: str) -> Any:
        return self.http.get(f"/_controle/{path}").get_json()


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "partenaire.sqlite3"


@pytest.fixture
def open_app() -> Iterator[Callable[..., Flask]]:
    """Make the partner in this process; its files are closed at the end."""
    opened: list[Flask] = []

    def _open(store_path: Path, **options: Any) -> Flask:
        app = create_app(store_path, **options)
        app.testing = True
        opened.append(app)
        return app

    yield _open
    for app in opened:
        app.extensions["simulateur"].store.close()
        app.extensions["simulateur"].requetes.close()


@pytest.fixture
def app(open_app: Callable[..., Flask], store_path: Path) -> Flask:
    return open_app(store_path)


@pytest.fixture
def partenaire(app: Flask) -> Partenaire:
    return Partenaire(app)
