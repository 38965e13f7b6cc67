"""Appointments entrusted to another adviser through the API: the door of those who answer for a prestataire."""

from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.models import Agent
from bilan import programmation
from bilan.api import UUID_EXEMPLE, RendezVousSortie
from bilan.models import Bilan, RendezVous
from bilan.permissions import check_can_assign_adviser
from core.api_schema import operation
from core.errors import RuleViolation


class AffectationEntree(serializers.Serializer[Any]):
    conseiller = serializers.PrimaryKeyRelatedField(
        queryset=Agent.objects.filter(is_active=True),
        help_text="Un conseiller du même prestataire, libre à l’heure dite.",
    )


def _bilan_or_404(request: Request, pk: str) -> Bilan:
    """A bilan the caller may know of, or one of whose appointments is on their planning."""
    planned = RendezVous.objects.visible_to(request.user).values("bilan")
    known = Bilan.objects.filter(Q(pk__in=Bilan.objects.visible_to(request.user).values("pk")) | Q(pk__in=planned))
    bilan: Bilan = get_object_or_404(known.select_related("contrat"), pk=pk)
    return bilan


class AffectationView(APIView):
    @operation(
        "Confier un rendez-vous à un autre conseiller",
        "Pour le responsable du prestataire, avant l’heure du rendez-vous. L’ancien conseiller ne voit plus le bilan.",
        request=AffectationEntree,
        responses={200: RendezVousSortie},
        sent={"conseiller": UUID_EXEMPLE},
        received={
            "id": UUID_EXEMPLE,
            "debut": "2010-05-10T09:30:00+02:00",
            "duree_minutes": 180,
            "lieu": "Espace Hauteville",
            "conseiller": "Camille Martin",
            "statut": "prevu",
        },
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        bilan = _bilan_or_404(request, pk)
        check_can_assign_adviser(caller(request), bilan)
        entree = AffectationEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        rendez_vous = RendezVous.objects.filter(bilan=bilan, statut=RendezVous.Statut.PREVU).first()
        if rendez_vous is None:
            raise RuleViolation("Aucun rendez-vous n’est prévu pour ce bilan.", code="rendez_vous_absent")
        moved = programmation.assign_adviser(
            rendez_vous=rendez_vous, conseiller=entree.validated_data["conseiller"], by=caller(request)
        )
        return Response(RendezVousSortie(moved).data)
