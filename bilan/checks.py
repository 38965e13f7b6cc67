"""What must hold before anything is printed, said when the application is started or migrated."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from bilan.traductions import TraductionInvalide, traductions


def check_traductions(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every translation is complete and follows the French text in force (reference E.2)."""
    try:
        traductions()
    except (TraductionInvalide, OSError, ValueError) as error:
        return [Error(f"bilan/traductions\N{NO-BREAK SPACE}: {error}", id="bilan.E001")]
    return []
