"""The API's errors: every refusal is problem+json (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import set_rollback

from core.errors import DomainError, Forbidden, InvalidInput, RuleViolation
from core.locks import as_busy
from core.middleware import journal_denied

PROBLEM_JSON = "application/problem+json"


def problem(
    status: int, code: str, detail: str, fields: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> JsonResponse:
    """An error answer: a stable code, a French sentence, the fields to correct. JSON whatever the view renders."""
    body: dict[str, Any] = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    if fields:
        body["champs"] = fields
    # ASCII: a refusal may quote half a character, which no encoding can write.
    return JsonResponse(body, status=status, content_type=PROBLEM_JSON, headers=headers)


def query_parameter(request: Request, name: str) -> str:
    """One parameter of the address, empty when absent. Refuses (InvalidInput) what no text column could hold."""
    value = request.query_params.get(name, "")
    if "\x00" in value:
        message = "Ce paramètre contient un caractère interdit."
        raise InvalidInput(message, fields={name: [message]})
    return value


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for key, value in detail.items():
            flat.update(_flatten(value, f"{prefix}.{key}" if prefix else str(key)))
        return flat
    if isinstance(detail, list) and any(isinstance(item, (dict, list)) for item in detail):
        flat = {}
        for index, item in enumerate(detail):
            flat.update(_flatten(item, f"{prefix}.{index}"))
        return flat
    return {prefix: [str(item) for item in detail] if isinstance(detail, list) else [str(detail)]}


def problem_handler(exception: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """DRF's exception handler: every refusal becomes problem+json, every denial and every rule that refused
    a line of the access journal.
    """
    request = context["request"]._request
    request.user = context["request"].user
    refusal = exception if isinstance(exception, DomainError) else as_busy(exception)
    if refusal is not None:
        set_rollback()
        if isinstance(refusal, Forbidden | RuleViolation):
            journal_denied(request, refusal.code)
        return problem(refusal.status, refusal.code, refusal.message, refusal.fields)
    if isinstance(exception, Http404 | exceptions.NotFound):
        set_rollback()
        journal_denied(request, "introuvable")
        return problem(404, "introuvable", "Cette adresse ne correspond à rien que vous puissiez consulter.")
    if isinstance(exception, PermissionDenied | exceptions.PermissionDenied):
        set_rollback()
        journal_denied(request, "droit_insuffisant")
        return problem(403, "droit_insuffisant", "Vos droits ne permettent pas cette action.")
    if isinstance(exception, exceptions.ValidationError):
        set_rollback()
        return problem(422, "saisie_invalide", "Des champs sont à corriger.", _flatten(exception.detail))
    if isinstance(exception, exceptions.APIException):
        set_rollback()
        headers = {}
        if getattr(exception, "auth_header", None):
            headers["WWW-Authenticate"] = exception.auth_header  # type: ignore[attr-defined]
        if wait := getattr(exception, "wait", None):  # Throttled
            headers["Retry-After"] = str(int(wait) + 1)
        code = str(exception.get_codes()) if isinstance(exception.get_codes(), str) else exception.default_code
        return problem(exception.status_code, code, str(exception.detail), headers=headers)
    return None
