"""The family's contract on pages: signed once, corrected, then one question an act."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from cai import regles_famille, services_famille
from cai.forms_famille import EnfantFormSet, FamilleForm, InformationForm, InscriptionForm, JourneeForm
from cai.models import Contrat, ContratFamille, Enfant
from core import clock, journal
from core.forms import BaseForm, all_valid

P = Permission


def _famille_or_404(agent: Agent, **where: Any) -> ContratFamille:
    known = ContratFamille.objects.visible_to(agent).select_related("contrat__signataire__nationalite")
    famille: ContratFamille = get_object_or_404(
        known.select_related("contrat__signataire__langue_comprise", "contrat__direction"), **where
    )
    return famille


@require_safe
def view_famille(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Where the family's contract of a file stands, and what may be recorded."""
    famille = _famille_or_404(request.user, contrat=pk)
    journal.log_access("voir_famille", by=request.user, target=famille)
    today = clock.today()
    context = {
        "famille": famille,
        "contrat": famille.contrat,
        "enfants": [
            (enfant, enfant.date_naissance, regles_famille.must_attend_school(enfant.date_naissance, today))
            for enfant in famille.enfants.all()
        ],
        "suite": regles_famille.suite_du_manquement(today),
        "actes": _offered(famille, request.user),
        "peut_suivre": _may(request.user, famille.contrat),
    }
    return render(request, "cai/famille.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_famille(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The signature, or its correction once it is recorded."""
    contrat = get_object_or_404(Contrat.objects.visible_to(request.user).select_related("direction"), pk=pk)
    check_permission(request.user, P.SUIVRE_PRESTATIONS, direction_id=contrat.direction_id)
    famille = ContratFamille.objects.filter(contrat=contrat).select_related("contrat").first()
    known: list[Any] = []
    initial: dict[str, Any] = {}
    if famille:
        initial = {"date_signature": famille.date_signature, "conjoint": famille.conjoint}
        known = [{"date_naissance": child.date_naissance} for child in famille.enfants.all()]
    typed = request.POST if request.method == "POST" else None
    form = FamilleForm(typed, initial=initial)
    enfants = EnfantFormSet(typed, prefix="enfants", initial=known)
    if all_valid(form, enfants):
        service: Callable[..., Any] = services_famille.correct_famille if famille else services_famille.sign_famille
        target = {"famille": famille} if famille else {"contrat": contrat}
        births = [row["date_naissance"] for row in enfants.rows]
        if form.accepted_by(service, **target, **form.cleaned_data, enfants=births, by=request.user):
            messages.success(request, "Le contrat famille est enregistré.")
            return redirect("cai:view_famille", pk)
    context = {"contrat": contrat, "form": form, "enfants": enfants, "famille": famille}
    return render(request, "cai/famille_signer.html", context)


@dataclass(frozen=True)
class Acte:
    """One question about the family's contract."""

    titre: str
    phrase: str
    bouton: str
    fait: str
    form: type[BaseForm]
    service: Callable[..., Any]


ACTES: dict[str, Acte] = {
    "journee": Acte(
        titre="Noter la journée des parents",
        phrase="Le contrat famille demande de suivre une journée « Droits et devoirs des parents ».",
        bouton="Noter la journée",
        fait="La journée des parents est notée.",
        form=JourneeForm,
        service=services_famille.record_parents_day,
    ),
    "conseil-general": Acte(
        titre="Noter l’information du conseil général",
        phrase="Le président du conseil général est informé de la conclusion du contrat famille.",
        bouton="Noter l’information",
        fait="L’information du conseil général est notée.",
        form=InformationForm,
        service=services_famille.inform_conseil_general,
    ),
    "prefet": Acte(
        titre="Noter l’information du préfet",
        phrase="Le préfet est informé que la journée des parents n’a pas été suivie, sans motif légitime.",
        bouton="Noter l’information",
        fait="L’information du préfet est notée.",
        form=InformationForm,
        service=services_famille.inform_prefet,
    ),
}


def _may(agent: Agent, contrat: Contrat) -> bool:
    """Whether the agent writes on the family's contract of a file that is not cancelled."""
    return contrat.statut != Contrat.Statut.ANNULE and has_permission(
        agent, P.SUIVRE_PRESTATIONS, direction_id=contrat.direction_id
    )


def _offered(famille: ContratFamille, agent: Agent) -> list[tuple[str, str]]:
    """The acts open now, with their page: nothing that would be refused."""
    if not _may(agent, famille.contrat):
        return []
    missed = famille.journee == ContratFamille.Journee.NON_SUIVIE
    return [
        (acte.titre, reverse("cai:act_famille", args=[famille.pk, name]))
        for name, acte in ACTES.items()
        if missed or name != "prefet"
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def act_famille(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One act on the family's contract."""
    acte = ACTES.get(name)
    if acte is None:
        raise Http404
    famille = _famille_or_404(request.user, pk=pk)
    check_permission(request.user, P.SUIVRE_PRESTATIONS, direction_id=famille.contrat.direction_id)
    form = acte.form(request.POST if request.method == "POST" else None, initial=_known(famille))
    page = {"titre": acte.titre, "phrase": acte.phrase, "bouton": acte.bouton}
    return _asked(request, famille, form, acte.service, acte.fait, {"famille": famille}, page)


def _known(famille: ContratFamille) -> dict[str, Any]:
    return {"journee": famille.journee, "attestation_le": famille.attestation_le, "informe_le": clock.today()}


@require_http_methods(["GET", "HEAD", "POST"])
def record_school(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """The school certificate of one child, seen."""
    enfant = get_object_or_404(Enfant.objects.visible_to(request.user), pk=pk)
    famille = _famille_or_404(request.user, pk=enfant.famille_id)
    check_permission(request.user, P.SUIVRE_PRESTATIONS, direction_id=famille.contrat.direction_id)
    form = InscriptionForm(
        request.POST if request.method == "POST" else None,
        initial={"vue_le": enfant.inscription_vue_le or clock.today()},
    )
    page = {
        "titre": "Noter un certificat d’inscription",
        "phrase": f"Enfant {enfant.rang}. Le certificat est regardé, il n’est pas conservé.",
        "bouton": "Noter le certificat",
    }
    fait = "Le certificat d’inscription est noté."
    return _asked(request, famille, form, services_famille.record_school, fait, {"enfant": enfant}, page)


def _asked(
    request: AgentRequest,
    famille: ContratFamille,
    form: BaseForm,
    service: Callable[..., Any],
    fait: str,
    target: dict[str, Any],
    page: dict[str, Any],
) -> HttpResponse:
    """One question: once the service accepts the answer, ``fait`` and the family's contract; until then, the page."""
    if form.is_valid() and form.accepted_by(service, **target, **form.cleaned_data, by=request.user):
        messages.success(request, fait)
        return redirect("cai:view_famille", famille.contrat_id)
    retour = reverse("cai:view_famille", args=[famille.contrat_id])
    context = page | {"form": form, "contrat": famille.contrat, "annuler_url": retour}
    return render(request, "components/confirmation.html", context)
