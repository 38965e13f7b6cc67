"""Every page, as each role that may read it gets it: the security policy holds and nothing inline slips in."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.access.demandes import Demande, every_demande
from tests.access.territoire import ANONYME, Territoire
from tests.access.test_matrix import table

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_INLINE = re.compile(
    r"<[^>]+\s(?:on[a-z]+|style)\s*=|<style[\s>]|javascript:|<script(?![^>]*\s(?:src|type=\"application/json\"))", re.I
)
PAGES = [demande for demande in every_demande() if not demande.is_api]


def readers(demande: Demande) -> list[str]:
    """Everyone at home who is not refused; of the administration's, the administrator."""
    if demande.cle.startswith("admin:"):
        return ["administrateur"]
    cells = table()[1].get((demande.cle, "GET"), {})
    return [role for role, outcome in cells.items() if outcome == "ok" and not role.endswith("ailleurs")]


def policy_of(header: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in header.split(";") if part.strip())


@pytest.mark.parametrize("demande", PAGES, ids=lambda demande: demande.cle)
def test_every_page_keeps_the_policy_and_has_nothing_inline(demande: Demande, territoire: Territoire):
    for role in readers(demande):
        with transaction.atomic():
            client = territoire.browser(role)
            client.raise_request_exception = True
            response = client.get(demande.url(territoire))
            transaction.set_rollback(True)
        policy = policy_of(response.headers["Content-Security-Policy"])
        if "sandbox" in policy:  # a received file, which nothing is allowed
            assert policy == {"default-src": "'none'", "sandbox": ""}
            assert response.headers["Content-Disposition"].startswith("attachment")
        else:
            assert {name: policy.get(name) for name in POLICY} == POLICY
            assert re.fullmatch(r"'self'(?: 'nonce-[\w+/=-]+')?", policy["script-src"]), policy["script-src"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Referrer-Policy"] == "same-origin"
        if role != ANONYME:
            assert "no-store" in response.headers["Cache-Control"], "nothing of a session stays in the browser"
        if response.headers["Content-Type"].startswith("text/html"):
            assert _INLINE.findall(response.content.decode()) == [], role


@pytest.mark.parametrize("status", [403, 404, 405])
def test_refusals_keep_the_policy_too(status: int, territoire: Territoire):
    address = {
        403: reverse("dossiers:open_file"),
        404: reverse("dossiers:view_file", args=["00000000-0000-4000-8000-000000000000"]),
        405: reverse("agents:deconnexion"),
    }[status]
    response = territoire.browser("conseiller_bilan").get(address)
    assert response.status_code == status
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert _INLINE.findall(response.content.decode()) == []


def test_a_form_sent_without_its_token_is_refused(territoire: Territoire):
    client = Client(enforce_csrf_checks=True)
    client.cookies["cai_session"] = territoire.sessions["prescripteur"]
    for demande in PAGES:
        if (demande.cle, "POST") in table()[1] and table()[1][demande.cle, "POST"]["prescripteur"] == "ok":
            assert client.post(demande.url(territoire)).status_code == 403, demande.cle
