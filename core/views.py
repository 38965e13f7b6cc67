"""Pages that belong to no business: health, refused form, error pages."""

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.api import problem

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
