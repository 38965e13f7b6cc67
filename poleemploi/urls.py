from django.urls import path

from poleemploi import views_consentements, views_relances, views_retours, views_sante, views_transmissions

app_name = "poleemploi"
urlpatterns = [
    path("metriques/", views_sante.expose_measures, name="expose_measures"),
    path("sante/canal/", views_sante.sante_canal, name="sante_canal"),
    path("bilans/<uuid:pk>/consentements/", views_consentements.collect_consents, name="collect_consents"),
    path("bilans/<uuid:pk>/consentements/<slug:portee>/", views_consentements.ask_consent, name="ask_consent"),
    path(
        "bilans/<uuid:pk>/consentements/<slug:portee>/formulaire/",
        views_consentements.print_form,
        name="print_consent_form",
    ),
    path(
        "bilans/<uuid:pk>/consentements/<slug:portee>/retrait/",
        views_consentements.withdraw_consent,
        name="withdraw_consent",
    ),
    path("bilans/<uuid:pk>/synthese/reprise/", views_consentements.rework_synthese, name="rework_synthese"),
    path("bilans/<uuid:pk>/retours/nouveau/", views_retours.record_return, name="record_return"),
    path("retours/", views_retours.list_set_aside, name="list_set_aside"),
    path("retours/<uuid:pk>/application/", views_retours.apply_set_aside, name="apply_set_aside"),
    path("retours/<uuid:pk>/classement/", views_retours.classify_set_aside, name="classify_set_aside"),
    path("transmissions/", views_transmissions.list_transmissions, name="list_transmissions"),
    path("transmissions/relances/", views_relances.requeue_many, name="requeue_many"),
    path("transmissions/relances/reponses/", views_relances.view_requeued, name="view_requeued"),
    path("transmissions/<uuid:pk>/", views_transmissions.view_transmission, name="view_transmission"),
    path("transmissions/<uuid:pk>/relance/", views_transmissions.requeue_transmission, name="requeue_transmission"),
    path("transmissions/<uuid:pk>/nouveau-depot/", views_transmissions.redeposit, name="redeposit"),
    path("transmissions/<uuid:pk>/abandon/", views_transmissions.abandon, name="abandon"),
]
