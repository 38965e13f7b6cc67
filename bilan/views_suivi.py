"""The page on which an adviser notes the follow-up at three or six months."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agents.http import AgentRequest
from agents.roles import Permission
from bilan import suivi
from bilan.forms_suivi import SuiviForm
from bilan.permissions import check_can
from bilan.views_programmation import bilan_or_404
from core import journal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def record_follow_up(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Whether the person may be contacted is said before anything is asked."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.ENREGISTRER_SUIVI, bilan)
    joignable = suivi.may_contact(bilan)
    if joignable:
        journal.log_access("voir_coordonnees", by=request.user, target=bilan)
    form = SuiviForm(request.POST if request.method == "POST" else None, bilan=bilan, agent=request.user)
    if form.is_valid() and form.accepted_by(suivi.record_follow_up, bilan=bilan, **form.arguments(), by=request.user):
        messages.success(request, "Le suivi est noté.")
        return redirect("bilan:voir_bilan", pk=bilan.pk)
    context = {
        "bilan": bilan,
        "form": form,
        "joignable": joignable,
        "signataire": bilan.contrat.signataire,
        "suivis": bilan.suivis.all(),
        "possible": suivi.is_awaited(bilan) or suivi.may_answer_late(bilan),
    }
    return render(request, "bilan/suivi.html", context)
