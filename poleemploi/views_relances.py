"""Starting several transmissions again: who is chosen, the question, and the answer row by row."""

from typing import TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import check_permission, direction_ids
from agents.roles import Permission
from poleemploi import relances
from poleemploi.ensemble import A_TRAITER, FILTRES, address
from poleemploi.etat_canal import channel_state
from poleemploi.forms import RelancesForm
from poleemploi.models import Transmission, TransmissionQuerySet
from poleemploi.presentation import RELANCES, show
from poleemploi.relances import Relance
from poleemploi.states import EtatTransmission

REPONSES = "relances"  # key of the session: what became of the last rows started again together
A_RECEVOIR = "Pôle emploi\u00a0: chaque synthèse qui n’y est pas déjà, si l’accord de la personne tient toujours."


class Reponse(TypedDict):
    """What the session keeps of one row: no name, no number."""

    pk: str
    phrase: str  # why it was refused; empty when it was not


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def requeue_many(request: AgentRequest) -> HttpResponse:
    """The rows chosen on the list, all ticked; then start those that still are, one by one.

    The form keeps the address of the question, so that it shows the same rows again when none of them is ticked.
    """
    check_permission(request.user, Permission.RELANCER_TRANSMISSION)
    retour = request.GET.get("filtre", "")
    retour = address(retour if retour in FILTRES else A_TRAITER)
    chosen = _rows(request.user, _asked(request)).select_related("bilan__contrat__signataire")
    if request.method != "POST":
        offices = direction_ids(request.user, Permission.RELANCER_TRANSMISSION)
        chosen = chosen.filter(direction_id__in=offices, etat__in=RELANCES, bail_jusqua=None)
    if not chosen:
        messages.warning(request, "Cochez au moins une transmission qui puisse être relancée.")
        return redirect(retour)
    form = RelancesForm(request.POST if request.method == "POST" else None, rows=chosen)
    if form.is_valid() and form.accepted_by(relances.requeue_many, identifiants=form.identifiants(), by=request.user):
        request.session[REPONSES] = [_kept(answer) for answer in form.result]
        return redirect("poleemploi:view_requeued")
    return render(request, "poleemploi/relances.html", _question(form, list(chosen), retour))


def _question(form: RelancesForm, rows: list[Transmission], retour: str) -> dict[str, object]:
    searched = all(row.etat == EtatTransmission.INCERTAINE for row in rows)
    chosen = f"{len(rows)}\u00a0transmission{'s' if len(rows) > 1 else ''} de votre choix."
    return {
        "form": form,
        "canal": channel_state(),
        "titre": "Rechercher des transmissions" if searched else "Relancer des transmissions",
        "phrase": f"{chosen} Ce qui est déjà parti est d’abord recherché chez Pôle emploi\u00a0; l’accord de chaque "
        "personne est vérifié avant chaque essai.",
        "recoit": [A_RECEVOIR],
        "bouton": "Rechercher les transmissions cochées" if searched else "Relancer les transmissions cochées",
        "annuler_url": retour,
    }


def _asked(request: AgentRequest) -> list[UUID]:
    """The identifiers of the address and of the form, without what is none; as many as make one too many."""
    found: dict[UUID, None] = {}
    for text in (*request.GET.getlist("transmissions"), *request.POST.getlist("transmissions")):
        if len(found) > relances.RELANCES_MAX:
            break
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _rows(agent: Agent, identifiants: list[UUID]) -> TransmissionQuerySet:
    rows: TransmissionQuerySet = Transmission.objects.visible_to(agent).followed_by(agent).without_content()
    return rows.filter(pk__in=identifiants).order_by("created_at")


def _kept(answer: Relance) -> Reponse:
    return {"pk": str(answer.pk), "phrase": answer.phrase}


@never_cache
@require_safe
def view_requeued(request: AgentRequest) -> HttpResponse:
    """What became of the rows last started again together: done, or refused and why, and where each stands now."""
    check_permission(request.user, Permission.RELANCER_TRANSMISSION)
    kept: list[Reponse] = request.session.get(REPONSES, [])
    rows = _rows(request.user, [UUID(answer["pk"]) for answer in kept])
    known = {str(row.pk): row for row in rows.select_related("bilan__contrat__signataire", "bilan__conseiller")}
    answers = [(show(known[answer["pk"]], request.user), answer["phrase"]) for answer in kept if answer["pk"] in known]
    refused = sum(1 for _, phrase in answers if phrase)
    context = {"reponses": answers, "faites": len(answers) - refused, "refusees": refused, "canal": channel_state()}
    return render(request, "poleemploi/relances_reponses.html", context)
