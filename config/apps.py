"""The administration site, replaced once for the whole project."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "config.admin.AdministrationSite"
