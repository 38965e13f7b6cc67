"""Pages that bring a file to its appointment, and the acts that are one question and one button."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import has_permission
from agents.roles import Permission
from bilan import guards, programmation
from bilan.acte import Acte
from bilan.actes import ACTES
from bilan.emission import preview
from bilan.forms_programmation import BilanForm, ConvocationForm
from bilan.lettres import composition
from bilan.models import Bilan, Courrier
from bilan.passation import leaves_work_behind
from bilan.permissions import check_can
from bilan.workflow import why_not
from core import journal
from core.french import date_longue, duree, heure
from core.http import pdf_response


def bilan_or_404(agent: Agent, pk: uuid.UUID) -> Bilan:
    """A bilan the agent may know of, with what every page about it shows."""
    queryset = Bilan.objects.visible_to(agent).select_related(
        "contrat__signataire", "contrat__direction", "prestataire", "conseiller", "prescripteur"
    )
    bilan: Bilan = get_object_or_404(queryset, pk=pk)
    return bilan


def home_of(agent: Agent, bilan: Bilan) -> str:
    """Where an act on a bilan leads back to: the file for OFII, the bilan's own page for its adviser."""
    if bilan.contrat.direction_id in {place.direction_id for place in agent.places}:
        return reverse("dossiers:view_file", args=[bilan.contrat_id])
    return reverse("bilan:voir_bilan", args=[bilan.pk])


def _too_late(request: AgentRequest, bilan: Bilan, refusal: str) -> HttpResponse:
    """A colleague, or a second click on the same button, was quicker: show where the bilan stands, and say why."""
    journal.log_access(
        request.resolver_match.view_name if request.resolver_match else "page",
        by=request.user,
        target=bilan,
        motif="transition_impossible",
        granted=False,
    )
    messages.warning(request, refusal)
    return redirect(home_of(request.user, bilan))


def _typed(request: AgentRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One transition of ``bilan.actes``: what it does, its question if any, its button."""
    acte = ACTES.get(name)
    if acte is None:
        raise Http404
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, acte.permission, bilan)
    if refusal := why_not(bilan, name):
        return _too_late(request, bilan, refusal)
    form = acte.form(_typed(request), bilan=bilan, agent=request.user)
    if form.is_valid() and form.accepted_by(acte.service, bilan=bilan, **form.arguments(), by=request.user):
        messages.success(request, acte.fait)
        return redirect(home_of(request.user, bilan))
    return _act_page(request, bilan, acte, form)


def _act_page(
    request: AgentRequest, bilan: Bilan, acte: Acte, form: BilanForm, status: int | None = None
) -> HttpResponse:
    context = {"bilan": bilan, "titre": acte.titre, "phrase": acte.said_of(bilan), "bouton": acte.bouton, "form": form}
    recoit = acte.received_with(bilan)
    context |= {"recoit": recoit, "perdu": acte.perdu, "irreversible": acte.irreversible}
    if acte.lettre and recoit and _may_read_letters(request.user, bilan):
        context["apercu_url"] = reverse("bilan:preview_act_letter", args=[bilan.pk, acte.transition])
        context["action_url"] = reverse("bilan:act", args=[bilan.pk, acte.transition])
    context["annuler_url"] = home_of(request.user, bilan)
    return render(request, "bilan/acte.html", context, status=status)


def _may_read_letters(agent: Agent, bilan: Bilan) -> bool:
    """A letter bears the person's address, which their adviser has no need of (reference E.5)."""
    return has_permission(agent, Permission.VOIR_DOSSIER, direction_id=bilan.contrat.direction_id)


@require_POST
def preview_act_letter(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """The letter that an act would send, without its number; nothing is stored."""
    acte = ACTES.get(name)
    if acte is None or acte.lettre is None:
        raise Http404
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, acte.permission, bilan)
    check_can(request.user, Permission.VOIR_DOSSIER, bilan)
    if refusal := why_not(bilan, name):
        return _too_late(request, bilan, refusal)
    form = acte.form(request.POST, bilan=bilan, agent=request.user)
    if form.is_valid() and form.accepted_by(acte.lettre, bilan=bilan, **form.arguments(), by=request.user):
        return pdf_response(preview(form.result), "projet-de-courrier.pdf")
    return _act_page(request, bilan, acte, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def convoke(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Convoke in two steps: the appointment, then what will be sent to whom, with the letter to read first."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONVOQUER, bilan)
    if refusal := why_not(bilan, "convoquer"):
        return _too_late(request, bilan, refusal)
    form = ConvocationForm(_typed(request), bilan=bilan, agent=request.user)
    if form.is_valid():
        if "confirmer" in request.POST:
            if form.accepted_by(programmation.convoke, bilan=bilan, **form.arguments(), by=request.user):
                messages.success(request, "La personne est convoquée. Imprimez la lettre et remettez-la ou envoyez-la.")
                return redirect(home_of(request.user, bilan))
        elif "modifier" not in request.POST and form.accepted_by(
            programmation.check_convocation, bilan=bilan, **form.arguments()
        ):
            proposition = form.proposition()
            context = {"bilan": bilan, "form": form, "proposition": proposition, "resume": _summary(form)}
            context["avertissements"] = guards.avertissements(bilan, proposition.debut)
            context["travail_perdu"] = leaves_work_behind(bilan, proposition.lieu.prestataire)
            return render(request, "bilan/convocation_verifier.html", context)
    return _convocation_page(request, bilan, form)


def _convocation_page(
    request: AgentRequest, bilan: Bilan, form: ConvocationForm, status: int | None = None
) -> HttpResponse:
    context = {"bilan": bilan, "form": form, "retour": home_of(request.user, bilan)}
    if form.refusal_code == programmation.EXEMPTION_A_CETTE_DATE and why_not(bilan, "constater_exemption"):
        context["requalifier_url"] = reverse("bilan:act", args=[bilan.pk, "requalifier_absence"])
    elif form.refusal_code == programmation.EXEMPTION_A_CETTE_DATE:
        evaluation = reverse("exemptions:evaluate_contrat", args=[bilan.contrat_id])
        jour = form.fields["jour"].clean(form["jour"].value())  # refused, it is no longer in cleaned_data
        context["evaluer_url"] = f"{evaluation}?date={jour.isoformat()}"
    return render(request, "bilan/convocation.html", context, status=status)


def _summary(form: ConvocationForm) -> list[tuple[str, str]]:
    """What was asked, in words; a question that was left without an answer is not told as a no."""
    proposition, accord = form.proposition(), form.cleaned_data["accord_delai_reduit"]
    lines = [
        ("Rendez-vous", f"{date_longue(proposition.debut)} à {heure(proposition.debut)}"),
        ("Durée totale", duree(proposition.duree_fixee_minutes)),
        ("Lieu", f"{proposition.lieu.prestataire.nom}, {proposition.lieu}"),
        ("Conseiller", str(proposition.conseiller)),
    ]
    return lines if accord is None else [*lines, ("Délai réduit accepté", "oui" if accord else "non")]


@require_POST
def preview_letter(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The letter as it would be issued, without its number; nothing is stored."""
    bilan = bilan_or_404(request.user, pk)
    check_can(request.user, Permission.CONVOQUER, bilan)
    form = ConvocationForm(request.POST, bilan=bilan, agent=request.user)
    if not form.is_valid():
        return _convocation_page(request, bilan, form, status=422)
    return pdf_response(
        preview(composition.convocation(programmation.rendez_vous_of(bilan, form.proposition()), by=request.user)),
        "apercu-convocation.pdf",
    )


@require_safe
def print_courrier(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """A letter as it was issued; each reading is journalled."""
    courrier = get_object_or_404(Courrier.objects.visible_to(request.user), pk=pk)
    journal.log_access("imprimer_courrier", by=request.user, target=courrier)
    return pdf_response(courrier.pdf, f"{courrier.genre}-{courrier.numero}.pdf")
