"""What Pôle emploi told of a person: typed when it came off-line, examined when the feed could not apply it."""

import uuid
from collections.abc import Mapping

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
from bilan.models import Bilan
from core import journal
from core.pages import LIGNES_PAR_PAGE, latest_page
from poleemploi import quarantaine, retours
from poleemploi.forms import ClassementForm, RetourForm
from poleemploi.models import EvenementEcarte
from poleemploi.permissions import check_can_record_return
from poleemploi.presentation_ecarts import feed_state, show_set_aside
from poleemploi.states import EtatEcart


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_return(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """One return; a bilan that can receive none says why and shows the file again."""
    visible = Bilan.objects.visible_to(request.user).select_related("contrat__signataire", "contrat__direction")
    bilan: Bilan = get_object_or_404(visible, pk=pk)
    check_can_record_return(request.user, bilan)
    if refusal := retours.why_no_return(bilan):
        messages.warning(request, refusal)
        return redirect("dossiers:view_file", pk=bilan.contrat_id)
    form = RetourForm(request.POST if request.method == "POST" else None, bilan=bilan, agent=request.user)
    if form.is_valid() and form.accepted_by(retours.record_return, bilan=bilan, **form.arguments(), by=request.user):
        messages.success(request, "Le retour de Pôle emploi est enregistré.")
        return redirect("dossiers:view_file", pk=bilan.contrat_id)
    context = {
        "bilan": bilan,
        "titre": "Enregistrer un retour de Pôle emploi",
        "phrase": "Ce que Pôle emploi vous a dit de cette personne, par écrit ou de vive voix. L’exemption et le "
        "contrat n’en sont pas changés.",
        "bouton": "Enregistrer le retour",
        "form": form,
        "annuler_url": reverse("dossiers:view_file", args=[bilan.contrat_id]),
    }
    return render(request, "poleemploi/confirmation.html", context)


@never_cache
@require_safe
def list_set_aside(request: AgentRequest) -> HttpResponse:
    """The returns that could not be applied, the latest first; pages by key."""
    check_permission(request.user, Permission.VOIR_TRANSMISSIONS)
    rows = EvenementEcarte.objects.visible_to(request.user).to_examine().sealed().select_related("contrat__signataire")
    shown, suite = latest_page(rows, "created_at", avant=request.GET.get("avant", ""), taille=LIGNES_PAR_PAGE)
    context = {
        "flux": feed_state(),
        "vues": [show_set_aside(ecarte, request.user) for ecarte in shown],
        "suivants": f"?avant={suite}" if suite else "",
    }
    return render(request, "poleemploi/retours.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply_set_aside(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Judge one anew, once what stood in its way was corrected."""
    ecarte = _set_aside_or_404(request.user, pk)
    if request.method == "POST":
        done = quarantaine.apply_again(ecarte=ecarte, by=request.user)
        if done is None:
            messages.warning(
                request, "L’accord a été retiré, ou la synthèse effacée\u00a0: rien n’est gardé de ce retour."
            )
        elif done.etat == EtatEcart.A_EXAMINER:
            messages.warning(request, f"Le retour reste à examiner. {done.get_motif_display()}")
        else:
            messages.success(request, "Le retour est appliqué au dossier.")
            return redirect("dossiers:view_file", pk=done.contrat_id)
        return redirect("poleemploi:list_set_aside")
    context = {
        "titre": "Appliquer à nouveau le retour",
        "phrase": "Le retour est comparé au dossier tel qu’il est maintenant. S’il s’applique, il y est "
        "enregistré\u00a0; sinon, il reste à examiner. L’exemption et le contrat n’en sont pas changés.",
        "bouton": "Appliquer à nouveau",
    }
    return _confirm(request, ecarte, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def classify_set_aside(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Settle one without applying it."""
    ecarte = _set_aside_or_404(request.user, pk)
    form = ClassementForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.accepted_by(
        quarantaine.classify, ecarte=ecarte, motif=form.cleaned_data["motif"], by=request.user
    ):
        messages.success(request, "Le retour est classé.")
        return redirect("poleemploi:list_set_aside")
    context = {
        "titre": "Classer le retour",
        "phrase": "Le retour ne sera pas appliqué.",
        "perdu": ["Ce que dit ce retour\u00a0: seuls sa raison et votre nom restent."],
        "irreversible": True,
        "bouton": "Classer le retour",
        "form": form,
    }
    return _confirm(request, ecarte, context)


def _set_aside_or_404(agent: Agent, pk: uuid.UUID) -> EvenementEcarte:
    rows = EvenementEcarte.objects.visible_to(agent).to_examine().sealed().select_related("contrat__signataire")
    ecarte: EvenementEcarte = get_object_or_404(rows, pk=pk)
    quarantaine.check_can_examine(agent, ecarte)
    return ecarte


def _confirm(request: AgentRequest, ecarte: EvenementEcarte, context: Mapping[str, object]) -> HttpResponse:
    annuler_url = reverse("poleemploi:list_set_aside")
    # rule: E.6-actes
    journal.log_access("voir_retour", by=request.user, target=ecarte)
    vue = show_set_aside(ecarte, request.user)
    page = {**context, "vue": vue, "contrat": ecarte.contrat, "annuler_url": annuler_url}
    return render(request, "poleemploi/retour_a_examiner.html", page)
