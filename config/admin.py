"""The administration site: administrators only, in French, behind the application's own log-in page."""

from functools import update_wrapper
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission


class AdministrationSite(AdminSite):
    site_header = "Administration"
    site_title = "Administration"
    index_title = "Comptes, lieux et tables de référence"
    enable_nav_sidebar = False  # the lists need the width; the index and the breadcrumb say the same

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Agent) and request.user.is_staff

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Refuse whoever is logged in without the right, in the application's own way, and journal it."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if isinstance(request.user, Agent) and not self.has_permission(request):
                check_permission(request.user, Permission.ADMINISTRER)
            return inner(request, *args, **kwargs)

        return update_wrapper(guarded, inner)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        back = reverse("admin:index", current_app=self.name)
        return redirect(f"{reverse('agents:connexion')}?{urlencode({'next': back})}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("agents:deconnexion", preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("agents:mot_de_passe_changer")
