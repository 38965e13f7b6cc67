"""What an agent reads aloud: the sentences of each ground, word for word, with the facts they rest on."""

from datetime import date

import pytest

from exemptions.domain import bareme
from exemptions.domain.phrases import ans, enumere, oui_non
from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Motif, Situation, StatutPiece
from tests.factories.situations import CONTRAT, ENTRETIEN, SIGNEE, adulte, eleve, employe, piece

pytestmark = pytest.mark.rule("C.5-motifs")
A, B, C, D = Motif
LE = "15 mars 2010"
ENFANT = date(1993, 1, 10)  # 17 on the day
TITRE = bareme.TITRES["L313-9"].libelle


def plain(said: object) -> object:
    """Without its typography, which has tests of its own."""
    if isinstance(said, tuple):
        return tuple(plain(one) for one in said)
    return said.replace("\u00a0", " ") if isinstance(said, str) else said


def constat(situation: Situation, motif: Motif, le: date = ENTRETIEN) -> str:
    return next(said.constat for said in evaluer(situation, le).explications if said.motif is motif)


@pytest.mark.parametrize(
    ("situation", "motif", "said"),
    [
        (adulte(date_naissance=date(2010, 3, 16)), A, f"a une date de naissance postérieure au {LE}"),
        (adulte(), A, f"a 29 ans le {LE}, et ce cas ne vise que les moins de 18 ans"),
        (
            adulte(date_naissance=ENFANT, scolarise=None),
            A,
            f"a 17 ans le {LE}, mais n’a pas encore dit si sa scolarité est en cours",
        ),
        (adulte(date_naissance=ENFANT), A, f"a 17 ans le {LE}, mais ne suit pas de scolarité"),
        (
            eleve(ENFANT, CONTRAT),
            A,
            f"a 17 ans le {LE} et dit suivre une scolarité, mais sans certificat vérifié pour ce jour",
        ),
        (eleve(ENFANT), A, f"a 17 ans le {LE} et suit une scolarité, comme le prouve un certificat vérifié"),
        (adulte(), B, f"n’a pas plus de 55 ans le {LE} (29 ans)"),
        (adulte(date_naissance=date(1954, 3, 15)), B, f"a plus de 55 ans le {LE} (56 ans)"),
        (adulte(date_naissance=ENTRETIEN), B, f"n’a pas plus de 55 ans le {LE} (0 an)"),
        (adulte(date_naissance=date(2010, 3, 16)), B, f"n’a pas plus de 55 ans le {LE}"),
        (adulte(titre_admission="INCONNU"), C, "n’a pas de titre d’admission connu"),
        (adulte(titre_admission="L313-9"), C, f"a obtenu son admission au séjour par {TITRE}"),
        (
            adulte(),
            C,
            f"a obtenu son admission au séjour par {bareme.TITRES['L313-11'].libelle}, qui ne dispense pas du bilan",
        ),
        (adulte(), D, "dit ne pas avoir d’activité professionnelle"),
        (employe(declare_ne_recherche_pas=False), D, "dit rechercher un emploi ou un autre emploi"),
        (
            employe(inscrit_pole_emploi=True),
            D,
            "a une inscription en cours à Pôle emploi comme demandeur d’emploi",
        ),
        (
            employe(declare_activite=None, inscrit_pole_emploi=None),
            D,
            "n’a pas encore répondu à toutes les questions sur l’emploi "
            "(activité professionnelle et inscription à Pôle emploi comme demandeur d’emploi)",
        ),
        (
            employe(pieces=()),
            D,
            "dit travailler et ne pas chercher d’emploi, mais sans pièce vérifiée et valable ce jour "
            "(justificatif d’activité professionnelle et déclaration signée de ne pas rechercher d’emploi)",
        ),
        (
            employe(),
            D,
            "travaille, comme le prouve une pièce vérifiée (contrat de travail), et déclare ne pas rechercher d’emploi",
        ),
    ],
)
def test_each_ground_is_told_in_a_sentence(situation: Situation, motif: Motif, said: str):
    assert plain(constat(situation, motif)) == plain(said)


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        (
            adulte(date_naissance=ENFANT, pieces=eleve(ENFANT).pieces),
            "Un certificat de scolarité vérifié couvre cette date, mais la scolarité est déclarée terminée.",
        ),
        (
            employe(declare_ne_recherche_pas=False),
            "La personne dit rechercher un emploi, mais une déclaration contraire et vérifiée est au dossier.",
        ),
        (
            employe(declare_activite=False, pieces=(CONTRAT,)),
            "La personne dit ne pas travailler, mais un justificatif d’activité vérifié est au dossier.",
        ),
    ],
)
def test_a_contradiction_is_told_and_only_that_one_and_exempts_nobody(situation: Situation, said: str):
    resultat = evaluer(situation, ENTRETIEN)
    assert plain(resultat.contradictions) == (said,)
    assert resultat.motifs == ()


COPIE_MANQUANTE = (
    "Aucune copie vérifiée du titre d’admission n’est au dossier : le titre enregistré suffit, mais joignez la copie."
)
SAISONNIER = bareme.TITRES["L313-10-4"]


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        (adulte(), ()),
        (adulte(titre_admission="L313-9"), (COPIE_MANQUANTE,)),
        (adulte(titre_admission="L313-10-4"), (SAISONNIER.reserve, COPIE_MANQUANTE)),
        (
            adulte(titre_admission="INCONNU"),
            ("Le titre d’admission au séjour n’est pas dans la liste : vérifiez le titre saisi.",),
        ),
        (
            adulte(date_naissance=date(2010, 3, 16)),
            ("La date de naissance est postérieure à la date de référence : corrigez l’état civil.",),
        ),
        (adulte(date_naissance=ENTRETIEN), ()),
    ],
)
def test_what_looks_odd_is_told_without_changing_the_verdict(situation: Situation, said: tuple[str, ...]):
    assert plain(evaluer(situation, ENTRETIEN).avertissements) == plain(said)


def facts(situation: Situation, motif: Motif) -> tuple[str, ...]:
    explications = evaluer(situation, ENTRETIEN).explications
    return plain(next(said.faits for said in explications if said.motif is motif))


def test_the_facts_used_are_those_of_the_ground():
    assert facts(adulte(), B) == ("Date de naissance : 1er juillet 1980", "Âge en années révolues : 29 ans")
    assert facts(adulte(date_naissance=ENTRETIEN), B)[1] == "Âge en années révolues : 0 an"
    assert facts(adulte(date_naissance=date(2009, 3, 15)), B)[1] == "Âge en années révolues : 1 an"
    assert facts(adulte(date_naissance=date(2010, 3, 16)), B) == ("Date de naissance : 16 mars 2010",)
    assert facts(adulte(titre_admission="L313-9"), C) == (plain(f"Titre d’admission : {TITRE}"),)
    assert facts(adulte(titre_admission="INCONNU"), C) == ("Titre d’admission : inconnu",)


@pytest.mark.parametrize(("n", "said"), [(0, "0 an"), (1, "1 an"), (2, "2 ans"), (18, "18 ans")])
def test_years_agree_with_their_number(n: int, said: str):
    assert plain(ans(n)) == said


@pytest.mark.parametrize(("reponse", "said"), [(None, "sans réponse"), (True, "oui"), (False, "non")])
def test_an_answer_not_given_is_told_as_such(reponse: bool | None, said: str):
    assert oui_non(reponse) == said


def test_a_verdict_is_said_with_the_pronoun_of_the_person():
    resultat = evaluer(adulte(date_naissance=date(1955, 3, 1)), date(2011, 3, 1))
    assert resultat.raison("il") == "il a plus de 55\u00a0ans le 1er mars 2011 (56\u00a0ans)"
    assert resultat.phrase == (
        "La personne est dispensée du bilan\u00a0: la personne a plus de 55\u00a0ans le 1er mars 2011 (56\u00a0ans)."
    )


def test_several_grounds_are_all_said():
    raison = evaluer(employe(date_naissance=date(1953, 1, 5), titre_admission="L313-9"), ENTRETIEN).raison("elle")
    assert raison == (
        "elle a plus de 55\u00a0ans le 15 mars 2010 (57\u00a0ans)\u00a0; "
        "elle a obtenu son admission au séjour par une carte «\u00a0profession artistique et culturelle\u00a0» "
        "(L. 313-9)\u00a0; "
        "elle travaille, comme le prouve une pièce vérifiée (contrat de travail), "
        "et déclare ne pas rechercher d’emploi"
    )


def test_a_bilan_that_is_due_says_what_is_still_to_be_brought_and_asked():
    resultat = evaluer(employe(inscrit_pole_emploi=None, pieces=()), ENTRETIEN)
    assert resultat.phrase == (
        "Le bilan est à proposer\u00a0: aucun des quatre cas de dispense n’est établi le 15 mars 2010\u00a0; "
        "à fournir ou à vérifier\u00a0: justificatif d’activité professionnelle et déclaration signée de ne pas "
        "rechercher d’emploi\u00a0; à demander\u00a0: inscription à Pôle emploi comme demandeur d’emploi."
    )


def test_a_bilan_that_is_due_without_any_missing_document_says_just_that():
    raison = evaluer(adulte(), ENTRETIEN).raison()
    assert raison == "aucun des quatre cas de dispense n’est établi le 15 mars 2010"


def test_each_ground_makes_a_whole_sentence_with_its_article():
    for motif, explication in zip(Motif, evaluer(adulte(), ENTRETIEN).explications, strict=True):
        assert explication.phrase == f"La personne {explication.constat}."
        assert (explication.motif, explication.article) == (motif, bareme.article(motif))
        assert explication.satisfait is False


def test_the_facts_used_are_listed_with_the_fate_of_each_document():
    perime = piece("bulletin_paie", date_document=date(2009, 1, 31))
    tardif = piece("attestation_employeur", date_document=date(2010, 4, 1))
    sans_date = piece("bulletin_paie")
    recu = piece("extrait_kbis", StatutPiece.RECUE)
    rejete = piece("contrat_travail", StatutPiece.REJETEE)
    faits = evaluer(employe(pieces=(perime, tardif, sans_date, recu, rejete, SIGNEE)), ENTRETIEN).explication(D).faits
    assert faits == (
        "Activité professionnelle\u00a0: oui",
        "Absence de recherche d’emploi\u00a0: oui",
        "Inscription à Pôle emploi comme demandeur d’emploi\u00a0: non",
        "Bulletin de paie\u00a0: document valable seulement jusqu’au 30 avril 2009",
        "Attestation de l’employeur\u00a0: document valable seulement à partir du 1er avril 2010",
        "Bulletin de paie\u00a0: document sans date, période inconnue",
        "Extrait Kbis ou immatriculation\u00a0: document reçu, pas encore vérifié",
        "Contrat de travail\u00a0: document rejeté",
        "Déclaration signée de ne pas rechercher d’emploi\u00a0: document vérifié et valable le 15 mars 2010",
    )


def test_the_copy_of_the_permit_is_listed_among_the_facts():
    copie = piece("copie_titre", StatutPiece.RECUE)
    faits = evaluer(adulte(pieces=(copie,)), ENTRETIEN).explication(C).faits
    assert faits[1] == "Copie du titre de séjour\u00a0: reçue, à vérifier"


@pytest.mark.parametrize(
    ("termes", "expected"), [((), ""), (("a",), "a"), (("a", "b"), "a et b"), ("abc", "a, b et c")]
)
def test_an_enumeration_reads_as_french(termes, expected):
    assert enumere(termes) == expected
