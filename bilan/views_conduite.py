"""The adviser's pages while the bilan runs, and the prescriber's copies."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import conduite, impression
from bilan.forms_conduite import ImpressionForm, NoteForm, SeanceForm
from bilan.models import Synthese
from bilan.page_conseiller import compose
from bilan.permissions import check_can, check_can_print_copy
from bilan.states import PHASES, Etat, MotifImpression
from bilan.views_programmation import bilan_or_404
from core import clock, journal
from core.errors import InvalidInput
from core.http import pdf_response


@never_cache
@require_safe
def voir_bilan(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The bilan as its adviser conducts it."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONDUIRE_BILAN, bilan)
    journal.log_access("voir_bilan", by=request.user, target=bilan)
    seance = SeanceForm(initial={"jour": clock.today()}, bilan=bilan, agent=request.user)
    return render(request, "bilan/bilan_voir.html", {"page": compose(bilan, request.user), "seance_form": seance})


@require_POST
def record_seance(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONDUIRE_BILAN, bilan)
    form = SeanceForm(request.POST, bilan=bilan, agent=request.user)
    if form.is_valid() and form.accepted_by(conduite.record_seance, bilan=bilan, **form.arguments(), by=request.user):
        messages.success(request, "La séance est enregistrée.")
        return redirect("bilan:voir_bilan", pk=bilan.pk)
    page = compose(bilan, request.user)
    return render(request, "bilan/bilan_voir.html", {"page": page, "seance_form": form, "form": form})


@require_POST
def save_note(request: AgentRequest, pk: uuid.UUID, phase: str) -> HttpResponse:
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONDUIRE_BILAN, bilan)
    if phase not in PHASES:
        raise InvalidInput("Cette phase n’existe pas.")
    form = NoteForm(request.POST, prefix=phase)
    if form.is_valid() and form.accepted_by(
        conduite.save_note, bilan=bilan, phase=Etat(phase), texte=form.cleaned_data["texte"], by=request.user
    ):
        messages.success(request, "Les notes sont enregistrées.")
        return redirect("bilan:voir_bilan", pk=bilan.pk)
    page = compose(bilan, request.user, typed={phase: form})
    seance = SeanceForm(initial={"jour": clock.today()}, bilan=bilan, agent=request.user)
    return render(request, "bilan/bilan_voir.html", {"page": page, "seance_form": seance, "form": form})


@never_cache
@require_safe
def list_printable(request: AgentRequest) -> HttpResponse:
    """The syntheses that a prescriber in charge may hand to their owners."""
    check_permission(request.user, Permission.IMPRIMER_COPIE)
    return render(request, "bilan/fiches_imprimer.html", {"syntheses": impression.printable_by(request.user)[:200]})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def print_copy(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Why and since when the person asks for a copy, then the paper; the content never shows on the screen."""
    synthese = get_object_or_404(
        Synthese.objects.visible_to(request.user)
        .without_content()
        .select_related("bilan__contrat__signataire", "bilan__contrat__direction"),
        pk=pk,
    )
    check_can_print_copy(request.user, synthese.bilan)
    form = ImpressionForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.accepted_by(
        impression.print_copy,
        synthese=synthese,
        motif=MotifImpression(form.cleaned_data["motif"]),
        demande_recue_le=form.cleaned_data["demande_recue_le"],
        by=request.user,
    ):
        return pdf_response(form.result, "synthese.pdf")
    return render(request, "bilan/fiche_imprimer.html", {"synthese": synthese, "bilan": synthese.bilan, "form": form})
