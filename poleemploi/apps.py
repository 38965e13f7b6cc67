from django.apps import AppConfig


class PoleEmploiConfig(AppConfig):
    name = "poleemploi"
    verbose_name = "Échange avec Pôle emploi"
