"""Lists of a prestataire: the adviser's own bilans, the planning of those who answer for the house."""

import uuid
from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from agents.http import AgentRequest
from agents.models import Agent
from agents.permissions import check_permission, prestataire_ids
from agents.roles import Permission, Role
from bilan import programmation
from bilan.models import Bilan, RendezVous
from bilan.permissions import check_can_assign_adviser
from bilan.states import FINAUX, Etat
from core import clock
from core.form_fields import ChoixField
from core.forms import BaseForm

LIGNES_MAX = 200


@never_cache
@require_safe
def list_bilans(request: AgentRequest) -> HttpResponse:
    """The bilans entrusted to the adviser, the latest first; those that are over apart."""
    check_permission(request.user, Permission.CONDUIRE_BILAN)
    over = request.GET.get("termines") == "1"
    ended = [*FINAUX, Etat.SIGNATURE_REFUSEE]
    bilans = Bilan.objects.entrusted_to(request.user).with_minutes().select_related("contrat__signataire")
    bilans = bilans.filter(etat__in=ended) if over else bilans.exclude(etat__in=ended)
    return render(request, "bilan/bilans.html", {"bilans": bilans.order_by("-created_at")[:LIGNES_MAX], "over": over})


@never_cache
@require_safe
def planning(request: AgentRequest) -> HttpResponse:
    """Appointments to come of the agent's prestataires: when, where, with whom; not who comes."""
    check_permission(request.user, Permission.VOIR_PLANNING)
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.PARIS)
    to_come = RendezVous.objects.visible_to(request.user).filter(
        prestataire_id__in=prestataire_ids(request.user, Permission.VOIR_PLANNING),
        statut=RendezVous.Statut.PREVU,
        debut__gte=midnight,
    )
    charges = to_come.order_by("conseiller__nom").values("conseiller__prenom", "conseiller__nom")
    context = {
        "rendez_vous": to_come.select_related("lieu", "conseiller", "bilan__contrat").order_by("debut")[:LIGNES_MAX],
        "charges": charges.annotate(nombre=Count("pk")),
    }
    return render(request, "bilan/planning.html", context)


class AffectationForm(BaseForm):
    conseiller = ChoixField(label="Conseiller qui recevra la personne")

    def __init__(self, *args: object, rendez_vous: RendezVous, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        advisers = Agent.objects.get_queryset().holding(
            Role.CONSEILLER_BILAN, prestataire_id=rendez_vous.prestataire_id
        )
        self.advisers = {str(agent.pk): agent for agent in advisers if agent.pk != rendez_vous.conseiller_id}
        field: forms.Field = self.fields["conseiller"]
        field.choices = [  # type: ignore[attr-defined]
            ("", "Sélectionnez une option"),
            *((key, str(agent)) for key, agent in self.advisers.items()),
        ]


@require_http_methods(["GET", "HEAD", "POST"])
def assign_adviser(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Entrust an appointment to another adviser of the same house."""
    rendez_vous = get_object_or_404(
        RendezVous.objects.visible_to(request.user).select_related("bilan__contrat", "conseiller"), pk=pk
    )
    check_can_assign_adviser(request.user, rendez_vous.bilan)
    form = AffectationForm(request.POST if request.method == "POST" else None, rendez_vous=rendez_vous)
    if form.is_valid() and form.accepted_by(
        programmation.assign_adviser,
        rendez_vous=rendez_vous,
        conseiller=form.advisers[form.cleaned_data["conseiller"]],
        by=request.user,
    ):
        messages.success(request, "Le rendez-vous est confié à un autre conseiller.")
        return redirect("bilan:planning")
    context = {
        "titre": "Confier le rendez-vous à un autre conseiller",
        "phrase": f"Dossier {rendez_vous.bilan.contrat.numero_cai}, aujourd’hui confié à {rendez_vous.conseiller}.",
        "bouton": "Confier le rendez-vous",
        "annuler_url": reverse("bilan:planning"),
        "recoit": ("Le nouveau conseiller\u00a0: il voit le bilan à la place de l’ancien.",),
        "form": form,
    }
    return render(request, "components/confirmation.html", context)
