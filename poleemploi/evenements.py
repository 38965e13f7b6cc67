"""One event of the partner's feed, read: what it says, in the columns of a return; or why it cannot be read.

Nothing is kept but what reference F.3 lists: neither the agency, nor the reason of a radiation, nor the person's number
there, nor the job aimed at.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from poleemploi import contrat
from poleemploi.states import MotifEcart

_IDENTIFIANT = re.compile(r"[\x21-\x7e]{1,80}")
_TITRES = {
    "INSCRIPTION": "Inscription",
    "RADIATION": "Radiation",
    "PPAE": "Ppae",
    "PRESTATION": "Prestation",
    "EMPLOI": "Emploi",
}
# Longest that a column can hold, where the contract sets no bound.
_LONGUEURS = {"code": 40, "libelle": 200}


@dataclass(frozen=True)
class EvenementLu:
    """What an event says. ``dit`` holds the columns of a return; empty when ``illisible`` says why there are none."""

    identifiant: str
    numero_cai: str = ""
    accuse: str = ""
    survenu_le: date | None = None
    dit: Mapping[str, Any] = field(default_factory=dict)
    illisible: MotifEcart | None = None


def read(event: object) -> EvenementLu:
    """Never raises: whatever the partner sends has an identifier and, if nothing else, a reason."""
    if not isinstance(event, dict):
        return EvenementLu(_fingerprint(event), illisible=MotifEcart.ILLISIBLE)
    identifiant = _text(event.get("id")) or _fingerprint(event)
    numero, accuse = _text(event.get("numeroCai")), _text(event.get("referenceAccuse"))
    survenu_le, dit = _day(event.get("survenuLe")), None
    genre = event.get("type")
    known = isinstance(genre, str) and genre in _TITRES
    if known and numero and accuse and survenu_le is not None:
        dit = _said(str(genre), survenu_le, event.get("donnees"))
    if dit is not None:
        return EvenementLu(identifiant, numero, accuse, survenu_le, dit)
    motif = MotifEcart.ILLISIBLE if known or not isinstance(genre, str) else MotifEcart.TYPE_INCONNU
    return EvenementLu(identifiant, numero, accuse, survenu_le, illisible=motif)


def to_bytes(event: object) -> bytes:
    """The event as it is kept until somebody looks at it; any JSON value, even one that is no valid Unicode."""
    return json.dumps(event, sort_keys=True).encode("ascii")


def _fingerprint(event: object) -> str:
    """Of an event without an identifier we can keep: the same one delivered again still counts once."""
    return "sha256:" + hashlib.sha256(to_bytes(event)).hexdigest()


def _text(value: object) -> str:
    return value if isinstance(value, str) and _IDENTIFIANT.fullmatch(value) else ""


def _day(value: object) -> date | None:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _said(genre: str, survenu_le: date, donnees: object) -> dict[str, Any] | None:
    """The columns of a return; None when the contract does not allow it, or no column can hold it."""
    if contrat.faults(_schema_of(genre), donnees) or not isinstance(donnees, dict):
        return None
    if any(len(str(donnees.get(name, ""))) > longest for name, longest in _LONGUEURS.items()):
        return None
    days = {name: _day(value) for name, value in donnees.items()}
    match genre:
        case "INSCRIPTION":
            return {"date_inscription": survenu_le}
        case "RADIATION":
            return {"date_radiation": survenu_le}
        case "PPAE":
            return {
                "date_entretien_ppae": days["dateEntretien"],
                "date_actualisation": days.get("dateActualisation"),
            }
        case "PRESTATION":
            return {
                "prestation_code": donnees["code"],
                "prestation_libelle": donnees["libelle"],
                "prestation_debut": days["debut"],
                "prestation_fin": days.get("fin"),
            }
    return {
        "date_embauche": days["dateEmbauche"],
        "type_contrat": donnees["typeContrat"],
        "nature_emploi": donnees.get("natureEmploi", ""),
        "domaine_activite": donnees.get("domaineActivite", ""),
        "metier_exerce": donnees.get("metierExerce", ""),
    }


@cache
def _schema_of(genre: str) -> str:
    """Where the contract describes what an event of this kind says."""
    kinds = contrat.contract()["components"]["schemas"]["Evenement"]["properties"]["donnees"]["oneOf"]
    [rank] = [rank for rank, kind in enumerate(kinds) if kind["title"] == _TITRES[genre]]
    return f"Evenement/properties/donnees/oneOf/{rank}"
