"""Pages that belong to no business: health, refused form, error pages."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import battements
from core.api import problem
from core.battements import Maillon

API = "/api/"


@login_not_required
@never_cache
@require_safe
def sante(request: HttpRequest) -> JsonResponse:
    """200 while the database and the broker answer, 503 with the name of the silent one otherwise."""
    parts = {"base": _database_answers(), "courtier": _broker_answers()}
    return JsonResponse(
        {name: "ok" if well else "injoignable" for name, well in parts.items()},
        status=200 if all(parts.values()) else 503,
    )


@login_not_required
@never_cache
@require_safe
def sante_travailleurs(request: HttpRequest) -> JsonResponse:
    """Seconds since each link of the chain was last seen, null for never.

    503 when no worker has carried out what the calendar asks for within SILENCE_MAX: which link is silent, the others
    tell.
    """
    try:
        seen = battements.last_seen()
    except DatabaseError:
        return JsonResponse({"base": "injoignable"}, status=503)
    now = timezone.now()
    whole = seen[Maillon.TACHE]
    ages = {maillon.value: None if at is None else round((now - at).total_seconds()) for maillon, at in seen.items()}
    return JsonResponse(ages, status=200 if whole and now - whole <= battements.SILENCE_MAX else 503)


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look on pages that cannot name their icon, such as a PDF."""
    return redirect(static("favicon.svg"))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        cache.get("sante")
    except OSError:  # redis.exceptions.ConnectionError and TimeoutError derive from it through redis-py 8
        return False
    except Exception as error:
        if type(error).__module__.startswith("redis"):
            return False
        raise
    return True


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent from a page of another session: say so and keep the agent's bearings."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Nothing answers here, or nothing the agent may know of."""
    if request.path.startswith(API):
        return problem(404, "introuvable", "Cette adresse ne correspond à rien que vous puissiez consulter.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        return problem(500, "erreur_interne", "L’application a rencontré une erreur. Rien n’a été enregistré.")
    return defaults.server_error(request)
