"""The control API: what test checkers and benches ask of the simulator, and the partner's client never does."""

import json
import secrets
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, jsonify, request

from . import evenements
from .contexte import PORTEE, simulateur
from .faults import GENRES, Panne
from .formulaires import DELIVERIES_MAX
from .refus import Refus
from .validation import faults_against, read_json

controle = Blueprint("controle", __name__, url_prefix="/_controle")

EVENEMENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type", "numeroCai", "donnees"],
    "properties": {
        "type": {"type": "string"},
        "numeroCai": {"type": "string"},
        "donnees": {"type": "object"},
        "referenceAccuse": {"type": "string"},
        "survenuLe": {"type": "string"},
        "livraisons": {"type": "integer", "minimum": 1, "maximum": DELIVERIES_MAX},
        "brut": {"type": "boolean"},
    },
}
JETON_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "portee": {"type": "string"},
        "secondes": {"type": "number", "minimum": 0, "maximum": 86400},
    },
}


@controle.before_request
def refuse_other_sites() -> None:
    check_same_site()


def check_same_site() -> None:
    """Raises Refus 403 for a form posted by a page of another site, in the browser of whoever runs the simulator."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Refus(403, "PORTEE_INSUFFISANTE", "Cette demande vient d’un autre site.")


@controle.get("/pannes")
def list_faults() -> Response:
    genres = [
        {
            "genre": genre,
            "libelle": description.libelle,
            "operations": list(description.operations),
            "secondes": description.secondes,
        }
        for genre, description in GENRES.items()
    ]
    return jsonify(pannes=[panne.as_json() for panne in simulateur().pannes.in_force()], genres=genres)


@controle.post("/pannes")
def switch_on() -> tuple[Response, int]:
    panne = simulateur().pannes.switch_on(Panne.from_json(read_json(request.get_data())))
    return jsonify(panne.as_json()), 201


@controle.delete("/pannes")
def switch_all_off() -> Response:
    simulateur().pannes.switch_all_off()
    return Response(status=204)


@controle.delete("/pannes/<identifiant>")
def switch_off(identifiant: str) -> Response:
    if not simulateur().pannes.switch_off(identifiant):
        raise Refus(404, "INCONNU", "Cette panne n’est pas en cours.")
    return Response(status=204)


@controle.post("/jetons")
def mint_token() -> tuple[Response, int]:
    """A token of any scope and life, to see what becomes of it."""
    wish = _body(JETON_SCHEMA)
    token = secrets.token_urlsafe(32)
    partner = simulateur()
    life = wish.get("secondes", partner.ttl)
    partner.store.remember_token(token, portee=wish.get("portee", PORTEE), secondes=life)
    return jsonify(access_token=token, expires_in=life), 201


@controle.delete("/jetons")
def revoke_tokens() -> Response:
    return jsonify(revoques=simulateur().store.revoke_tokens())


@controle.get("/depots")
def list_deposits() -> Response:
    """Oldest first, with the body of those in force."""
    return jsonify(depots=[deposit_json(row) for row in reversed(simulateur().store.deposits())])


@controle.get("/requetes")
def list_requests() -> Response:
    """Oldest first; `operation` and `cle` filter."""
    wanted = {name: request.args[name] for name in ("operation", "cle") if name in request.args}
    rows = [row for row in reversed(simulateur().requetes.latest()) if all(row[k] == v for k, v in wanted.items())]
    return jsonify(requetes=[_request_json(row) for row in rows])


@controle.get("/entorses")
def list_breaches() -> Response:
    """What the requests broke of the contract, oldest first, whatever was answered to them."""
    return jsonify(entorses=[dict(row) for row in simulateur().requetes.breaches()])


@controle.delete("/entorses")
def forget_breaches() -> Response:
    simulateur().requetes.forget_breaches()
    return Response(status=204)


@controle.get("/evenements")
def list_events() -> Response:
    rows = reversed(simulateur().store.events())
    return jsonify(evenements=[{**json.loads(row["corps"]), "livraisons": row["livraisons"]} for row in rows])


@controle.post("/evenements")
def publish_event() -> tuple[Response, int]:
    wish = _body(EVENEMENT_SCHEMA)
    event = evenements.publish(
        simulateur().store,
        type=wish["type"],
        numero_cai=wish["numeroCai"],
        donnees=wish["donnees"],
        reference=wish.get("referenceAccuse"),
        survenu_le=wish.get("survenuLe"),
        livraisons=wish.get("livraisons", 1),
        brut=wish.get("brut", False),
    )
    return jsonify(event), 201


@controle.post("/evenements/<identifiant>/livraisons")
def deliver_again(identifiant: str) -> tuple[Response, int]:
    if not simulateur().store.deliver_again(identifiant):
        raise Refus(404, "INCONNU", "Cet événement n’existe pas.")
    return jsonify(id=identifiant), 201


@controle.post("/reset")
def reset() -> Response:
    simulateur().reset()
    return Response(status=204)


def deposit_json(row: sqlite3.Row) -> dict[str, object]:
    return {
        "identifiant": row["identifiant"],
        "cle": row["cle"],
        "etat": row["etat"],
        "numeroCai": row["numero_cai"],
        "version": None if row["version"] is None else int(row["version"]),
        "corps": None if row["corps"] is None else json.loads(row["corps"]),
        "empreinte": row["empreinte"],
        "correlation": row["correlation"],
        "recuLe": row["recu_le"],
        "effaceLe": row["efface_le"],
        "motif": row["motif"],
        "receptions": row["receptions"],
        "rapprochement": json.loads(row["reponse"])["rapprochement"],
    }


def _request_json(row: sqlite3.Row) -> dict[str, object]:
    return {
        "rang": row["rang"],
        "recueLe": row["recue_le"],
        "methode": row["methode"],
        "chemin": row["chemin"],
        "parametres": row["parametres"],
        "operation": row["operation"],
        "cle": row["cle"],
        "correlation": row["correlation"],
        "statut": row["statut"],
        "code": row["code"],
        "panne": row["panne"],
        "rejouee": bool(row["rejouee"]),
        "dureeMs": row["duree_ms"],
    }


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    document = read_json(request.get_data() or b"{}")
    champs = faults_against(schema, document)
    if champs or not isinstance(document, dict):
        raise Refus(400, "CORPS_INVALIDE", "Cette demande n’est pas décrite comme il faut.", champs=champs)
    return document
