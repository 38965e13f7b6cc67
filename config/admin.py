"""The administration site: administrators only, in French."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from agents.models import Agent


class AdministrationSite(AdminSite):
    site_header = "Administration"
    site_title = "Administration"
    index_title = "Comptes, lieux et tables de référence"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Agent) and request.user.is_staff
