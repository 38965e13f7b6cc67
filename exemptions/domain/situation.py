"""The facts an exemption is decided on, frozen and JSON-able so that an evaluation can keep them for ever.

The current residence permit is deliberately not a fact: ground c looks at the permit of admission only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class Motif(StrEnum):
    """The four grounds of R. 311-26 I CESEDA, in the order of the text, which ranks the main ground."""

    MINEUR_SCOLARISE = "mineur_scolarise"
    PLUS_DE_55_ANS = "plus_de_55_ans"
    TITRE_L313_8_9_10 = "titre_l313_8_9_10"
    EN_EMPLOI_NON_DEMANDEUR = "en_emploi_non_demandeur"


class TypePiece(StrEnum):
    CERTIFICAT_SCOLARITE = "certificat_scolarite"
    COPIE_TITRE = "copie_titre"
    CONTRAT_TRAVAIL = "contrat_travail"
    BULLETIN_PAIE = "bulletin_paie"
    ATTESTATION_EMPLOYEUR = "attestation_employeur"
    EXTRAIT_KBIS = "extrait_kbis"
    DECLARATION_NON_RECHERCHE = "declaration_non_recherche"


class StatutPiece(StrEnum):
    RECUE = "recue"
    VERIFIEE = "verifiee"
    REJETEE = "rejetee"


class Exigence(StrEnum):
    """What a ground must be proved by; several types of document may answer one requirement."""

    CERTIFICAT_SCOLARITE = "certificat_scolarite"
    JUSTIFICATIF_ACTIVITE = "justificatif_activite"
    DECLARATION_NON_RECHERCHE = "declaration_non_recherche"


class Declaration(StrEnum):
    """The questions put to the person; the codes are the field names of ``Situation``."""

    SCOLARISE = "scolarise"
    DECLARE_ACTIVITE = "declare_activite"
    DECLARE_NE_RECHERCHE_PAS = "declare_ne_recherche_pas"
    INSCRIT_POLE_EMPLOI = "inscrit_pole_emploi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A document; both validity bounds are included, and ``None`` means that the document states none."""

    type: TypePiece
    statut: StatutPiece
    date_document: date | None = None
    debut_validite: date | None = None
    fin_validite: date | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "type": self.type.value,
            "statut": self.statut.value,
            "date_document": _to_iso(self.date_document),
            "debut_validite": _to_iso(self.debut_validite),
            "fin_validite": _to_iso(self.fin_validite),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Piece":
        """The inverse of ``to_dict``; absent optional facts are ``None``, an unknown code raises ``ValueError``."""
        return cls(
            type=TypePiece(values["type"]),
            statut=StatutPiece(values["statut"]),
            date_document=_from_iso(values.get("date_document")),
            debut_validite=_from_iso(values.get("debut_validite")),
            fin_validite=_from_iso(values.get("fin_validite")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything the four grounds look at. ``None`` to a question means that it was not answered."""

    date_naissance: date
    titre_admission: str
    scolarise: bool | None = None
    declare_activite: bool | None = None
    declare_ne_recherche_pas: bool | None = None
    inscrit_pole_emploi: bool | None = None
    pieces: tuple[Piece, ...] = ()

    def reponse(self, declaration: Declaration) -> bool | None:
        """The answer to one question."""
        answer: bool | None = getattr(self, declaration)
        return answer

    def to_dict(self) -> dict[str, Any]:
        return {
            "date_naissance": self.date_naissance.isoformat(),
            "titre_admission": self.titre_admission,
            "scolarise": self.scolarise,
            "declare_activite": self.declare_activite,
            "declare_ne_recherche_pas": self.declare_ne_recherche_pas,
            "inscrit_pole_emploi": self.inscrit_pole_emploi,
            "pieces": [piece.to_dict() for piece in self.pieces],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Situation":
        """The inverse of ``to_dict``; raises ``KeyError`` without a mandatory fact; absent others are ``None``."""
        return cls(
            date_naissance=date.fromisoformat(values["date_naissance"]),
            titre_admission=values["titre_admission"],
            scolarise=values.get("scolarise"),
            declare_activite=values.get("declare_activite"),
            declare_ne_recherche_pas=values.get("declare_ne_recherche_pas"),
            inscrit_pole_emploi=values.get("inscrit_pole_emploi"),
            pieces=tuple(Piece.from_dict(piece) for piece in values.get("pieces", ())),
        )


def _to_iso(d: date | None) -> str | None:
    return None if d is None else d.isoformat()


def _from_iso(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
