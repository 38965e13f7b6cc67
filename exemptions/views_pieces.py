"""The documents shown in support of an exemption: recorded, copied, verified, rejected, read."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from core.uploads import download
from exemptions import brouillon, fichiers, services
from exemptions.forms import FichierForm, JustificatifForm, RejetForm
from exemptions.models import Justificatif, JustificatifFichier
from exemptions.views import contrat_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def add_justificatif(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Record a document received."""
    contrat = contrat_or_404(request, pk)
    check_permission(request.user, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
    form = JustificatifForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        initial={"type_piece": request.GET.get("type", "")},
    )
    if form.is_valid() and form.accepted_by(
        services.add_justificatif, contrat=contrat, **form.cleaned_data, by=request.user
    ):
        messages.success(request, "La pièce est enregistrée. Elle comptera une fois vérifiée.")
        return redirect("exemptions:evaluate_contrat", pk)
    return render(request, "exemptions/ajouter_piece.html", {"contrat": contrat, "form": form})


def _justificatif_or_404(request: AgentRequest, pk: uuid.UUID) -> Justificatif:
    visible = Justificatif.objects.visible_to(request.user).select_related("contrat__direction", "contrat__signataire")
    justificatif = get_object_or_404(visible, pk=pk)
    check_permission(request.user, Permission.VERIFIER_JUSTIFICATIF, direction_id=justificatif.contrat.direction_id)
    return justificatif


@require_POST
def verify_justificatif(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The document holds; the answers that came with the button are kept."""
    justificatif = _justificatif_or_404(request, pk)
    brouillon.keep(request, justificatif.contrat)
    services.verify_justificatif(justificatif=justificatif, by=request.user)
    messages.success(request, f"La pièce « {justificatif} » est vérifiée.")
    return redirect("exemptions:evaluate_contrat", justificatif.contrat_id)


@require_http_methods(["GET", "HEAD", "POST"])
def reject_justificatif(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The document does not hold, and why."""
    justificatif = _justificatif_or_404(request, pk)
    back = reverse("exemptions:evaluate_contrat", args=[justificatif.contrat_id])
    form = RejetForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.accepted_by(
        services.reject_justificatif, justificatif=justificatif, motif=form.cleaned_data["motif"], by=request.user
    ):
        messages.success(request, f"La pièce « {justificatif} » est rejetée.")
        return redirect(back)
    context = {
        "contrat": justificatif.contrat,
        "titre": "Rejeter une pièce",
        "phrase": f"{justificatif} du {justificatif.date_document:%d/%m/%Y} : la pièce ne comptera pas.",
        "bouton": "Rejeter la pièce",
        "annuler_url": back,
        "form": form,
    }
    return render(request, "components/confirmation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def attach_file(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Join the copy of a document, or a better one."""
    justificatif = _justificatif_or_404(request, pk)
    form = FichierForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid() and form.accepted_by(
        fichiers.attach_file, justificatif=justificatif, fichier=form.cleaned_data["fichier"], by=request.user
    ):
        messages.success(request, "La copie est jointe à la pièce.")
        return redirect("exemptions:evaluate_contrat", justificatif.contrat_id)
    context = {"contrat": justificatif.contrat, "piece": justificatif, "form": form}
    return render(request, "exemptions/joindre_fichier.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_file(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Destroy the copy of a rejected document, once confirmed."""
    justificatif = _justificatif_or_404(request, pk)
    back = reverse("exemptions:evaluate_contrat", args=[justificatif.contrat_id])
    if request.method == "POST":
        fichiers.remove_file(justificatif=justificatif, by=request.user)
        messages.success(request, "La copie est détruite.")
        return redirect(back)
    context = {
        "contrat": justificatif.contrat,
        "titre": "Détruire la copie d’une pièce",
        "phrase": f"{justificatif} du {justificatif.date_document:%d/%m/%Y}\u00a0: la pièce reste au dossier, rejetée.",
        "bouton": "Détruire la copie",
        "annuler_url": back,
        "irreversible": True,
    }
    return render(request, "components/confirmation.html", context)


@require_safe
def read_file(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The copy, to be saved: never shown inside a page."""
    visible = JustificatifFichier.objects.visible_to(request.user).select_related("justificatif__contrat")
    fichier = get_object_or_404(visible, pk=pk)
    return download(fichiers.read_file(fichier=fichier, by=request.user), f"piece-{str(fichier.pk)[:8]}")
