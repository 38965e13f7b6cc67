"""The partner's contract, as published, and the check of a body against it before it is sent."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from poleemploi.contrat.conformite import Check, check_of

FORMATS = FormatChecker(["date", "date-time", "uuid"])
CHEMIN = Path(__file__).with_name("poleemploi.openapi.yaml")


@cache
def contract() -> dict[str, Any]:
    """The contract file, read once a process."""
    document: dict[str, Any] = yaml.safe_load(CHEMIN.read_text(encoding="utf-8"))
    return document


@cache
def validator(schema: str) -> Draft202012Validator:
    """The check of one named schema of the contract, formats included."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{schema}", "components": contract()["components"]},
        format_checker=FORMATS,
    )


@cache
def quick_check(schema: str) -> Check:
    """Whether a document surely conforms to one named schema: eight times quicker than the whole of ``validator``."""
    components = contract()["components"]
    named: Any = components["schemas"]
    for step in schema.split("/"):  # a part of a schema has the path to it for a name
        named = named[int(step)] if isinstance(named, list) else named[step]
    return check_of(named, components, FORMATS)


def faults(schema: str, document: object) -> list[tuple[str, str]]:
    """What does not conform: (JSON pointer, French sentence), in the order of the document; empty when it conforms.

    A sentence never quotes the value: it is shown to agents who may not read the synthesis.
    """
    if quick_check(schema)(document):
        return []
    found: dict[tuple[str, str], None] = {}
    for error in sorted(validator(schema).iter_errors(document), key=lambda error: [str(step) for step in error.path]):
        for pointer, sentence in _told(error):
            found[(pointer, sentence)] = None
    return list(found)


def pointer_to(steps: list[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _told(error: ValidationError) -> list[tuple[str, str]]:
    path = list(error.absolute_path)
    limit = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in limit if isinstance(error.instance, dict) and name not in error.instance]
            return [(pointer_to([*path, name]), "Cette rubrique manque.") for name in missing]
        case "additionalProperties":
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            extra = [name for name in error.instance if name not in known]
            return [(pointer_to([*path, name]), "Cette rubrique n’est pas prévue.") for name in extra]
    return [(pointer_to(path), _sentence(str(error.validator), limit))]


def _sentence(keyword: str, limit: Any) -> str:
    match keyword:
        case "minLength" | "minItems" if limit == 1:
            return "Cette rubrique est vide."
        case "maxLength":
            return f"Ce texte dépasse {limit}\N{NO-BREAK SPACE}caractères."
        case "maxItems":
            return f"Cette liste dépasse {limit}\N{NO-BREAK SPACE}éléments."
        case "uniqueItems":
            return "Un élément de cette liste est répété."
        case "minimum":
            return f"Cette valeur est inférieure à {limit}."
        case "maximum":
            return f"Cette valeur est supérieure à {limit}."
        case "enum" | "const":
            return "Cette valeur n’est pas dans la liste admise."
        case "type":
            return "Cette rubrique n’est pas du genre attendu."
    return "Cette valeur n’a pas la forme attendue."
