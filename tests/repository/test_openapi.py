"""The API's document: valid OpenAPI 3.1, committed as it is served, an example for every operation."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from agents.models import Agent
from dossiers.api_transitions import TRANSITIONS
from tests.repository.sources import RACINE

COMMITTED = RACINE / "docs" / "openapi.yaml"
ERRORS = "application/problem+json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_document_is_the_one_served_and_is_generated_without_a_warning():
    reset_generator_stats()
    generated = SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    text = OpenApiYamlRenderer().render(generated, renderer_context={}).decode()
    assert text == COMMITTED.read_text(encoding="utf-8"), (
        "run: python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"
    )


def test_every_caller_is_served_the_document_that_is_committed(agent_ofii: Agent, connect: Callable[[Agent], Client]):
    for asked in ("", "?lang=en", ""):
        answer = connect(agent_ofii).get(f"{reverse('api:schema')}{asked}")
        assert answer.headers["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
        assert answer.content.decode() == COMMITTED.read_text(encoding="utf-8")
    answer = connect(agent_ofii).get(reverse("api:schema"), headers={"Accept": "application/vnd.oai.openapi+json"})
    assert json.loads(answer.content) == yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    validate_schema(document)


def test_every_operation_has_an_example_in_json(document: dict[str, Any]):
    for name, operation in operations(document):
        bodies = [operation.get("requestBody", {})]
        bodies += [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        contents = [body["content"] for body in bodies if "content" in body]
        examples = [content.get("application/json", {}).get("examples") for content in contents]
        assert any(examples) or not any("application/json" in content for content in contents), name


def test_every_operation_says_in_french_what_it_does_and_how_it_refuses(document: dict[str, Any]):
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"].endswith("."), name
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert {"401", "403", "404", "429"} <= set(refusals), name
        assert all(set(answer["content"]) == {ERRORS} for answer in refusals.values()), name
        if "requestBody" in operation:
            assert {"400", "409", "415", "422"} & set(refusals) >= {"400", "415", "422"}, name


def test_every_transition_has_its_example(document: dict[str, Any]):
    (move,) = [operation for name, operation in operations(document) if "/transitions/" in name]
    examples = move["requestBody"]["content"]["application/json"]["examples"]
    assert {example["summary"] for example in examples.values()} == set(TRANSITIONS)


def test_every_example_is_what_its_schema_says(document: dict[str, Any]):
    for name, operation in operations(document):
        for body in [operation.get("requestBody", {}), *operation["responses"].values()]:
            for media in body.get("content", {}).values():
                schema = {**media["schema"], "components": document["components"]}
                validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
                for example in media.get("examples", {}).values():
                    faults = validator.iter_errors(example["value"])
                    assert [f"{name}: {fault.json_path} {fault.message}" for fault in faults] == []
