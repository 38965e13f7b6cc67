from django.apps import AppConfig


class CaiConfig(AppConfig):
    name = "cai"
    verbose_name = "Contrats"
