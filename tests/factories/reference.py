"""The few rows of the code lists that tests lean on; the whole lists are fixtures of the application."""

from django.db import models

from agents.models import Region
from bilan.models import Metier, NiveauFormation
from cai.models import Langue, Pays, TitreAdmission
from core.text import search_key
from exemptions.domain import bareme

PAYS = {
    "MLI": "Mali", "SEN": "Sénégal", "MAR": "Maroc", "UKR": "Ukraine", "LKA": "Sri Lanka", "FRA": "France",
    "XXA": "Apatride", "XXX": "Nationalité indéterminée", "PRT": "Portugal", "HRV": "Croatie",
}  # fmt: skip
LANGUES = {
    "fr": "français", "bm": "bambara", "ar": "arabe", "en": "anglais", "ta": "tamoul", "und": "langue indéterminée",
}  # fmt: skip
NIVEAUX = {"VI": "Scolarité obligatoire", "V": "CAP ou BEP", "IV": "Baccalauréat", "I": "Master ou plus"}
METIERS = {
    "G1602": "Personnel de cuisine",
    "G1603": "Personnel polyvalent en restauration",
    "K1304": "Services domestiques",
    "F1703": "Maçonnerie",
}


def make_reference_tables() -> None:
    """Create what is missing, so that it may be called twice; one statement a table, since every test asks."""
    _add(Region(code="11", nom="Île-de-France"), Region(code="82", nom="Rhône-Alpes"))
    _add(*(Pays(code=code, nom=nom, cle=search_key(nom)) for code, nom in PAYS.items()))
    _add(*(Langue(code=code, nom=nom, cle=search_key(nom)) for code, nom in LANGUES.items()))
    _add(
        *(
            TitreAdmission(code=code, libelle=titre.libelle, ordre=ordre)
            for ordre, (code, titre) in enumerate(bareme.TITRES.items())
        )
    )
    _add(
        *(
            NiveauFormation(code=code, libelle=libelle, ordre=ordre)
            for ordre, (code, libelle) in enumerate(NIVEAUX.items())
        )
    )
    _add(
        *(Metier(code=code, libelle=libelle, cle=search_key(f"{code} {libelle}")) for code, libelle in METIERS.items())
    )


def _add(*rows: models.Model) -> None:
    type(rows[0])._default_manager.bulk_create(rows, ignore_conflicts=True)
