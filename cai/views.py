"""The trainings of a contract, one page each, and what was evaluated before the person arrived."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from cai import evaluation_pre_arrivee, prestations
from cai import regles_prestations as regles
from cai.forms_prestations import (
    CertificatForm,
    DecisionForm,
    PreArriveeForm,
    PrescriptionForm,
    SeanceForm,
    titre_du_certificat,
)
from cai.models import Certificat, Contrat, Prestation, SeancePrestation
from cai.pre_arrivee import PHRASES
from cai.presentation import Formation, formations_of, papers_to_come, prealable_of
from cai.services import check_not_cancelled
from core import clock
from core.french import date_sans_jour

S = Prestation.Statut


def _contrat_or_404(request: AgentRequest, pk: uuid.UUID, permission: Permission) -> Contrat:
    contrats = Contrat.objects.visible_to(request.user).select_related("signataire", "direction")
    contrat = get_object_or_404(contrats, pk=pk)
    check_permission(request.user, permission, direction_id=contrat.direction_id)
    if permission != Permission.VOIR_PERSONNE and request.method != "POST":
        check_not_cancelled(contrat)
    return contrat


def _training_or_404(contrat: Contrat, name: str) -> Prestation:
    """The training of that kind, not stored yet when nothing was said of it."""
    if name not in regles.HEURES:
        raise Http404
    known = Prestation.objects.filter(contrat=contrat, type=name).first()
    return known or Prestation(contrat=contrat, type=name)


def _back(contrat: Contrat, name: str) -> str:
    return reverse("cai:view_prestation", args=[contrat.pk, name])


@require_safe
def view_prestation(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One training: where it stands, its sessions, its papers, and what may be done now."""
    contrat = _contrat_or_404(request, pk, Permission.VOIR_PERSONNE)
    _training_or_404(contrat, name)
    formation = next(one for one in formations_of(contrat, prealable_of(contrat)) if one.type == name)
    writes = has_permission(request.user, Permission.SUIVRE_PRESTATIONS, direction_id=contrat.direction_id)
    can_write = writes and contrat.statut != Contrat.Statut.ANNULE
    context = {
        "contrat": contrat,
        "formation": formation,
        "prestation": formation.prestation,
        "can_write": can_write,
        "actes": _acts(contrat, formation) if can_write else [],
    }
    return render(request, "cai/prestation.html", context)


def _acts(contrat: Contrat, formation: Formation) -> list[tuple[str, str]]:
    """What may be done of a training now, the most likely first."""
    prestation = formation.prestation
    prescribed = prestation is not None and prestation.date_prescription is not None
    followed = prestation is not None and prestation.statut == S.SUIVIE
    papers = [
        (titre_du_certificat(genre), reverse("cai:add_certificat", args=[contrat.pk, formation.type, genre]))
        for genre in papers_to_come(formation)
    ]

    def act(label: str, page: str) -> tuple[str, str]:
        return label, reverse(f"cai:{page}", args=[contrat.pk, formation.type])

    if not contrat.is_running:
        sessions = [act("Ajouter une séance", "add_seance")] if prestation is not None else []
        return [*papers, *sessions]
    decided = prestation is not None and prestation.statut in prestations.DECISIONS
    again = "Prescrire de nouveau" if decided else "Corriger la prescription"
    prescribe_act = act(again if prescribed else "Prescrire la formation", "prescribe")
    decide_act = act("Décider de l’état de la formation", "decide")
    if prestation is None:
        return [prescribe_act, *papers, decide_act]
    if prestation.statut in prestations.SANS_PRESCRIPTION:
        return [*reversed(papers), prescribe_act, decide_act]  # the exam first: it may be due without any training
    session = act("Ajouter une séance", "add_seance")
    if followed:
        return [*papers, session, prescribe_act]
    ordered = [session, *papers, prescribe_act] if prescribed else [prescribe_act, session, *papers]
    return [*ordered, decide_act]


def _form_page(request: AgentRequest, contrat: Contrat, name: str, form: Any, **context: Any) -> HttpResponse:
    context |= {
        "contrat": contrat,
        "form": form,
        "training": Prestation.Type(name).label,
        "retour": _back(contrat, name),
    }
    return render(request, "cai/prestation_acte.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def prescribe(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Prescribe a training, or correct its day and its hours."""
    contrat = _contrat_or_404(request, pk, Permission.SUIVRE_PRESTATIONS)
    training = _training_or_404(contrat, name)
    least, most = regles.HEURES[name]
    initial = {
        "date_prescription": training.date_prescription or min(clock.today(), contrat.echeance_effective),
        "heures": training.heures_prescrites or (most if least == most else None),
        "examen_prevu_le": training.examen_prevu_le,
    }
    form = PrescriptionForm(request.POST if request.method == "POST" else None, type_prestation=name, initial=initial)
    if form.is_valid() and form.accepted_by(
        prestations.prescribe, contrat=contrat, type_prestation=name, **form.cleaned_data, by=request.user
    ):
        messages.success(request, "La formation est prescrite.")
        return redirect("cai:view_prestation", pk, name)
    return _form_page(request, contrat, name, form, titre="Prescrire la formation", bouton="Prescrire")


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Dispense, defer, find not followed or without object."""
    contrat = _contrat_or_404(request, pk, Permission.SUIVRE_PRESTATIONS)
    training = _training_or_404(contrat, name)
    form = DecisionForm(request.POST if request.method == "POST" else None, training=training)
    if form.is_valid() and form.accepted_by(
        prestations.decide, contrat=contrat, type_prestation=name, **form.cleaned_data, by=request.user
    ):
        messages.success(request, f"La formation est maintenant «\u00a0{form.result.statut_accorde.lower()}\u00a0».")
        return redirect("cai:view_prestation", pk, name)
    phrase = "La présence et les justificatifs suffisent à dire qu’une formation est en cours ou suivie."
    return _form_page(
        request, contrat, name, form, titre="Décider de l’état de la formation", phrase=phrase, bouton="Enregistrer"
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add_seance(request: AgentRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """One more session of a training."""
    contrat = _contrat_or_404(request, pk, Permission.SUIVRE_PRESTATIONS)
    _training_or_404(contrat, name)
    form = SeanceForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.accepted_by(
        prestations.add_seance,
        contrat=contrat,
        type_prestation=name,
        fiche=form.fiche(),
        identifiant=form.cleaned_data["identifiant"],
        by=request.user,
    ):
        messages.success(request, "La séance est enregistrée.")
        return redirect("cai:view_prestation", pk, name)
    return _form_page(request, contrat, name, form, titre="Ajouter une séance", bouton="Enregistrer la séance")


@require_http_methods(["GET", "HEAD", "POST"])
def add_certificat(request: AgentRequest, pk: uuid.UUID, name: str, genre: str) -> HttpResponse:
    """One paper of a training."""
    contrat = _contrat_or_404(request, pk, Permission.SUIVRE_PRESTATIONS)
    _training_or_404(contrat, name)
    if genre not in regles.CERTIFICATS[name]:
        raise Http404
    form = CertificatForm(request.POST if request.method == "POST" else None, genre=genre)
    if form.is_valid() and form.accepted_by(
        prestations.add_certificat, contrat=contrat, type_prestation=name, fiche=form.fiche(), by=request.user
    ):
        messages.success(request, "Le justificatif est enregistré.")
        return redirect("cai:view_prestation", pk, name)
    return _form_page(request, contrat, name, form, titre=titre_du_certificat(genre), bouton="Enregistrer")


def _seance_or_404(request: AgentRequest, pk: uuid.UUID) -> SeancePrestation:
    seances = SeancePrestation.objects.visible_to(request.user)
    seance = get_object_or_404(seances.select_related("prestation__contrat__signataire"), pk=pk)
    _contrat_or_404(request, seance.prestation.contrat_id, Permission.SUIVRE_PRESTATIONS)
    return seance


@require_http_methods(["GET", "HEAD", "POST"])
def correct_seance(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Excuse an absence, or put right what was typed of a session."""
    seance = _seance_or_404(request, pk)
    prestation = seance.prestation
    stored = {name: getattr(seance, name) for name in ("jour", "minutes", "presence", "justificatif_vu_le")}
    form = SeanceForm(request.POST if request.method == "POST" else None, initial=stored)
    if form.is_valid() and form.accepted_by(
        prestations.correct_seance, seance=seance, fiche=form.fiche(), by=request.user
    ):
        messages.success(request, "La séance est corrigée.")
        return redirect("cai:view_prestation", prestation.contrat_id, prestation.type)
    return _form_page(
        request,
        prestation.contrat,
        prestation.type,
        form,
        titre="Corriger ou excuser une séance",
        bouton="Enregistrer",
        retrait=reverse("cai:remove_seance", args=[pk]),
    )


def _confirm(request: AgentRequest, contrat: Contrat, **context: Any) -> HttpResponse:
    return render(request, "components/confirmation.html", {"contrat": contrat, **context})


@require_http_methods(["GET", "HEAD", "POST"])
def remove_seance(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Take away a session recorded by mistake."""
    seance = _seance_or_404(request, pk)
    prestation = seance.prestation
    if request.method == "POST":
        prestations.remove_seance(seance=seance, by=request.user)
        messages.success(request, "La séance est retirée.")
        return redirect("cai:view_prestation", prestation.contrat_id, prestation.type)
    return _confirm(
        request,
        prestation.contrat,
        titre="Retirer une séance",
        phrase=f"La séance du {date_sans_jour(seance.jour)} a été enregistrée par erreur.",
        perdu=["La séance ne compte plus. La chronologie du dossier garde ce qui avait été noté."],
        bouton="Retirer la séance",
        annuler_url=_back(prestation.contrat, prestation.type),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def remove_certificat(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Take away a paper recorded by mistake."""
    papers = Certificat.objects.visible_to(request.user).select_related("prestation__contrat__signataire")
    certificat = get_object_or_404(papers, pk=pk)
    prestation = certificat.prestation
    _contrat_or_404(request, prestation.contrat_id, Permission.SUIVRE_PRESTATIONS)
    if request.method == "POST":
        prestations.remove_certificat(certificat=certificat, by=request.user)
        messages.success(request, "Le justificatif est retiré.")
        return redirect("cai:view_prestation", prestation.contrat_id, prestation.type)
    return _confirm(
        request,
        prestation.contrat,
        titre="Retirer un justificatif",
        phrase=f"{certificat} du {date_sans_jour(certificat.jour)}\u00a0: il a été enregistré par erreur.",
        perdu=["L’état et le niveau de la formation redeviennent ceux que montrent les autres justificatifs."],
        bouton="Retirer le justificatif",
        annuler_url=_back(prestation.contrat, prestation.type),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def record_pre_arrivee(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """What was evaluated before the person arrived; it can be put right on the day it is recorded."""
    contrat = _contrat_or_404(request, pk, Permission.ENREGISTRER_PRE_ARRIVEE)
    posted = request.method == "POST"
    known = None if posted else evaluation_pre_arrivee.check_recordable(contrat)
    initial = dict(vars(evaluation_pre_arrivee.facts_of(known))) if known else {}
    form = PreArriveeForm(request.POST if posted else None, initial=initial)
    if form.is_valid() and form.accepted_by(
        evaluation_pre_arrivee.record_pre_arrivee, contrat=contrat, fiche=form.fiche(), by=request.user
    ):
        messages.success(request, f"L’évaluation avant l’arrivée est enregistrée. {PHRASES[form.result]}")
        return redirect("dossiers:view_file", pk)
    return render(request, "cai/pre_arrivee.html", {"contrat": contrat, "form": form})
