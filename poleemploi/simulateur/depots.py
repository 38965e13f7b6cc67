"""Receiving a synthesis: the rules of the key, of the version and of the business, in that order."""

import json
import math
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask import Response

from .contexte import simulateur
from .faults import Etape, Genre, Operation, Panne
from .passerelle import draw
from .refus import Champ, Refus
from .store import EnCoursError, as_rfc3339, digest, now
from .validation import check_deposit, pointer, read_json

REFUSALS = {
    Genre.NUMERO_CAI_INCONNU: (422, "NUMERO_CAI_INCONNU", "Ce numéro CAI n’est pas connu."),
    Genre.CODE_ROME_OBSOLETE: (422, "CODE_ROME_OBSOLETE", "Un code ROME n’est plus en usage."),
    Genre.CONSENTEMENT_PERIME: (422, "CONSENTEMENT_PERIME", "Le consentement est trop ancien."),
    Genre.CORPS_INVALIDE: (400, "CORPS_INVALIDE", "Le corps n’est pas conforme."),
}


def receive(cle: str, corps: bytes, *, correlation: str | None, pause: Callable[[], None]) -> Response:
    """The answer to a deposit; `pause` is the time it takes, during which the key is held.

    The same key and the same bytes give the first answer again for ever, whether it was an acceptance or a refusal of
    what the body says (400, 409 VERSION_PERIMEE, 422); 409 CLE_REUTILISEE for other bytes; 409 EN_COURS while the
    first request runs. Answers that say nothing of the body (401, 403, 413, 429, 5xx, EN_COURS) do not bind the key.
    """
    store = simulateur().store
    try:
        with store.running(cle):
            first = store.first_answer(cle)
            if first is None:
                pause()
                return _receive_first(cle, corps, correlation=correlation)
            if first.empreinte != digest(corps):
                raise Refus(409, "CLE_REUTILISEE", "Cette clé a déjà servi pour un autre corps.")
            store.count_reception(cle)
            return answer(first.statut, first.corps, replayed=True)
    except EnCoursError:
        raise still_running(1) from None


def answer(statut: int, corps: str, *, replayed: bool = False) -> Response:
    response = Response(corps, status=statut, content_type="application/json")
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def still_running(seconds: float) -> Refus:
    headers = {"Retry-After": str(math.ceil(seconds))}
    return Refus(409, "EN_COURS", "La première demande avec cette clé est encore en cours.", headers=headers)


def _receive_first(cle: str, corps: bytes, *, correlation: str | None) -> Response:
    try:
        document = check_deposit(read_json(corps))
        panne = _draw(document)
        if panne and panne.genre is Genre.EN_COURS:
            raise still_running(panne.secondes or 0)
        if panne and panne.genre in REFUSALS:
            statut, code, message = REFUSALS[panne.genre]
            raise Refus(statut, code, message, champs=_champs(panne, document), kept=True)
        return _accept(cle, corps, document, correlation=correlation, several=panne is not None)
    except Refus as refus:
        if refus.kept:
            reponse = json.dumps(refus.as_json(), ensure_ascii=False)
            simulateur().store.keep_refusal(cle, corps=corps, statut=refus.statut, reponse=reponse)
        raise


def _accept(cle: str, corps: bytes, document: dict[str, Any], *, correlation: str | None, several: bool) -> Response:
    found = "TROUVE" if document["rechercheEmploi"]["inscritPoleEmploi"] else "NON_TROUVE"
    receipt = {
        "identifiant": f"PE-{uuid4().hex[:20].upper()}",
        "recuLe": as_rfc3339(now()),
        "rapprochement": "PLUSIEURS" if several else found,
    }
    reponse = json.dumps(receipt)
    accepted = simulateur().store.keep_deposit(
        cle,
        identifiant=receipt["identifiant"],
        numero_cai=document["numeroCai"],
        version=int(document["synthese"]["version"]),
        corps=corps,
        correlation=correlation,
        recu_le=receipt["recuLe"],
        reponse=reponse,
    )
    if not accepted:
        champs = [{"chemin": "/synthese/version", "motif": "Une version égale ou plus récente est déjà reçue."}]
        raise Refus(409, "VERSION_PERIMEE", "Cette version est périmée.", champs=champs, kept=True)
    return answer(201, reponse)


def _draw(document: dict[str, Any]) -> Panne | None:
    return draw(
        Etape.METIER,
        Operation.DEPOSER_SYNTHESE,
        lambda: str(document["numeroCai"]),
        applies=lambda panne: panne.genre is not Genre.CODE_ROME_OBSOLETE or bool(_obsolete(panne, document)),
    )


def _champs(panne: Panne, document: dict[str, Any]) -> list[Champ]:
    if panne.genre is Genre.CODE_ROME_OBSOLETE:
        return [{"chemin": path, "motif": "Ce code ROME n’est plus en usage."} for path in _obsolete(panne, document)]
    if panne.genre is Genre.CONSENTEMENT_PERIME:
        return [{"chemin": "/consentement/recueilliLe", "motif": "Ce consentement est trop ancien."}]
    return [{"chemin": "/numeroCai", "motif": "Ce numéro n’est pas accepté."}]


def _obsolete(panne: Panne, document: dict[str, Any]) -> list[str]:
    """Where the body bears a code that the fault calls obsolete; without a list, every code is."""
    bearers: list[tuple[list[str | int], dict[str, Any]]]
    bearers = [(["synthese", "metiers", i], metier) for i, metier in enumerate(document["synthese"]["metiers"])]
    bearers += [(["experiences", i], experience) for i, experience in enumerate(document["experiences"])]
    return [
        pointer([*path, "codeRome"])
        for path, bearer in bearers
        if "codeRome" in bearer and (panne.codesRome is None or bearer["codeRome"] in panne.codesRome)
    ]
