"""What is written down for the demonstration, in fixtures/demonstration: origins, addresses, working lives."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings

_ACCORD = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")
_VOYELLE = "AEIOUYÉÈ"


@dataclass(frozen=True, kw_only=True)
class Origine:
    """Names and languages that go together, the mother tongue first; ``au_pays`` completes a sentence: « au Mali »."""

    pays: str
    au_pays: str
    ville: str
    langues: list[str]
    noms: list[str]
    femmes: list[str]
    hommes: list[str]
    noms_femmes: list[str] = field(default_factory=list)
    seuls_f: list[str] = field(default_factory=list)
    seuls_m: list[str] = field(default_factory=list)
    francophone: bool = False
    poids: int = 2


@dataclass(frozen=True, kw_only=True)
class Profil:
    """One working life, the matter of a synthesis; its texts are read through ``accorder``.

    An empty ``metier`` has never worked, an empty ``projet`` is still to be defined.
    """

    metier: str
    rome: str
    vises: list[str]
    niveau: str
    annees: int  # of that occupation, abroad
    competences: list[str]
    aptitudes: str
    preconisations: list[str]
    parcours: str
    projet: str = ""
    recherche: str = ""
    orientation: str = ""
    diplome: list[str] = field(default_factory=list)  # title, level
    besoins: list[list[str]] = field(default_factory=list)  # field, title
    freins: list[str] = field(default_factory=list)
    en_france: list[str] = field(default_factory=list)  # occupation, ROME code
    sexes: str = "FM"

    @property
    def age_debut(self) -> int:
        """Completed years at which one begins, the studies of that level over."""
        return {"V": 19, "IV": 20, "III": 22, "II": 23, "I": 24}.get(self.niveau, 17)

    @property
    def age_min(self) -> int:
        return self.age_debut + self.annees + 1


@dataclass(frozen=True, kw_only=True)
class Commune:
    code_postal: str
    ville: str
    rues: list[str]


def _read(name: str) -> dict[str, Any]:
    with (settings.FIXTURE_DIRS[0] / "demonstration" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def origines() -> tuple[Origine, ...]:
    return tuple(Origine(**row) for row in _read("origines")["origine"])


@cache
def profils() -> tuple[Profil, ...]:
    return tuple(Profil(**row) for row in _read("profils")["profil"])


@cache
def communes(direction: str) -> tuple[Commune, ...]:
    rows = _read("adresses")[direction]["communes"]
    return tuple(Commune(code_postal=code, ville=ville, rues=rues) for code, ville, rues in rows)


def accorder(texte: str, sexe: str, origine: Origine) -> str:
    """The text for one person: gender (``[il|elle]``), places, and the spaces that French does not break."""
    agreed = _ACCORD.sub(lambda pair: pair[2 if sexe == "F" else 1], texte)
    of_town = ("d’" if origine.ville[0] in _VOYELLE else "de ") + origine.ville
    placed = agreed.replace("de {ville}", of_town).replace("{ville}", origine.ville)
    placed = placed.replace("{au_pays}", origine.au_pays)
    return re.sub(r" (?=[:;?!»])", "\u00a0", placed).replace("« ", "«\u00a0")
