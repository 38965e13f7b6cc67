"""Returns of Pôle emploi received off-line, through the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from bilan.api import bilan_or_404
from core.api_fields import JourField
from core.api_schema import operation
from poleemploi import retours
from poleemploi.models import Retour
from poleemploi.permissions import check_can_view


class RetourEntree(serializers.Serializer[Any]):
    recu_le = JourField()
    date_inscription = JourField(required=False, allow_null=True, default=None)
    date_entretien_ppae = JourField(required=False, allow_null=True, default=None)
    date_embauche = JourField(required=False, allow_null=True, default=None)
    type_contrat = serializers.ChoiceField(
        choices=Retour.TypeContrat.choices, required=False, allow_blank=True, default=""
    )


class RetourSortie(serializers.ModelSerializer[Retour]):
    class Meta:
        model = Retour
        fields = (
            "id", "origine", "recu_le", "date_inscription", "date_entretien_ppae", "date_embauche", "type_contrat",
        )  # fmt: skip


DIT = {"recu_le": "2010-06-10", "date_inscription": "2010-06-01", "date_entretien_ppae": "2010-06-09"}
EXEMPLE = {
    "id": "5b0c2a9e-2f5f-4f7e-9d8e-0a1b2c3d4e5f",
    "origine": "hors_ligne",
    **DIT,
    "date_embauche": None,
    "type_contrat": "",
}


class RetoursView(APIView):
    @operation(
        "Lire les retours de Pôle emploi",
        "Ceux d’un bilan, les plus récents d’abord.",
        responses={200: RetourSortie(many=True)},
        received=EXEMPLE,
    )
    def get(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        check_can_view(caller(request), bilan)
        rows = Retour.objects.visible_to(caller(request)).of_bilan(bilan)
        return Response(RetourSortie(rows, many=True).data)

    @operation(
        "Enregistrer un retour de Pôle emploi",
        "Reçu hors ligne, tant que la synthèse est reçue par Pôle emploi avec l’accord de la personne. Une date "
        "d’entretien PPAE vaut prise en charge.",
        request=RetourEntree,
        responses={201: RetourSortie},
        sent=DIT,
        received=EXEMPLE,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        entree = RetourEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        kept = retours.record_return(bilan=bilan, **entree.validated_data, by=caller(request))
        return Response(RetourSortie(kept).data, status=201)
