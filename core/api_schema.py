"""What the OpenAPI document says of every operation: its errors, and one example."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers

from core.soumissions import EN_TETE, FORME


class Probleme(serializers.Serializer[Any]):
    """An error: problem+json (RFC 9457) with a stable code and the fields to correct."""

    type = serializers.CharField(default="about:blank")
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(help_text="Une phrase en français, à montrer telle quelle.")
    champs = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)


# Status -> (code given as an example, what it means).
_MEANING = {
    400: ("parse_error", "Le corps n’est pas du JSON."),
    401: ("not_authenticated", "Jeton absent, inconnu ou expiré."),
    403: ("droit_insuffisant", "Vos droits ne permettent pas cette action ici."),
    404: ("introuvable", "Rien que vous puissiez consulter à cette adresse."),
    409: ("transition_impossible", "Une règle s’y oppose, ou l’état présent ne le permet pas."),
    410: ("dossier_anonymise", "Le dossier a été anonymisé : il ne dit plus qui était la personne."),
    415: ("unsupported_media_type", "Le corps doit être du JSON."),
    422: ("saisie_invalide", "Des champs sont à corriger."),
    429: ("throttled", "Trop de demandes : attendez le nombre de secondes que dit Retry-After."),
}


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The error answers of an operation; 401, 403, 404 and 429 come with every one."""
    answers = {}
    for status in sorted({401, 403, 404, 429, *statuses}):
        code, meaning = _MEANING[status]
        example: dict[str, Any] = {"type": "about:blank", "status": status, "code": code, "detail": meaning}
        if status == 422:
            example["champs"] = {"nom_du_champ": ["Ce champ est obligatoire."]}
        answers[status, "application/problem+json"] = OpenApiResponse(
            Probleme,
            description=meaning,
            examples=[OpenApiExample(f"Erreur {status}", value=example, status_codes=[str(status)])],
        )
    return answers


def operation(
    summary: str,
    details: str,
    *,
    request: Any = None,
    responses: dict[Any, Any],
    sent: Any = None,
    received: Any = None,
    errors: tuple[int, ...] = (),
    **more: Any,
) -> Callable[..., Any]:
    """Document one operation in French: what it does, its bodies, a JSON example of each, its errors."""
    examples = list(more.pop("examples", []))
    if sent is not None:
        examples.append(OpenApiExample("Requête", value=sent, request_only=True))
    if received is not None:
        success = str(min(int(key[0] if isinstance(key, tuple) else key) for key in responses))
        examples.append(OpenApiExample("Réponse", value=received, response_only=True, status_codes=[success]))
    unreadable = (400, 415) if request is not None else ()
    documented: Callable[..., Any] = extend_schema(
        summary=summary,
        description=details,
        request=request,
        responses={**responses, **problems(*unreadable, *errors)},
        examples=examples,
        **more,
    )
    return documented


# Every POST takes it: core.soumissions.
_IDEMPOTENCE = {
    "in": "header",
    "name": EN_TETE,
    "schema": {"type": "string", "pattern": f"^{FORME}$"},
    "description": "Une clé de votre choix pour cette demande. Envoyée de nouveau dans la journée avec le même corps, "
    "elle n’a pas d’autre effet et reçoit la même réponse ; avec un autre corps, elle est refusée (409, "
    "`cle_deja_servie`). Une demande refusée peut être renvoyée avec la même clé. Un document n’est délivré "
    "qu’une fois (409, `document_deja_delivre`).",
}


def tidy(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Take our English docstrings out of a document for French readers; let the bodies of one address look alike.

    Tell what every POST has in common.
    """
    for methods in result["paths"].values():
        if "post" in methods:
            methods["post"].setdefault("parameters", []).append(_IDEMPOTENCE)
    for schema in result["components"]["schemas"].values():
        if schema.get("type") == "object":
            schema.pop("description", None)
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")
    return result
