"""Bodies and parameters against the partner's contract, read from the contract file itself.

Nothing of what was sent is repeated in a message: a body holds personal facts, and messages end up in logs.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from rfc3339_validator import validate_rfc3339

from .refus import Champ, Refus

CONTRACT = Path(__file__).resolve().parents[1] / "contrat" / "poleemploi.openapi.yaml"
CHAMPS_MAX = 50

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

formats = FormatChecker(formats=())


@formats.checks("uuid")
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or is_uuid(value)


@formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    # date.fromisoformat alone would also accept 20100512 and 2010-W19-3.
    return not isinstance(value, str) or bool(_DATE.fullmatch(value) and dt.date.fromisoformat(value))


@formats.checks("date-time")
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(validate_rfc3339(value.upper()))


def _pattern(validator: Any, pattern: str, instance: object, schema: object) -> Iterator[ValidationError]:
    # The contract's regular expressions are ECMA-262, where $ is the very end; Python's also matches before a newline.
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("pattern")


_Validator = validators.extend(Draft202012Validator, {"pattern": _pattern})

_MOTIFS = {
    "required": "Ce champ est obligatoire.",
    "additionalProperties": "Ce champ n’est pas prévu par le contrat.",
    "type": "Ce champ n’a pas le type attendu.",
    "enum": "Cette valeur ne fait pas partie de la liste prévue.",
    "const": "Cette valeur n’est pas celle attendue.",
    "pattern": "Cette valeur n’a pas la forme attendue.",
    "format": "Cette valeur n’a pas la forme attendue.",
    "minLength": "Ce texte est trop court.",
    "maxLength": "Ce texte est trop long.",
    "minimum": "Ce nombre est trop petit.",
    "maximum": "Ce nombre est trop grand.",
    "minItems": "Cette liste compte trop peu d’éléments.",
    "maxItems": "Cette liste compte trop d’éléments.",
    "uniqueItems": "Cette liste contient deux fois le même élément.",
    "oneOf": "Ce contenu ne correspond pas au type annoncé.",
}


@cache
def contract() -> dict[str, Any]:
    """The partner's contract, as it is on disk."""
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(name: str) -> Any:
    return _Validator({**contract(), "$ref": f"#/components/schemas/{name}"}, format_checker=formats)


def is_uuid(value: str) -> bool:
    """True for the 36-character form only, in either case."""
    return bool(_UUID.fullmatch(value))


def faults_against(schema: str | dict[str, Any], document: object) -> list[Champ]:
    """What the contract's schema of this name (or a schema given as such) refuses; empty when it conforms."""
    validator = _validator(schema) if isinstance(schema, str) else _Validator(schema, format_checker=formats)
    champs: list[Champ] = []
    for error in validator.iter_errors(document):
        motif = _MOTIFS.get(str(error.validator), "Cette valeur n’est pas conforme au contrat.")
        for path in _paths(error):
            champ = {"chemin": pointer(path), "motif": motif}
            if champ not in champs:
                champs.append(champ)
    return sorted(champs, key=lambda champ: champ["chemin"])[:CHAMPS_MAX]


def event_faults(event: dict[str, Any]) -> list[Champ]:
    """As `faults_against`, but the contents are also judged by the alternative that bears the name of the event's type.

    The contract's `oneOf` does not tie the two, and cannot say which field of the contents is at fault.
    """
    champs = faults_against("Evenement", event)
    alternatives = contract()["components"]["schemas"]["Evenement"]["properties"]["donnees"]["oneOf"]
    for alternative in alternatives:
        if alternative["title"].upper() == event["type"]:
            schema = {**contract(), "properties": {"donnees": alternative}}
            if precise := faults_against(schema, event):
                return [champ for champ in champs if champ["chemin"] != "/donnees"] + precise
    return champs


def pointer(path: list[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _paths(error: ValidationError) -> list[list[str | int]]:
    path = list(error.absolute_path)
    if error.validator == "required":
        return [[*path, name] for name in error.validator_value if name not in error.instance]
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        return [[*path, name] for name in error.instance if name not in known]
    return [path]


def is_whole(raw: bytes, announced: int | None) -> bool:
    """Whether a body has arrived as long as it was announced: a client that dies while it sends has asked nothing."""
    return announced is None or len(raw) >= announced


def read_json(raw: bytes) -> Any:
    """Strict JSON; raises Refus 400 for anything that two readers could understand differently.

    Refused: another encoding than UTF-8, a byte order mark, NaN and infinities, a member given twice, a lone
    surrogate, a nesting too deep to be read.
    """
    try:
        document = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_repetition,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refus(400, "CORPS_INVALIDE", "Le corps n’est pas un JSON valide en UTF-8.", kept=True) from None
    return document


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def check_deposit(document: object) -> dict[str, Any]:
    """The document itself when it is a `DepotSynthese`; Refus 400 naming every faulty field otherwise."""
    champs = faults_against("DepotSynthese", document)
    if champs or not isinstance(document, dict):
        message = "Le corps n’est pas conforme au contrat."
        raise Refus(400, "CORPS_INVALIDE", message, champs=champs, kept=True)
    return document
