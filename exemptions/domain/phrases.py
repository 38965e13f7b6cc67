"""French wording shared by the rules: what an agent reads aloud to the person."""

from collections.abc import Iterable
from datetime import date

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def en_lettres(d: date) -> str:
    """The date as it is said: « 1er mars 2011 », « 15 mars 2011 »."""
    return f"{'1er' if d.day == 1 else d.day} {MOIS[d.month - 1]} {d.year}"


def ans(n: int) -> str:
    return f"{n} an" if n in (0, 1) else f"{n} ans"


def oui_non(reponse: bool | None) -> str:
    return "sans réponse" if reponse is None else "oui" if reponse else "non"


def minuscule(libelle: str) -> str:
    """A label as it stands inside a sentence."""
    return libelle[:1].lower() + libelle[1:]


def enumere(termes: Iterable[str]) -> str:
    """« a », « a et b », « a, b et c »; nothing for nothing."""
    *premiers, dernier = tuple(termes) or ("",)
    return f"{', '.join(premiers)} et {dernier}" if premiers else dernier
