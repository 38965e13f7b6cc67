"""The correspondant's pages: what waits, what needs a person and why, every attempt, starting again."""

import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
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
from poleemploi.ensemble import A_TRAITER, COMPTE_MAX, FILTRES, counts, offered, rows_of
from poleemploi.etat_canal import channel_state
from poleemploi.models import EvenementEcarte, Transmission
from poleemploi.permissions import check_can_requeue, check_can_view
from poleemploi.presentation import RELANCES, show, show_attempt
from poleemploi.states import A_TRAITER_PAR_LE_SYSTEME, EtatTransmission


def _transmission_or_404(agent: Agent, pk: uuid.UUID) -> Transmission:
    queryset = Transmission.objects.visible_to(agent).without_content()
    queryset = queryset.select_related("bilan__contrat__signataire", "bilan__conseiller")
    transmission: Transmission = get_object_or_404(queryset, pk=pk)
    check_can_view(agent, transmission.bilan)
    return transmission


@never_cache
@require_safe
def list_transmissions(request: AgentRequest) -> HttpResponse:
    """The channel, what waits and since when, then one kind at a time, what needs a person first; pages by key."""
    check_permission(request.user, Permission.VOIR_TRANSMISSIONS)
    choisi = request.GET.get("filtre", "")
    choisi = choisi if choisi in FILTRES else A_TRAITER
    visible = Transmission.objects.followed_by(request.user)
    chosen = rows_of(visible, choisi).for_lists()
    rows, suite = latest_page(chosen, "created_at", avant=request.GET.get("avant", ""), taille=LIGNES_PAR_PAGE)
    vues = [show(transmission, request.user) for transmission in rows]
    startable = [vue.transmission.pk for vue in vues if vue.requeue_url]
    all_of_them = {"filtre": choisi, "transmissions": startable}
    context = {
        "canal": channel_state(),
        "a_examiner": EvenementEcarte.objects.visible_to(request.user).to_examine()[:COMPTE_MAX].count(),
        "comptes": counts(visible),
        "filtres": offered(visible, choisi),
        "titre": FILTRES[choisi].titre,
        "vues": vues,
        "a_relancer": startable,
        "tout_relancer": f"{reverse('poleemploi:requeue_many')}?{urlencode(all_of_them, doseq=True)}",
        "geste": "Rechercher" if choisi == "incertaines" else "Relancer",
        "choisi": choisi,
        "suivants": f"?{urlencode({'filtre': choisi, 'avant': suite})}" if suite else "",
    }
    return render(request, "poleemploi/transmissions.html", context)


@never_cache
@require_safe
def view_transmission(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Where it stands, what to correct, and every attempt."""
    transmission = _transmission_or_404(request.user, pk)
    journal.log_access("voir_transmission", by=request.user, target=transmission)
    canal = channel_state()
    context = {
        "vue": show(transmission, request.user, alone=True),
        "tentatives": [show_attempt(tentative) for tentative in transmission.tentatives.order_by("-numero")],
        "canal": canal,
        "attend_le_canal": not canal.part and transmission.etat in A_TRAITER_PAR_LE_SYSTEME,
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
    uncertain = transmission.etat == EtatTransmission.INCERTAINE
    if request.method == "POST":
        services.requeue(transmission=transmission, by=request.user)
        told = "Elle est recherchée chez Pôle emploi." if uncertain else "La transmission est relancée."
        messages.success(request, told)
        return redirect("poleemploi:view_transmission", pk=pk)
    act = RELANCES.get(transmission.etat, "Relancer la transmission")
    sent = "la synthèse, si elle n’y est pas déjà et si l’accord tient toujours."
    context = {
        "titre": act,
        "phrase": "Si un envoi est déjà parti, il est d’abord recherché chez Pôle emploi. L’accord de la personne est "
        "vérifié avant chaque essai.",
        "recoit": [f"Pôle emploi\u00a0: {'la question de savoir s’il l’a reçue, puis ' if uncertain else ''}{sent}"],
        "bouton": act,
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
