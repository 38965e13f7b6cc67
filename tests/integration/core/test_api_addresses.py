"""What may stand behind the question mark of an address of the API."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from django.test import Client

from agents.models import Agent


@pytest.mark.parametrize("address", ["bilans/?etat=", "transmissions/?etat=", "contrats/?numero_cai="])
def test_a_null_byte_is_refused_and_an_unknown_value_finds_nothing(
    connect: Callable[[Agent], Client], correspondant: Agent, address: str
) -> None:
    client = connect(correspondant)
    refused = client.get(f"/api/v1/{address}a%00b")
    assert (refused.status_code, refused.json()["code"]) == (422, "saisie_invalide")
    found = client.get(f"/api/v1/{address}inconnu")
    assert (found.status_code, found.json()["results"]) == (200, [])


@pytest.mark.parametrize("position", [b"p=illisible", b"p=2010-13-45", b"p=%00", b"\xff", b"o=x"])
def test_a_forged_page_key_is_refused(
    connect: Callable[[Agent], Client], correspondant: Agent, position: bytes
) -> None:
    key = b64encode(position).decode()
    assert connect(correspondant).get("/api/v1/bilans/", {"curseur": key}).status_code == 404
