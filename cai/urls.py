from django.urls import path

from cai import views_famille

app_name = "cai"
urlpatterns = [
    path("dossiers/<uuid:pk>/famille/", views_famille.view_famille, name="view_famille"),
    path("dossiers/<uuid:pk>/famille/signature/", views_famille.sign_famille, name="sign_famille"),
    path("famille/<uuid:pk>/<slug:name>/", views_famille.act_famille, name="act_famille"),
    path("enfants/<uuid:pk>/inscription/", views_famille.record_school, name="record_school"),
]
