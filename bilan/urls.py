from django.urls import path

from bilan import (
    views_conduite,
    views_courriers,
    views_planning,
    views_prefet,
    views_programmation,
    views_suivi,
    views_synthese,
)

app_name = "bilan"
urlpatterns = [
    path("bilans/<uuid:pk>/", views_conduite.voir_bilan, name="voir_bilan"),
    path("bilans/<uuid:pk>/travail/", views_conduite.record_work, name="record_work"),
    path("bilans/<uuid:pk>/synthese/", views_synthese.write_synthese, name="write_synthese"),
    path("bilans/<uuid:pk>/synthese/apercu/", views_synthese.preview_synthese, name="preview_synthese"),
    path("bilans/<uuid:pk>/synthese/signature/", views_synthese.print_for_signature, name="print_for_signature"),
    path("bilans/<uuid:pk>/certificat/", views_courriers.print_certificate, name="print_certificate"),
    path("bilans/<uuid:pk>/suivi/", views_suivi.record_follow_up, name="record_follow_up"),
    path("bilans/", views_planning.list_bilans, name="list"),
    path("planning/", views_planning.planning, name="planning"),
    path("planning/<uuid:pk>/conseiller/", views_planning.assign_adviser, name="assign_adviser"),
    path("fiches/", views_conduite.list_printable, name="list_printable"),
    path("fiches/<uuid:pk>/impression/", views_conduite.print_copy, name="print_copy"),
    path("metiers/", views_synthese.search_rome, name="search_rome"),
    path("bilans/<uuid:pk>/convocation/", views_programmation.convoke, name="convoke"),
    path("bilans/<uuid:pk>/convocation/apercu/", views_programmation.preview_letter, name="preview_letter"),
    path("bilans/<uuid:pk>/actes/<slug:name>/", views_programmation.act, name="act"),
    path(
        "bilans/<uuid:pk>/actes/<slug:name>/courrier/",
        views_programmation.preview_act_letter,
        name="preview_act_letter",
    ),
    path("bilans/agenda/", views_courriers.my_calendar, name="my_calendar"),
    path("rendez-vous/<uuid:pk>/agenda/", views_courriers.appointment_calendar, name="appointment_calendar"),
    path("courriers/jour/", views_courriers.letters_of_day, name="letters_of_day"),
    path("courriers/tirages/<uuid:pk>/", views_courriers.view_print_run, name="view_print_run"),
    path("courriers/tirages/<uuid:pk>/fichier/", views_courriers.open_print_run, name="open_print_run"),
    path(
        "dossiers/<uuid:pk>/propositions/<slug:type_proposition>/preparer/",
        views_prefet.prepare_proposition,
        name="prepare_proposition",
    ),
    path(
        "dossiers/<uuid:pk>/propositions/<slug:type_proposition>/signer/",
        views_prefet.sign_proposition,
        name="sign_proposition",
    ),
    path("propositions/<uuid:pk>/", views_prefet.view_proposition, name="view_proposition"),
    path("propositions/<uuid:pk>/<slug:name>/", views_prefet.proposition_act, name="proposition_act"),
    path("dossiers/<uuid:pk>/attestation/", views_prefet.issue_attestation, name="issue_attestation"),
    path("dossiers/<uuid:pk>/attestation/projet/", views_prefet.preview_attestation, name="preview_attestation"),
    path("dossiers/<uuid:pk>/courriers/<slug:name>/", views_courriers.issue_letter, name="issue_letter"),
    path(
        "dossiers/<uuid:pk>/courriers/<slug:name>/projet/",
        views_courriers.preview_free_letter,
        name="preview_free_letter",
    ),
    path("courriers/<uuid:pk>/", views_programmation.print_courrier, name="print_courrier"),
]
