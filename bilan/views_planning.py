"""Lists of a prestataire: the adviser's own bilans, the week of those who answer for the house, who receives whom."""

import uuid
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import programmation
from bilan.forms_programmation import AffectationForm
from bilan.models import Bilan, RendezVous
from bilan.permissions import check_can_assign_adviser
from bilan.planning import may_be_entrusted, week_of
from bilan.states import FINAUX, Etat
from core import clock
from core.form_fields import ANNEE_MAX, ANNEE_MIN
from core.french import date_longue, duree, heure
from core.pages import LIGNES_PAR_PAGE, latest_page


@never_cache
@require_safe
def list_bilans(request: AgentRequest) -> HttpResponse:
    """The bilans entrusted to the adviser, the latest first, page by page; those that are over apart."""
    check_permission(request.user, Permission.CONDUIRE_BILAN)
    over = request.GET.get("termines") == "1"
    ended = [*FINAUX, Etat.SIGNATURE_REFUSEE]
    bilans = Bilan.objects.entrusted_to(request.user).with_minutes().select_related("contrat__signataire")
    bilans = bilans.filter(etat__in=ended) if over else bilans.exclude(etat__in=ended)
    rows, suite = latest_page(bilans, "created_at", avant=request.GET.get("avant", ""), taille=LIGNES_PAR_PAGE)
    place = {"termines": "1"} if over else {}
    suivants = f"?{urlencode({**place, 'avant': suite})}" if suite else ""
    return render(request, "bilan/bilans.html", {"bilans": rows, "over": over, "suivants": suivants})


def _day_asked(request: AgentRequest) -> date:
    asked = request.GET.get("semaine", "")
    try:
        day = date.fromisoformat(asked) if asked else clock.today()
    except ValueError as error:
        raise Http404 from error
    if not ANNEE_MIN <= day.year <= ANNEE_MAX:
        raise Http404
    return day


@never_cache
@require_safe
def planning(request: AgentRequest) -> HttpResponse:
    """The week of ``?semaine=``, any of its days; the present one by default."""
    check_permission(request.user, Permission.VOIR_PLANNING)
    semaine = week_of(request.user, _day_asked(request))
    now = clock.now()
    entrusted = {row.pk for _, of_day in semaine.jours for row in of_day if may_be_entrusted(row, now)}
    return render(request, "bilan/planning.html", {"semaine": semaine, "a_confier": entrusted})


@require_http_methods(["GET", "HEAD", "POST"])
def assign_adviser(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Entrust an appointment to come, or the bilan that it began, to another adviser of the house."""
    rendez_vous = get_object_or_404(
        RendezVous.objects.visible_to(request.user).select_related(
            "bilan__contrat", "bilan__conseiller", "prestataire", "conseiller", "lieu"
        ),
        pk=pk,
    )
    check_can_assign_adviser(request.user, rendez_vous.bilan)
    week = f"{reverse('bilan:planning')}?semaine={rendez_vous.debut.astimezone(clock.PARIS).date():%Y-%m-%d}"
    if not may_be_entrusted(rendez_vous, clock.now()):
        messages.warning(request, "Ce rendez-vous ne peut plus être confié à un autre\u00a0: son heure est passée.")
        return redirect(week)
    a_venir = rendez_vous.statut == RendezVous.Statut.PREVU
    form = AffectationForm(request.POST if request.method == "POST" else None, rendez_vous=rendez_vous)
    if form.is_valid() and form.accepted_by(
        programmation.assign_adviser, rendez_vous=rendez_vous, **form.arguments(), by=request.user
    ):
        quoi = "rendez-vous" if a_venir else "bilan"
        messages.success(request, f"Le {quoi} est confié à {form.arguments()['conseiller']}.")
        return redirect(week)
    context = {"rendez_vous": rendez_vous, "form": form, "annuler_url": week, "a_venir": a_venir}
    debut = rendez_vous.debut
    context["resume"] = [
        ("Rendez-vous", f"{date_longue(debut)} à {heure(debut)}, {duree(rendez_vous.duree_minutes)}"),
        ("Lieu", rendez_vous.lieu),
        ("Numéro CAI", rendez_vous.bilan.contrat.numero_cai),
        ("Conseiller actuel", rendez_vous.bilan.conseiller),
    ]
    return render(request, "bilan/planning_affecter.html", context)
