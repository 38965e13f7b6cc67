"""What every page knows without a query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core import clock


def site(request: HttpRequest) -> dict[str, Any]:
    """Brand, name and version of the service, business date."""
    return {
        "marque_etat": settings.MARQUE_ETAT,
        "service_nom": settings.SERVICE_NOM,
        "version": settings.VERSION,
        "aujourd_hui": clock.today(),
        "horloge_deplacee": clock.is_moved(),
    }
