"""What stands before the partner and fails on its own: quotas, errors, silences, cut connections, foreign pages."""

import json
import math
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Response, g, request
from werkzeug.http import HTTP_STATUS_CODES, http_date

from . import connexion
from .contexte import simulateur
from .entorses import breaches
from .faults import Etape, Genre, Operation, Panne
from .refus import Refus
from .store import now

PAGE = "<!DOCTYPE html>\n<html><head><title>Erreur</title></head><body><h1>Service indisponible</h1></body></html>\n"


def refused(refus: Refus) -> Response:
    """A refusal as the contract shapes it."""
    corps = json.dumps(refus.as_json(), ensure_ascii=False)
    response = Response(corps, status=refus.statut, content_type="application/json")
    response.headers.update(refus.headers)
    return response


def draw(
    etape: Etape,
    operation: Operation,
    numero_cai: Callable[[], str | None],
    *,
    applies: Callable[[Panne], bool] = lambda _: True,
) -> Panne | None:
    """The fault that strikes this request at this stage, noted for its row in the log."""
    panne = simulateur().pannes.draw(etape, operation, numero_cai, applies=applies)
    if panne is not None:
        g.panne = panne.genre
    return panne


def strike(panne: Panne, carried_out: Response | None) -> Response:
    """The answer that the client gets, or its absence.

    `carried_out` is what it would have got, None when nothing was done.
    """
    seconds = panne.secondes or 0
    match panne.genre:
        case Genre.QUOTA_SECONDES:
            return _quota({"Retry-After": str(math.ceil(seconds))})
        case Genre.QUOTA_DATE:
            # Rounded up: a client that waits until this date has waited long enough.
            return _quota({"Retry-After": http_date(now() + timedelta(seconds=math.ceil(seconds)))})
        case Genre.QUOTA_SANS_DELAI:
            return _quota({})
        case Genre.ERREUR_500:
            return refused(Refus(500, "INDISPONIBLE", "Erreur interne."))
        case Genre.INDISPONIBLE_503:
            return refused(Refus(503, "INDISPONIBLE", "Service indisponible."))
        case Genre.CORPS_HTML:
            return Response(PAGE, status=panne.statut, content_type="text/html; charset=utf-8")
        case Genre.CORPS_VIDE:
            return Response(b"", status=panne.statut, content_type="application/json")
        case Genre.DELAI_AVANT | Genre.DELAI_APRES:
            close_log(None)
            connexion.stay_silent(request.environ, seconds)
        case Genre.COUPURE_AVANT | Genre.COUPURE_APRES:
            close_log(None)
            connexion.cut(request.environ)
        case Genre.REPONSE_TRONQUEE if carried_out is not None:
            close_log(None)
            connexion.truncate(request.environ, status=_status_line(carried_out), body=carried_out.get_data())
        case Genre.LENTEUR if carried_out is not None:
            time.sleep(seconds)
            return carried_out
        case _:
            raise AssertionError(f"{panne.genre} is no fault of the gateway")
    return Response(status=204)  # goes to a socket that is closed already


def open_log() -> None:
    g.started = time.monotonic()
    g.panne = None
    g.rang = simulateur().requetes.open(
        methode=request.method,
        chemin=request.path,
        parametres=request.query_string.decode("latin-1"),
        operation=(request.endpoint or "").rpartition(".")[2] or None,
        cle=request.headers.get("Idempotency-Key"),
        correlation=request.headers.get("X-Correlation-Id"),
    )
    if found := breaches(request):
        simulateur().requetes.note_breaches(g.rang, found)


def close_log(response: Response | None) -> None:
    """Completes the row of this request, once; None for an answer that never leaves."""
    if g.rang is None:
        return
    simulateur().requetes.close_one(
        g.rang,
        statut=None if response is None else response.status_code,
        code=None if response is None else _code(response),
        panne=g.panne,
        rejouee=response is not None and "Idempotency-Replayed" in response.headers,
        duree_ms=round((time.monotonic() - g.started) * 1000),
    )
    g.rang = None


def _code(response: Response) -> str | None:
    if response.status_code < 400 or not response.get_data() or not response.is_json:
        return None
    body = response.get_json()
    return body.get("code") or body.get("error")  # type: ignore[no-any-return]


def _quota(headers: dict[str, str]) -> Response:
    return refused(Refus(429, "QUOTA_DEPASSE", "Trop de requêtes.", headers=headers))


def _status_line(response: Response) -> str:
    return f"{response.status_code} {HTTP_STATUS_CODES[response.status_code]}"
