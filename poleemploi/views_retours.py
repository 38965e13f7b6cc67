"""The correspondant types what Pôle emploi told of a person, received off-line."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agents.http import AgentRequest
from bilan.models import Bilan
from poleemploi import retours
from poleemploi.forms import RetourForm
from poleemploi.permissions import check_can_record_return


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
