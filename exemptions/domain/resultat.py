"""What an evaluation answers: the verdict, its grounds and the French sentences that explain it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from exemptions.domain import bareme
from exemptions.domain.phrases import en_lettres, enumere, minuscule
from exemptions.domain.situation import Declaration, Exigence, Motif


@dataclass(frozen=True, slots=True, kw_only=True)
class Explication:
    """Why one ground is satisfied or not.

    ``constat`` begins with a verb in the third person and agrees with nobody, so that « il », « elle », « Madame
    Diallo » or « la personne » can be said before it; ``faits`` are the facts used, ready to print as a list.
    """

    motif: Motif
    satisfait: bool
    constat: str
    article: str
    faits: tuple[str, ...]

    @property
    def phrase(self) -> str:
        """The whole sentence, about an unnamed person."""
        return f"La personne {self.constat}."

    def to_dict(self) -> dict[str, Any]:
        return {
            "motif": self.motif.value,
            "satisfait": self.satisfait,
            "constat": self.constat,
            "article": self.article,
            "faits": list(self.faits),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Explication":
        return cls(
            motif=Motif(values["motif"]),
            satisfait=values["satisfait"],
            constat=values["constat"],
            article=values["article"],
            faits=tuple(values["faits"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resultat:
    """The verdict on one reference date; grounds and explanations are in the order of the text, a to d.

    ``pieces_manquantes`` and ``declarations_manquantes`` are what a ground not yet satisfied still waits for, whether
    another ground already exempts or not; ``pieces_ecartees`` says, of each verified document that could have answered,
    why it does not on that day. ``prochain_changement`` is the first later day on which the same facts would give
    other grounds, ``None`` when no day would.
    """

    date_reference: date
    motifs: tuple[Motif, ...]
    explications: tuple[Explication, ...]
    pieces_manquantes: tuple[Exigence, ...] = ()
    pieces_ecartees: tuple[str, ...] = ()
    declarations_manquantes: tuple[Declaration, ...] = ()
    avertissements: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    prochain_changement: date | None = None
    texte: str = bareme.TEXTE

    @property
    def exempte(self) -> bool:
        return bool(self.motifs)

    # rule: C.5-motifs
    @property
    def motif_principal(self) -> Motif | None:
        """The first satisfied ground in the order a, b, c, d, for statistics (C.5, 8) [D]."""
        return self.motifs[0] if self.motifs else None

    @property
    def phrase(self) -> str:
        """The verdict as one sentence about an unnamed person."""
        verdict = "La personne est dispensée du bilan" if self.exempte else "Le bilan est à proposer"
        return f"{verdict} : {self.raison()}."

    def raison(self, sujet: str = "la personne") -> str:
        """The reason, said after « Monsieur Diallo est dispensé : » (or « n’est pas dispensé : »); no full stop."""
        if self.exempte:
            return " ; ".join(
                f"{sujet} {explication.constat}" for explication in self.explications if explication.satisfait
            )
        clauses = [f"aucun des quatre cas de dispense n’est établi le {en_lettres(self.date_reference)}"]
        if self.pieces_manquantes:
            clauses.append(f"à fournir ou à vérifier : {_enumere(self.pieces_manquantes, bareme.LIBELLES_EXIGENCES)}")
        clauses += self.pieces_ecartees
        if self.declarations_manquantes:
            clauses.append(f"à demander : {_enumere(self.declarations_manquantes, bareme.LIBELLES_DECLARATIONS)}")
        return " ; ".join(clauses)

    def explication(self, motif: Motif) -> Explication:
        """The explanation of one ground; all four are always there."""
        return next(explication for explication in self.explications if explication.motif == motif)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able; ``exempte``, ``motif_principal`` and ``phrase`` are written for readers, and derived again."""
        return {
            "date_reference": self.date_reference.isoformat(),
            "exempte": self.exempte,
            "motifs": [motif.value for motif in self.motifs],
            "motif_principal": self.motif_principal.value if self.motif_principal else None,
            "phrase": self.phrase,
            "explications": [explication.to_dict() for explication in self.explications],
            "pieces_manquantes": [exigence.value for exigence in self.pieces_manquantes],
            "pieces_ecartees": list(self.pieces_ecartees),
            "declarations_manquantes": [declaration.value for declaration in self.declarations_manquantes],
            "avertissements": list(self.avertissements),
            "contradictions": list(self.contradictions),
            "prochain_changement": self.prochain_changement.isoformat() if self.prochain_changement else None,
            "texte": self.texte,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Resultat":
        """The inverse of ``to_dict``: sentences come back as they were said, never reworded."""
        changement = values["prochain_changement"]
        return cls(
            date_reference=date.fromisoformat(values["date_reference"]),
            motifs=tuple(Motif(code) for code in values["motifs"]),
            explications=tuple(Explication.from_dict(explication) for explication in values["explications"]),
            pieces_manquantes=tuple(Exigence(code) for code in values["pieces_manquantes"]),
            pieces_ecartees=tuple(values.get("pieces_ecartees", ())),  # evaluations sealed before say nothing of it
            declarations_manquantes=tuple(Declaration(code) for code in values["declarations_manquantes"]),
            avertissements=tuple(values["avertissements"]),
            contradictions=tuple(values["contradictions"]),
            prochain_changement=date.fromisoformat(changement) if changement else None,
            texte=values["texte"],
        )


def _enumere(codes: tuple[Exigence, ...] | tuple[Declaration, ...], libelles: dict[str, str]) -> str:
    return enumere(minuscule(libelles[code]) for code in codes)
