"""Every numbered paper: its kind, its series, its page. One more is its class, its template and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from bilan.courriers import Convocation, Information, Numerote
from bilan.documents import convocation_pdf, information_pdf, lettre_pdf
from bilan.lettres.contenus import (
    Absence,
    Attestation,
    CaiFamille,
    Exemption,
    IntentionResiliation,
    Report,
    Suivi,
    TransmissionPrefet,
)
from bilan.models import Courrier

Genre = Courrier.Genre


@dataclass(frozen=True)
class Modele:
    """One kind of paper. ``serie`` is the letter between the direction and the year in its number."""

    genre: Courrier.Genre
    serie: str
    pdf: Callable[[Any, datetime], bytes]


def _lettre(genre: Courrier.Genre, serie: str) -> Modele:
    """A letter whose template bears the name of its kind."""
    return Modele(
        genre, serie, partial(lettre_pdf, template=f"bilan/pdf/lettres/{genre.value}.html", titre=str(genre.label))
    )


MODELES: dict[type[Numerote], Modele] = {
    Convocation: Modele(Genre.CONVOCATION, "C", convocation_pdf),
    Information: Modele(Genre.INFORMATION, "I", information_pdf),
    Report: _lettre(Genre.REPORT, "R"),
    Absence: _lettre(Genre.ABSENCE, "A"),
    Exemption: _lettre(Genre.EXEMPTION, "E"),
    Suivi: _lettre(Genre.SUIVI, "S"),
    IntentionResiliation: _lettre(Genre.INTENTION_RESILIATION, "N"),
    TransmissionPrefet: _lettre(Genre.TRANSMISSION_PREFET, "P"),
    CaiFamille: _lettre(Genre.CAI_FAMILLE, "F"),
    Attestation: _lettre(Genre.ATTESTATION, "T"),
}
