"""The correspondant's pages: what waits, what needs a person and why, every attempt, starting again."""

import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from core import journal
from core.pages import LIGNES_PAR_PAGE, latest_page
from poleemploi import services
from poleemploi.correction import why_not_redeposited
from poleemploi.models import Transmission
from poleemploi.permissions import check_can_requeue, check_can_view
from poleemploi.presentation import channel_state, show, show_attempt
from poleemploi.states import EtatTransmission

T = EtatTransmission
COMPTE_MAX = 1000  # beyond, the exact number helps nobody
FILTRES: dict[str, tuple[str, tuple[EtatTransmission, ...]]] = {
    "a-traiter": ("À traiter", (T.REJETEE, T.ECHEC_DEFINITIF)),
    "en-attente": ("En attente", (T.EN_FILE, T.EN_COURS)),
    "incertaines": ("Réponse inconnue", (T.INCERTAINE,)),
    "effacements": ("Effacement demandé", (T.EFFACEMENT_DEMANDE,)),
    "recues": ("Reçues", (T.ACCUSEE,)),
    "terminees": ("Annulées ou effacées", (T.ANNULEE, T.EFFACEE)),
}


def _transmission_or_404(agent: Agent, pk: uuid.UUID) -> Transmission:
    queryset = Transmission.objects.visible_to(agent).without_content()
    queryset = queryset.select_related("bilan__contrat__signataire", "bilan__conseiller")
    transmission: Transmission = get_object_or_404(queryset, pk=pk)
    check_can_view(agent, transmission.bilan)
    return transmission


@never_cache
@require_safe
def list_transmissions(request: AgentRequest) -> HttpResponse:
    """One kind at a time, what needs a person first; pages by key."""
    check_permission(request.user, Permission.VOIR_TRANSMISSIONS)
    choisi = request.GET.get("filtre", "")
    choisi = choisi if choisi in FILTRES else "a-traiter"
    visible = Transmission.objects.followed_by(request.user)
    chosen = visible.filter(etat__in=FILTRES[choisi][1]).without_content()
    chosen = chosen.select_related("bilan__contrat__signataire", "bilan__conseiller")
    rows, suite = latest_page(chosen, "created_at", avant=request.GET.get("avant", ""), taille=LIGNES_PAR_PAGE)
    context = {
        "canal": channel_state(),
        "filtres": _filters(visible, choisi),
        "titre": FILTRES[choisi][0],
        "vues": [show(transmission, request.user) for transmission in rows],
        "suivants": f"?{urlencode({'filtre': choisi, 'avant': suite})}" if suite else "",
    }
    return render(request, "poleemploi/transmissions.html", context)


def _filters(visible: "QuerySet[Transmission]", choisi: str) -> list[dict[str, object]]:
    """Exact counts of what is still alive, which is never many; none of what is over, which only grows."""
    alive = {code: states for code, (_, states) in FILTRES.items() if code not in ("recues", "terminees")}
    counts = visible.aggregate(**{code: Count("pk", filter=Q(etat__in=states)) for code, states in alive.items()})
    return [
        {
            "label": label,
            "compte": counts.get(code),
            "url": f"{reverse('poleemploi:list_transmissions')}?filtre={code}",
            "actif": code == choisi,
        }
        for code, (label, _) in FILTRES.items()
    ]


@never_cache
@require_safe
def view_transmission(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Where it stands, what to correct, and every attempt."""
    transmission = _transmission_or_404(request.user, pk)
    journal.log_access("voir_transmission", by=request.user, target=transmission)
    context = {
        "vue": show(transmission, request.user, alone=True),
        "tentatives": [show_attempt(tentative) for tentative in transmission.tentatives.order_by("-numero")],
        "canal": channel_state(),
        "dossier_url": reverse("dossiers:view_file", args=[transmission.bilan.contrat_id]),
        "remplace": transmission.remplace_id,
        "remplacante": Transmission.objects.filter(remplace=transmission).values_list("pk", flat=True).first(),
    }
    return render(request, "poleemploi/transmission.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def requeue_transmission(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Start another series of attempts, or look an uncertain one up now."""
    transmission = _transmission_or_404(request.user, pk)
    check_can_requeue(request.user, transmission.bilan)
    if request.method != "POST" and (obstacle := services.why_not_requeued(transmission)):
        messages.warning(request, obstacle)
        return redirect("poleemploi:view_transmission", pk=pk)
    if request.method == "POST":
        services.requeue(transmission=transmission, by=request.user)
        messages.success(request, "La transmission est relancée.")
        return redirect("poleemploi:view_transmission", pk=pk)
    context = {
        "titre": "Relancer la transmission",
        "phrase": "Si un envoi est déjà parti, il est d’abord recherché chez Pôle emploi. L’accord de la personne est "
        "vérifié avant chaque essai.",
        "recoit": ["Pôle emploi\u00a0: la synthèse, si elle n’y est pas déjà et si l’accord tient toujours."],
        "bouton": "Relancer la transmission",
    }
    return _confirm(request, transmission, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def redeposit(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Replace a refused transmission once the file has been corrected."""
    transmission = _transmission_or_404(request.user, pk)
    check_can_requeue(request.user, transmission.bilan)
    if obstacle := why_not_redeposited(transmission):
        messages.warning(request, obstacle.message)
        return redirect("poleemploi:view_transmission", pk=pk)
    if request.method == "POST":
        replacement = services.redeposit(transmission=transmission, by=request.user)
        messages.success(request, "Un nouvel envoi remplace celui qui a été refusé.")
        return redirect("poleemploi:view_transmission", pk=replacement.pk)
    context = {
        "titre": "Déposer à nouveau",
        "phrase": "Un nouvel envoi, avec le dossier tel qu’il est maintenant, remplace celui qui a été refusé.",
        "recoit": ["Pôle emploi\u00a0: la même version de la synthèse, avec l’identité et le numéro corrigés."],
        "bouton": "Déposer à nouveau",
    }
    return _confirm(request, transmission, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def abandon(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a transmission up for good."""
    transmission = _transmission_or_404(request.user, pk)
    check_can_requeue(request.user, transmission.bilan)
    if request.method != "POST" and (obstacle := services.why_not_abandoned(transmission)):
        messages.warning(request, obstacle)
        return redirect("poleemploi:view_transmission", pk=pk)
    if request.method == "POST":
        services.abandon(transmission=transmission, by=request.user)
        messages.success(request, "La transmission est abandonnée.")
        return redirect("poleemploi:view_transmission", pk=pk)
    context = {
        "titre": "Abandonner la transmission",
        "phrase": "Rien ne sera plus envoyé. Si un envoi est arrivé sans réponse, il est recherché puis effacé. Le "
        "bilan est clos, si l’accord de la personne porte encore sur cet envoi.",
        "perdu": [
            "La possibilité de transmettre cette version de la synthèse.",
            "Le contenu de la synthèse, si la personne n’a pas accepté qu’il soit conservé.",
        ],
        "irreversible": True,
        "bouton": "Abandonner la transmission",
    }
    return _confirm(request, transmission, context)


def _confirm(request: AgentRequest, transmission: Transmission, context: Mapping[str, object]) -> HttpResponse:
    annuler_url = reverse("poleemploi:view_transmission", args=[transmission.pk])
    bilan = transmission.bilan
    return render(request, "poleemploi/confirmation.html", {**context, "bilan": bilan, "annuler_url": annuler_url})
