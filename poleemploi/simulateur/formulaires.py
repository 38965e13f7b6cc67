"""What the operator types, turned into what the control API takes; the contract itself judges it afterwards."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .refus import Champ, Refus
from .validation import contract

DELIVERIES_MAX = 100
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


@dataclass(frozen=True)
class Saisie:
    """One field of an event; `choix` makes it a list."""

    nom: str
    libelle: str
    aide: str = ""
    obligatoire: bool = False
    date: bool = False
    choix: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FormulaireEvenement:
    libelle: str
    saisies: tuple[Saisie, ...]


def _contract_types() -> tuple[tuple[str, str], ...]:
    choices: list[dict[str, Any]] = contract()["components"]["schemas"]["Evenement"]["properties"]["donnees"]["oneOf"]
    [emploi] = [choice for choice in choices if choice["title"] == "Emploi"]
    return tuple((code, code.replace("_", " ")) for code in emploi["properties"]["typeContrat"]["enum"])


_ROME = "Code ROME, par exemple D1207."
_DATE = "Par exemple 15/03/2011."

EVENEMENTS: dict[str, FormulaireEvenement] = {
    "INSCRIPTION": FormulaireEvenement(
        "Inscription",
        (
            Saisie("agence", "Agence", obligatoire=True),
            Saisie("identifiantPoleEmploi", "Identifiant Pôle emploi", "Sept chiffres, puis un chiffre ou une lettre."),
        ),
    ),
    "PPAE": FormulaireEvenement(
        "Entretien PPAE",
        (
            Saisie("dateEntretien", "Date de l’entretien", _DATE, obligatoire=True, date=True),
            Saisie("dateActualisation", "Date d’actualisation", _DATE, date=True),
            Saisie("metierVise", "Métier visé", _ROME),
        ),
    ),
    "PRESTATION": FormulaireEvenement(
        "Prestation",
        (
            Saisie("code", "Code", obligatoire=True),
            Saisie("libelle", "Libellé", obligatoire=True),
            Saisie("debut", "Date de début", _DATE, obligatoire=True, date=True),
            Saisie("fin", "Date de fin", _DATE, date=True),
        ),
    ),
    "EMPLOI": FormulaireEvenement(
        "Emploi",
        (
            Saisie("typeContrat", "Type de contrat", obligatoire=True, choix=_contract_types()),
            Saisie("dateEmbauche", "Date d’embauche", _DATE, obligatoire=True, date=True),
            Saisie("natureEmploi", "Nature de l’emploi"),
            Saisie("domaineActivite", "Domaine d’activité", "Lettre du ROME, de A à N."),
            Saisie("metierExerce", "Métier exercé", _ROME),
        ),
    ),
    "RADIATION": FormulaireEvenement(
        "Radiation",
        (Saisie("motifRadiation", "Motif", obligatoire=True),),
    ),
}


def fault_from_form(form: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of the control API; raises Refus 400 naming the field that is no number."""
    fault: dict[str, Any] = {"genre": form.get("genre", "")}
    fault |= {name: form[name].strip() for name in ("operation", "numeroCai") if form.get(name, "").strip()}
    for name in ("nombre", "secondes", "probabilite", "statut"):
        if (value := _number(form, name)) is not None:
            fault[name] = int(value) if value.is_integer() else value
    if form.get("apres"):
        fault["apres"] = True
    return fault


def event_from_form(type_: str, form: FormulaireEvenement, typed: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of `evenements.publish`; raises Refus 400 when a mandatory field is empty.

    A date that cannot be read is passed as it is, and refused by the contract.
    """
    missing = [
        {"chemin": f"/donnees/{saisie.nom}", "motif": "Remplissez ce champ."}
        for saisie in form.saisies
        if saisie.obligatoire and not typed.get(saisie.nom, "").strip()
    ]
    if missing:
        raise _refusal(missing)
    deliveries = _number(typed, "livraisons")
    if deliveries is None or not deliveries.is_integer() or not 1 <= deliveries <= DELIVERIES_MAX:
        raise _refusal([{"chemin": "/livraisons", "motif": f"Indiquez un nombre entier de 1 à {DELIVERIES_MAX}."}])
    contents = {}
    for saisie in form.saisies:
        if text := typed.get(saisie.nom, "").strip():
            contents[saisie.nom] = read_date(text) if saisie.date else text
    return {
        "type": type_,
        "numero_cai": typed.get("numeroCai", "").strip(),
        "donnees": contents,
        "reference": typed.get("referenceAccuse", "").strip() or None,
        "survenu_le": read_date(typed.get("survenuLe", "").strip()) or None,
        "livraisons": int(deliveries),
    }


def read_date(text: str) -> str:
    """15/3/2011 as 2011-03-15; anything else as it is."""
    found = _FRENCH_DATE.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}" if found else text


def _number(form: Mapping[str, str], name: str) -> float | None:
    text = form.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,3})?", text):
        raise _refusal([{"chemin": f"/{name}", "motif": "Indiquez un nombre."}])
    return float(text)


def _refusal(champs: list[Champ]) -> Refus:
    return Refus(400, "CORPS_INVALIDE", "La demande est à corriger.", champs=champs)
