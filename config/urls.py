"""Every address of the application."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("agents.urls")),
    path("", include("cai.urls")),
    path("", include("exemptions.urls")),
    path("", include("bilan.urls")),
    path("", include("poleemploi.urls")),
    path("", include("dossiers.urls")),
    path("api/v1/", include("config.api_urls")),
    path("administration/", admin.site.urls),
]

handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
