"""Three synthesis sheets, from the poorest to the richest that three hours of interview can give."""

from datetime import date

from bilan.fiche import Besoin, Diplome, Experience, Fiche, Langue, Metier

_COMMUN = {
    "date_bilan": date(2010, 5, 12),
    "duree_minutes": 170,
    "version": 1,
    "prestataire_nom": "Atelier des compétences",
    "conseiller_nom": "Hélène Le Guennec",
    "direction_nom": "Lyon",
}

PAUVRE = Fiche(
    **_COMMUN,
    nom="Tsering",
    prenom=None,
    circonstances="Entretien mené avec un interprète.",
    competences_aptitudes="Soin des animaux et vie en plein air ; patience, habileté manuelle.",
    projet="",
    projet_defini=False,
    niveau_formation="Scolarité obligatoire (niveau VI)",
    inscription_pe=False,
    preconisations=("Suivre les cours de français, puis reprendre la réflexion sur un projet.",),
    langues=(
        Langue(nom="tibétain", parlee=True, comprise=True),
        Langue(nom="français", parlee=False, comprise=True, niveau="Premiers mots (avant A1.1)"),
    ),
)

ORDINAIRE = Fiche(
    **_COMMUN,
    nom="N’Diaye",
    prenom="Aminata",
    circonstances="Bilan mené en deux séances, en français.",
    competences_aptitudes="\n".join(
        [
            "- Couture sur mesure et retouche",
            "- Prise de mesures, patron",
            "- Machine à coudre et surjeteuse",
            "- Accueil et conseil des clientes",
            "- Tenue de caisse",
            "Organise seule un atelier de trois personnes, tient les délais, forme des apprenties.",
        ]
    ),
    projet="Travailler comme retoucheuse en boutique.\nÉtapes : comparabilité du diplôme ; stage à l’automne.",
    projet_defini=True,
    niveau_formation="CAP, BEP (niveau V)",
    inscription_pe=True,
    preconisations=(
        "Demander l’attestation de comparabilité du diplôme de couture.",
        "Chercher un stage de deux semaines dans un atelier de retouche.",
    ),
    langues=(
        Langue(nom="wolof", parlee=True, comprise=True),
        Langue(nom="français", parlee=True, comprise=True, niveau="Conversation simple (A2)"),
        Langue(nom="pulaar", parlee=False, comprise=True),
    ),
    diplomes=(
        Diplome(
            intitule="Certificat d’aptitude professionnelle, couture",
            pays="Sénégal",
            annee=2001,
            niveau="V (CAP, BEP)",
            reconnu="attestation de comparabilité demandée",
        ),
    ),
    experiences=(
        Experience(metier="Apprentie couturière", pays="Sénégal", debut="2001-09", fin="2004-02"),
        Experience(metier="Employée de pressing", pays="France", debut="2010-01", en_france=True),
        Experience(metier="Couturière à son compte", pays="Sénégal", debut="2004-03", fin="2009-08"),
    ),
    metiers=(
        Metier(code="B1803", libelle="Réalisation de vêtements sur mesure ou en petite série", rang=2),
        Metier(code="D1207", libelle="Retouches en habillement", rang=1),
    ),
    freins=("Maîtrise du français", "Reconnaissance du diplôme", "Garde d’enfants"),
    besoins_formation=(Besoin(domaine="Langue", intitule="français écrit professionnel"),),
    orientation="Métiers de la retouche et de la couture.",
    parcours="Formée à l’atelier de sa tante, elle a tenu le sien à Thiès pendant cinq ans.",
    parcours_recherche="Candidatures spontanées dans six boutiques du centre-ville.",
)


def _texte(phrase: str, longueur: int) -> str:
    """Whole sentences up to the length that a field allows."""
    return " ".join([phrase] * (longueur // (len(phrase) + 1)))


RICHE = Fiche(
    **{
        **_COMMUN,
        "version": 3,
        "prestataire_nom": "Association régionale pour la formation et l’insertion professionnelle (ARFIP)",
        "conseiller_nom": "Marie-Christine de La Tour d’Auvergne-Lauraguais",
        "direction_nom": "Saint-Denis (La Réunion)",
    },
    nom="Nguyễn Phước Bảo Long-Rakotomalala",
    prenom="Marie-Thérèse Andriamampianina",
    circonstances=_texte("Bilan mené en deux séances, en français, à la demande de l’office.", 250),
    competences_aptitudes="\n".join(
        [
            "- Comptabilité générale et analytique",
            "- Paie et déclarations sociales",
            "- Encadrement d’une équipe de sept personnes",
            "- Gestion des stocks et inventaires",
            "- Tableurs, logiciels de comptabilité",
            "- Relation avec les fournisseurs et les banques",
            "- Contrôle de gestion",
            "- Formation de nouveaux collègues",
            "- Traduction orale vietnamien – français",
            "- Conduite de réunions",
            _texte("Habituée aux audits, elle sait expliquer les chiffres à des non-spécialistes.", 400),
        ]
    ),
    projet=_texte("Reprendre un poste de comptable, puis valider les acquis de l’expérience par étapes.", 800),
    projet_defini=True,
    niveau_formation="Licence, maîtrise (niveau II)",
    inscription_pe=True,
    preconisations=(
        _texte("Constituer le dossier de validation des acquis avec le centre d’information.", 250),
        _texte("Vérifier les modalités de prise en charge de l’accompagnement.", 180),
    )
    * 3,
    langues=(
        Langue(nom="vietnamien", parlee=True, comprise=True),
        Langue(nom="malgache", parlee=True, comprise=True),
        Langue(nom="anglais", parlee=True, comprise=True),
        Langue(nom="français", parlee=True, comprise=True, niveau="À l’aise au travail (B2)"),
        Langue(nom="chinois (mandarin)", parlee=False, comprise=True),
    ),
    diplomes=(
        Diplome(
            intitule="Licence de sciences économiques et de gestion des entreprises",
            pays="Viêt Nam",
            annee=1998,
            niveau="II (licence, maîtrise)",
            reconnu="attestation de comparabilité",
        ),
        Diplome(intitule="Certificat supérieur de comptabilité", pays="Madagascar", annee=2003, niveau="III (bac + 2)"),
        Diplome(intitule="DELF B2", pays="France", annee=2010, reconnu="reconnu en France"),
    ),
    experiences=(
        Experience(metier="Responsable du service comptable", pays="Madagascar", debut="2002-01", fin="2009-06"),
        Experience(metier="Comptable en coopérative laitière", pays="Madagascar", debut="2000-02", fin="2001-12"),
        Experience(metier="Aide-comptable", pays="Viêt Nam", debut="1998-09", fin="2000-01"),
        Experience(metier="Vendeuse en librairie", pays="Viêt Nam", debut="1996-06", fin="1998-08"),
        Experience(metier="Bénévole à la trésorerie", pays="France", debut="2009-10", en_france=True),
        Experience(metier="Agente administrative", pays="France", debut="2010-02", fin="2010-04", en_france=True),
        Experience(metier="Interprète occasionnelle", pays="Madagascar", debut="2001-01"),
        Experience(metier="Stagiaire en cabinet", pays="France", debut="2009-11", fin="2009-11", en_france=True),
    ),
    metiers=(
        Metier(code="M1203", libelle="Comptabilité", rang=1),
        Metier(code="M1602", libelle="Opérations administratives", rang=2),
        Metier(code="E1108", libelle="Traduction, interprétariat", rang=3),
    ),
    freins=(
        "Reconnaissance du diplôme",
        "Absence d’expérience en France",
        "Mobilité et transport",
        "Permis de conduire",
        "Garde d’enfants",
        "Méconnaissance du marché du travail",
    ),
    besoins_formation=(
        Besoin(domaine="Comptabilité", intitule="normes et fiscalité françaises"),
        Besoin(domaine="Bureautique", intitule="tableur, niveau avancé"),
        Besoin(domaine="Langue", intitule="français écrit professionnel, niveau C1"),
        Besoin(domaine="Paie", intitule="déclarations sociales françaises"),
    ),
    orientation=_texte("Métiers de la comptabilité, d’abord en petite structure.", 500),
    observations_beneficiaire="Je souhaite aussi étudier le travail à temps partiel pendant la formation.",
    parcours=_texte("Elle a dirigé pendant huit ans le service comptable d’une coopérative laitière.", 2000),
    parcours_recherche=_texte("Dix-huit candidatures envoyées, deux entretiens obtenus.", 1000),
)
