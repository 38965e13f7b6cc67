"""Every component on one page, with invented content: to look at, and to check for accessibility. Never on a server."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core import clock
from core.form_fields import (
    ChoixField,
    ChoixMultiplesField,
    CodePostalField,
    CourrielField,
    DateField,
    HeureField,
    LigneField,
    MoisField,
    NombreField,
    NomField,
    RechercheField,
    TelephoneField,
    TexteField,
    YesNoField,
)
from core.forms import BaseForm, all_valid, lignes_formset

_PAYS = [("DZ", "Algérie"), ("MA", "Maroc"), ("ML", "Mali"), ("TR", "Turquie"), ("CI", "Côte d’Ivoire")]


class ExempleForm(BaseForm):
    """One field of each kind."""

    nom = NomField(label="Nom de famille", help_text="Tel qu’il est écrit sur le titre de séjour.")
    prenom = NomField(label="Prénom", required=False)
    date_naissance = DateField(label="Date de naissance")
    scolarise = YesNoField(label="La personne est-elle scolarisée ?", help_text="Un certificat sera demandé.")
    nationalite = RechercheField(label="Nationalité", choices=_PAYS, synonymes={"CI": "ivoirienne"})
    niveau = ChoixField(label="Niveau de formation", choices=[("V", "CAP ou BEP"), ("IV", "Baccalauréat")])
    suite = ChoixField(label="Suite donnée", choices=[("a", "Convoquer"), ("b", "Reporter")], radios=True)
    freins = ChoixMultiplesField(
        label="Freins à l’emploi", choices=[("logement", "Logement"), ("garde", "Garde d’enfants")], required=False
    )
    heure = HeureField(label="Heure du rendez-vous")
    duree = NombreField(label="Durée, en minutes", min_value=1, max_value=180)
    debut = MoisField(label="Premier mois", required=False)
    adresse = LigneField(label="Adresse")
    code_postal = CodePostalField(label="Code postal")
    telephone = TelephoneField(label="Téléphone", required=False)
    courriel = CourrielField(label="Courriel", required=False)
    projet = TexteField(label="Projet professionnel", max_length=500)


class ExperienceForm(BaseForm):
    """One repeated line."""

    metier = LigneField(label="Métier")
    pays = RechercheField(label="Pays", choices=_PAYS)
    debut = MoisField(label="Premier mois")


ExperienceFormSet = lignes_formset(ExperienceForm, un="Expérience", max_num=3)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def composants(request: HttpRequest) -> HttpResponse:
    form = ExempleForm(request.POST or None)
    experiences = ExperienceFormSet(request.POST or None, prefix="experiences")
    if request.method == "POST" and all_valid(form, experiences):
        messages.success(request, "Le dossier est enregistré.")
    return render(request, "core/composants.html", {"form": form, "experiences": experiences, **_content()})


def _content() -> dict[str, Any]:
    today, now = clock.today(), clock.now()
    return {
        "parcours": [
            {"label": "Contrat", "etat": "fait", "detail": "1er mars 2011"},
            {"label": "Exemption", "etat": "fait", "detail": "non exempté"},
            {"label": "Rendez-vous", "etat": "present", "detail": ""},
            {"label": "Bilan", "etat": "a_venir", "detail": ""},
            {"label": "Transmission", "etat": "sans_objet", "detail": ""},
        ],
        "personne": ["né le 12/05/1980 (30 ans)", "comprend le bambara"],
        "demain": today + timedelta(days=12),
        "avant": today - timedelta(days=3),
        "faits": [("Numéro CAI", "69-2011-000123"), ("Langue comprise", "bambara"), ("Téléphone", None)],
        "evenements": [
            {
                "at": now,
                "titre": "Convocation remise",
                "auteur": "A. Martin, prescripteur",
                "detail": "Le 15 mars 2011",
            },
            {"at": now - timedelta(days=4), "titre": "Dossier ouvert", "auteur": "A. Martin, prescripteur"},
        ],
        "compteurs": [
            {"nombre": 3, "label": "convocations à envoyer", "url": "#", "urgent": True},
            {"nombre": 1250, "label": "dossiers en cours", "url": "#"},
            {"nombre": 0, "label": "absences à qualifier", "url": "#", "urgent": True},
        ],
        "couleurs": [
            ("Convoqué", "info"),
            ("Transmise", "succes"),
            ("Absent à qualifier", "attention"),
            ("Transmission à traiter", "erreur"),
            ("Nouveau", "nouveau"),
            ("Clos", "neutre"),
        ],
    }
