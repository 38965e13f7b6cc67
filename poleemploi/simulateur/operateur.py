"""The operator's pages: what was received, which faults are in force, what the partner announces.

Plain HTML, no script: everything is a link or a form, and every act ends with a redirection.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from . import evenements
from .contexte import simulateur
from .controle import check_same_site
from .faults import GENRES, Operation, Panne
from .formulaires import EVENEMENTS, event_from_form, fault_from_form
from .refus import Refus

PAGE = 25
REQUESTS = 200
PARIS = ZoneInfo("Europe/Paris")
DONE = {
    "panne": "La panne est provoquée.",
    "arret": "La panne est arrêtée.",
    "arrets": "Toutes les pannes sont arrêtées.",
    "jetons": "Tous les jetons sont révoqués.",
    "evenement": "L’événement est publié.",
    "livraison": "L’événement sera livré une fois de plus.",
    "zero": "Le simulateur est remis à zéro.",
}
LABELS = {
    "EN_VIGUEUR": "En vigueur",
    "REMPLACE": "Remplacé",
    "EFFACE": "Effacé",
    "TROUVE": "Personne trouvée",
    "NON_TROUVE": "Personne non trouvée",
    "PLUSIEURS": "Plusieurs personnes possibles",
    "RETRAIT_CONSENTEMENT": "retrait du consentement",
    "ERREUR_SAISIE": "erreur de saisie",
    **{genre.value: description.libelle for genre, description in GENRES.items()},
}
OPERATIONS = {
    Operation.OBTENIR_JETON: "Obtenir un jeton",
    Operation.DEPOSER_SYNTHESE: "Déposer une synthèse",
    Operation.RETROUVER_DEPOT: "Retrouver un dépôt",
    Operation.EFFACER_SYNTHESE: "Effacer une synthèse",
    Operation.LIRE_EVENEMENTS: "Lire les événements",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}

operateur = Blueprint("operateur", __name__)


@operateur.before_request
def refuse_other_sites() -> None:
    check_same_site()


@operateur.after_request
def harden(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


@operateur.app_template_filter("heure")
def as_paris_time(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(PARIS).strftime("%d/%m/%Y %H:%M:%S")


@operateur.app_template_filter("jour")
def as_french_date(day: str) -> str:
    """15/03/2011; what is no date, published on purpose, is shown as it is."""
    try:
        return date.fromisoformat(day).strftime("%d/%m/%Y")
    except ValueError:
        return day


@operateur.app_template_filter("libelle")
def as_label(code: str) -> str:
    return LABELS.get(code, code)


@operateur.app_template_filter("operation")
def as_operation(nom: str | None) -> str:
    return OPERATIONS[Operation(nom)] if nom in set(Operation) else "—"


@operateur.route("/", methods=["GET", "POST"])
def home() -> AnyResponse | str | tuple[str, int]:
    """The state of the partner; a posted form switches a fault on."""
    if request.method == "GET":
        return _home({}, None)
    try:
        simulateur().pannes.switch_on(Panne.from_json(fault_from_form(request.form)))
    except Refus as refus:
        return _home(request.form, refus), refus.statut
    return _done("home", "panne")


def _home(typed: Mapping[str, str], refus: Refus | None) -> str:
    before = request.args.get("avant", type=int)
    rows = simulateur().store.deposits(before=before, limit=PAGE + 1)
    return render_template(
        "accueil.html",
        pannes=simulateur().pannes.in_force(),
        genres=GENRES,
        operations=OPERATIONS,
        typed=typed,
        refus=refus,
        depots=rows[:PAGE],
        suite=rows[PAGE - 1]["rang"] if len(rows) > PAGE else None,
        avant=before,
        fait=DONE.get(request.args.get("fait", "")),
    )


@operateur.post("/pannes/arret/")
def switch_all_off() -> AnyResponse:
    simulateur().pannes.switch_all_off()
    return _done("home", "arrets")


@operateur.post("/pannes/<identifiant>/arret/")
def switch_off(identifiant: str) -> AnyResponse:
    # A fault that has spent itself meanwhile is off too.
    simulateur().pannes.switch_off(identifiant)
    return _done("home", "arret")


@operateur.post("/jetons/revocation/")
def revoke_tokens() -> AnyResponse:
    simulateur().store.revoke_tokens()
    return _done("home", "jetons")


@operateur.get("/depots/<identifiant>/")
def show_deposit(identifiant: str) -> str:
    row = simulateur().store.deposit(identifiant) or abort(404)
    body = None if row["corps"] is None else json.dumps(json.loads(row["corps"]), ensure_ascii=False, indent=2)
    return render_template("depot.html", depot=row, accuse=json.loads(row["reponse"]), corps=body, types=EVENEMENTS)


@operateur.get("/evenements/")
def list_events() -> str:
    rows = simulateur().store.events(limit=REQUESTS)
    published = [{**json.loads(row["corps"]), "livraisons": row["livraisons"]} for row in rows]
    fait = DONE.get(request.args.get("fait", ""))
    return render_template("evenements.html", evenements=published, types=EVENEMENTS, fait=fait)


@operateur.route("/evenements/<type_>/", methods=["GET", "POST"])
def publish_event(type_: str) -> AnyResponse | str | tuple[str, int]:
    form = EVENEMENTS.get(type_) or abort(404)
    if request.method == "GET":
        return _event_form(type_, request.args, None)
    try:
        evenements.publish(simulateur().store, **event_from_form(type_, form, request.form))
    except Refus as refus:
        return _event_form(type_, request.form, refus), refus.statut
    return _done("list_events", "evenement")


def _event_form(type_: str, typed: Mapping[str, str], refus: Refus | None) -> str:
    return render_template("evenement.html", type=type_, form=EVENEMENTS[type_], typed=typed, refus=refus)


@operateur.post("/evenements/<identifiant>/livraisons/")
def deliver_again(identifiant: str) -> AnyResponse:
    if not simulateur().store.deliver_again(identifiant):
        abort(404)
    return _done("list_events", "livraison")


@operateur.get("/requetes/")
def list_requests() -> str:
    return render_template("requetes.html", requetes=simulateur().requetes.latest(limit=REQUESTS))


@operateur.route("/remise-a-zero/", methods=["GET", "POST"])
def reset() -> AnyResponse | str:
    if request.method == "GET":
        return render_template("remise_a_zero.html")
    simulateur().reset()
    return _done("home", "zero")


@operateur.errorhandler(HTTPException)
def http_error(error: HTTPException) -> tuple[str, int]:
    return render_template("erreur.html", statut=error.code), error.code or 500


@operateur.errorhandler(Refus)
def refused(refus: Refus) -> tuple[str, int]:
    return render_template("erreur.html", statut=refus.statut, message=refus.message), refus.statut


def _done(view: str, what: str) -> AnyResponse:
    values: dict[str, Any] = {"fait": what}
    return redirect(url_for(f"operateur.{view}", **values), 303)
