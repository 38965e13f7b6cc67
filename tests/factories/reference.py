"""The few rows of the code lists that tests lean on; the whole lists are fixtures of the application."""

from agents.models import Region
from bilan.models import Metier, NiveauFormation
from cai.models import Langue, Pays, TitreAdmission
from exemptions.domain import bareme

PAYS = {
    "MLI": "Mali", "SEN": "Sénégal", "MAR": "Maroc", "UKR": "Ukraine", "LKA": "Sri Lanka", "FRA": "France",
    "XXA": "Apatride", "PRT": "Portugal", "HRV": "Croatie",
}  # fmt: skip
LANGUES = {"fr": "français", "bm": "bambara", "ar": "arabe", "en": "anglais", "ta": "tamoul"}
NIVEAUX = {"VI": "Scolarité obligatoire", "V": "CAP ou BEP", "IV": "Baccalauréat", "I": "Master ou plus"}
METIERS = {
    "G1602": "Personnel de cuisine",
    "G1603": "Personnel polyvalent en restauration",
    "K1304": "Services domestiques",
    "F1703": "Maçonnerie",
}


def make_reference_tables() -> None:
    """Create what is missing, so that it may be called twice."""
    Region.objects.get_or_create(code="11", defaults={"nom": "Île-de-France"})
    Region.objects.get_or_create(code="82", defaults={"nom": "Rhône-Alpes"})
    for code, nom in PAYS.items():
        Pays.objects.get_or_create(code=code, defaults={"nom": nom})
    for code, nom in LANGUES.items():
        Langue.objects.get_or_create(code=code, defaults={"nom": nom})
    for ordre, (code, titre) in enumerate(bareme.TITRES.items()):
        TitreAdmission.objects.get_or_create(code=code, defaults={"libelle": titre.libelle, "ordre": ordre})
    for ordre, (code, libelle) in enumerate(NIVEAUX.items()):
        NiveauFormation.objects.get_or_create(code=code, defaults={"libelle": libelle, "ordre": ordre})
    for code, libelle in METIERS.items():
        Metier.objects.get_or_create(code=code, defaults={"libelle": libelle})
