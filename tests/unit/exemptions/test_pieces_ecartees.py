"""Why a verified document proves nothing on the day, said of each that could have answered."""

from datetime import date

import pytest

from exemptions.domain.resultat import Resultat
from exemptions.domain.rules import evaluer
from exemptions.domain.situation import Piece, Situation, StatutPiece, TypePiece

pytestmark = pytest.mark.rule("C.5-d-preuve")

ENTRETIEN = date(2010, 11, 10)
JOUR = "10 novembre 2010, jour où l’exemption s’apprécie"


def piece(
    type_piece: str, day: date, statut: str = "verifiee", debut: date | None = None, fin: date | None = None
) -> Piece:
    return Piece(
        type=TypePiece(type_piece),
        statut=StatutPiece(statut),
        date_document=day,
        debut_validite=debut,
        fin_validite=fin,
    )


SIGNEE = piece("declaration_non_recherche", ENTRETIEN)
CONTRAT = piece("contrat_travail", ENTRETIEN)


def employe(*pieces: Piece, naissance: date = date(1980, 7, 1)) -> Situation:
    return Situation(
        date_naissance=naissance,
        titre_admission="L313-11",
        scolarise=naissance.year > 1990,
        declare_activite=True,
        declare_ne_recherche_pas=True,
        inscrit_pole_emploi=False,
        pieces=pieces,
    )


@pytest.mark.parametrize(
    ("situation", "told"),
    [
        (
            employe(CONTRAT, piece("declaration_non_recherche", date(2010, 11, 15))),
            "la pièce vérifiée « Déclaration signée de ne pas rechercher d’emploi » est datée du 15 novembre 2010, "
            f"après le {JOUR}",
        ),
        (
            employe(SIGNEE, piece("bulletin_paie", date(2010, 8, 9))),
            f"la pièce vérifiée « Bulletin de paie », datée du 9 août 2010, a plus de 3 mois le {JOUR}",
        ),
        (
            employe(SIGNEE, piece("bulletin_paie", date(2010, 8, 30), fin=date(2010, 9, 30))),
            f"la pièce vérifiée « Bulletin de paie » n’est plus valable après le 30 septembre 2010, avant le {JOUR}",
        ),
        (
            employe(SIGNEE, piece("contrat_travail", date(2009, 1, 5), fin=date(2010, 11, 9))),
            f"la pièce vérifiée « Contrat de travail » n’est plus valable après le 9 novembre 2010, avant le {JOUR}",
        ),
        (
            employe(SIGNEE, piece("contrat_travail", ENTRETIEN, debut=date(2010, 11, 11))),  # signed, not begun
            f"la pièce vérifiée « Contrat de travail » n’est valable qu’à partir du 11 novembre 2010, après le {JOUR}",
        ),
        (
            employe(SIGNEE, piece("attestation_employeur", ENTRETIEN, fin=date(2010, 11, 9))),  # of a job just lost
            "la pièce vérifiée « Attestation de l’employeur » n’est plus valable après le 9 novembre 2010, "
            f"avant le {JOUR}",
        ),
        (
            employe(CONTRAT, SIGNEE, piece("certificat_scolarite", date(2010, 3, 1)), naissance=date(1994, 1, 1)),
            None,  # exempt by employment: the certificate of the year before is still told
        ),
    ],
)
def test_a_verified_document_that_does_not_prove_says_why(situation: Situation, told: str | None) -> None:
    resultat = evaluer(situation, ENTRETIEN)
    if told is None:
        assert resultat.exempte
        (ecartee,) = resultat.pieces_ecartees
        assert "n’est plus valable après le 31 août 2010" in ecartee
    else:
        assert [clause.replace("\u00a0", " ") for clause in resultat.pieces_ecartees] == [told]
        assert told in resultat.raison().replace("\u00a0", " ")


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (CONTRAT, SIGNEE),
        (CONTRAT, piece("declaration_non_recherche", date(2010, 11, 15), "recue")),
        (CONTRAT, SIGNEE, piece("bulletin_paie", date(2010, 1, 1))),  # the contract already proves the activity
    ],
)
def test_nothing_is_said_of_a_document_that_is_absent_that_proves_or_that_nobody_verified(
    pieces: tuple[Piece, ...],
) -> None:
    assert evaluer(employe(*pieces), ENTRETIEN).pieces_ecartees == ()


def test_the_reasons_are_kept_with_the_verdict_and_absent_from_those_sealed_before() -> None:
    resultat = evaluer(employe(CONTRAT, piece("declaration_non_recherche", date(2010, 11, 15))), ENTRETIEN)
    values = resultat.to_dict()
    assert Resultat.from_dict(values) == resultat
    del values["pieces_ecartees"]
    assert Resultat.from_dict(values).pieces_ecartees == ()
