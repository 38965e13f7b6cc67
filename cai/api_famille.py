"""The family's contract through the API: the same services as its pages (reference C.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from cai import services_famille
from cai.models import Contrat, ContratFamille, Enfant
from core import journal
from core.api_fields import JourField
from core.api_schema import operation
from core.errors import InvalidInput

UUID_EXEMPLE = "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10"


class EnfantSortie(serializers.ModelSerializer[Enfant]):
    class Meta:
        model = Enfant
        fields = ["id", "rang", "date_naissance", "inscription_vue_le"]


class FamilleSortie(serializers.ModelSerializer[ContratFamille]):
    enfants = EnfantSortie(many=True)

    class Meta:
        model = ContratFamille
        fields = [
            "id", "date_signature", "date_echeance", "conjoint", "journee", "attestation_le",
            "conseil_general_informe_le", "prefet_informe_le", "enfants",
        ]  # fmt: skip


class FamilleEntree(serializers.Serializer[Any]):
    date_signature = JourField()
    conjoint = serializers.ChoiceField(choices=ContratFamille.Conjoint.choices)
    enfants = serializers.ListField(
        child=JourField(),
        max_length=services_famille.ENFANTS_MAX,
        help_text="Dates de naissance des enfants venus par regroupement familial.",
    )


class JourneeEntree(serializers.Serializer[Any]):
    journee = serializers.ChoiceField(choices=ContratFamille.Journee.choices)
    attestation_le = JourField(required=False, allow_null=True, default=None)


class InformationEntree(serializers.Serializer[Any]):
    informe_le = JourField()


class InscriptionEntree(serializers.Serializer[Any]):
    enfant = serializers.UUIDField()
    vue_le = JourField()


@dataclass(frozen=True)
class Acte:
    """One act: what is sent, the service, an example."""

    service: Callable[..., Any]
    entree: type[serializers.Serializer[Any]]
    exemple: dict[str, Any]


def _record_school(*, famille: ContratFamille, enfant: Any, vue_le: Any, by: Any) -> Enfant:
    child = famille.enfants.filter(pk=enfant).first()
    if child is None:
        message = "Cet enfant n’est pas du contrat famille."
        raise InvalidInput(message, fields={"enfant": [message]})
    return services_famille.record_school(enfant=child, vue_le=vue_le, by=by)


ACTES: dict[str, Acte] = {
    "journee": Acte(
        services_famille.record_parents_day, JourneeEntree, {"journee": "suivie", "attestation_le": "2010-05-10"}
    ),
    "conseil-general": Acte(services_famille.inform_conseil_general, InformationEntree, {"informe_le": "2010-05-10"}),
    "prefet": Acte(services_famille.inform_prefet, InformationEntree, {"informe_le": "2010-05-10"}),
    "inscription": Acte(_record_school, InscriptionEntree, {"enfant": UUID_EXEMPLE, "vue_le": "2010-05-10"}),
}
EXEMPLE = {
    "id": UUID_EXEMPLE,
    "date_signature": "2010-03-15",
    "date_echeance": "2011-03-15",
    "conjoint": "signe",
    "journee": "prescrite",
    "attestation_le": None,
    "conseil_general_informe_le": None,
    "prefet_informe_le": None,
    "enfants": [{"id": UUID_EXEMPLE, "rang": 1, "date_naissance": "2002-06-01", "inscription_vue_le": None}],
}


def _famille_or_404(request: Request, pk: str) -> ContratFamille:
    known = ContratFamille.objects.visible_to(request.user).select_related("contrat__direction")
    famille: ContratFamille = get_object_or_404(known.prefetch_related("enfants"), contrat=pk)
    return famille


class FamilleView(APIView):
    @operation("Lire le contrat famille", "404 quand le dossier n’en a pas.", responses={200: FamilleSortie},
               received=EXEMPLE)  # fmt: skip
    def get(self, request: Request, pk: str) -> Response:
        famille = _famille_or_404(request, pk)
        journal.log_access("voir_famille", by=caller(request), target=famille)
        return Response(FamilleSortie(famille).data)

    @operation(
        "Enregistrer ou corriger le contrat famille",
        "Un enfant au moins venu par regroupement familial a moins de 16\u00a0ans le jour de la signature.",
        request=FamilleEntree,
        responses={200: FamilleSortie},
        sent={"date_signature": "2010-03-15", "conjoint": "signe", "enfants": ["2002-06-01"]},
        received=EXEMPLE,
        errors=(409, 422),
    )
    def put(self, request: Request, pk: str) -> Response:
        contrat = get_object_or_404(Contrat.objects.visible_to(request.user).select_related("direction"), pk=pk)
        entree = FamilleEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        famille = ContratFamille.objects.filter(contrat=contrat).select_related("contrat").first()
        if famille is None:
            services_famille.sign_famille(contrat=contrat, **entree.validated_data, by=caller(request))
        else:
            services_famille.correct_famille(famille=famille, **entree.validated_data, by=caller(request))
        return Response(FamilleSortie(_famille_or_404(request, pk)).data)


class ActeFamilleView(APIView):
    @operation(
        "Agir sur le contrat famille",
        "La journée des parents, un certificat d’inscription vu, qui a été informé et quand.",
        request=PolymorphicProxySerializer(
            component_name="ActeFamilleEntree",
            serializers=list({acte.entree: None for acte in ACTES.values()}),
            resource_type_field_name=None,
        ),
        responses={200: FamilleSortie},
        received=EXEMPLE,
        errors=(409, 422),
        parameters=[OpenApiParameter("name", location=OpenApiParameter.PATH, enum=list(ACTES), description="Acte")],
        examples=[OpenApiExample(name, value=acte.exemple, request_only=True) for name, acte in ACTES.items()],
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        famille = _famille_or_404(request, pk)
        acte = ACTES.get(name)
        if acte is None:
            message = "Cet acte n’existe pas."
            raise InvalidInput(message, code="acte_inconnu", fields={"name": [message]})
        entree = acte.entree(data=request.data)
        entree.is_valid(raise_exception=True)
        acte.service(famille=famille, **entree.validated_data, by=caller(request))
        return Response(FamilleSortie(_famille_or_404(request, pk)).data)
