"""Invented people: who they are, where they live, what they speak; the same draw gives the same people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from cai import delais
from cai.fiches import FicheSignataire
from core.text import search_key
from dossiers.demonstration.cahier import Origine, Profil, communes, origines, profils

_COMPLEMENTS = (
    "Bâtiment C, appartement 42", "Escalier 3, 5e étage", "Résidence Les Tilleuls, appartement 12", "Hall 2",
    "Chez Mme Lefèvre", "Foyer de travailleurs, chambre 312", "Bâtiment B, porte gauche", "Chez M. Kanouté",
)  # fmt: skip
# The national numbering plan keeps 06 39 98 00 00 to 06 39 98 99 99 for fiction.
_TELEPHONE = "06 39 98 {:02d} {:02d}"


@dataclass(frozen=True, kw_only=True)
class Personne:
    """A person and what an adviser will learn of them; ``francais`` is a level of the CECRL as the partner codes it."""

    fiche: FicheSignataire
    origine: Origine
    profil: Profil
    francais: str
    arrivee: date


@dataclass(frozen=True, kw_only=True)
class Age:
    """Bounds in completed years on the day of the signature, both included."""

    au_moins: int = 19
    au_plus: int = 54


def draw_person(hasard: Random, *, direction: str, signature: date, age: Age, taken: set[str]) -> Personne:
    """One person who signs that day in that direction; their name joins those ``taken`` and is none of them."""
    origine = hasard.choices(origines(), weights=[one.poids for one in origines()])[0]
    sexe = "F" if hasard.random() < 0.55 else "M"
    nom, prenom = _name(hasard, origine, sexe, taken)
    annees = min(_age(hasard, age), age.au_plus)
    naissance = delais.add_years(signature, -annees) - timedelta(days=hasard.randrange(1, 364))
    profil = hasard.choice(_profils_for(sexe, annees))
    mineur = annees < delais.AGE_MAJORITE
    fiche = FicheSignataire(
        nom=nom,
        prenom=prenom,
        sexe=sexe,
        date_naissance=naissance,
        nationalite=origine.pays,
        langue_comprise="fr" if origine.francophone and hasard.random() < 0.7 else origine.langues[0],
        **_address(hasard, direction),
        telephone=_TELEPHONE.format(hasard.randrange(100), hasard.randrange(100)) if hasard.random() < 0.9 else "",
        courriel=_email(nom, prenom) if hasard.random() < 0.4 else "",
        representant_nom=f"{hasard.choice(origine.femmes if sexe == 'F' else origine.hommes)} {nom}" if mineur else "",
        representant_qualite=("mère" if sexe == "F" else "père") if mineur else "",
    )
    arrivee = signature - timedelta(days=hasard.choice((20, 35, 50, 90, 150, 300)))
    return Personne(
        fiche=fiche, origine=origine, profil=profil, francais=_french(hasard, origine, profil), arrivee=arrivee
    )


def homonym(person: Personne, hasard: Random, *, direction: str) -> Personne:
    """Somebody else of the same name, two or three years apart, at another address: what a search must tell apart."""
    apart = hasard.randrange(20, 40)
    naissance = delais.add_months(person.fiche.date_naissance, apart)
    if delais.age(naissance, person.arrivee) < delais.AGE_MAJORITE:  # a minor would come with a representative
        naissance = delais.add_months(person.fiche.date_naissance, -apart)
    fiche = replace(
        person.fiche,
        date_naissance=naissance,
        telephone=_TELEPHONE.format(hasard.randrange(100), hasard.randrange(100)),
        courriel="",
        **_address(hasard, direction),
    )
    return replace(person, fiche=fiche)


def _name(hasard: Random, origine: Origine, sexe: str, taken: set[str]) -> tuple[str, str]:
    """Family name and first name, or a single name; on the third identical draw a second first name is added."""
    alone = origine.seuls_f if sexe == "F" else origine.seuls_m
    given = origine.femmes if sexe == "F" else origine.hommes
    family = origine.noms_femmes if sexe == "F" and origine.noms_femmes else origine.noms
    for _ in range(3):
        nom, prenom = (hasard.choice(alone), "") if alone and hasard.random() < 0.5 else (
            hasard.choice(family), hasard.choice(given),
        )  # fmt: skip
        if (key := search_key(f"{nom} {prenom}")) not in taken:
            taken.add(key)
            return nom, prenom
    nom, prenom = hasard.choice(family), " ".join(hasard.sample(given, 2))
    taken.add(search_key(f"{nom} {prenom}"))
    return nom, prenom


def _age(hasard: Random, age: Age) -> int:
    """Mostly around thirty, as the people who sign are, within the bounds."""
    drawn = round(hasard.triangular(age.au_moins, age.au_plus, min(max(30, age.au_moins), age.au_plus)))
    return max(age.au_moins, drawn)


def _profils_for(sexe: str, annees: int) -> Sequence[Profil]:
    """Working lives that fit; under eighteen, that of somebody who leaves school."""
    return [one for one in profils() if sexe in one.sexes and one.age_min <= annees] or [profils()[-1]]


def _address(hasard: Random, direction: str) -> dict[str, str]:
    commune = hasard.choice(communes(direction))
    repetition = hasard.choice(("", "", "", "", " bis"))
    return {
        "adresse": f"{hasard.randrange(1, 180)}{repetition}, {hasard.choice(commune.rues)}",
        "adresse_complement": hasard.choice(_COMPLEMENTS) if hasard.random() < 0.3 else "",
        "code_postal": commune.code_postal,
        "ville": commune.ville,
    }


def _email(nom: str, prenom: str) -> str:
    words = search_key(f"{prenom} {nom}").split()
    return f"{'.'.join((words[0], words[-1]) if len(words) > 1 else words)}@exemple.fr"


def _french(hasard: Random, origine: Origine, profil: Profil) -> str:
    studied = profil.niveau in ("I", "II", "III", "IV")
    if origine.francophone:
        return hasard.choice(("B2", "C1", "C1") if studied else ("A2", "B1", "B1"))
    return hasard.choice(("A2", "B1", "B1") if studied else ("INFRA_A1", "A1_1", "A1", "A2"))
