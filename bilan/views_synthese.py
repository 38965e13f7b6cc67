"""The synthesis on the adviser's screen: write it, see the sheet, print it to be signed; look an occupation up."""

import uuid
from dataclasses import replace

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest
from agents.roles import Permission
from bilan import impression, redaction
from bilan.contenu import SyntheseContenu
from bilan.documents import synthese_pdf
from bilan.forms_synthese import SaisieSynthese
from bilan.models import Bilan, Metier
from bilan.passation import check_in_charge
from bilan.permissions import check_can
from bilan.selectors import current_synthese
from bilan.states import Etat
from bilan.views_programmation import bilan_or_404
from core import clock, journal
from core.errors import RuleViolation
from core.http import pdf_response
from core.text import search_key

RESULTATS_MAX = 20


def _writable_bilan(request: AgentRequest, pk: uuid.UUID) -> Bilan:
    bilan = bilan_or_404(request.user, pk)
    check_in_charge(request.user, Permission.ECRIRE_SYNTHESE, bilan)
    if bilan.etat not in redaction.WRITABLE:
        raise RuleViolation("La synthèse ne s’écrit pas à ce moment du bilan.", code="transition_impossible")
    return bilan


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_synthese(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The draft: kept whenever asked, complete or not; « Terminer » keeps it, then says what is missing."""
    bilan = _writable_bilan(request, pk)
    draft = redaction.current_draft(bilan)
    attendu = redaction.revision(draft)
    contenu = SyntheseContenu.from_dict(draft.contenu if draft else None)
    if request.method != "POST":
        journal.log_access("voir_synthese", by=request.user, target=bilan)
        return _page(request, bilan, SaisieSynthese(None, contenu), attendu)
    saisie, finishing = SaisieSynthese(request.POST, contenu), "terminer" in request.POST
    if not saisie.is_valid():
        if finishing and not saisie.is_adding:
            saisie.show(redaction.blocages_of(saisie.contenu))
        return _page(request, bilan, saisie, request.POST.get("attendu", ""), kept=False)
    seen = {"contenu": saisie.contenu, "attendu": request.POST.get("attendu", "")}
    if not saisie.form.accepted_by(redaction.save_draft, bilan=bilan, **seen, by=request.user):
        return _page(request, bilan, saisie, attendu, kept=False)  # having read the warning, the next save replaces
    if finishing and not _finish(request, bilan, saisie):
        return _page(request, bilan, saisie, redaction.revision(redaction.current_draft(bilan)))
    if not finishing:
        messages.success(request, "Le brouillon est enregistré.")
        return redirect("bilan:write_synthese", pk=bilan.pk)
    return redirect("bilan:voir_bilan", pk=bilan.pk)


def _finish(request: AgentRequest, bilan: Bilan, saisie: SaisieSynthese) -> bool:
    """Complete what was just kept; when something is missing, it is shown at its field."""
    if blocages := redaction.blocages_of(saisie.contenu):
        saisie.show(blocages)
        messages.info(request, "Le brouillon est enregistré. Il reste à compléter ce qui est indiqué ci-dessous.")
        return False
    if bilan.etat != Etat.PHASE_CONCLUSION:
        messages.success(request, "La synthèse est complète.")
        return True
    if not saisie.form.accepted_by(redaction.complete_synthese, bilan=bilan, by=request.user):
        return False
    messages.success(request, "La rédaction est terminée\u00a0: présentez maintenant la synthèse à la personne.")
    return True


def _page(
    request: AgentRequest, bilan: Bilan, saisie: SaisieSynthese, attendu: str, *, kept: bool = True
) -> HttpResponse:
    context = {
        "bilan": bilan,
        "saisie": saisie,
        "form": saisie.form,
        "parts": saisie.parts,
        "attendu": attendu,
        "manque": [] if saisie.form.is_bound else saisie.places(redaction.blocages_of(saisie.depart)),
        "garde": kept,
        "peut_terminer": bilan.etat in (Etat.PHASE_CONCLUSION, Etat.SYNTHESE_REDIGEE),
    }
    return render(request, "bilan/synthese_ecrire.html", context)


@require_POST
def preview_synthese(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet as it would print with what is typed now; nothing is kept."""
    bilan = _writable_bilan(request, pk)
    current = current_synthese(bilan)
    saisie = SaisieSynthese(request.POST, SyntheseContenu())
    if not saisie.is_valid():
        return _page(request, bilan, saisie, request.POST.get("attendu", ""), kept=False)
    sheet = impression.build_fiche(bilan, saisie.contenu, version=current.version if current else 1)
    return pdf_response(synthese_pdf(replace(sheet, apercu=True), clock.now()), "apercu-synthese.pdf")


@require_POST
def print_for_signature(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The frozen sheet of the bilan, to be read and signed; each print is counted."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.IMPRIMER_POUR_SIGNATURE, bilan)
    synthese = current_synthese(bilan)
    if synthese is None:
        raise RuleViolation("Il n’y a pas encore de synthèse.", code="synthese_absente")
    return pdf_response(impression.print_for_signature(synthese=synthese, by=request.user), "synthese.pdf")


@require_safe
def search_rome(request: AgentRequest) -> HttpResponse:
    """Occupations by code or by words: a list for the form as one types, a page otherwise."""
    query = request.GET.get("q", "")[:100]
    found = [{"value": row.code, "label": str(row), "metier": row} for row in _metiers(query)[:RESULTATS_MAX]]
    template = "components/_recherche_options.html" if request.headers.get("HX-Request") else "bilan/metiers.html"
    return render(request, template, {"options": found, "q": query})


def _metiers(query: str) -> QuerySet[Metier]:
    words = Q()
    for word in search_key(query).split():
        words &= Q(cle__contains=word)
    return Metier.objects.filter(words, actif=True)
