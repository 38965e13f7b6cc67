"""Around every request: its number, the session's limits, and refusals turned into answers."""

import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from core import journal
from core.errors import DomainError, Forbidden, RuleViolation
from core.locks import as_busy
from core.request_context import RequestContext, request_context

logger = structlog.get_logger(__name__)
API = "/api/"
GetResponse = Callable[[HttpRequest], HttpResponse]


def client_ip(request: HttpRequest) -> str | None:
    """The caller's address, behind exactly AXES_IPWARE_PROXY_COUNT trusted proxies."""
    hops: list[str] = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted: int = settings.AXES_IPWARE_PROXY_COUNT
    if trusted and len(hops) >= trusted:
        return hops[-trusted]
    address: str = request.META.get("REMOTE_ADDR", "")
    return address or None


class RequestIdMiddleware:
    """Give each request a number, found again in its logs, its journals and its answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proposed = request.headers.get("X-Request-Id", "")
        request_id = proposed if re.fullmatch(r"[A-Za-z0-9-]{8,40}", proposed) else uuid.uuid4().hex
        token = request_context.set(RequestContext(request_id=request_id, ip=client_ip(request)))
        try:
            response = self.get_response(request)
        finally:
            request_context.reset(token)
        response["X-Request-Id"] = request_id
        return response


class SessionLimitsMiddleware:
    """End a session after SESSION_INACTIVITE_MINUTES without a request, or SESSION_DUREE_MAX_HEURES after log-in.

    While it lasts, no page of it stays in the browser's store: on a shared machine, "back" after logging out shows
    nobody's file.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.session.get("_auth_user_id"):
            now = int(timezone.now().timestamp())
            started = request.session.setdefault("debut", now)
            seen = request.session.get("vu", now)
            expired = now - seen > settings.SESSION_INACTIVITE_MINUTES * 60
            if expired or now - started > settings.SESSION_DUREE_MAX_HEURES * 3600:
                journal.log_access("deconnexion", by=request.user, motif="session_expiree")
                logout(request)
                request.session["expiree"] = True
            elif now - seen >= 60 or "vu" not in request.session:
                # Once a minute is precise enough, and spares a write on every page.
                request.session["vu"] = now
        response = self.get_response(request)
        if request.session.get("_auth_user_id"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ConnexionMiddleware(LoginRequiredMiddleware):
    """Send to the log-in page whoever is not logged in, then back to a page that can be shown again.

    A form sent without a session is lost: the log-in page says so, and leads back to the page that held it.
    A fragment asked for by script is answered by a move of the whole page, not by a log-in form inside it.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        by_script = request.headers.get("HX-Request") == "true"
        query = {"next": self._page_to_show_again(request, by_script=by_script)}
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            query["envoi"] = "perdu"
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}"
        return HttpResponse(headers={"HX-Redirect": address}) if by_script else HttpResponseRedirect(address)

    def _page_to_show_again(self, request: HttpRequest, *, by_script: bool) -> str:
        if not by_script and request.method in ("GET", "HEAD"):
            return request.get_full_path()
        page = request.headers.get("HX-Current-URL" if by_script else "Referer", "")
        if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
            return "/"
        parts = urlsplit(page)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


# rule: D.2-refus
class DomainErrorMiddleware:
    """Turn a refusal into a French page; journal what was denied. The API has its own translation (core.api).

    An address that only a button may call, opened as a page (a reload, a bookmark), is answered by a page as well.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path.startswith(API):
            page = render(request, "405.html", {"retour": _page_of_object(request)}, status=response.status_code)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            journal_denied(request, "introuvable")
            return None
        if isinstance(exception, PermissionDenied):
            journal_denied(request, "droit_insuffisant")
            return None
        refusal = exception if isinstance(exception, DomainError) else as_busy(exception)
        if refusal is None:
            return None
        if isinstance(refusal, Forbidden | RuleViolation):
            journal_denied(request, refusal.code)
        template = "403.html" if isinstance(refusal, Forbidden) else "refus.html"
        return render(request, template, {"refus": refusal}, status=refusal.status)


def _page_of_object(request: HttpRequest) -> str:
    """The page of what an address is about: ``/bilans/<id>/`` for ``/bilans/<id>/synthese/apercu/``; else nothing."""
    match = request.resolver_match
    identifier = str(next(iter(match.kwargs.values()), "")) if match else ""
    if not identifier or identifier not in request.path:
        return ""
    address = request.path[: request.path.index(identifier) + len(identifier)] + "/"
    try:
        resolve(address)
    except Resolver404:
        return ""
    return address if address != request.path else ""


# rule: E.6-a-part
def journal_denied(request: HttpRequest, motif: str) -> None:
    """One access-journal line for a request that was refused or whose object is not the caller's to know."""
    match = request.resolver_match
    if match is None or not request.user.is_authenticated:
        return
    journal.log_access(
        match.view_name or "page",
        by=request.user,
        objet_type="adresse",
        objet_id=str(next(iter(match.kwargs.values()), "")),
        motif=motif,
        granted=False,
    )
