from django.conf import settings
from django.urls import path

from core import galerie, views

app_name = "core"
urlpatterns = [
    path("sante/", views.sante, name="sante"),
    path("sante/travailleurs/", views.sante_travailleurs, name="sante_travailleurs"),
    path("favicon.ico", views.favicon, name="favicon"),
]

if settings.GALERIE:
    urlpatterns.append(path("composants/", galerie.composants, name="composants"))
