"""The synthesis sheet as it is printed: labels already in French, nothing that paper must not say (D.4, E.5)."""

import re
from dataclasses import dataclass
from datetime import date

MOIS_ABREGES = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip

_PUCE = re.compile(r"^[-–—•*]\s+")  # of a stripped line
_LIGNE_COURTE = 60  # characters, inclusive: a skill named in a few words, not a sentence


@dataclass(frozen=True, kw_only=True)
class Langue:
    nom: str
    parlee: bool
    comprise: bool
    niveau: str | None = None  # label, such as « Conversation simple (A2) »

    @property
    def en_mots(self) -> str:
        """How well, in plain words: the level when one is known, otherwise spoken, understood or both."""
        usage = " et ".join(mot for mot, vrai in (("parlé", self.parlee), ("compris", self.comprise)) if vrai)
        if not self.niveau:
            return usage
        niveau = self.niveau[:1].lower() + self.niveau[1:]
        return niveau if self.parlee else f"compris, {niveau}"


@dataclass(frozen=True, kw_only=True)
class Diplome:
    intitule: str
    pays: str
    annee: int | None = None
    niveau: str | None = None  # label of the French level
    reconnu: str | None = None  # label; None when it is not recognised or not known: the sheet shows what one has


@dataclass(frozen=True, kw_only=True)
class Experience:
    """Months are written AAAA-MM, both included; `fin` is None when the end is not known or has not come."""

    metier: str
    pays: str
    debut: str
    fin: str | None = None
    en_france: bool = False

    @property
    def periode(self) -> str:
        if self.fin == self.debut:
            return _mois(self.debut)
        if self.fin is not None:
            return f"{_mois(self.debut)} – {_mois(self.fin)}"
        # Someone who lives in France no longer works abroad: there, the end is only unknown.
        return f"{'depuis' if self.en_france else 'à partir de'} {_mois(self.debut)}"


@dataclass(frozen=True, kw_only=True)
class Metier:
    code: str
    libelle: str
    rang: int


@dataclass(frozen=True, kw_only=True)
class Besoin:
    domaine: str
    intitule: str


# rule: D.4-interdits
@dataclass(frozen=True, kw_only=True)
class Fiche:
    """One frozen version of a synthesis. Free texts keep their line breaks; an empty text or list prints nothing."""

    nom: str
    prenom: str | None
    date_bilan: date
    duree_minutes: int
    version: int
    prestataire_nom: str
    conseiller_nom: str
    direction_nom: str
    circonstances: str
    competences_aptitudes: str
    projet: str
    projet_defini: bool
    niveau_formation: str
    inscription_pe: bool
    preconisations: tuple[str, ...]
    langues: tuple[Langue, ...] = ()
    diplomes: tuple[Diplome, ...] = ()
    experiences: tuple[Experience, ...] = ()
    metiers: tuple[Metier, ...] = ()
    freins: tuple[str, ...] = ()
    besoins_formation: tuple[Besoin, ...] = ()
    orientation: str = ""
    observations_beneficiaire: str = ""
    parcours: str = ""
    parcours_recherche: str = ""
    apercu: bool = False  # a draft shown to the adviser: the sheet says that it is not to be signed
    mineur: bool = False  # under 18 on the day of the signature: the legal representative signs too

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}" if self.prenom else self.nom

    @property
    def competences(self) -> list[str]:
        """The skills named line by line: lines that begin with a dash or a bullet, or a text made of short lines."""
        lines = self._lignes_de_competences
        marked = [line for line in lines if _PUCE.match(line)]
        if not marked and len(lines) > 2 and all(len(line) <= _LIGNE_COURTE for line in lines):
            marked = lines
        return [_PUCE.sub("", line) for line in marked]

    @property
    def aptitudes(self) -> str:
        """What the same heading says in sentences."""
        named = set(self.competences)
        return "\n".join(line for line in self._lignes_de_competences if _PUCE.sub("", line) not in named)

    @property
    def _lignes_de_competences(self) -> list[str]:
        return [line.strip() for line in self.competences_aptitudes.splitlines() if line.strip()]

    @property
    def metiers_par_rang(self) -> list[Metier]:
        return sorted(self.metiers, key=lambda metier: metier.rang)

    @property
    def ligne_de_temps(self) -> list[Experience]:
        """Experiences here and abroad together, the most recent start first."""
        return sorted(self.experiences, key=lambda experience: experience.debut, reverse=True)

    @property
    def peut_tenir_en_une_page(self) -> bool:
        """False when a page apart must carry what an employer has no business with: obstacles, training needs."""
        return not self.freins and not self.besoins_formation


def _mois(mois: str) -> str:
    """« 2004-03 » gives « mars 2004 », with a no-break space."""
    jour = date.fromisoformat(f"{mois}-01")
    return f"{MOIS_ABREGES[jour.month - 1]}\N{NO-BREAK SPACE}{jour.year}"
