"""The person's own file, for the person: who asked and how, then the document."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from core import clock
from core.http import pdf_response
from dossiers.droit_acces import export_file, export_paper
from dossiers.forms import DroitAccesForm
from dossiers.views import file_or_404


@require_http_methods(["GET", "HEAD", "POST"])
def export_person(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask how the person made the request, then deliver everything held about them, as a PDF or as JSON."""
    contrat = file_or_404(request.user, pk)
    check_permission(request.user, Permission.EXPORTER_DOSSIER, direction_id=contrat.direction_id)
    form = DroitAccesForm(
        request.POST if request.method == "POST" else None,
        initial={"demande_recue_le": f"{clock.today():%d/%m/%Y}", "forme": "pdf"},
    )
    paper = form.is_valid() and form.cleaned_data["forme"] == "pdf"
    if form.is_valid() and form.accepted_by(
        export_paper if paper else export_file,
        contrat=contrat,
        motif=form.cleaned_data["motif"],
        demande_recue_le=form.cleaned_data["demande_recue_le"],
        by=request.user,
    ):
        if paper:
            return pdf_response(form.result, "donnees-de-la-personne.pdf")
        response = JsonResponse(form.result.to_dict(), json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = 'attachment; filename="donnees-de-la-personne.json"'
        response["Cache-Control"] = "no-store, private"
        return response
    return render(request, "dossiers/droit_acces.html", {"form": form, "contrat": contrat})
