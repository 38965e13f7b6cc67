"""What a request breaks of the contract, told before any fault strikes: a client at fault is found even on a bad day.

Read from the contract file alone, whatever the operations of the simulator check for themselves. No value that was
sent is repeated.
"""

import re
from functools import cache
from typing import Any

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from .refus import Champ, Refus
from .validation import contract, faults_against, is_whole, pointer, read_json

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
METHODS = ("get", "post", "put", "patch", "delete")


def breaches(request: Request) -> list[Champ]:
    """Where and how the request departs from the contract; empty when it conforms.

    An unknown path or method; a bearer token that is not shown; a parameter that is missing, repeated, unforeseen or
    out of its schema; a body that is missing, unforeseen, of another type or out of its schema.
    """
    operation = _operations().get((request.endpoint or "").rpartition(".")[2])
    if operation is None:
        return [_breach("Le contrat ne prévoit pas cette opération.", "chemin")]
    found = [] if _shows_what_it_must(request, operation) else [_breach("Jeton absent.", "header", "Authorization")]
    return found + _of_parameters(request, operation) + _of_body(request, operation)


@cache
def _operations() -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in contract()["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    }


def _breach(motif: str, *where: str) -> Champ:
    return {"chemin": pointer(list(where)), "motif": motif}


def _shows_what_it_must(request: Request, operation: dict[str, Any]) -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return operation.get("security") == [] or (kind == "Bearer" and token.strip() != "")


def _of_parameters(request: Request, operation: dict[str, Any]) -> list[Champ]:
    found, declared = [], operation.get("parameters", [])
    for parameter in declared:
        place, name = parameter["in"], parameter["name"]
        values = _values(request, place, name)
        if len(values) > 1:
            found.append(_breach("Ce paramètre est donné plusieurs fois.", place, name))
        elif not values and parameter["required"]:
            found.append(_breach("Ce paramètre est obligatoire.", place, name))
        elif values:
            schema = parameter["schema"]
            integer = schema.get("type") == "integer" and INTEGER.fullmatch(values[0])
            faults = faults_against(schema, int(values[0]) if integer else values[0])
            found += [_breach(fault["motif"], place, name) for fault in faults]
    foreseen = {parameter["name"] for parameter in declared if parameter["in"] == "query"}
    return found + [
        _breach("Ce paramètre n’est pas prévu par le contrat.", "query", name)
        for name in request.args
        if name not in foreseen
    ]


def _values(request: Request, place: str, name: str) -> list[str]:
    if place == "path":
        return [str(request.view_args[name])] if request.view_args else []
    return request.args.getlist(name) if place == "query" else request.headers.getlist(name)


def _of_body(request: Request, operation: dict[str, Any]) -> list[Champ]:
    try:
        raw = request.get_data()
    except RequestEntityTooLarge:
        return [_breach("Ce corps est trop grand.", "corps")]
    if not is_whole(raw, request.content_length):
        return []  # the client died while it sent: what it would have said is not known
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return [_breach("Le contrat ne prévoit pas de corps.", "corps")] if raw else []
    if request.mimetype not in content:
        return [_breach("Le contrat prévoit un autre type de contenu.", "corps")]
    if request.mimetype == "application/json":
        try:
            document = read_json(raw)
        except Refus as refus:
            return [_breach(refus.message, "corps")]
    else:
        foreseen = content[request.mimetype]["schema"]["properties"]
        repeated = [name for name in foreseen if len(request.form.getlist(name)) > 1]
        if repeated:
            return [_breach("Ce champ est donné plusieurs fois.", "corps", name) for name in repeated]
        document = request.form.to_dict()
    schema = {**contract(), **content[request.mimetype]["schema"]}
    return [
        {"chemin": "/corps" + fault["chemin"], "motif": fault["motif"]} for fault in faults_against(schema, document)
    ]
