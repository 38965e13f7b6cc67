"""The follow-up through the API, for the adviser's own software."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from bilan import suivi
from bilan.api import bilan_or_404
from bilan.models import Suivi
from core.api_fields import JourField
from core.api_schema import operation


class SuiviEntree(serializers.Serializer[Any]):
    echeance = serializers.ChoiceField(choices=Suivi.Echeance.choices)
    statut = serializers.ChoiceField(
        choices=[choice for choice in Suivi.Statut.choices if choice[0] != Suivi.Statut.A_FAIRE]
    )
    fait_le = JourField()
    situation = serializers.ChoiceField(
        choices=Suivi.Situation.choices,
        required=False,
        allow_blank=True,
        default="",
        help_text="Si l’entretien a eu lieu.",
    )
    date_embauche = JourField(required=False, allow_null=True, default=None, help_text="Si la personne est en emploi.")


class SuiviSortie(serializers.ModelSerializer[Suivi]):
    class Meta:
        model = Suivi
        fields = ("echeance", "prevu_le", "statut", "fait_le", "situation", "date_embauche")


EXEMPLE = {"echeance": "six_mois", "statut": "realise", "fait_le": "2010-11-10", "situation": "formation"}


class SuivisView(APIView):
    @operation(
        "Lire les suivis",
        "Celui à six mois, et celui à trois mois s’il a été noté.",
        responses={200: SuiviSortie(many=True)},
        received={**EXEMPLE, "prevu_le": "2010-11-10", "date_embauche": None},
    )
    def get(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        return Response(SuiviSortie(Suivi.objects.visible_to(request.user).filter(bilan=bilan), many=True).data)

    @operation(
        "Noter un suivi",
        "Réalisé avec la situation de la personne, refusé, ou sans réponse. Ne pas y venir est sans conséquence.",
        request=SuiviEntree,
        responses={201: SuiviSortie},
        sent=EXEMPLE,
        received={**EXEMPLE, "prevu_le": "2010-11-10", "date_embauche": None},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        entree = SuiviEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        noted = suivi.record_follow_up(bilan=bilan, **entree.validated_data, by=caller(request))
        return Response(SuiviSortie(noted).data, status=201)
