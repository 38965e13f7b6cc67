"""The partner's OAuth 2 server: the client-credentials grant, and nothing else (RFC 6749 sections 4.4 and 5)."""

import hmac
import secrets
from collections.abc import Callable

from flask import Response, jsonify, request

from .contexte import PORTEE, simulateur
from .faults import Etape, Genre, Operation
from .passerelle import draw
from .refus import Refus

REALM = "/partenaire"
BEARER = {"token_type": "Bearer"}
FIELDS = ("grant_type", "client_id", "client_secret", "scope")


def issue_token() -> Response:
    """A token for the right client; RFC 6749's own error bodies for any other."""
    if request.args.getlist("realm") != [REALM]:
        return _refused(400, "invalid_request", "Le paramètre realm doit être /partenaire.")
    if request.mimetype != "application/x-www-form-urlencoded":
        return _refused(400, "invalid_request", "La demande doit être un formulaire.")
    if any(len(request.form.getlist(name)) != 1 or not request.form[name] for name in FIELDS):
        return _refused(400, "invalid_request", "Chaque champ doit être présent une seule fois.")
    if request.form["grant_type"] != "client_credentials":
        return _refused(400, "unsupported_grant_type", "Seul client_credentials est proposé.")
    partner = simulateur()
    known_id = _same(request.form["client_id"], partner.client_id)
    known_secret = _same(request.form["client_secret"], partner.client_secret)
    if not (known_id and known_secret):
        return _refused(401, "invalid_client", "Le client n’est pas reconnu.")
    if PORTEE not in request.form["scope"].split(" "):
        return _refused(400, "invalid_scope", f"La portée demandée doit contenir {PORTEE}.")
    panne = draw(Etape.JETON, Operation.OBTENIR_JETON, lambda: None)
    if panne and panne.genre is Genre.CLIENT_REFUSE:
        return _refused(401, "invalid_client", "Le client n’est pas reconnu.")
    token = secrets.token_urlsafe(32)
    life: float = partner.ttl
    if panne and panne.genre is Genre.JETON_COURT and panne.secondes is not None:
        life = panne.secondes
    partner.store.remember_token(token, portee=PORTEE, secondes=life)
    response = jsonify(access_token=token, expires_in=partner.ttl, scope=PORTEE, **BEARER)
    response.headers.update({"Cache-Control": "no-store", "Pragma": "no-cache"})
    return response


def check_token(operation: Operation, *, numero_cai: Callable[[], str | None]) -> None:
    """Raises Refus 401 for a token that is missing, unknown, expired or revoked, 403 for one without the scope."""
    partner = simulateur()
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    scope = partner.store.scope_of(token.strip()) if kind.lower() == "bearer" else None
    if scope is None:
        raise _token_refused()
    panne = draw(Etape.ACCES, operation, numero_cai)
    if panne and panne.genre is Genre.JETON_REFUSE:
        raise _token_refused()
    if PORTEE not in scope.split(" ") or panne:
        raise Refus(403, "PORTEE_INSUFFISANTE", "Le jeton ne donne pas accès à cette ressource.")


def _token_refused() -> Refus:
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Refus(401, "JETON_INVALIDE", "Le jeton est absent, inconnu, expiré ou révoqué.", headers=headers)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _refused(statut: int, error: str, description: str) -> Response:
    response = jsonify(error=error, error_description=description)
    response.status_code = statut
    response.headers["Cache-Control"] = "no-store"
    return response
