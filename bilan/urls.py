from django.urls import path

from bilan import views_programmation

app_name = "bilan"
urlpatterns = [
    path("bilans/<uuid:pk>/convocation/", views_programmation.convoke, name="convoke"),
    path("bilans/<uuid:pk>/convocation/apercu/", views_programmation.preview_letter, name="preview_letter"),
    path("bilans/<uuid:pk>/actes/<slug:name>/", views_programmation.act, name="act"),
    path("courriers/<uuid:pk>/", views_programmation.print_courrier, name="print_courrier"),
]
