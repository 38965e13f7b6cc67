"""Proposals to the préfet and the attestation through the API: the services, rights and sentences of the pages."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission
from agents.roles import Permission
from bilan import attestation, prefet, propositions
from bilan.actes_prefet import ACTES_PREFET
from bilan.api_courriers import EXEMPLE_COURRIER, CourrierSortie
from cai.models import MOTIVATION_MIN, Contrat, PropositionPrefet
from core.api_fields import JourField, LigneField, TexteField
from core.api_schema import operation
from core.errors import InvalidInput

UUID_EXEMPLE = "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10"


class PropositionSortie(serializers.ModelSerializer[PropositionPrefet]):
    """Where a proposal stands; its reasoning and the observations are read on its page."""

    reparations = serializers.SerializerMethodField(help_text="Ce qui fondait une résiliation et a été réparé depuis.")

    class Meta:
        model = PropositionPrefet
        fields = (
            "id", "contrat", "type", "statut", "fondement", "titre_renouvele_le", "echeance_proposee",
            "date_reception", "date_observations", "manquements", "reparations", "suspendue_at", "decision",
            "date_decision", "reference_acte",
            "echeance_accordee",
        )  # fmt: skip

    def get_reparations(self, proposition: PropositionPrefet) -> list[str]:
        return propositions.reparations(proposition)


EXEMPLE: dict[str, Any] = {
    "id": UUID_EXEMPLE, "contrat": "7f1c4b52-8a55-4c0e-9a76-0d8e8f6f4a11", "type": "prorogation",
    "statut": "proposee", "fondement": "formation_en_cours", "titre_renouvele_le": "2011-02-10",
    "echeance_proposee": "2011-09-15", "date_reception": None, "date_observations": None, "manquements": [],
    "reparations": [], "suspendue_at": None,
    "decision": "", "date_decision": None, "reference_acte": "", "echeance_accordee": None,
}  # fmt: skip


class _TermesEntree(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=PropositionPrefet.Type.choices, source="type_proposition")
    titre_renouvele_le = JourField(required=False, allow_null=True, default=None, help_text="Prorogation seule.")
    echeance_proposee = JourField(required=False, allow_null=True, default=None, help_text="Prorogation seule.")


class PreparationEntree(_TermesEntree):
    faits = TexteField(max_length=4000)


class PropositionEntree(_TermesEntree):
    motivation = TexteField(max_length=4000, help_text=f"{MOTIVATION_MIN} signes au moins, pour cette personne.")


class IntentionEntree(serializers.Serializer[Any]):
    date_reception = JourField()


class CorrectionEntree(IntentionEntree):
    """The day on which the letter was really received."""


class ObservationsEntree(serializers.Serializer[Any]):
    date_observations = JourField()
    observations = TexteField(max_length=2000)


class DecisionEntree(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=PropositionPrefet.Decision.choices)
    date_decision = JourField()
    reference_acte = LigneField(max_length=60)
    echeance_accordee = JourField(required=False, allow_null=True, default=None, help_text="Prorogation seule.")


class AbandonPropositionEntree(serializers.Serializer[Any]):
    motif = LigneField(max_length=200)


ENTREES: dict[str, tuple[type[serializers.Serializer[Any]], dict[str, Any]]] = {
    "intention": (IntentionEntree, {"date_reception": "2011-04-21"}),
    "correction": (CorrectionEntree, {"date_reception": "2011-04-19"}),
    "observations": (
        ObservationsEntree,
        {"date_observations": "2011-05-06", "observations": "La personne était à l’étranger auprès d’un parent."},
    ),
    "decision": (
        DecisionEntree,
        {"decision": "refus", "date_decision": "2011-05-24", "reference_acte": "2011-042", "echeance_accordee": None},
    ),
    "abandon": (AbandonPropositionEntree, {"motif": "L’absence a été excusée."}),
}
_MOTIVATION = (
    "La formation linguistique, commencée en décembre après un congé de maternité, se termine en juillet\u00a0: la "
    "personne y est assidue."
)
_TERMES = {
    "type": "prorogation", "titre_renouvele_le": "2011-02-10", "echeance_proposee": "2011-09-15",
}  # fmt: skip


def contrat_or_404(request: Request, pk: str) -> Contrat:
    return get_object_or_404(
        Contrat.objects.visible_to(request.user).select_related("signataire__nationalite", "direction"), pk=pk
    )


class PropositionsView(APIView):
    @operation(
        "Lister les propositions au préfet d’un contrat",
        "Brouillons, propositions signées et décisions, les plus récentes d’abord.",
        responses={200: PropositionSortie(many=True)},
        received=EXEMPLE,
    )
    def get(self, request: Request, pk: str) -> Response:
        contrat = contrat_or_404(request, pk)
        check_permission(request.user, Permission.ENREGISTRER_DECISION, direction_id=contrat.direction_id)
        prefetch_related_objects([contrat], "prestations", "propositions")
        return Response(PropositionSortie(contrat.propositions.all(), many=True).data)

    @operation(
        "Signer une proposition au préfet",
        "Réservé au directeur territorial\u00a0: la motivation est individuelle et écrite. Rien ne change avant la "
        "décision du préfet.",
        request=PropositionEntree,
        responses={201: PropositionSortie},
        sent=_TERMES | {"motivation": _MOTIVATION},
        received=EXEMPLE,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        return _written(request, pk, PropositionEntree, prefet.propose)


class PreparationView(APIView):
    @operation(
        "Préparer une proposition au préfet",
        "Les faits, pour le directeur territorial, qui seul motive et signe. Un brouillon ne propose rien.",
        request=PreparationEntree,
        responses={201: PropositionSortie},
        sent=_TERMES | {"faits": "Formation linguistique commencée en décembre, 120 heures suivies."},
        received=EXEMPLE | {"statut": "brouillon"},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        return _written(request, pk, PreparationEntree, prefet.prepare)


def _written(request: Request, pk: str, entree: type[serializers.Serializer[Any]], service: Any) -> Response:
    contrat = contrat_or_404(request, pk)
    body = entree(data=request.data)
    body.is_valid(raise_exception=True)
    written = service(contrat=contrat, **body.validated_data, by=caller(request))
    return Response(PropositionSortie(written).data, status=201)


class PropositionActeView(APIView):
    @operation(
        "Faire avancer une proposition au préfet",
        "Lettre d’intention reçue, correction de cette date, observations, décision du préfet, abandon. Une "
        "résiliation n’est décidée qu’à partir du lendemain du mois d’observations.",
        request=PolymorphicProxySerializer(
            component_name="PropositionActeEntree",
            serializers=[entree for entree, _ in ENTREES.values()],
            resource_type_field_name=None,
        ),
        responses={200: PropositionSortie},
        received=EXEMPLE | {"statut": "decidee", "decision": "accord", "echeance_accordee": "2011-09-15"},
        errors=(409, 422),
        parameters=[OpenApiParameter("name", location=OpenApiParameter.PATH, enum=list(ENTREES), description="Acte")],
        examples=[OpenApiExample(name, value=exemple, request_only=True) for name, (_, exemple) in ENTREES.items()],
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        rows = PropositionPrefet.objects.visible_to(request.user)
        proposition: PropositionPrefet = get_object_or_404(rows, pk=pk)
        if name not in ENTREES:
            message = "Cet acte n’existe pas."
            raise InvalidInput(message, code="acte_inconnu", fields={"name": [message]})
        entree = ENTREES[name][0](data=request.data)
        entree.is_valid(raise_exception=True)
        service = ACTES_PREFET[name].service
        moved = service(proposition=proposition, **entree.validated_data, by=caller(request))
        return Response(PropositionSortie(moved).data)


class AttestationView(APIView):
    @operation(
        "Émettre l’attestation récapitulative",
        "Une fois le contrat clôturé ou résilié\u00a0; le même texte pour la personne et pour le préfet.",
        request=None,
        responses={201: CourrierSortie},
        received={**EXEMPLE_COURRIER, "genre": "attestation", "numero": "75-T2011-000042"},
        errors=(409,),
    )
    def post(self, request: Request, pk: str) -> Response:
        issued = attestation.issue_attestation(contrat=contrat_or_404(request, pk), by=caller(request))
        return Response(CourrierSortie(issued).data, status=201)
