"""A correspondant's transmissions at a glance: how many of each kind, the oldest of each, what happens to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Value
from django.urls import reverse

from poleemploi.etat_canal import said_with_age
from poleemploi.models import Transmission, TransmissionQuerySet
from poleemploi.rapprochement import to_check
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission

T = EtatTransmission
COMPTE_MAX = 1000  # beyond, the exact number helps nobody


@dataclass(frozen=True)
class Genre:
    """One kind of rows: what the list calls it, and what it waits for; no sentence when nothing happens any more."""

    titre: str
    etats: tuple[EtatTransmission, ...]
    phrase: str = ""


A_TRAITER = "a-traiter"
A_VERIFIER = "a-verifier"  # what a recent restore moved, whatever its state (docs/adr/0014)
GENRES: dict[str, Genre] = {
    "refusees": Genre("Refusées", (T.REJETEE,), "Une rubrique est à corriger avant un nouvel envoi."),
    "echecs": Genre("En échec", (T.ECHEC_DEFINITIF,), "Les essais sont finis\u00a0: à relancer, ou à abandonner."),
    "incertaines": Genre(
        "Réponse inconnue", (T.INCERTAINE,), "Elles sont recherchées chez Pôle emploi avant tout nouvel envoi."
    ),
    "en-attente": Genre("En attente", (T.EN_FILE, T.EN_COURS), "Elles partent d’elles-mêmes."),
    "effacements": Genre(
        "Effacement demandé", (T.EFFACEMENT_DEMANDE,), "Pôle emploi les efface, l’accord ayant été retiré."
    ),
}
FINIES: dict[str, Genre] = {
    "recues": Genre("Reçues", (T.ACCUSEE,)),
    "terminees": Genre("Annulées ou effacées", (T.ANNULEE, T.EFFACEE)),
}
FILTRES: dict[str, Genre] = {
    A_TRAITER: Genre("À traiter", (T.REJETEE, T.ECHEC_DEFINITIF)),
    **GENRES,
    **FINIES,
    A_VERIFIER: Genre("À vérifier après la restauration", ()),
}


def rows_of(visible: TransmissionQuerySet, code: str) -> TransmissionQuerySet:
    """The rows that a filter shows."""
    if code == A_VERIFIER:
        return visible.filter(pk__in=to_check())
    return visible.filter(etat__in=FILTRES[code].etats)


def offered(visible: TransmissionQuerySet, chosen: str) -> list[tuple[str, str, bool]]:
    """The filters: heading, address, whether it is the present one; that of a restore while it has rows to show."""
    codes = [code for code in FILTRES if code != A_VERIFIER]
    if chosen == A_VERIFIER or rows_of(visible, A_VERIFIER).exists():
        codes.append(A_VERIFIER)
    return [(FILTRES[code].titre, address(code), code == chosen) for code in codes]


@dataclass(frozen=True)
class Compte:
    """How many rows of a kind there are, up to ``COMPTE_MAX``, and when the oldest was asked for."""

    code: str
    nombre: int
    plus_ancienne: datetime | None

    @property
    def genre(self) -> Genre:
        return GENRES[self.code]

    @property
    def depuis(self) -> str:
        """When the oldest was asked for, in words."""
        return said_with_age(self.plus_ancienne) if self.plus_ancienne else ""

    @property
    def attend_le_canal(self) -> bool:
        """Whether a pause of the channel holds them up."""
        return self.genre.etats[0] in A_TRAITER_PAR_LE_SYSTEME

    @property
    def au_moins(self) -> bool:
        """Whether there are more than the number says."""
        return self.nombre >= COMPTE_MAX

    @property
    def url(self) -> str:
        return address(self.code)


def address(code: str) -> str:
    """The list of one kind."""
    return f"{reverse('poleemploi:list_transmissions')}?filtre={code}"


def counts(rows: "QuerySet[Transmission]") -> list[Compte]:
    """Every kind that is not over, in the order of the page, empty ones included. One query.

    Counts stop at ``COMPTE_MAX`` a state: however long the queue, the page costs the same.
    """
    found: dict[str, list[datetime]] = {code: [] for code in GENRES}
    for code, created_at in _oldest(rows):
        found[code].append(created_at)
    return [Compte(code, min(len(dates), COMPTE_MAX), min(dates, default=None)) for code, dates in found.items()]


def _oldest(rows: "QuerySet[Transmission]") -> Iterable[tuple[str, datetime]]:
    """The oldest rows of each state, each read along its own index, with the kind they belong to."""
    first, *others = (
        rows.filter(etat=etat)
        .order_by("created_at")
        .annotate(genre=Value(code))
        .values_list("genre", "created_at")[:COMPTE_MAX]
        for code, genre in GENRES.items()
        for etat in genre.etats
    )
    return first.union(*others, all=True)
