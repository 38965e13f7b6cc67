"""The same form sent several times, or the same call, takes effect once and gets the same answer each time.

A page's form carries a token of its own (``core.templatetags.formulaires``), a call of the API the header
``Idempotency-Key``. The first to arrive claims a row in the transaction of its act; whoever sends the same meanwhile
waits for that row, then is led to the result of the first. A form corrected and sent again is another one.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api import problem
from core.errors import Conflict, DomainError, InvalidInput
from core.locks import as_busy
from core.models import Soumission

API = "/api/"
CHAMP = "soumission"
EN_TETE = "Idempotency-Key"
FORME = r"[A-Za-z0-9_-]{1,64}"
_TOUJOURS_AUTRE = {CHAMP, "csrfmiddlewaretoken"}
_ECRITURES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Envoi:
    """One thing sent: what makes it the same as another, and what it held."""

    cle: str
    empreinte: str


class Ecritures:
    """Whether a request has written anything to the database."""

    def __init__(self) -> None:
        self.any = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.any = self.any or sql.lstrip()[:6].upper() in _ECRITURES
        return execute(sql, params, many, context)


class SoumissionMiddleware:
    """Claim what is sent, in one transaction with its act; answer the same again without doing it again.

    Only an act that was done is remembered: one that was refused, or that wrote nothing, may be sent again as it is.
    An old page without a token, or a call without a key, is done each time that it is sent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.get_response(request)
        try:
            envoi = _of_call(request) if request.path.startswith(API) else _of_form(request)
            return self._once(request, envoi) if envoi else self.get_response(request)
        except DomainError as refusal:
            return _refused(request, refusal)
        except OperationalError as error:
            if busy := as_busy(error):
                return _refused(request, busy)
            raise

    @transaction.atomic
    def _once(self, request: HttpRequest, envoi: Envoi) -> HttpResponse:
        if not _claim(envoi):
            return _same_answer(request, envoi)
        before, ecritures = request.user.pk, Ecritures()
        with connection.execute_wrapper(ecritures):
            response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif ecritures.any and _is_done(response) and (not request.user.is_authenticated or request.user.pk == before):
            _remember(envoi, response)
        else:
            Soumission.objects.filter(pk=envoi.cle).delete()
        return response


def _of_form(request: HttpRequest) -> Envoi | None:
    """What an agent's page sends; nothing for what a script asks as one types, which does nothing."""
    token = "" if "HX-Request" in request.headers else request.POST.get(CHAMP, "")
    if not re.fullmatch(FORME, token):
        return None
    cle = _digest(request.user.pk, token, request.get_full_path(), _answers(request))
    return Envoi(cle, cle)


def _answers(request: HttpRequest) -> list[object]:
    """What a form holds, its files by their fingerprint, without what is drawn at each display."""
    answers = [(name, values) for name, values in sorted(request.POST.lists()) if name not in _TOUJOURS_AUTRE]
    files = [(name, file.name, _fingerprint(file)) for name, sent in request.FILES.lists() for file in sent]
    return [answers, files]


def _fingerprint(file: Any) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _of_call(request: HttpRequest) -> Envoi | None:
    """What a program sends with a key of its own; nothing for an unknown caller, whom the view refuses."""
    key = request.headers.get(EN_TETE)
    if key is None:
        return None
    try:
        caller = Request(request, authenticators=APIView().get_authenticators()).user
    except APIException:
        caller = AnonymousUser()
    if not caller.is_authenticated:
        return None
    if not re.fullmatch(FORME, key):
        message = "Idempotency-Key compte de 1 à 64 lettres sans accent, chiffres, traits ou soulignés."
        raise InvalidInput(message, fields={EN_TETE: [message]})
    held = _answers(request) if request.content_type == "multipart/form-data" else request.body
    return Envoi(_digest(caller.pk, key), _digest(key, request.get_full_path(), held))


def _digest(*parts: object) -> str:
    """Keyed: what was typed cannot be guessed from the row."""
    return salted_hmac("core.soumissions", repr(parts), algorithm="sha256").hexdigest()


def _claim(envoi: Envoi) -> bool:
    """Take the row for this transaction; waits while another transaction has it. False when it was done already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_soumission (cle, empreinte, statut, adresse, created_at) VALUES (%s, %s, 0, '', now())"
            " ON CONFLICT DO NOTHING",
            [envoi.cle, envoi.empreinte],
        )
        return bool(cursor.rowcount)


def _is_done(response: HttpResponse) -> bool:
    """A page shown again says what is to be corrected; an act leads elsewhere, delivers a document or answers."""
    is_page = response.get("Content-Type", "").startswith("text/html")
    return response.status_code in (302, 303) or (response.status_code < 300 and not is_page)


def _remember(envoi: Envoi, response: HttpResponse) -> None:
    is_json = response.get("Content-Type", "").startswith("application/json")
    kept = is_json and "no-store" not in response.get("Cache-Control", "")
    Soumission.objects.filter(pk=envoi.cle).update(
        statut=response.status_code,
        adresse=response.get("Location", ""),
        reponse=json.loads(response.content) if kept else None,
    )


def _same_answer(request: HttpRequest, envoi: Envoi) -> HttpResponse:
    first = Soumission.objects.get(pk=envoi.cle)
    if first.empreinte != envoi.empreinte:
        raise Conflict("Cette clé d’idempotence a déjà servi à une autre demande.", code="cle_deja_servie")
    if first.adresse:
        messages.info(request, "Ce formulaire est arrivé plusieurs fois\u00a0: il a été enregistré une seule fois.")
        return HttpResponseRedirect(first.adresse)
    if first.reponse is not None:
        return JsonResponse(first.reponse, status=first.statut, safe=False)
    raise Conflict(
        "Ce document vient d’être délivré, et compté, pour cette même demande. Pour un autre exemplaire, "
        "rechargez la page d’où vous l’imprimez.",
        code="document_deja_delivre",
    )


def _refused(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    if request.path.startswith(API):
        return problem(refusal.status, refusal.code, refusal.message, refusal.fields)
    return render(request, "refus.html", {"refus": refusal}, status=refusal.status)
