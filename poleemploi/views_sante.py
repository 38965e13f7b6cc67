"""For machines that watch: the measures of the exchange, the health of the channel. Nobody's data."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from poleemploi.mesures import Releve
from poleemploi.models import Canal
from poleemploi.states import MotifPause

PAUSE_LONGUE = timedelta(minutes=15)  # longer than any the sender takes of its own accord before it tries again


@login_not_required
@never_cache
@require_safe
def expose_measures(request: HttpRequest) -> HttpResponse:
    """The measures, in the text format of Prometheus, to who bears METRIQUES_JETON.

    404 while no token is set, 401 without it, 503 while the database is silent.
    """
    if not settings.METRIQUES_JETON:
        raise Http404
    expected = f"Bearer {settings.METRIQUES_JETON}".encode()
    if not secrets.compare_digest(request.headers.get("Authorization", "").encode(), expected):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    try:
        text = generate_latest(Releve(timezone.now()))
    except DatabaseError:
        return HttpResponse(status=503)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


@login_not_required
@never_cache
@require_safe
def sante_canal(request: HttpRequest) -> JsonResponse:
    """Whether transmissions leave; 503 when they have not for PAUSE_LONGUE, when held here, or when nobody can tell."""
    try:
        canal = Canal.objects.filter(pk=1).first() or Canal()
    except DatabaseError:
        return JsonResponse({"canal": "inconnu"}, status=503)
    if canal.restauration_depuis is not None:
        told = {"canal": "arrete", "motif": MotifPause.RESTAURATION, "depuis": canal.restauration_depuis}
        return JsonResponse(told, status=503)
    if not settings.EMETTEUR_ACTIF:
        return JsonResponse({"canal": "arrete", "motif": "reglage"}, status=503)
    if canal.pause_depuis is None:
        return JsonResponse({"canal": "ouvert"})
    told = {
        "canal": "en_pause",
        "motif": canal.pause_motif,
        "depuis": canal.pause_depuis,
        "jusqua": canal.pause_jusqua,
    }
    return JsonResponse(told, status=503 if timezone.now() - canal.pause_depuis > PAUSE_LONGUE else 200)
