"""A quick yes: whether a body surely conforms to a schema of the contract, read once and turned into plain functions.

Never a yes where ``jsonschema`` finds a fault; where this says no, ``jsonschema`` decides and tells what is wrong. It
knows the keywords that the contract uses; another one makes every answer a no.
"""

import re
from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Check = Callable[[Any], bool]
Schema = dict[str, Any]
TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}
KEYWORDS = Draft202012Validator.VALIDATORS.keys()  # anything else is an annotation
OF_OBJECTS = {"properties", "required", "additionalProperties"}


def check_of(schema: Schema, components: Schema, formats: FormatChecker) -> Check:
    """The check of one schema; ``components`` are those of its document."""
    if schema.keys() & KEYWORDS == {"$ref"}:
        return check_of(_target(schema["$ref"], components), components, formats)
    checks = [
        _check(keyword, value, components, formats)
        for keyword, value in schema.items()
        if keyword in KEYWORDS - OF_OBJECTS
    ]
    if OF_OBJECTS & schema.keys():
        checks.append(_object(schema, components, formats))
    return lambda value: all(check(value) for check in checks)


def _target(reference: str, components: Schema) -> Schema:
    target: Schema = {"components": components}
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return target


def _check(keyword: str, limit: Any, components: Schema, formats: FormatChecker) -> Check:
    match keyword:
        case "type":
            types = {TYPES.get(name) for name in ([limit] if isinstance(limit, str) else limit)}
            return lambda value: type(value) in types
        case "enum":
            return lambda value: isinstance(value, str) and value in limit
        case "pattern":
            found = re.compile(limit).search
            return lambda value: not isinstance(value, str) or found(value) is not None
        case "format":
            return lambda value: formats.conforms(value, limit)
        case "minLength":
            return lambda value: not isinstance(value, str) or len(value) >= limit
        case "maxLength":
            return lambda value: not isinstance(value, str) or len(value) <= limit
        case "minimum":
            return lambda value: not isinstance(value, int) or value >= limit
        case "maximum":
            return lambda value: not isinstance(value, int) or value <= limit
        case "minItems":
            return lambda value: not isinstance(value, list) or len(value) >= limit
        case "maxItems":
            return lambda value: not isinstance(value, list) or len(value) <= limit
        case "uniqueItems":
            return lambda value: not isinstance(value, list) or _all_different_texts(value)
        case "items":
            one = check_of(limit, components, formats)
            return lambda value: not isinstance(value, list) or all(one(item) for item in value)
    return lambda value: False


def _all_different_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _object(schema: Schema, components: Schema, formats: FormatChecker) -> Check:
    members = {name: check_of(one, components, formats) for name, one in schema.get("properties", {}).items()}
    required, closed = set(schema.get("required", ())), schema.get("additionalProperties", True)

    def check(value: Any) -> bool:
        if not isinstance(value, dict):
            return True
        if not required <= value.keys() or closed not in (True, False):
            return False
        return all(members[name](one) if name in members else closed for name, one in value.items())

    return check
