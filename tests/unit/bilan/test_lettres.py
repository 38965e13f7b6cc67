"""What each letter says on paper, and what the window of its envelope shows."""

from dataclasses import fields, replace
from datetime import date

import pytest

from bilan.courriers import Lettre
from bilan.lettres.contenus import Absence, Attestation, Exemption, LigneAttestation, Report, Suivi
from bilan.lettres.registre import MODELES
from bilan.models import Courrier
from exemptions.domain import bareme
from tests.paper import page_count, rules_in_left_margin, sizes_of, text_of, words_of
from tests.unit.bilan.test_documents import AT, CONVOCATION, LONGUE

ENTETE = {field.name: getattr(CONVOCATION, field.name) for field in fields(Lettre)}
ENTETE_LONG = {field.name: getattr(LONGUE, field.name) for field in fields(Lettre)} | {"langue": "ar"}
DEBUT = CONVOCATION.debut
MOTIVATION = (
    "Monsieur n’est pas venu à la formation civique du 12 janvier 2011 ni à celle du 9 février, auxquelles il était "
    "convoqué par lettre.\nReçu à la direction le 18 février, il dit ne pas vouloir suivre cette journée."
)
LETTRES: dict[str, Lettre] = {
    "report": Report(**ENTETE_LONG, debut=DEBUT, deja_passe=False, motif="demande_signataire"),
    "absence": Absence(**ENTETE_LONG, debut=DEBUT, limite=date(2011, 3, 30), delai_jours=15),
    "exemption": Exemption(**ENTETE_LONG, motifs=tuple(bareme.LIBELLES_MOTIFS), rendez_vous_annule=DEBUT),
    "suivi": Suivi(
        **ENTETE_LONG,
        date_bilan=date(2010, 9, 15),
        date_suivi=date(2011, 3, 15),
        prestataire="Passerelles",
        prestataire_telephone="01 55 00 00 10",
        prestataire_courriel="accueil@passerelles.example",
        prestataire_adresse="8 rue des Lilas, 75019 Paris",
    ),
    "attestation": Attestation(
        **ENTETE_LONG,
        date_naissance=date(1980, 7, 1),
        nationalite="Saint-Christophe-et-Niévès",
        date_signature=date(2010, 3, 15),
        echeance=date(2011, 3, 15),
        echeance_prorogee=date(2012, 3, 15),
        lignes=(
            LigneAttestation("Formation civique", "suivie", ("6 h suivies sur 6 h prescrites", "Attestation, 12 mai")),
            LigneAttestation("Formation linguistique", "suivie", tuple(f"Preuve {rank}" for rank in range(6))),
            LigneAttestation("Session « Vivre en France »", "dispensée"),
            LigneAttestation("Bilan de compétences professionnelles", "fait"),
        ),
        fin="resilie",
        date_acte=date(2012, 1, 20),
        reference_acte="2012-PREF-0042",
    ),
}
SAID = {
    "report": ("mardi 15 mars 2011 à 9 h 30", "ne venez pas ce jour-là", "ne vaut plus", "nouvelle convocation"),
    "absence": (
        "jusqu’au mercredi 30 mars 2011 inclus", "nous le regardons et nous vous le rendons", "Rien n’est automatique",
        "R. 311-28",
    ),
    "exemption": (
        "R. 311-26 I, a)", "R. 311-26 I, b)", "R. 311-26 I, c)", "R. 311-26 I, d).", "n’y venez pas",
        "Si votre situation change",
    ),
    "attestation": (
        "né le 1er juillet 1980", "jusqu’au 15 mars 2012 inclus", "Contrat résilié",
        "20 janvier 2012, n° 2012-PREF-0042", "professionnelles fait", "n’y figure pas",
    ),
    "intention": (
        "J’ai l’intention d’y mettre fin", "Vous avez un mois", "L. 311-9", "L. 314-2", "R. 311-28", "Le préfet",
        "Reçu à la direction",
    ),
    "transmission": ("Monsieur le préfet,", "Proposition de résiliation", "non fait", "14 mars 2011", "malienne"),
    "famille": ("14 mars 2011 inclus", "Droits et devoirs des parents", "6 à 16 ans", "Votre bilan de compétences"),
    "suivi": ("15 septembre 2010", "mardi 15 mars 2011", "aucune conséquence", "facultatif"),
}  # fmt: skip


def paper(lettre: Lettre) -> bytes:
    return MODELES[type(lettre)].pdf(lettre, AT)


@pytest.fixture(scope="module", params=list(LETTRES))
def printed(request: pytest.FixtureRequest) -> tuple[str, Lettre, bytes]:
    """Each letter to the longest name and address that the fields allow in practice."""
    lettre = LETTRES[request.param]
    return request.param, lettre, paper(lettre)


def test_every_letter_has_a_kind_and_a_series_of_its_own() -> None:
    assert len({modele.genre for modele in MODELES.values()}) == len(MODELES)
    assert len({modele.serie for modele in MODELES.values()}) == len(MODELES)
    assert {modele.genre for modele in MODELES.values()} <= set(Courrier.Genre)


def test_a_letter_is_one_readable_page_whatever_the_name(printed: tuple[str, Lettre, bytes]) -> None:
    _, _, pdf = printed
    assert page_count(pdf) == 1
    assert {size for size in sizes_of(pdf) if size < 8.5} == {7.5}  # the foot of the page alone
    assert len(rules_in_left_margin(pdf)) == 2  # where it is folded


def test_the_window_shows_the_address_and_no_hint_of_the_subject(printed: tuple[str, Lettre, bytes]) -> None:
    # DL envelope, window 100 x 45 mm at 20 mm from the right and the bottom; the sheet can slide by 10 and 11 mm.
    _, lettre, pdf = printed
    seen = [
        word.text
        for word in words_of(pdf)
        if word.right > 90 and word.left < 200 and word.bottom > 34 and word.top < 90
    ]
    assert "".join(seen).replace("-", "") == "".join("".join(lettre.lignes_adresse).split()).replace("-", "")


@pytest.mark.rule("C.9-consequences")
def test_a_letter_says_what_the_person_must_know(printed: tuple[str, Lettre, bytes]) -> None:
    name, _, pdf = printed
    text = text_of(pdf)
    for phrase in SAID[name]:
        assert phrase in text, phrase
    assert "Lettre n° 69-C2011-000042" in text


def test_a_letter_without_a_number_is_marked_as_a_draft() -> None:
    text = text_of(paper(replace(LETTRES["report"], numero="")))
    assert "Projet, sans numéro" in text
    assert "Lettre n°" not in text


def test_a_report_after_an_excused_absence_calls_nothing_off() -> None:
    text = text_of(paper(replace(LETTRES["report"], deja_passe=True)))
    assert "est acceptée" in text
    assert "ne venez pas" not in text


@pytest.mark.parametrize(("civilite", "said"), [("Madame", "venue"), ("Monsieur", "venu,")])
def test_a_letter_agrees_with_the_person(civilite: str, said: str) -> None:
    seule = replace(CONVOCATION.personne, prenom=None)
    lettre = replace(LETTRES["absence"], **{**ENTETE, "civilite": civilite, "personne": seule})
    assert said in text_of(paper(lettre))
