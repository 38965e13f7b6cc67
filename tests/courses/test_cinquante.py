"""Fifty submissions of the same form at the same moment: one effect, forty-nine clean answers; for every act."""

import json
import re
import uuid
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import clock, journal
from core.models import Evenement
from tests.access.demandes import Demande
from tests.access.test_matrix import ROWS, table
from tests.courses.actes import ACTES
from tests.courses.conftest import Ensemble, Regie
from tests.courses.scene import Acte, Scene, Situation, as_json, effect, rows

pytestmark = pytest.mark.django_db

# Pages of the administration that answer a POST as they answer a GET, or that send it elsewhere.
LECTURES = re.compile(
    r"admin:(index|app_list|logout|password_change|.+_history|(?!agents_(agent|jeton)_).+_changelist)"
)
DEMANDES: dict[str, Demande] = {
    demande.cle: demande
    for demande, pattern, method in ROWS
    if method == "POST" and "ok" in table()[1][pattern, method].values() and not LECTURES.fullmatch(demande.cle)
}

# Calls that may legitimately repeat: their Idempotency-Key alone tells one sent twice from another. The others are sent
# without it, and rely on what they find.
A_CLE = {
    "api:droit_acces",
    "api:evaluations",
    "api:fichier_tirage",
    "api:impressions motif=remise_beneficiaire",
    "api:impressions motif=signature",
    "api:preparation",
    "api:relances",
    "api:seances",
    "api:seances_formation name=formation_civique",
    "api:transition name=refixer_duree",
}


def test_every_act_of_the_application_has_its_race():
    missing = sorted(DEMANDES.keys() - ACTES.keys())
    assert not missing, f"add one row for each to tests/courses/actes.py: {missing}"
    gone = sorted(ACTES.keys() - DEMANDES.keys())
    assert not gone, f"take the rows of what is no address any more away: {gone}"


@pytest.mark.parametrize("cle", sorted(DEMANDES.keys() & ACTES.keys()))
def test_fifty_submissions_at_once_have_the_effect_of_one(cle: str, scene: Scene, regie: Regie, ensemble: Ensemble):
    acte = ACTES[cle]
    send = regie(lambda: _prepared(DEMANDES[cle], acte, scene))
    before, start = rows(), timezone.now()
    with transaction.atomic():
        alone = send()
        once = effect(before, rows())
        transaction.set_rollback(True)
    if acte.sans_effet:
        assert alone.status_code in (200, 302), _said(alone)
        assert not once
        return
    assert once, f"the act has no effect, say why in its row: {_said(alone)}"

    answers = ensemble(send)
    together = effect(before, rows())
    if acte.chacun:
        assert {answer.status_code for answer in answers} == {alone.status_code}
        assert {**together, "core_journalacces": once["core_journalacces"]} == once
        return
    keyless = _is_keyless(DEMANDES[cle])
    if keyless:  # each refusal leaves its line
        once.pop("core_journalacces", None)
        together.pop("core_journalacces", None)
    assert together == once
    if acte.session_finie:
        answers = [answer for answer in answers if not answer.get("Location", "").startswith("/connexion/?next=")]
    first = next(filter(_is_done, answers))
    for answer in answers:
        assert _is_clean(answer, first) or (keyless and answer.status_code in (409, 422)), _said(answer)
    for dossier in set(Evenement.objects.filter(enregistre_at__gte=start).values_list("dossier", flat=True)):
        assert journal.verify(dossier) == []


def _is_keyless(demande: Demande) -> bool:
    return demande.is_api and demande.cle not in A_CLE


def _is_done(answer: HttpResponse) -> bool:
    if answer["Content-Type"].startswith("text/html"):
        return answer.status_code == 302
    return answer.status_code < 300


def _is_clean(answer: HttpResponse, first: HttpResponse) -> bool:
    """Led to the result of the first; a document, which each demand counts, is given once and said to have been."""
    if "no-store" in first.get("Cache-Control", "") and answer.status_code == 409:
        return "vient d’être délivré" in (_body(answer) or {}).get("detail", answer.content.decode())
    same_place = answer.get("Location") == first.get("Location")
    return answer.status_code == first.status_code and same_place and _body(answer) == _body(first)


def _said(answer: HttpResponse) -> str:
    """What a page or a refusal says, without its dress."""
    text = re.sub(
        r"(?s)<head.*?</head>|<header.*?</header>|<footer.*|<[^>]+>", " ", answer.content.decode(errors="replace")
    )
    return f"{answer.status_code}: {' '.join(text.split())}"


def _body(answer: HttpResponse) -> Any:
    return json.loads(answer.content) if "json" in answer["Content-Type"] else None


# --- what is sent --------------------------------------------------------------------------------------


def _prepared(demande: Demande, acte: Acte, scene: Scene) -> Callable[[], HttpResponse]:
    """The same sending each time that it is called, from a browser or a program of the agent, at the act's moment."""
    scene = scene.afresh()
    situation = acte.lay(scene)
    variante = dict(demande.variante)
    values = {**{name: variante[name] for name in demande.route.arguments if name in variante}, **situation.adresse}
    url = reverse(demande.route.name, kwargs={name: values[name] for name in demande.route.arguments})
    send = (_call if demande.is_api else _form)(url, demande, acte, situation, scene)

    def _at_the_time() -> HttpResponse:
        with clock.travel(acte.quand):
            return send()

    return _at_the_time


def _call(url: str, demande: Demande, acte: Acte, situation: Situation, scene: Scene) -> Callable[[], HttpResponse]:
    headers = {"Authorization": scene.bearer(acte.par)}
    if not _is_keyless(demande):
        headers["Idempotency-Key"] = str(uuid.uuid4())
    body = json.dumps(as_json({**situation.saisie, **dict(demande.corps)}))
    return lambda: Client(headers=headers).post(url, body, content_type="application/json")


def _form(url: str, demande: Demande, acte: Acte, situation: Situation, scene: Scene) -> Callable[[], HttpResponse]:
    cookies = situation.cookies or scene.cookies(acte.par)
    page = reverse(acte.page, kwargs=situation.adresse) if acte.page else url
    with clock.travel(acte.quand):
        shown = _browser(cookies).get(page)
    form = Formulaire.of(shown, page) if shown.status_code == 200 else {}
    typed = {"soumission": str(uuid.uuid4()), **form, **situation.saisie}
    return lambda: _browser(cookies).post(url, {name: _sent(value) for name, value in typed.items()})


def _sent(value: Any) -> Any:
    """A file is read to its end by each sending."""
    return SimpleUploadedFile("fichier", value) if isinstance(value, bytes) else value


def _browser(cookies: dict[str, str]) -> Client:
    client = Client(raise_request_exception=False)
    for name, value in cookies.items():
        client.cookies[name] = value
    return client


class Formulaire(HTMLParser):
    """What the form of a page sends when nothing is typed; among several, the one that comes back to the page."""

    @classmethod
    def of(cls, page: HttpResponse, url: str) -> dict[str, Any]:
        reader = cls()
        reader.feed(page.content.decode())
        return next((fields for action, fields in reader.forms if action in ("", url)), {})

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.forms.append((given.get("action", ""), {}))
        if not self.forms:
            return
        fields, name, kind = self.forms[-1][1], given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "file", "button"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                fields[name] = given.get("value", "on" if kind == "checkbox" else "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in given:
            fields[self.select] = given.get("value", "")
        elif tag == "textarea":
            self.textarea = name
            fields[name] = ""

    def handle_data(self, data: str) -> None:
        if self.textarea and self.forms:
            self.forms[-1][1][self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
        if tag == "select":
            self.select = ""
