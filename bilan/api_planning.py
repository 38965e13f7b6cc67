"""The week of a prestataire and who receives whom, through the API: the door of those who answer for the house."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.models import Agent
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import programmation
from bilan.api import UUID_EXEMPLE, RendezVousSortie
from bilan.models import Bilan, RendezVous
from bilan.permissions import check_can_assign_adviser
from bilan.planning import week_of
from bilan.states import Etat
from core import clock
from core.api import query_parameter
from core.api_schema import operation
from core.errors import InvalidInput, RuleViolation
from core.form_fields import ANNEE_MAX, ANNEE_MIN


class AffectationEntree(serializers.Serializer[Any]):
    conseiller = serializers.PrimaryKeyRelatedField(
        queryset=Agent.objects.filter(is_active=True),
        help_text="Un conseiller du même prestataire, libre à l’heure dite.",
    )


class RendezVousDuPlanning(RendezVousSortie):
    """An appointment as the page of the week shows it: by the number of the file, without a name."""

    bilan = serializers.UUIDField(source="bilan_id")
    numero_cai = serializers.CharField(source="bilan.contrat.numero_cai")

    class Meta:
        model = RendezVous
        fields = ("id", "bilan", "numero_cai", "debut", "duree_minutes", "lieu", "conseiller", "statut")


class ChargeSortie(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="conseiller.pk")
    nom = serializers.CharField(source="conseiller")
    rendez_vous = serializers.IntegerField()
    minutes = serializers.IntegerField()


class SemaineSortie(serializers.Serializer[Any]):
    """One week of a prestataire, from Monday to Sunday."""

    lundi = serializers.DateField()
    rendez_vous = RendezVousDuPlanning(many=True)
    conseillers = ChargeSortie(many=True, help_text="Ceux du prestataire, et ce que chacun reçoit cette semaine-là.")


class PlanningView(APIView):
    @operation(
        "Lire une semaine du planning",
        "Pour le responsable du prestataire : les bilans à recevoir et les conseillers à qui les confier, sans un "
        "nom de bénéficiaire.",
        responses={200: SemaineSortie},
        received={
            "lundi": "2010-05-10",
            "rendez_vous": [
                {
                    "id": UUID_EXEMPLE, "bilan": UUID_EXEMPLE, "numero_cai": "75-2010-000123",
                    "debut": "2010-05-10T09:30:00+02:00", "duree_minutes": 180, "lieu": "Espace Hauteville",
                    "conseiller": "Camille Martin", "statut": "prevu",
                }
            ],
            "conseillers": [{"id": UUID_EXEMPLE, "nom": "Camille Martin", "rendez_vous": 1, "minutes": 180}],
        },
        parameters=[OpenApiParameter("semaine", OpenApiTypes.DATE, description="Un de ses jours ; celle-ci sinon.")],
        errors=(422,),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        check_permission(caller(request), Permission.VOIR_PLANNING)
        week = week_of(caller(request), _day_asked(request))
        rows = [row for _, of_day in week.jours for row in of_day]
        return Response(SemaineSortie({"lundi": week.lundi, "rendez_vous": rows, "conseillers": week.charges}).data)


def _day_asked(request: Request) -> date:
    asked = query_parameter(request, "semaine")
    try:
        day = date.fromisoformat(asked) if asked else clock.today()
    except ValueError:
        day = date.min
    if not ANNEE_MIN <= day.year <= ANNEE_MAX:
        message = "Indiquez un jour de la semaine voulue, par exemple 2010-05-10."
        raise InvalidInput(message, fields={"semaine": [message]})
    return day


def _bilan_or_404(request: Request, pk: str) -> Bilan:
    """A bilan the caller may know of, or one of whose appointments is on their planning."""
    planned = RendezVous.objects.visible_to(request.user).values("bilan")
    known = Bilan.objects.filter(Q(pk__in=Bilan.objects.visible_to(request.user).values("pk")) | Q(pk__in=planned))
    bilan: Bilan = get_object_or_404(known.select_related("contrat"), pk=pk)
    return bilan


class AffectationView(APIView):
    @operation(
        "Confier un rendez-vous à un autre conseiller",
        "Pour le responsable du prestataire, avant l’heure du rendez-vous ou une fois le bilan commencé, jusqu’à sa "
        "clôture. L’ancien conseiller ne voit plus le bilan\u00a0; un rendez-vous passé garde le nom de qui a reçu la "
        "personne.",
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
        statut = RendezVous.Statut.PREVU if bilan.etat == Etat.CONVOQUE else RendezVous.Statut.HONORE
        rendez_vous = RendezVous.objects.filter(bilan=bilan, statut=statut).first()
        if rendez_vous is None:
            raise RuleViolation("Aucun rendez-vous n’est prévu pour ce bilan.", code="rendez_vous_absent")
        moved = programmation.assign_adviser(
            rendez_vous=rendez_vous, conseiller=entree.validated_data["conseiller"], by=caller(request)
        )
        return Response(RendezVousSortie(moved).data)
