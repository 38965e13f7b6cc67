"""What the OpenAPI document says of every operation: its errors, and one example."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers


class Probleme(serializers.Serializer[Any]):
    """An error: problem+json (RFC 9457) with a stable code and the fields to correct."""

    type = serializers.CharField(default="about:blank")
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(help_text="Une phrase en français, à montrer telle quelle.")
    champs = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


_MEANING = {
    401: "Jeton absent, inconnu ou expiré.",
    403: "Vos droits ne permettent pas cette action ici.",
    404: "Rien que vous puissiez consulter à cette adresse.",
    409: "Une règle s’y oppose, ou l’état présent ne le permet pas.",
    422: "Des champs sont à corriger.",
}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The error answers of an operation; 401, 403 and 404 come with every one."""
    return {
        (status, "application/problem+json"): OpenApiResponse(
            Probleme,
            description=_MEANING[status],
            examples=[
                OpenApiExample(
                    f"Erreur {status}",
                    value={"type": "about:blank", "status": status, "code": "exemple", "detail": _MEANING[status]},
                    status_codes=[str(status)],
                )
            ],
        )
        for status in (401, 403, 404, *statuses)
    }


def operation(
    summary: str,
    *,
    request: Any = None,
    responses: dict[Any, Any],
    sent: Any = None,
    received: Any = None,
    errors: tuple[int, ...] = (),
    **more: Any,
) -> Callable[..., Any]:
    """Document one operation: a French summary, its bodies, a JSON example of each, its errors."""
    examples = list(more.pop("examples", []))
    if sent is not None:
        examples.append(OpenApiExample("Requête", value=sent, request_only=True))
    if received is not None:
        success = str(min(int(key[0] if isinstance(key, tuple) else key) for key in responses))
        examples.append(OpenApiExample("Réponse", value=received, response_only=True, status_codes=[success]))
    documented: Callable[..., Any] = extend_schema(
        summary=summary, request=request, responses={**responses, **problems(*errors)}, examples=examples, **more
    )
    return documented
