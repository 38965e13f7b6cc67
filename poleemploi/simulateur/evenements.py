"""The return flow: a feed that is only ever added to, read by a cursor that never expires."""

import base64
import binascii
import json
import re
from datetime import date
from typing import Any
from uuid import uuid4

from .refus import Refus
from .store import Store
from .validation import event_faults

LIMITE = 100
LIMITE_MAX = 500


def read_page(store: Store, *, curseur: str | None, limite: str | None) -> dict[str, Any]:
    """A page of the contract's feed; raises Refus 400 for a cursor that was never given and a limit out of 1..500."""
    size = LIMITE if limite is None else _limit(limite)
    after = 0 if curseur is None else _rank(curseur, last=store.last_rank())
    rows = store.feed(after=after, limit=size + 1)
    page = rows[:size]
    return {
        "evenements": [json.loads(row["corps"]) for row in page],
        "curseurSuivant": cursor(page[-1]["rang"] if page else after),
        "encore": len(rows) > size,
    }


def cursor(rang: int) -> str:
    return base64.urlsafe_b64encode(f"rang:{rang}".encode()).decode().rstrip("=")


def publish(
    store: Store,
    *,
    type: str,
    numero_cai: str,
    donnees: dict[str, Any],
    reference: str | None = None,
    survenu_le: str | None = None,
    livraisons: int = 1,
    brut: bool = False,
) -> dict[str, Any]:
    """Adds an event to the feed and returns it.

    Without a reference, it follows from the last deposit of this number, or from one that nobody knows. Raises Refus
    400 when the event does not conform to the contract, unless `brut` says that this is the point of the exercise.
    """
    deposit = store.current_deposit(numero_cai)
    event = {
        "id": f"EVT-{uuid4().hex[:20].upper()}",
        "type": type,
        "numeroCai": numero_cai,
        "referenceAccuse": reference or (deposit["identifiant"] if deposit else f"PE-{uuid4().hex[:20].upper()}"),
        "survenuLe": survenu_le or date.today().isoformat(),  # noqa: DTZ011 - the operator's calendar day
        "donnees": donnees,
    }
    champs = [] if brut else event_faults(event)
    if champs:
        raise Refus(400, "CORPS_INVALIDE", "Cet événement n’est pas conforme au contrat.", champs=champs)
    store.publish(str(event["id"]), corps=json.dumps(event, ensure_ascii=False), livraisons=livraisons)
    return event


def _limit(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > LIMITE_MAX:
        raise Refus(400, "CORPS_INVALIDE", f"Le paramètre limite doit être un entier de 1 à {LIMITE_MAX}.")
    return int(text)


def _rank(text: str, *, last: int) -> int:
    unknown = Refus(400, "CORPS_INVALIDE", "Ce curseur n’a pas été donné par ce service.")
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise unknown from None
    found = re.fullmatch(r"rang:(0|[1-9][0-9]{0,18})", decoded)
    # A cursor beyond the last event is one of another store: going on from it would skip events without a word.
    if found is None or int(found[1]) > last or cursor(int(found[1])) != text:
        raise unknown
    return int(found[1])
