"""Correcting a typing error, cancelling a file opened by mistake.

No page is filled in vain: what the service would refuse whatever is answered is refused before the form is shown.
"""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from cai import services as cai
from cai.fiches import FicheContrat, FicheSignataire
from dossiers import services
from dossiers.forms import AnnulationForm, CorrectionContratForm, CorrectionIdentiteForm
from dossiers.views import file_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def correct_signataire(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The person's identity and address."""
    contrat = file_or_404(request.user, pk)
    check_permission(request.user, Permission.CORRIGER_DOSSIER, direction_id=contrat.direction_id)
    if request.method != "POST":
        cai.check_not_cancelled(contrat)
    fiche = FicheSignataire.of(contrat.signataire)
    form = CorrectionIdentiteForm(
        request.POST if request.method == "POST" else None, initial=dict(vars(fiche)), contrat=contrat
    )
    if form.is_valid() and form.accepted_by(
        cai.correct_signataire,
        contrat=contrat,
        fiche=form.fiche(),
        date_cosignature=form.cleaned_data.get("date_cosignature"),
        by=request.user,
    ):
        messages.success(request, "L’identité est corrigée.")
        return redirect("dossiers:view_file", pk)
    return render(request, "dossiers/corriger_identite.html", {"form": form, "contrat": contrat})


@require_http_methods(["GET", "HEAD", "POST"])
def correct_contrat(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The terms of the contract; its last day follows."""
    contrat = file_or_404(request.user, pk)
    check_permission(request.user, Permission.CORRIGER_DOSSIER, direction_id=contrat.direction_id)
    if request.method != "POST":
        cai.check_terms_correctable(contrat)
    form = CorrectionContratForm(
        request.POST if request.method == "POST" else None,
        initial=dict(vars(FicheContrat.of(contrat))),
        dossier=pk,
        signataire=contrat.signataire,
        contrat=contrat,
        agent=request.user,
    )
    if form.is_valid() and form.accepted_by(
        services.correct_contrat, contrat=contrat, fiche=form.fiche(), by=request.user
    ):
        messages.success(request, "Le contrat est corrigé.")
        return redirect("dossiers:view_file", pk)
    return render(request, "dossiers/corriger_contrat.html", {"form": form, "contrat": contrat})


@require_http_methods(["GET", "HEAD", "POST"])
def cancel_file(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Cancel a file opened twice or by mistake, after saying what will be gone."""
    contrat = file_or_404(request.user, pk)
    check_permission(request.user, Permission.ANNULER_DOSSIER, direction_id=contrat.direction_id)
    if request.method != "POST":
        services.check_cancellable(contrat)
    form = AnnulationForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.accepted_by(
        services.cancel_file, contrat=contrat, motif=form.cleaned_data["motif"], by=request.user
    ):
        messages.success(request, f"Le dossier {contrat.numero_cai} est annulé.")
        return redirect("dossiers:view_file", pk)
    context = {
        "contrat": contrat,
        "titre": "Annuler le dossier",
        "phrase": f"Le dossier {contrat.numero_cai} a été ouvert deux fois ou par erreur.",
        "bouton": "Annuler le dossier",
        "annuler_url": reverse("dossiers:view_file", args=[pk]),
        "perdu": [
            "Le contrat et le bilan sont annulés.",
            "Un rendez-vous à venir tombe\u00a0; une lettre numérotée, à imprimer, le dit à la personne. Prévenez le "
            "prestataire.",
            "Le numéro CAI redevient libre pour le bon dossier.",
        ],
        "irreversible": True,
        "form": form,
    }
    return render(request, "components/confirmation.html", context)
