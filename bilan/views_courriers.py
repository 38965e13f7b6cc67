"""The letters of a day, printed together; appointments as a file for a calendar."""

import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest
from agents.models import DirectionTerritoriale
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import certificat, tirages
from bilan.agenda import calendar_of
from bilan.emission import preview
from bilan.forms_courriers import JourForm, TirageForm, printable_directions
from bilan.lettres import libres
from bilan.lettres.libres import LIBRES, why_not
from bilan.models import RendezVous, TirageCourriers
from bilan.views_programmation import bilan_or_404
from cai.models import Contrat
from core import clock, journal
from core.french import date_courte
from core.http import calendar_response, pdf_response

AGENDA_PASSE = timedelta(days=30)  # what was called off lately is told, so that it leaves the calendar


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def letters_of_day(request: AgentRequest) -> HttpResponse:
    """What a direction issued on ``?jour=`` (today by default), and the button that prints it."""
    check_permission(request.user, Permission.IMPRIMER_COURRIERS)
    chosen = JourForm(
        request.GET if "jour" in request.GET else {"jour": date_courte(clock.today()), **request.GET.dict()},
        directions=printable_directions(request.user),
    )
    if not chosen.is_valid():
        return render(request, "bilan/courriers_du_jour.html", {"choix": chosen, "form": chosen}, status=422)
    jour, direction = chosen.cleaned_data["jour"], chosen.direction_choisie
    form = TirageForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.accepted_by(
        tirages.request_print, direction=direction, jour=jour, **form.arguments(), by=request.user
    ):
        return redirect("bilan:view_print_run", pk=form.result.pk)
    return _page_of_day(request, chosen, form, direction, jour)


def _page_of_day(
    request: AgentRequest, chosen: JourForm, form: TirageForm, direction: DirectionTerritoriale, jour: date
) -> HttpResponse:
    runs = TirageCourriers.objects.visible_to(request.user).without_pdf()
    runs = runs.filter(direction=direction, jour=jour).select_related("par")
    context = {
        "choix": chosen,
        "form": form,
        "jour": jour,
        "direction": direction,
        "courriers": tirages.letters_of_day(direction, jour).select_related("contrat__signataire"),
        "restants": tirages.to_print(direction, jour).count(),
        "imprimables": tirages.printable(direction, jour).count(),
        "tirages": runs,
        "en_cours": next((run for run in runs if run.is_working), None),
    }
    return render(request, "bilan/courriers_du_jour.html", context)


def _contrat_or_404(request: AgentRequest, pk: uuid.UUID) -> Contrat:
    contrats = Contrat.objects.visible_to(request.user).select_related("signataire__nationalite", "direction")
    contrat: Contrat = get_object_or_404(contrats, pk=pk)
    check_permission(request.user, Permission.EMETTRE_COURRIER, direction_id=contrat.direction_id)
    return contrat


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def issue_letter(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """A letter that goes with no act: what it is, to be read first, and the button that issues it."""
    contrat, libre = _contrat_or_404(request, pk), LIBRES.get(name)
    if libre is None:
        raise Http404
    home = reverse("dossiers:view_file", args=[contrat.pk])
    if refused := why_not(libre, contrat):
        messages.warning(request, refused[0].message)
        return redirect(home)
    if request.method == "POST":
        courrier = libres.issue_letter(libre=libre, contrat=contrat, by=request.user)
        messages.success(request, f"Le courrier n°\u00a0{courrier.numero} est émis. Imprimez-le.")
        return redirect(f"{home}#documents")
    context = {
        "contrat": contrat,
        "titre": libre.titre,
        "phrase": libre.phrase,
        "recoit": [libre.recoit],
        "avertissements": libres.avertissements(libre, contrat),
        "perdu": (),
        "irreversible": False,
        "form": None,
        "bouton": "Émettre le courrier",
        "annuler_url": home,
        "apercu_url": reverse("bilan:preview_free_letter", args=[contrat.pk, name]),
        "action_url": request.path,
        "fil_dossier": f"Dossier {contrat.numero_cai}",
    }
    return render(request, "bilan/courrier_emettre.html", context)


@require_POST
def preview_free_letter(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """The letter as it would be issued, without its number; nothing is stored."""
    contrat, libre = _contrat_or_404(request, pk), LIBRES.get(name)
    if libre is None:
        raise Http404
    return pdf_response(preview(libres.write(libre=libre, contrat=contrat, by=request.user)), "projet-de-courrier.pdf")


def _run_or_404(request: AgentRequest, pk: uuid.UUID) -> TirageCourriers:
    runs = TirageCourriers.objects.visible_to(request.user).without_pdf().select_related("direction", "par")
    run: TirageCourriers = get_object_or_404(runs, pk=pk)
    return run


@never_cache
@require_safe
def view_print_run(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """How far a run is; htmx asks for its part again until it is over; without scripts, a link does."""
    run = _run_or_404(request, pk)
    day = f"{reverse('bilan:letters_of_day')}?jour={date_courte(run.jour)}&direction={run.direction.code}"
    template = "bilan/_tirage.html" if request.htmx else "bilan/tirage.html"
    return render(request, template, {"tirage": run, "retour": day})


@require_http_methods(["GET", "HEAD", "POST"])
def open_print_run(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The button notes that the letters of the run count as printed, then leads to the file, as often as needed."""
    run = _run_or_404(request, pk)
    if request.method == "POST":
        tirages.mark_opened(tirage=run, by=request.user)
        return redirect("bilan:open_print_run", pk=run.pk)
    return pdf_response(tirages.read_file(tirage=run, by=request.user), f"courriers-{run.jour.isoformat()}.pdf")


@require_safe
def appointment_calendar(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """One appointment for the person's calendar: when and where, not what about."""
    appointment = get_object_or_404(
        RendezVous.objects.visible_to(request.user).select_related("lieu", "bilan__contrat"), pk=pk
    )
    journal.log_access("exporter_rendez_vous", by=request.user, target=appointment)
    return calendar_response(calendar_of([appointment], nommer=False), "rendez-vous.ics")


@require_safe
def my_calendar(request: AgentRequest) -> HttpResponse:
    """The adviser's own appointments, from thirty days ago on, each under the number of its file."""
    check_permission(request.user, Permission.CONDUIRE_BILAN)
    mine = RendezVous.objects.visible_to(request.user).filter(
        conseiller=request.user, debut__gte=clock.now() - AGENDA_PASSE
    )
    journal.log_access("exporter_agenda", by=request.user)
    return calendar_response(
        calendar_of(mine.select_related("lieu", "bilan__contrat").order_by("debut"), nommer=True), "mes-rendez-vous.ics"
    )


@require_safe
def print_certificate(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """That the content was destroyed, when and why, for the person."""
    bilan = bilan_or_404(request.user, pk)
    return pdf_response(certificat.print_certificate(bilan=bilan, by=request.user), "certificat-de-destruction.pdf")
