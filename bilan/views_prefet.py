"""Pages of the proposals to the préfet, and of the attestation that ends a contract."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import attestation, prefet, propositions
from bilan.actes_prefet import ACTES_PREFET
from bilan.emission import preview
from bilan.forms_prefet import PreparationForm, SignatureForm
from bilan.page_prefet import page_of
from cai.models import Contrat, PropositionPrefet
from core import journal
from core.french import minuscule
from core.http import pdf_response

P, Type = Permission, PropositionPrefet.Type


def contrat_or_404(agent: Agent, pk: uuid.UUID) -> Contrat:
    """A contract the agent may know of, with what its pages and letters show."""
    contrats = Contrat.objects.visible_to(agent).select_related("signataire__nationalite", "direction")
    return get_object_or_404(contrats, pk=pk)


def proposition_or_404(agent: Agent, pk: uuid.UUID) -> PropositionPrefet:
    """A proposal the agent may know of."""
    rows = PropositionPrefet.objects.visible_to(agent).select_related(
        "contrat__signataire", "contrat__direction", "prepare_par", "propose_par", "decide_par"
    )
    proposition: PropositionPrefet = get_object_or_404(rows, pk=pk)
    return proposition


def _file(contrat: Contrat) -> str:
    return reverse("dossiers:view_file", args=[contrat.pk])


def _refused(contrat: Contrat, type_proposition: str) -> str:
    """Why this cannot be proposed today, said before anything is typed; nothing when it can."""
    if type_proposition not in Type.values:
        raise Http404
    found = propositions.conditions(contrat, type_proposition)
    return " ".join(blocage.message for blocage in found)


def _too_late(request: AgentRequest, contrat: Contrat, refusal: str) -> HttpResponse:
    messages.warning(request, refusal)
    return redirect(_file(contrat))


def _draft(contrat: Contrat, type_proposition: str) -> PropositionPrefet | None:
    return contrat.propositions.open().filter(type=type_proposition).select_related("prepare_par").first()


@require_http_methods(["GET", "HEAD", "POST"])
def prepare_proposition(request: AgentRequest, pk: uuid.UUID, type_proposition: str) -> HttpResponse:
    """The facts, laid before the directeur territorial."""
    contrat = contrat_or_404(request.user, pk)
    check_permission(request.user, P.PREPARER_PROPOSITION, direction_id=contrat.direction_id)
    if refusal := _refused(contrat, type_proposition):
        return _too_late(request, contrat, refusal)
    terms: dict[str, Any] = {"contrat": contrat, "type_proposition": type_proposition}
    draft = _draft(contrat, type_proposition)
    form = PreparationForm(request.POST if request.method == "POST" else None, brouillon=draft, **terms)
    if form.is_valid() and form.accepted_by(prefet.prepare, **terms, **form.cleaned_data, by=request.user):
        messages.success(request, "La proposition est préparée. Le directeur territorial la trouve sur son bureau.")
        return redirect(_file(contrat))
    context = _writing(contrat, type_proposition, draft) | {"form": form, "bouton": "Transmettre au directeur"}
    context["recoit"] = ["Le directeur territorial\u00a0: les faits, sur son bureau. Rien ne part au préfet."]
    return render(request, "bilan/proposition_ecrire.html", context | {"titre": f"Préparer {_une(type_proposition)}"})


@require_http_methods(["GET", "HEAD", "POST"])
def sign_proposition(request: AgentRequest, pk: uuid.UUID, type_proposition: str) -> HttpResponse:
    """The reasoning of the directeur territorial, and the signature."""
    contrat = contrat_or_404(request.user, pk)
    check_permission(request.user, P.SIGNER_PROPOSITION, direction_id=contrat.direction_id)
    if refusal := _refused(contrat, type_proposition):
        return _too_late(request, contrat, refusal)
    terms: dict[str, Any] = {"contrat": contrat, "type_proposition": type_proposition}
    draft = _draft(contrat, type_proposition)
    form = SignatureForm(request.POST if request.method == "POST" else None, brouillon=draft, **terms)
    if form.is_valid() and form.accepted_by(prefet.propose, **terms, **form.cleaned_data, by=request.user):
        messages.success(request, "La proposition est signée. Le contrat ne change pas avant la décision du préfet.")
        return redirect("bilan:view_proposition", form.result.pk)
    context = _writing(contrat, type_proposition, draft) | {"form": form, "bouton": "Signer la proposition"}
    word = attestation.word_of(contrat)
    bilan = f"du bilan un seul mot («\u00a0{word}\u00a0»)" if word else "du bilan, rien\u00a0: il n’était pas dû"
    context["recoit"] = [
        f"Le préfet\u00a0: votre proposition motivée\u00a0; {bilan}. Ni la synthèse, ni les accords de la personne."
    ]
    return render(request, "bilan/proposition_ecrire.html", context | {"titre": f"Proposer {_une(type_proposition)}"})


def _une(type_proposition: str) -> str:
    return f"la {minuscule(Type(type_proposition).label)} du contrat"


def _writing(contrat: Contrat, type_proposition: str, draft: PropositionPrefet | None) -> dict[str, Any]:
    """What both pages show beside the form: what was done under the contract, what an agent prepared."""
    fondement = propositions.fondement_of(contrat) if type_proposition == Type.PROROGATION else None
    return {
        "contrat": contrat,
        "brouillon": draft if draft and draft.faits else None,
        "avertissements": propositions.reparations(draft) if draft else [],
        "engagements": propositions.engagements(contrat),
        "fondement": fondement.label if fondement else "",
        "resiliation": type_proposition == Type.RESILIATION,
        "annuler_url": _file(contrat),
    }


@require_safe
def view_proposition(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """One proposal whole, and what can be done about it now."""
    proposition = proposition_or_404(request.user, pk)
    check_permission(request.user, P.ENREGISTRER_DECISION, direction_id=proposition.contrat.direction_id)
    journal.log_access("voir_proposition", by=request.user, target=proposition)
    page = page_of(proposition, request.user)
    context = {"proposition": proposition, "contrat": proposition.contrat, "page": page}
    return render(request, "bilan/proposition_voir.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def proposition_act(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One act of ``bilan.actes_prefet``: what it does, its question, its button."""
    acte = ACTES_PREFET.get(name)
    if acte is None:
        raise Http404
    proposition = proposition_or_404(request.user, pk)
    contrat = proposition.contrat
    check_permission(request.user, acte.right(proposition, request.user), direction_id=contrat.direction_id)
    if refusal := prefet.why_not(proposition, acte.transition):
        return _too_late(request, contrat, refusal)
    form = acte.form(request.POST if request.method == "POST" else None, proposition=proposition)
    if form.is_valid() and form.accepted_by(
        acte.service, proposition=proposition, **form.cleaned_data, by=request.user
    ):
        messages.success(request, acte.fait)
        return redirect(_file(contrat))
    context = {"contrat": contrat, "titre": acte.titre, "phrase": acte.phrase(proposition), "bouton": acte.bouton}
    context |= {"form": form, "perdu": acte.perdu(proposition), "perdu_titre": "Si le préfet est d’accord"}
    context["annuler_url"] = reverse("bilan:view_proposition", args=[pk])
    return render(request, "bilan/proposition_acte.html", context | _told(proposition, acte.name))


def _told(proposition: PropositionPrefet, name: str) -> dict[str, Any]:
    """What is to be known before an act: a failing made good since and, before a decision, what the person answered."""
    return {
        "avertissements": [] if name == "abandon" else propositions.reparations(proposition),
        "reponse": proposition if name == "decision" and proposition.observations else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def issue_attestation(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Issue the attestation récapitulative, after saying who receives it; its draft can be read first."""
    contrat = contrat_or_404(request.user, pk)
    check_permission(request.user, P.ENREGISTRER_DECISION, direction_id=contrat.direction_id)
    if found := attestation.blocages(contrat):
        return _too_late(request, contrat, found[0].message)
    if request.method == "POST":
        attestation.issue_attestation(contrat=contrat, by=request.user)
        messages.success(request, "L’attestation est émise. Imprimez-la en deux exemplaires depuis les documents.")
        return redirect(_file(contrat))
    context = {
        "contrat": contrat,
        "titre": "Émettre l’attestation récapitulative",
        "phrase": "Elle récapitule ce qui a été fait dans le cadre du contrat.",
        "recoit": ["La personne\u00a0: un exemplaire.", "Le préfet\u00a0: le même, mot pour mot."],
        "bouton": "Émettre l’attestation",
        "apercu_url": reverse("bilan:preview_attestation", args=[pk]),
        "annuler_url": _file(contrat),
    }
    return render(request, "components/confirmation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def preview_attestation(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """What the attestation says today, without a number; nothing is stored."""
    contrat = contrat_or_404(request.user, pk)
    check_permission(request.user, P.ENREGISTRER_DECISION, direction_id=contrat.direction_id)
    return pdf_response(preview(attestation.compose(contrat, by=request.user)), "projet-d-attestation.pdf")
