"""Assessing an exemption: four questions, the verdict before it is sealed, the documents beside."""

import uuid
from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from cai.models import Contrat
from core import clock, journal
from exemptions import brouillon, services
from exemptions.forms import EvaluationForm
from exemptions.presentation import Lacunes, Verdict, gaps_of, verdict_of
from exemptions.selectors import justificatifs_of, latest_evaluation


def contrat_or_404(request: AgentRequest, pk: uuid.UUID) -> Contrat:
    """A contract that the agent may know of, with what the pages of exemption say of it."""
    contrats = Contrat.objects.visible_to(request.user).select_related(
        "signataire", "direction", "titre_admission", "titre_actuel"
    )
    return get_object_or_404(contrats, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def evaluate_contrat(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask, show the verdict, seal it; an evaluation with gaps is sealed once the list of them was confirmed.

    ``?date=`` proposes a reference date, such as an appointment's. What was answered before going to a document is
    found again on return, until it is sealed.
    """
    contrat = contrat_or_404(request, pk)
    check_permission(request.user, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
    if request.method != "POST":
        journal.log_access("voir_exemption", by=request.user, target=contrat)
        if kept := brouillon.kept(request, contrat, proposed=request.GET.get("date", "")):
            form = EvaluationForm(kept)
            readable = form.is_valid_for(contrat)
            verdict = verdict_of(contrat, form.declarations(), form.jour()) if readable else None
            return _evaluation_page(request, contrat, form, verdict)
        form = EvaluationForm(initial=_initial(contrat, request.GET.get("date", "")))
        verdict = verdict_of(contrat, services.latest_declarations(contrat), form.initial["date_reference"])
        return _evaluation_page(request, contrat, form, verdict)
    if page := _document_asked(request, contrat):
        brouillon.keep(request, contrat)
        return redirect(page)
    form = EvaluationForm(request.POST)
    if not form.is_valid_for(contrat):
        return _evaluation_page(request, contrat, form, None)
    declarations, jour = form.declarations(), form.jour()
    verdict = verdict_of(contrat, declarations, jour)
    if "simuler" in request.POST:
        return _evaluation_page(request, contrat, form, verdict)
    lacunes = gaps_of(contrat, verdict.resultat)
    if lacunes and request.POST.get("confirme") != lacunes.code:
        return _evaluation_page(request, contrat, form, verdict, lacunes)
    if form.accepted_by(
        services.evaluate_contrat, contrat=contrat, declarations=declarations, date_reference=jour, by=request.user
    ):
        brouillon.forget(request, contrat)
        messages.success(request, f"L’évaluation est enregistrée. {verdict.phrase}")
        return redirect("dossiers:view_file", pk)
    return _evaluation_page(request, contrat, form, verdict)


def _document_asked(request: AgentRequest, contrat: Contrat) -> str:
    """The page of the document that a button of the form leads to; empty for every other button."""
    if "ajouter" in request.POST:
        return reverse("exemptions:add_justificatif", args=[contrat.pk])
    for button, page in (("rejeter", "exemptions:reject_justificatif"), ("joindre", "exemptions:attach_file")):
        if chosen := request.POST.get(button):
            piece = get_object_or_404(contrat.justificatifs, pk=_uuid_or_404(chosen))
            return reverse(page, args=[piece.pk])
    return ""


def _uuid_or_404(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404 from None


def _initial(contrat: Contrat, proposed: str) -> dict[str, Any]:
    """The last answers, and the day to judge: the interview's the first time, today or the last day afterwards."""
    try:
        day = date.fromisoformat(proposed)
    except ValueError:
        day = (
            contrat.date_entretien
            if latest_evaluation(contrat) is None
            else min(clock.today(), contrat.echeance_effective)
        )
    return {**asdict(services.latest_declarations(contrat)), "date_reference": day}


def _evaluation_page(
    request: AgentRequest,
    contrat: Contrat,
    form: EvaluationForm,
    verdict: Verdict | None,
    lacunes: Lacunes | None = None,
) -> HttpResponse:
    context = {
        "lacunes": lacunes,
        "contrat": contrat,
        "form": form,
        "verdict": verdict,
        "justificatifs": justificatifs_of(contrat),
        "evaluations": contrat.evaluations.latest_first().select_related("evaluee_par")[:10],
    }
    return render(request, "exemptions/evaluer_contrat.html", context)


@require_POST
def simulate_contrat(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The verdict alone, for the answers as they stand; nothing is stored."""
    contrat = contrat_or_404(request, pk)
    check_permission(request.user, Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
    form = EvaluationForm(request.POST)
    verdict = verdict_of(contrat, form.declarations(), form.jour()) if form.is_valid_for(contrat) else None
    return render(request, "exemptions/_verdict.html", {"contrat": contrat, "form": form, "verdict": verdict})
