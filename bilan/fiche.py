"""The synthesis sheet as it is printed: labels already in French, nothing that paper must not say (D.4, E.5)."""

from dataclasses import dataclass
from datetime import date

MOIS_ABREGES = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip

# The common European levels as an employer understands them (reference I.2).
NIVEAUX_EN_MOTS = {
    "infra_A1.1": "premiers mots",
    "A1.1": "échanges très simples",
    "A1": "échanges simples",
    "A2": "conversation simple",
    "B1": "autonome au quotidien",
    "B2": "à l’aise au travail",
    "C1": "courant",
    "C2": "parfaitement maîtrisé",
}


@dataclass(frozen=True, kw_only=True)
class Langue:
    nom: str
    parlee: bool
    comprise: bool
    niveau: str | None = None  # code of NIVEAUX_EN_MOTS

    @property
    def en_mots(self) -> str:
        """How well, in plain words: the level when one is known, otherwise spoken, understood or both."""
        usage = " et ".join(mot for mot, vrai in (("parlé", self.parlee), ("compris", self.comprise)) if vrai)
        if self.niveau is None:
            return usage
        mots = NIVEAUX_EN_MOTS[self.niveau]
        if not self.niveau.startswith("infra_"):
            mots += f" ({self.niveau})"
        return mots if self.parlee else f"compris, {mots}"


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
    competences: tuple[str, ...] = ()
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
    mineur: bool = False  # under 18 on the day of the signature: the legal representative signs too

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}" if self.prenom else self.nom

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
