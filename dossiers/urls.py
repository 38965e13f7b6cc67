from django.urls import path

from dossiers import views, views_correction, views_droit_acces, views_ouverture

app_name = "dossiers"
urlpatterns = [
    path("", views.bureau, name="bureau"),
    path("recherche/", views.search, name="search"),
    path("dossiers/ouvrir/", views_ouverture.open_file, name="open_file"),
    path("dossiers/ouvrir/<uuid:pk>/personne/", views_ouverture.open_person, name="open_person"),
    path("dossiers/ouvrir/<uuid:pk>/contrat/", views_ouverture.open_contract, name="open_contract"),
    path("dossiers/ouvrir/<uuid:pk>/verification/", views_ouverture.open_check, name="open_check"),
    path("dossiers/<uuid:pk>/", views.view_file, name="view_file"),
    path("dossiers/<uuid:pk>/chronologie/", views.view_timeline, name="view_timeline"),
    path("dossiers/<uuid:pk>/identite/", views_correction.correct_signataire, name="correct_signataire"),
    path("dossiers/<uuid:pk>/contrat/", views_correction.correct_contrat, name="correct_contrat"),
    path("dossiers/<uuid:pk>/droit-d-acces/", views_droit_acces.export_person, name="export_person"),
    path("dossiers/<uuid:pk>/annulation/", views_correction.cancel_file, name="cancel_file"),
]
