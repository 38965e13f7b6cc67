from django.urls import path

from exemptions import views, views_pieces

app_name = "exemptions"
urlpatterns = [
    path("contrats/<uuid:pk>/exemption/", views.evaluate_contrat, name="evaluate_contrat"),
    path("contrats/<uuid:pk>/exemption/simulation/", views.simulate_contrat, name="simulate_contrat"),
    path("contrats/<uuid:pk>/pieces/ajouter/", views_pieces.add_justificatif, name="add_justificatif"),
    path("pieces/<uuid:pk>/verification/", views_pieces.verify_justificatif, name="verify_justificatif"),
    path("pieces/<uuid:pk>/rejet/", views_pieces.reject_justificatif, name="reject_justificatif"),
    path("pieces/<uuid:pk>/copie/", views_pieces.attach_file, name="attach_file"),
    path("pieces/<uuid:pk>/copie/destruction/", views_pieces.remove_file, name="remove_file"),
    path("copies/<uuid:pk>/", views_pieces.read_file, name="read_file"),
]
