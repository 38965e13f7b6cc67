"""What agents read of the feed: when it was last read, and the returns that it could not apply."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from agents.models import Agent
from agents.permissions import direction_ids
from agents.roles import Permission
from core import clock
from core.errors import RuleViolation
from core.french import date_sans_jour, nombre
from poleemploi import evenements, reponses
from poleemploi.etat_canal import said
from poleemploi.models import EvenementEcarte, EvenementRecu, Flux, Retour
from poleemploi.presentation_retours import Fait, facts_of
from poleemploi.quarantaine import ILLISIBLE, can_examine, content_of
from poleemploi.states import Sort

GENRES = {
    "INSCRIPTION": "Inscription",
    "RADIATION": "Fin d’inscription",
    "PPAE": "Entretien PPAE",
    "PRESTATION": "Prestation",
    "EMPLOI": "Emploi",
}


@dataclass(frozen=True)
class VueEcart:
    """One event set aside as it is shown: why, since when, what it says as far as it can be read, what may be done."""

    ecarte: EvenementEcarte
    motif: str
    depuis: datetime
    genre: str
    numero_cai: str
    faits: list[Fait]
    dossier_url: str = ""
    apply_url: str = ""
    classify_url: str = ""


def show_set_aside(ecarte: EvenementEcarte, agent: Agent) -> VueEcart:
    """A ``sealed`` row, its file read with its signatory. The acts are offered to who may do them.

    One that cannot be deciphered says so and can only be classified.
    """
    event, illisible = None, ""
    try:
        event = content_of(ecarte)
    except RuleViolation:
        illisible = ILLISIBLE
    lu = evenements.read(event)
    genre = event.get("type") if isinstance(event, dict) else None
    may_act, contrat = can_examine(agent, ecarte), ecarte.contrat
    may_open = contrat is not None and contrat.direction_id in direction_ids(agent, Permission.VOIR_DOSSIER)
    faits = [
        ("Genre de retour", illisible or GENRES.get(str(genre), "inconnu")),
        ("Numéro CAI annoncé", lu.numero_cai),
        ("Accusé de réception cité", lu.accuse),
        ("Situation au", date_sans_jour(lu.survenu_le)),
        *(facts_of(Retour(**lu.dit)) if lu.dit else []),
    ]
    return VueEcart(
        ecarte=ecarte,
        motif=str(ecarte.get_motif_display()),
        depuis=clock.shown(ecarte.created_at),
        genre=illisible or GENRES.get(str(genre), "Genre inconnu"),
        numero_cai=lu.numero_cai,
        faits=[(label, text) for label, text in faits if text],
        dossier_url=reverse("dossiers:view_file", args=[contrat.pk]) if contrat is not None and may_open else "",
        apply_url=reverse("poleemploi:apply_set_aside", args=[ecarte.pk]) if may_act and not illisible else "",
        classify_url=reverse("poleemploi:classify_set_aside", args=[ecarte.pk]) if may_act else "",
    )


def feed_state() -> dict[str, Any]:
    """When the feed was last read, why it is not if the partner refuses it, and how much of it nothing was kept of."""
    row = Flux.objects.filter(pk=1).first()
    dropped = EvenementRecu.objects.filter(sort=Sort.RIEN_GARDE).count()
    phrase = "Les retours de Pôle emploi n’ont pas encore été lus."
    if row is not None and row.lu_at is not None:
        phrase = f"Les retours de Pôle emploi ont été lus {said(row.lu_at)}."
    return {
        "phrase": phrase,
        "refus": reponses.LECTURE_REFUSEE if row is not None and row.erreur_code else "",
        "rien_garde": nombre(dropped) if dropped else "",
        "plusieurs": dropped > 1,
    }
