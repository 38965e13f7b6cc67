"""Returns of Pôle emploi through the API: read, typed when they came off-line, examined when they were set aside."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission
from agents.roles import Permission
from bilan.api import bilan_or_404
from core.api_fields import JourField
from core.api_schema import operation
from poleemploi import quarantaine, retours
from poleemploi.models import EvenementEcarte, Retour
from poleemploi.permissions import check_can_view
from poleemploi.states import MotifClassement, MotifEcart


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
            "id", "origine", "recu_le", "date_situation", "date_inscription", "date_radiation", "date_entretien_ppae",
            "date_actualisation", "prestation_code", "prestation_libelle", "prestation_debut", "prestation_fin",
            "date_embauche", "type_contrat", "nature_emploi", "domaine_activite", "metier_exerce",
        )  # fmt: skip


DIT = {"recu_le": "2010-06-10", "date_inscription": "2010-06-01", "date_entretien_ppae": "2010-06-09"}
EXEMPLE = {
    "id": "5b0c2a9e-2f5f-4f7e-9d8e-0a1b2c3d4e5f",
    "origine": "hors_ligne",
    **DIT,
    "date_situation": None,
    "date_radiation": None,
    "date_actualisation": None,
    "prestation_code": "",
    "prestation_libelle": "",
    "prestation_debut": None,
    "prestation_fin": None,
    "date_embauche": None,
    "type_contrat": "",
    "nature_emploi": "",
    "domaine_activite": "",
    "metier_exerce": "",
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


class RetourAExaminer(serializers.ModelSerializer[EvenementEcarte]):
    """Why one was set aside; never what it says, which the page alone shows."""

    dossier = serializers.UUIDField(source="contrat_id", allow_null=True)
    explication = serializers.CharField(source="get_motif_display")

    class Meta:
        model = EvenementEcarte
        fields = ("id", "evenement", "created_at", "motif", "explication", "dossier", "accuse", "etat")


class ClassementEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifClassement.choices)


A_EXAMINER = {
    "id": "7c1d3b9e-4a5f-4f7e-9d8e-0a1b2c3d4e5f",
    "evenement": "EVT-0001",
    "created_at": "2010-06-10T08:00:00+02:00",
    "motif": "ppae_avant_reception",
    "explication": MotifEcart.PPAE_AVANT_RECEPTION.label,
    "dossier": "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10",
    "accuse": "AR-0001",
    "etat": "a_examiner",
}


def _set_aside_or_404(request: Request, pk: str) -> EvenementEcarte:
    rows = EvenementEcarte.objects.visible_to(request.user).select_related("contrat")
    ecarte: EvenementEcarte = get_object_or_404(rows, pk=pk)
    quarantaine.check_can_examine(caller(request), ecarte)
    return ecarte


class RetoursAExaminerView(generics.ListAPIView[EvenementEcarte]):
    serializer_class = RetourAExaminer

    def get_queryset(self) -> "QuerySet[EvenementEcarte]":
        return EvenementEcarte.objects.visible_to(self.request.user).to_examine()

    @operation(
        "Lister les retours à examiner",
        "Ceux qui n’ont pas pu être enregistrés dans un dossier, les plus récents d’abord.",
        responses={200: RetourAExaminer(many=True)},
        received=A_EXAMINER,
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_permission(caller(request), Permission.VOIR_TRANSMISSIONS)
        return super().get(request, *args, **kwargs)


class ApplicationRetourView(APIView):
    @operation(
        "Appliquer à nouveau un retour",
        "Une fois corrigé ce qui l’empêchait. Il est enregistré dans le dossier, ou reste à examiner sous son motif du "
        "moment\u00a0; sans réponse (204), si la personne a retiré son accord\u00a0: rien n’en est gardé.",
        request=None,
        responses={200: RetourAExaminer, 204: None},
        received={**A_EXAMINER, "etat": "applique", "accuse": ""},
        errors=(409,),
    )
    def post(self, request: Request, pk: str) -> Response:
        done = quarantaine.apply_again(ecarte=_set_aside_or_404(request, pk), by=caller(request))
        return Response(status=204) if done is None else Response(RetourAExaminer(done).data)


class ClassementRetourView(APIView):
    @operation(
        "Classer un retour",
        "Sans l’appliquer. Ce qu’il dit est effacé.",
        request=ClassementEntree,
        responses={200: RetourAExaminer},
        sent={"motif": "erreur_partenaire"},
        received={**A_EXAMINER, "etat": "classe", "accuse": ""},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        ecarte = _set_aside_or_404(request, pk)
        entree = ClassementEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        done = quarantaine.classify(ecarte=ecarte, motif=entree.validated_data["motif"], by=caller(request))
        return Response(RetourAExaminer(done).data)
