"""Django's own applications, each replaced once for the whole project."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class AdministrationConfig(AdminConfig):
    default_site = "config.admin.AdministrationSite"

    def ready(self) -> None:
        """Leave out what other packages register: rights come from roles, and the brand from settings."""
        super().ready()
        foreign = [model for model in admin.site._registry if model._meta.app_label in ("auth", "dsfr")]
        admin.site.unregister(foreign)


class StatiquesConfig(StaticFilesConfig):
    """Leaves out of a server's static files what no page asks for: two thirds of the design system's folder."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "*.md",
        "*.legacy.*",
        *("dsfr/dist/analytics/*", "dsfr/dist/component/*", "dsfr/dist/core/*"),
        *("dsfr/dist/layout/*", "dsfr/dist/legacy/*", "dsfr/dist/scheme/*"),
        *("dsfr/dist/artwork/pictograms/*", "dsfr/dist/utility/pictograms/*", "django-dsfr/icon-picker/*"),
    ]
