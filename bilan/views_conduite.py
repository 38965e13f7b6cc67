"""The adviser's pages while the bilan runs, and the prescriber's copies."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import conduite, impression
from bilan.actions import actions_for
from bilan.forms_conduite import ImpressionForm, TravailForm
from bilan.models import Bilan, Synthese
from bilan.page_conseiller import compose
from bilan.permissions import check_can, check_can_print_copy
from bilan.states import MotifImpression
from bilan.views_programmation import bilan_or_404
from core import journal
from core.french import duree
from core.http import pdf_response
from core.pages import LIGNES_PAR_PAGE, latest_page


@never_cache
@require_safe
def voir_bilan(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The bilan as its adviser conducts it."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONDUIRE_BILAN, bilan)
    journal.log_access("voir_bilan", by=request.user, target=bilan)
    return render(request, "bilan/bilan_voir.html", {"page": compose(bilan, request.user)})


@require_POST
def record_work(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep the notes and the session of the page, then lead on to the act whose button was pressed (``suite``)."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONDUIRE_BILAN, bilan)
    form = TravailForm(request.POST, bilan=bilan, agent=request.user)
    if form.is_valid() and form.accepted_by(conduite.record_work, bilan=bilan, **form.arguments(), by=request.user):
        kept = f"Les notes et la séance de {duree(form.result.minutes)} sont enregistrées." if form.result else ""
        messages.success(request, kept or "Les notes sont enregistrées.")
        return redirect(_led_on(request, bilan))
    page = compose(bilan, request.user, travail=form)
    return render(request, "bilan/bilan_voir.html", {"page": page, "form": form})


def _led_on(request: AgentRequest, bilan: Bilan) -> str:
    """The page of the act asked for; the bilan itself when none was, or when the act still waits for something."""
    fresh = bilan_or_404(request.user, bilan.pk)
    asked = next((a for a in actions_for(request.user, fresh) if a.name == request.POST.get("suite")), None)
    if asked is not None and asked.waits_for:
        messages.warning(request, asked.waits_for)
    return (asked.url if asked else "") or reverse("bilan:voir_bilan", args=[bilan.pk])


@never_cache
@require_safe
def list_printable(request: AgentRequest) -> HttpResponse:
    """The syntheses that a prescriber in charge may hand to their owners, the latest first, page by page."""
    check_permission(request.user, Permission.IMPRIMER_COPIE)
    printable = impression.printable_by(request.user)
    rows, suite = latest_page(printable, "date_validation", avant=request.GET.get("avant", ""), taille=LIGNES_PAR_PAGE)
    suivants = f"?{urlencode({'avant': suite})}" if suite else ""
    return render(request, "bilan/fiches_imprimer.html", {"syntheses": rows, "suivants": suivants})


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
