from django.apps import AppConfig
from django.core import checks

from bilan.checks import check_traductions


class BilanConfig(AppConfig):
    name = "bilan"
    verbose_name = "Bilans"

    def ready(self) -> None:
        checks.register(check_traductions)
