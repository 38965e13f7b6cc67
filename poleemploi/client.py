"""The HTTP adapter: the only code that speaks to the partner, and the only importer of the HTTP library.

It never raises on what the partner does, follows no redirect, and logs neither bodies nor tokens: what came back, or
did not, is told by a ``Reponse``.
"""

import contextlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import quote
from uuid import UUID

import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

API = "/partenaire/bilans-ofii/v1"
JETON = "/connexion/oauth2/access_token"
PORTEE = "api_bilans-ofiiv1"
CORPS_MAX = 1_000_000  # bytes; an answer of the contract holds in a thousandth of it
CHAMPS_MAX = 20
RAPPROCHEMENTS = ("TROUVE", "NON_TROUVE", "PLUSIEURS")
_IDENTIFIANT = re.compile(r"[\x21-\x7e]{1,80}")
_CURSEUR = re.compile(r"[\x21-\x7e]{1,2000}")
_POINTEUR = re.compile(r"(/[A-Za-z0-9]{1,40}){1,8}")


class Coupure(Enum):
    """No answer came: what is known of the request."""

    AVANT = "avant"  # it never left
    APRES = "apres"  # it may have been carried out


@dataclass(frozen=True)
class Recu:
    """The partner's acknowledgement of a deposit."""

    identifiant: str
    recu_at: datetime
    rapprochement: str


@dataclass(frozen=True)
class Page:
    """A page of the feed: its events as they came, whatever they are, and where the next page begins."""

    evenements: tuple[Any, ...]
    curseur: str
    encore: bool


@dataclass(frozen=True)
class Reponse:
    """What came back. ``code`` is empty when the body is not an error of the contract, whatever it is instead."""

    statut: int | None = None
    code: str = ""
    chemins: tuple[str, ...] = ()  # JSON pointers of the refused fields; the partner's own words are not kept
    retry_after: str | None = None
    recu: Recu | None = None
    page: Page | None = None
    coupure: Coupure | None = None


@dataclass(frozen=True)
class Jeton:
    """An access token as the partner gave it, and the life it announced."""

    valeur: str
    vie: timedelta


@dataclass(frozen=True)
class Delais:
    """Seconds: to connect, then between two bytes; an answer is whole within twice the latter or it is given up."""

    connexion: float
    lecture: float

    @property
    def total(self) -> float:
        """The longest that one request may take."""
        return self.connexion + 2 * self.lecture


class PartnerClient:
    """One per process: connections are kept alive and reused. The token is passed in: all workers share it."""

    def __init__(self, url: str, client_id: str, secret: str, *, delais: Delais, connexions: int = 4) -> None:
        self._url = url.rstrip("/")
        self._identifiants = {"client_id": client_id, "client_secret": secret}
        self.delais = delais
        # Without a session: no cookie of the partner comes back, and neither a proxy nor a .netrc decides
        # where this goes. An eighth of the time of a request went there.
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connexions, max_retries=0)

    def close(self) -> None:
        self._adapter.close()

    def obtain_token(self) -> Jeton | Reponse:
        """A new token, or the answer that is not one."""
        form = {"grant_type": "client_credentials", "scope": PORTEE, **self._identifiants}
        reponse, body = self._exchange("POST", JETON, params={"realm": "/partenaire"}, form=form)
        valeur, vie = (body.get("access_token"), body.get("expires_in")) if isinstance(body, dict) else (None, None)
        if (
            reponse.statut == requests.codes.ok
            and isinstance(valeur, str)
            and re.fullmatch(r"[\x21-\x7e]{1,4096}", valeur)  # anything else would not fit in a header
            and isinstance(vie, int)
            and vie > 0
        ):
            return Jeton(valeur, timedelta(seconds=min(vie, 86_400)))
        return reponse

    def deposit(self, cle: UUID, corps: bytes, *, correlation: str, jeton: str) -> Reponse:
        """Deposit a body under its key. The bytes are sent as they are."""
        headers = {"Idempotency-Key": str(cle), "X-Correlation-Id": correlation, "Content-Type": "application/json"}
        return self._authorised("POST", "/syntheses", jeton, headers=headers, corps=corps)

    def find_by_key(self, cle: UUID, *, correlation: str, jeton: str) -> Reponse:
        """What became of a deposit whose answer was lost."""
        return self._authorised("GET", f"/syntheses/par-cle/{cle}", jeton, headers={"X-Correlation-Id": correlation})

    def erase(self, identifiant: str, *, motif: str, correlation: str, jeton: str) -> Reponse:
        """Erase a deposit by the identifier of its receipt. Safe to repeat."""
        path = "/syntheses/" + quote(identifiant, safe="")
        headers = {"X-Correlation-Id": correlation}
        return self._authorised("DELETE", path, jeton, params={"motif": motif}, headers=headers)

    def read_events(self, curseur: str, *, limite: int, jeton: str) -> Reponse:
        """The page of the feed that follows a cursor of the partner's, the first one when it is empty."""
        params = {"limite": str(limite)} | ({"curseur": curseur} if curseur else {})
        headers = {"Authorization": f"Bearer {jeton}"}
        reponse, body = self._exchange("GET", API + "/evenements", headers=headers, params=params)
        return replace(reponse, page=_page(body)) if reponse.statut == requests.codes.ok else reponse

    def _authorised(
        self,
        method: str,
        path: str,
        jeton: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        corps: bytes | None = None,
    ) -> Reponse:
        authorised = {**headers, "Authorization": f"Bearer {jeton}"}
        return self._exchange(method, API + path, headers=authorised, params=params, corps=corps)[0]

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        corps: bytes | None = None,
        form: Mapping[str, str] | None = None,
    ) -> tuple[Reponse, Any]:
        deadline = time.monotonic() + self.delais.total
        try:
            asked = requests.Request(
                method,
                self._url + path,
                params=dict(params or {}),
                headers={"Accept": "application/json", **(headers or {})},
                data=corps if form is None else dict(form),
            ).prepare()
            # An adapter follows no redirect.
            with self._adapter.send(asked, stream=True, timeout=(self.delais.connexion, self.delais.lecture)) as answer:
                body = _json(_read(answer, deadline))
                return _told(answer, body), body
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            return Reponse(coupure=_where(error)), None


def _read(answer: requests.Response, deadline: float) -> bytes:
    """The whole body. Raises ConnectionError when it is too long or comes too slowly to be an answer."""
    received = bytearray()
    # One read of the socket at a time: iter_content would wait for a full piece, however slowly it comes.
    while piece := answer.raw.read1(16_384, decode_content=True):
        received += piece
        if len(received) > CORPS_MAX or time.monotonic() > deadline:
            raise requests.ConnectionError("not an answer of the contract")
    return bytes(received)


def _json(raw: bytes) -> Any:
    """The JSON value, None for anything else."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(raw)
    return None


def _told(answer: requests.Response, body: Any) -> Reponse:
    statut = answer.status_code
    retry_after = answer.headers.get("Retry-After")
    if statut < requests.codes.bad_request:
        return Reponse(statut, retry_after=retry_after, recu=_receipt(body))
    if not isinstance(body, dict) or not isinstance(body.get("code"), str):
        return Reponse(statut, retry_after=retry_after)
    code = body["code"] if re.fullmatch(r"[A-Z_]{1,40}", body["code"]) else "ILLISIBLE"
    return Reponse(statut, code=code, chemins=_pointers(body.get("champs")), retry_after=retry_after)


def _receipt(body: Any) -> Recu | None:
    """The acknowledgement, as soon as it has the identifier by which the deposit can be erased.

    The rest is read as well as it can be: a receipt is never lost for a date in a form we do not know.
    """
    identifiant = body.get("identifiant") if isinstance(body, dict) else None
    if not isinstance(identifiant, str) or not _IDENTIFIANT.fullmatch(identifiant) or set(identifiant) == {"."}:
        return None
    try:
        recu_at = datetime.fromisoformat(body.get("recuLe"))
    except (TypeError, ValueError):
        recu_at = datetime.now(UTC)
    if recu_at.utcoffset() is None:
        recu_at = recu_at.replace(tzinfo=UTC)
    rapprochement = body.get("rapprochement")
    return Recu(identifiant, recu_at, rapprochement if rapprochement in RAPPROCHEMENTS else "")


def _page(body: Any) -> Page | None:
    """The page, None when it does not say where the next one begins: going on by guess could lose events."""
    if not isinstance(body, dict):
        return None
    evenements, curseur, encore = (body.get(name) for name in ("evenements", "curseurSuivant", "encore"))
    if not isinstance(evenements, list) or not isinstance(curseur, str) or not isinstance(encore, bool):
        return None
    return Page(tuple(evenements), curseur, encore) if _CURSEUR.fullmatch(curseur) else None


def _pointers(champs: Any) -> tuple[str, ...]:
    """Where the partner says the fault is. Its sentences are dropped: they may quote what the synthesis says."""
    if not isinstance(champs, list):
        return ()
    found = (champ.get("chemin") for champ in champs[:CHAMPS_MAX] if isinstance(champ, dict))
    return tuple(chemin for chemin in found if isinstance(chemin, str) and _POINTEUR.fullmatch(chemin))


def _where(error: Exception) -> Coupure:
    """Before, only when it is certain that not one byte of the request left."""
    reason: Any = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    never_connected = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    if isinstance(error, requests.ConnectTimeout) or isinstance(reason, never_connected):
        return Coupure.AVANT
    return Coupure.APRES
