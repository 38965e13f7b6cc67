from django.urls import path

from cai import views, views_famille

app_name = "cai"
urlpatterns = [
    path("dossiers/<uuid:pk>/famille/", views_famille.view_famille, name="view_famille"),
    path("dossiers/<uuid:pk>/famille/signature/", views_famille.sign_famille, name="sign_famille"),
    path("famille/<uuid:pk>/<slug:name>/", views_famille.act_famille, name="act_famille"),
    path("enfants/<uuid:pk>/inscription/", views_famille.record_school, name="record_school"),
    path("contrats/<uuid:pk>/avant-l-arrivee/", views.record_pre_arrivee, name="record_pre_arrivee"),
    path("contrats/<uuid:pk>/prestations/<slug:name>/", views.view_prestation, name="view_prestation"),
    path("contrats/<uuid:pk>/prestations/<slug:name>/prescription/", views.prescribe, name="prescribe"),
    path("contrats/<uuid:pk>/prestations/<slug:name>/decision/", views.decide, name="decide"),
    path("contrats/<uuid:pk>/prestations/<slug:name>/seance/", views.add_seance, name="add_seance"),
    path(
        "contrats/<uuid:pk>/prestations/<slug:name>/justificatif/<slug:genre>/",
        views.add_certificat,
        name="add_certificat",
    ),
    path("seances-de-formation/<uuid:pk>/", views.correct_seance, name="correct_seance"),
    path("seances-de-formation/<uuid:pk>/retrait/", views.remove_seance, name="remove_seance"),
    path("justificatifs-de-formation/<uuid:pk>/retrait/", views.remove_certificat, name="remove_certificat"),
]
