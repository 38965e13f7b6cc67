"""The partner's API, as its contract describes it, and the Flask application that carries it."""

import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from flask import g as context
from werkzeug.exceptions import HTTPException

from . import depots, evenements, jetons, passerelle
from .contexte import install, simulateur
from .controle import controle
from .faults import Etape, Genre, Operation, Panne
from .operateur import operateur
from .refus import Refus
from .validation import is_uuid, is_whole, read_json

API = "/partenaire/bilans-ofii/v1"
# The longest body that conforms to the contract stays below, even with every character escaped.
BODY_MAX = 512 * 1024
CORRELATION_MAX = 64
TTL = 1499
MOTIFS = ("RETRAIT_CONSENTEMENT", "ERREUR_SAISIE")
_PARTNER_PATHS = ("/connexion/", "/partenaire/")
_CODES = {404: "INCONNU", 413: "CORPS_TROP_GRAND", 500: "INDISPONIBLE"}

View = Callable[..., Response]
partenaire = Blueprint("partenaire", __name__)


def create_app(
    store_path: Path,
    *,
    client_id: str = "ofii-cai",
    client_secret: str = "secret-du-simulateur",  # noqa: S107 - there is no real partner behind
    ttl: int = TTL,
    with_control: bool = True,
) -> Flask:
    """The simulator over the store at this path, created when missing; `ttl` is the life of a token in seconds.

    Without control, the operator's pages and the control API do not exist.
    """
    app = Flask("poleemploi.simulateur", static_folder="statique", static_url_path="/statique")
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.url_map.merge_slashes = False
    install(app, store_path, client_id=client_id, client_secret=client_secret, ttl=ttl)
    app.register_blueprint(partenaire)
    if with_control:
        app.register_blueprint(controle)
        app.register_blueprint(operateur)
    app.add_url_rule("/sante", view_func=sante)
    app.before_request(_open_log)
    app.after_request(_close_log)
    app.register_error_handler(Refus, passerelle.refused)
    app.register_error_handler(HTTPException, _http_error)
    return app


def sante() -> Response:
    """Healthy when the store answers."""
    simulateur().store.last_rank()
    return jsonify(etat="ok")


def operation(nom: Operation, *, waits_inside: bool = False) -> Callable[[View], View]:
    """Runs an operation of the contract behind the faults of the gateway; a slow one waits inside when it says so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(**arguments: Any) -> Response:
            panne = passerelle.draw(Etape.PASSERELLE, nom, lambda: _number(nom, arguments))
            if panne is not None and not panne.apres and panne.genre is not Genre.LENTEUR:
                return passerelle.strike(panne, None)
            context.pause = _pause(panne)
            if not waits_inside:
                context.pause()
            try:
                if nom is not Operation.OBTENIR_JETON:
                    jetons.check_token(nom, numero_cai=lambda: _number(nom, arguments))
                response = view(**arguments)
            except Refus as refus:
                response = passerelle.refused(refus)
            return passerelle.strike(panne, response) if panne is not None and panne.apres else response

        return run

    return decorate


@partenaire.post("/connexion/oauth2/access_token", endpoint=Operation.OBTENIR_JETON)
@operation(Operation.OBTENIR_JETON)
def issue_token() -> Response:
    return jetons.issue_token()


@partenaire.post(f"{API}/syntheses", endpoint=Operation.DEPOSER_SYNTHESE)
@operation(Operation.DEPOSER_SYNTHESE, waits_inside=True)
def deposit() -> Response:
    cle = _key(request.headers.get("Idempotency-Key", ""))
    correlation = request.headers.get("X-Correlation-Id")
    if correlation is not None and len(correlation) > CORRELATION_MAX:
        raise Refus(400, "CORPS_INVALIDE", f"X-Correlation-Id dépasse {CORRELATION_MAX} caractères.")
    if request.mimetype != "application/json" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise Refus(400, "CORPS_INVALIDE", "Le corps doit être du JSON en UTF-8.")
    corps = request.get_data()
    if not is_whole(corps, request.content_length):
        # Says nothing of the body, hence does not bind the key (RFC 9112, section 8: an incomplete message).
        raise Refus(400, "CORPS_INVALIDE", "Le corps n’est pas arrivé en entier.")
    return depots.receive(cle, corps, correlation=correlation, pause=context.pause)


@partenaire.get(f"{API}/syntheses/par-cle/<cle>", endpoint=Operation.RETROUVER_DEPOT)
@operation(Operation.RETROUVER_DEPOT)
def find_deposit(cle: str) -> Response:
    first = simulateur().store.first_answer(_key(cle))
    if first is None or first.statut != 201:
        raise Refus(404, "INCONNU", "Aucun dépôt n’a été accepté avec cette clé.")
    return depots.answer(200, first.corps)


@partenaire.delete(f"{API}/syntheses/<identifiant>", endpoint=Operation.EFFACER_SYNTHESE)
@operation(Operation.EFFACER_SYNTHESE)
def erase_deposit(identifiant: str) -> Response:
    motifs = request.args.getlist("motif")
    if len(motifs) != 1 or motifs[0] not in MOTIFS:
        raise Refus(400, "CORPS_INVALIDE", f"Le motif doit être l’un de : {', '.join(MOTIFS)}.")
    if not simulateur().store.erase(identifiant, motif=motifs[0]):
        raise Refus(404, "INCONNU", "Ce dépôt n’existe pas.")
    return Response(status=204)


@partenaire.get(f"{API}/evenements", endpoint=Operation.LIRE_EVENEMENTS)
@operation(Operation.LIRE_EVENEMENTS)
def read_events() -> Response:
    page = evenements.read_page(simulateur().store, curseur=_single("curseur"), limite=_single("limite"))
    return jsonify(page)


def _key(text: str) -> str:
    if not is_uuid(text):
        raise Refus(400, "CORPS_INVALIDE", "La clé d’idempotence doit être un UUID.")
    return text.lower()


def _single(name: str) -> str | None:
    values = request.args.getlist(name)
    if len(values) > 1:
        raise Refus(400, "CORPS_INVALIDE", f"Le paramètre {name} est donné plusieurs fois.")
    return values[0] if values else None


def _number(nom: Operation, arguments: dict[str, str]) -> str | None:
    """The CAI number that a request is about, as far as it can be told before it is accepted."""
    store = simulateur().store
    match nom:
        case Operation.DEPOSER_SYNTHESE:
            try:
                document = read_json(request.get_data())
            except Refus:
                return None
            found = document.get("numeroCai") if isinstance(document, dict) else None
            return found if isinstance(found, str) else None
        case Operation.RETROUVER_DEPOT:
            return store.number_of(cle=arguments["cle"].lower())
        case Operation.EFFACER_SYNTHESE:
            return store.number_of(identifiant=arguments["identifiant"])
        case _:
            return None


def _pause(panne: Panne | None) -> Callable[[], None]:
    # A slow partner goes on when the client has left: what was asked is done in the end, its key busy until then.
    seconds = panne.secondes if panne is not None and panne.genre is Genre.LENTEUR and not panne.apres else None
    return lambda: time.sleep(seconds or 0)


def _open_log() -> None:
    if request.path.startswith(_PARTNER_PATHS):
        passerelle.open_log()


def _close_log(response: Response) -> Response:
    if request.path.startswith(_PARTNER_PATHS):
        passerelle.close_log(response)
    return response


def _http_error(error: HTTPException) -> Response:
    statut = error.code or 500
    refus = Refus(statut, _CODES.get(statut, "CORPS_INVALIDE"), f"{statut} {error.name}")
    response = passerelle.refused(refus)
    if allow := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allow
    return response
