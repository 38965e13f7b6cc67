from django.urls import path

from agents import views

app_name = "agents"
urlpatterns = [
    path("connexion/", views.ConnexionView.as_view(), name="connexion"),
    path("deconnexion/", views.deconnexion, name="deconnexion"),
    path("compte/", views.mon_compte, name="mon_compte"),
    path("compte/jetons/<uuid:pk>/revocation/", views.jeton_revoquer, name="jeton_revoquer"),
    path("compte/mot-de-passe/", views.MotDePasseChangerView.as_view(), name="mot_de_passe_changer"),
    path("compte/mot-de-passe/oublie/", views.mot_de_passe_oublie, name="mot_de_passe_oublie"),
    path("compte/mot-de-passe/envoye/", views.mot_de_passe_envoye, name="mot_de_passe_envoye"),
    path(
        "compte/mot-de-passe/nouveau/<uidb64>/<token>/",
        views.MotDePasseNouveauView.as_view(),
        name="mot_de_passe_nouveau",
    ),
    path("compte/mot-de-passe/enregistre/", views.mot_de_passe_enregistre, name="mot_de_passe_enregistre"),
]
