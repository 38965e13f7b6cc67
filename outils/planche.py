"""The contact sheets of every letter and PDF, from invented people, into docs/images: make planche.

``courriers.png`` has every page of every paper in French; ``convocations.png`` and ``accords.png`` the first page of
the convocation and of the forms of consent in each language, then drawn for any other. One small picture a page, to
see at a glance that none has lost its shape; their words are read by the tests.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django
from PIL import Image, ImageDraw, ImageFont

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
django.setup()

from bilan import fiche  # noqa: E402 - reads the settings
from bilan.certificat import MOTIFS, Certificat  # noqa: E402
from bilan.courriers import Consentement, Convocation, Direction, Information, Personne  # noqa: E402
from bilan.documents import consentement_pdf, convocation_pdf, paper_pdf, synthese_pdf  # noqa: E402
from bilan.lettres.contenus import (  # noqa: E402
    Absence,
    Attestation,
    CaiFamille,
    Exemption,
    IntentionResiliation,
    LigneAttestation,
    Report,
    Suivi,
    TransmissionPrefet,
)
from bilan.lettres.registre import MODELES  # noqa: E402
from bilan.states import MotifDestruction  # noqa: E402
from bilan.textes import CONSENTEMENTS  # noqa: E402
from bilan.traductions import CODES, traductions  # noqa: E402

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
DESSINE = "wo"  # a language without a translation: the paper speaks in pictograms
LARGEUR, COLONNES, MARGE, LEGENDE = 270, 6, 12, 18  # pixels, but for the columns
A = datetime(2011, 2, 21, 10, tzinfo=ZoneInfo("Europe/Paris"))
DEBUT = datetime(2011, 3, 15, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
SIGNATURE, ECHEANCE = date(2010, 9, 15), date(2011, 9, 15)
LYON = Direction(
    nom="Lyon",
    ville="Lyon",
    adresse=("7 rue Quivogne", "69286 Lyon Cedex 02"),
    telephone="04 72 77 15 40",
    courriel="lyon@ofii.example",
)
QUI: dict[str, Any] = {
    "numero_cai": "69-2010-000123",
    "direction": LYON,
    "personne": Personne(nom="Diallo", prenom="Fatoumata"),
}
ENTETE: dict[str, Any] = {
    **QUI,
    "date_lettre": A.date(),
    "civilite": "Madame",
    "adresse": ("Résidence Les Peupliers", "12 bis avenue du Maréchal-de-Saxe", "69003 Lyon"),
    "signataire_nom": "Jean-Marc Perrin",
    "signataire_qualite": "Prescripteur",
}
MOTIVATION = (
    "Madame Diallo n’est pas venue à la formation civique du 12 janvier 2011 ni à celle du 9 février, auxquelles elle "
    "était convoquée par lettre. Reçue à la direction le 18 février, elle dit ne pas vouloir suivre cette journée."
)
IDENTITE: dict[str, Any] = {
    "date_naissance": date(1980, 7, 1),
    "nationalite": "Mali",
    "date_signature": SIGNATURE,
}
CONVOCATION = Convocation(
    **ENTETE,
    debut=DEBUT,
    duree_minutes=180,
    prestataire_nom="Atelier des compétences",
    lieu_nom="Espace Part-Dieu",
    lieu_adresse=("45 rue Garibaldi", "69006 Lyon"),
    lieu_acces="Métro B, station Part-Dieu",
    conseiller_nom="Hélène Le Guennec",
    delai_justification_jours=15,
)


def courriers() -> Iterator[tuple[str, bytes]]:
    """Every numbered paper, once."""
    lettres = (
        Information(**QUI, date_remise=A.date()),
        CONVOCATION,
        Report(**ENTETE, debut=DEBUT, deja_passe=False, motif="demande_signataire"),
        Report(**ENTETE, debut=DEBUT, deja_passe=False, motif="decision_office", sans_suite=True),
        Report(**ENTETE, debut=DEBUT, deja_passe=False, motif="decision_office", sans_suite=True, a_reexaminer=True),
        Absence(**ENTETE, debut=DEBUT, limite=date(2011, 3, 30), delai_jours=15),
        Exemption(**ENTETE, motifs=("en_emploi_non_demandeur",), rendez_vous_annule=DEBUT),
        Suivi(
            **ENTETE,
            date_bilan=date(2010, 9, 15),
            date_suivi=date(2011, 3, 15),
            prestataire="Passerelles",
            prestataire_telephone="01 55 00 00 10",
            prestataire_courriel="accueil@passerelles.example",
            prestataire_adresse="8 rue des Lilas, 75019 Paris",
        ),
        IntentionResiliation(**ENTETE, date_signature=SIGNATURE, motivation=MOTIVATION),
        TransmissionPrefet(
            **{
                **ENTETE,
                "adresse": ("Préfecture du Rhône", "Service des étrangers", "69419 Lyon Cedex 03"),
                "signataire_qualite": "Directeur territorial",
            },
            **IDENTITE,
            proposition="resiliation",
            contrat_echeance=ECHEANCE,
            motivation=MOTIVATION,
            bilan="non fait",
        ),
        CaiFamille(**ENTETE, date_signature=SIGNATURE, contrat_echeance=ECHEANCE, journee_suivie=False),
        Attestation(
            **ENTETE,
            **IDENTITE,
            echeance=ECHEANCE,
            echeance_prorogee=None,
            lignes=(
                LigneAttestation("Formation civique", "suivie", ("6 h suivies",)),
                LigneAttestation("Bilan de compétences professionnelles", "fait"),
            ),
            fin="cloture",
        ),
    )
    for rang, lettre in enumerate(lettres, start=1):
        modele = MODELES[type(lettre)]
        numbered = type(lettre)(**{**vars(lettre), "numero": f"69-{modele.serie}2011-{rang:06d}"})
        yield str(modele.genre.label), modele.pdf(numbered, A)


def convocations() -> Iterator[tuple[str, bytes]]:
    """The summons in each language beside the French, and drawn."""
    for langue in (*CODES, DESSINE):
        yield f"Convocation ({_name(langue)})", convocation_pdf(replace(CONVOCATION, langue=langue), A)


def accords() -> Iterator[tuple[str, bytes]]:
    """The forms of the transmission and of the keeping in each language beside the French, and drawn."""
    for langue in (*CODES, DESSINE):
        for titre, pdf in formulaires(langue, portees=("transmission_pole_emploi", "conservation_synthese")):
            yield f"{titre.split()[0]} ({_name(langue)})", pdf


def _name(langue: str) -> str:
    return "toute autre langue" if langue == DESSINE else traductions()[langue].nom_francais


def formulaires(langue: str = "", portees: Iterable[str] = tuple(CONSENTEMENTS)) -> Iterator[tuple[str, bytes]]:
    """The form of each scope, blank."""
    for portee in portees:
        texte = CONSENTEMENTS[portee]
        version = 1 if portee == "transmission_pole_emploi" else None
        formulaire = Consentement(
            **QUI,
            portee=portee,
            langue=langue,
            date_bilan=DEBUT.date(),
            prestataire_nom="Atelier des compétences",
            version_synthese=version,
        )
        yield texte.titre, consentement_pdf(formulaire, A)


def certificat() -> tuple[str, bytes]:
    paper = Certificat(
        **QUI,
        date_lettre=date(2012, 4, 2),
        detruite_le=date(2012, 3, 16),
        motif=MOTIFS[MotifDestruction.TERME_CONSERVATION],
        nombre_versions=1,
        faits=(("Signée le", "15 mars 2011"),),
        empreinte="9f2c" * 16,
        remise=True,
        civilite="Madame",
        signataire_nom="Jean-Marc Perrin",
        signataire_qualite="Prescripteur",
    )
    titre = "Certificat de destruction"
    return titre, paper_pdf("bilan/pdf/certificat.html", paper, A, titre=titre)


def synthese() -> tuple[str, bytes]:
    sheet = fiche.Fiche(
        nom="Diallo",
        prenom="Fatoumata",
        date_bilan=DEBUT.date(),
        duree_minutes=180,
        version=1,
        prestataire_nom="Atelier des compétences",
        conseiller_nom="Hélène Le Guennec",
        direction_nom="Lyon",
        circonstances="Bilan prescrit dans le cadre du contrat d’accueil et d’intégration.",
        competences_aptitudes="Préparer des repas pour trente personnes.\nTenir les stocks d’une cuisine.",
        projet="Travailler en restauration collective, puis préparer un CAP de cuisine.",
        projet_defini=True,
        niveau_formation="Niveau V",
        inscription_pe=False,
        preconisations=("Suivre une formation au français professionnel.",),
        langues=(fiche.Langue(nom="français", parlee=True, comprise=True, niveau="Conversation simple (A2)"),),
        experiences=(fiche.Experience(metier="Cuisinière", pays="Mali", debut="2001-02", fin="2008-12"),),
        metiers=(fiche.Metier(code="G1602", libelle="Personnel de cuisine", rang=1),),
        freins=("Maîtrise du français",),
        besoins_formation=(fiche.Besoin(domaine="Français", intitule="Français de la cuisine"),),
        orientation="Restauration collective",
    )
    return "Fiche de synthèse", synthese_pdf(sheet, A)


def pages(pdf: bytes, *, most: int) -> list[Image.Image]:
    """The first ``most`` pages as small pictures. Needs pdftoppm."""
    with tempfile.TemporaryDirectory() as folder:
        size = ["-scale-to-x", str(LARGEUR), "-scale-to-y", "-1"]
        command = ["pdftoppm", "-png", "-l", str(most), *size, "-", f"{folder}/p"]
        subprocess.run(command, input=pdf, check=True)  # noqa: S603 - nothing of the file is in the command
        return [Image.open(BytesIO(file.read_bytes())) for file in sorted(Path(folder).iterdir())]


def lay_out(name: str, papers: Iterable[tuple[str, bytes]], *, most: int) -> None:
    """One sheet of papers, the first ``most`` pages of each."""
    shown = [
        (titre if rang == 1 else f"{titre}, page {rang}", page)
        for titre, pdf in papers
        for rang, page in enumerate(pages(pdf, most=most), start=1)
    ]
    haut = max(page.height for _, page in shown) + LEGENDE + MARGE
    lignes = -(-len(shown) // COLONNES)
    sheet = Image.new("RGB", (COLONNES * (LARGEUR + MARGE) + MARGE, lignes * haut + MARGE), "#e5e5e5")
    pen, type_ = ImageDraw.Draw(sheet), ImageFont.truetype("DejaVuSans.ttf", 11)
    for rang, (titre, page) in enumerate(shown):
        left, top = MARGE + rang % COLONNES * (LARGEUR + MARGE), MARGE + rang // COLONNES * haut
        pen.text((left, top), titre, fill="#161616", font=type_)
        sheet.paste(page, (left, top + LEGENDE))
    image = IMAGES / name
    sheet.quantize(16).save(image, optimize=True)
    sys.stdout.write(f"{name} : {len(shown)} pages, {image.stat().st_size // 1000} ko\n")


def main() -> int:
    lay_out("courriers.png", (*courriers(), *formulaires(), certificat(), synthese()), most=2)
    lay_out("convocations.png", convocations(), most=1)
    lay_out("accords.png", accords(), most=1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
