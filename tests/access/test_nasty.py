"""Two hundred nasty texts in every field of every form and of every API body: refused in a sentence, or kept inert."""

import copy
import importlib
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from rest_framework import serializers

from tests.access.demandes import Demande, every_demande
from tests.access.territoire import Territoire
from tests.access.test_matrix import table
from tests.nasty import EXTREMES, NASTY, NASTY_JSON_ONLY
from tests.repository.sources import RACINE, application_files

pytestmark = pytest.mark.django_db

# One of each family, for what goes through a whole request.
SOME = ["<script>alert(1)</script>", "a\x00b", "'; DROP TABLE cai_contrat; --", "{{ 7*7 }}", "\u202eelpmaxe", "😀",
        "=1+1", "x" * 5_000, "-1", "9" * 400, "1e309", "31/12/9999", "\u0301", "a\r\nBcc: x@y.fr", "[]", "null", "",
        "00000000-0000-0000-0000-000000000000", "../../x", "%00"]  # fmt: skip
MARKUP = SOME[0]
SOME_EXTREMES = [10**11, -(10**30), 1.5, float("nan"), True, None, [[]], {"a": [1]}, "0001-01-01", "9999-12-31",
                 "9999-12-31T23:59:59Z"]  # fmt: skip


def subclasses_in_the_apps(base: type) -> list[type]:
    for path in application_files():
        name = ".".join(path.relative_to(RACINE).with_suffix("").parts)
        if name.split(".")[-1].startswith(("forms", "api", "galerie")):
            importlib.import_module(name)
    return sorted(
        {
            found
            for found in _below(base)
            if not found.__module__.startswith(("django", "rest_framework", "dsfr", "axes"))
        },
        key=lambda found: f"{found.__module__}.{found.__qualname__}",
    )


def _below(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        yield child
        yield from _below(child)


FORMS = [form for form in subclasses_in_the_apps(forms.BaseForm) if getattr(form, "base_fields", None)]
BODIES = [body for body in subclasses_in_the_apps(serializers.Serializer) if body.__name__.endswith("Entree")]


# Compared or hashed, whatever they hold.
NEVER_KEPT = {"username", "password", "old_password", "new_password1", "new_password2"}


def is_inert(value: Any) -> bool:
    """No control character, half a character or change of direction gets past a field."""
    return not isinstance(value, str) or not any(
        (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") or "\u202a" <= c <= "\u202e" for c in value
    )


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.__module__}.{form.__qualname__}")
def test_every_field_of_every_form_refuses_or_cleans(form: Any, reference_tables: None):
    for name, field in form.base_fields.items():
        own = copy.deepcopy(field)
        for text in NASTY:
            value: Any = [text] if isinstance(own, forms.MultipleChoiceField) else text
            refusals, kept = cleaned(own, value)
            assert all(len(message) < 300 for message in refusals), (name, refusals[0][:80])
            assert name in NEVER_KEPT or is_inert(kept), (name, text)


def cleaned(field: forms.Field, value: Any) -> tuple[list[str], Any]:
    try:
        return [], field.clean(value)
    except ValidationError as refusal:
        return refusal.messages, None


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{body.__module__}.{body.__qualname__}")
def test_every_field_of_every_body_refuses_or_cleans(body: Any, reference_tables: None):
    assert issubclass(body, serializers.Serializer)
    for text in [*NASTY, *NASTY_JSON_ONLY, *EXTREMES]:
        entree = body(data=filled(body(), text))
        if entree.is_valid():
            assert all(is_inert(value) for value in leaves(entree.validated_data)), text
        else:
            json.dumps(entree.errors)


def filled(entree: Any, text: Any) -> Any:
    """A body in which every value is the text."""
    if isinstance(entree, serializers.ListSerializer):
        return [filled(entree.child, text)]
    if isinstance(entree, serializers.Serializer):
        return {name: filled(field, text) for name, field in entree.fields.items()}
    return [text] if isinstance(entree, serializers.ListField) else text


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def who_may(demande: Demande, method: str) -> str:
    """A role of the territory to which the address answers."""
    cells = table()[1].get((demande.cle, method), {})
    return next((role for role, outcome in cells.items() if outcome == "ok" and role != "anonyme"), "")


DEMANDES = [demande for demande in every_demande() if not demande.cle.startswith("admin:")]
POSTED = [demande for demande in DEMANDES if not demande.is_api and who_may(demande, "POST")]
SENT = [(demande, verb) for demande in DEMANDES if demande.is_api for verb in ("POST", "PUT") if who_may(demande, verb)]
READ = [demande for demande in DEMANDES if who_may(demande, "GET")]
FIELDS = sorted({name for form in FORMS for name in form.base_fields})
QUERIES = ("q", "numero_cai", "etat", "curseur", "limite", "filtre", "avant", "apres", "liste", "semaine", "date",
           "famille", "type", "next", "termines", "envoi", "jour", "langue")  # fmt: skip


@pytest.mark.parametrize("demande", POSTED, ids=lambda demande: demande.cle)
def test_every_page_answers_to_whatever_its_form_is_sent(demande: Demande, territoire: Territoire):
    role = who_may(demande, "POST")
    for text in SOME:
        with transaction.atomic():
            answer = territoire.browser(role).post(demande.url(territoire), dict.fromkeys(FIELDS, text))
            transaction.set_rollback(True)
        assert answer.status_code in (200, 302, 409, 422), (text[:40], answer.status_code)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert MARKUP not in answer.content.decode()


@pytest.mark.parametrize("demande", READ, ids=lambda demande: demande.cle)
def test_every_address_answers_to_whatever_it_is_asked(demande: Demande, territoire: Territoire):
    role = who_may(demande, "GET")
    for text in [text for text in SOME if len(text) < 500]:
        with transaction.atomic():
            client = (territoire.program if demande.is_api else territoire.browser)(role)
            answer = client.get(demande.url(territoire), dict.fromkeys(QUERIES, text))
            transaction.set_rollback(True)
        assert answer.status_code in (200, 302, 404, 409, 422), (text[:40], answer.status_code)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert MARKUP not in answer.content.decode()
        if "GET" not in vars(answer.wsgi_request):
            return  # nobody read what was asked: no other text can change the answer


@pytest.mark.parametrize(("demande", "verb"), SENT, ids=[f"{verb} {demande.cle}" for demande, verb in SENT])
def test_every_operation_answers_to_whatever_its_body_holds(demande: Demande, verb: str, territoire: Territoire):
    url, role = demande.url(territoire), who_may(demande, verb)
    good = demande.body(territoire, verb)
    for text in [*SOME, "\ud800"]:
        refused = refused_alone(sent(territoire, role, verb, url, everywhere(good, text)))
        for place, body in spoiled(good, text):
            if place not in refused:
                answer = sent(territoire, role, verb, url, body)
                said = (text[:40], answer.status_code, answer.content[:200])
                assert answer.status_code in (200, 201, 403, 409, 422), said
    for raw in ("", "{", "[]", "null", '"x"', "1", '{"a": NaN}', "\ufeff{}", "{}" * 10, "[" * 3000):
        answer = territoire.program(role).generic(verb, url, raw, content_type="application/json")
        assert answer.status_code in (200, 201, 400, 403, 409, 422), (raw[:20], answer.status_code)
    assert territoire.program(role).generic(verb, url, "a=b", content_type="text/plain").status_code in (200, 409, 415)


@pytest.mark.parametrize(("demande", "verb"), SENT, ids=[f"{verb} {demande.cle}" for demande, verb in SENT])
def test_every_operation_answers_to_the_ends_of_what_json_can_say(demande: Demande, verb: str, territoire: Territoire):
    url, role = demande.url(territoire), who_may(demande, verb)
    good = demande.body(territoire, verb)
    for value in SOME_EXTREMES:
        at_once = sent(territoire, role, verb, url, everywhere(good, value))
        assert at_once.status_code in (200, 201, 400, 403, 409, 422), (value, at_once.status_code)
        refused = refused_alone(at_once)
        alone = [body for place, body in spoiled(good, value) if place not in refused]
        for body in [*alone, *parts_spoiled(good, value)]:
            answer = sent(territoire, role, verb, url, body)
            assert answer.status_code in (200, 201, 400, 403, 409, 422), (body, answer.status_code)


def sent(territoire: Territoire, role: str, verb: str, url: str, body: Any) -> Any:
    """The answer to a body; nothing of it stays."""
    with transaction.atomic():
        answer = territoire.program(role).generic(verb, url, json.dumps(body), content_type="application/json")
        transaction.set_rollback(True)
    return answer


def refused_alone(answer: Any) -> set[str]:
    """The places whose own field refused its value, before anything was done: sent alone, they would be again."""
    if answer.status_code != 422:
        return set()
    told = answer.json()
    return set(told["champs"]) if told["detail"] == "Des champs sont à corriger." else set()


def parts_spoiled(body: Any, value: Any) -> Iterator[Any]:
    """The body with the value in place of each of its lists and objects."""
    if isinstance(body, dict):
        for name, part in body.items():
            if isinstance(part, dict | list):
                yield {**body, name: value}


def everywhere(body: Any, value: Any) -> Any:
    """The body with the value in place of all its values at once."""
    if isinstance(body, dict):
        return {name: everywhere(inner, value) for name, inner in body.items()}
    return [everywhere(inner, value) for inner in body] if isinstance(body, list) else value


def spoiled(body: Any, text: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """The body with the text in place of each of its values, one at a time, and where that is, as a refusal says it."""
    if isinstance(body, dict):
        for name, value in body.items():
            inside = spoiled(value, text, f"{place}.{name}".lstrip("."))
            yield from ((where, {**body, name: inner}) for where, inner in inside)
    elif isinstance(body, list):
        for rank, value in enumerate(body):
            inside = spoiled(value, text, f"{place}.{rank}")
            yield from ((where, [*body[:rank], inner, *body[rank + 1 :]]) for where, inner in inside)
    else:
        yield place, text
