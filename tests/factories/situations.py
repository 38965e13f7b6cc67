"""The persons and the papers that the exemption rules are shown: pure facts, no database."""

from datetime import date
from typing import Any

from exemptions.domain.situation import Piece, Situation, StatutPiece, TypePiece

ENTRETIEN = date(2010, 3, 15)


def piece(type_piece: str, statut: StatutPiece = StatutPiece.VERIFIEE, **dates: date) -> Piece:
    return Piece(type=TypePiece(type_piece), statut=statut, **dates)


CERTIFICAT = piece("certificat_scolarite", date_document=date(2009, 9, 15), fin_validite=date(2010, 8, 31))
CONTRAT = piece("contrat_travail", date_document=date(2009, 11, 2))
SIGNEE = piece("declaration_non_recherche", date_document=ENTRETIEN)


def adulte(**facts: Any) -> Situation:
    """An adult, not schooled, not employed, admitted as family: the ordinary person of the scenarios."""
    ordinary = {
        "date_naissance": date(1980, 7, 1),
        "titre_admission": "L313-11",
        "scolarise": False,
        "declare_activite": False,
        "declare_ne_recherche_pas": False,
        "inscrit_pole_emploi": False,
    }
    return Situation(**(ordinary | facts))


def employe(**facts: Any) -> Situation:
    """Somebody who declares a job and no search, proves both, and is not registered as a job-seeker."""
    return adulte(**({"declare_activite": True, "declare_ne_recherche_pas": True, "pieces": (CONTRAT, SIGNEE)} | facts))


def eleve(naissance: date, *pieces: Piece) -> Situation:
    return adulte(date_naissance=naissance, scolarise=True, pieces=pieces or (CERTIFICAT,))
