from django.urls import path

from exemptions import views

app_name = "exemptions"
urlpatterns = [
    path("contrats/<uuid:pk>/exemption/", views.evaluate_contrat, name="evaluate_contrat"),
    path("contrats/<uuid:pk>/exemption/simulation/", views.simulate_contrat, name="simulate_contrat"),
    path("contrats/<uuid:pk>/pieces/ajouter/", views.add_justificatif, name="add_justificatif"),
    path("pieces/<uuid:pk>/verification/", views.verify_justificatif, name="verify_justificatif"),
    path("pieces/<uuid:pk>/rejet/", views.reject_justificatif, name="reject_justificatif"),
]
