"""Consents and transmissions through the API: the same two doors as the pages."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission
from agents.roles import Permission
from bilan.api import bilan_or_404
from bilan.models import Consentement
from cai.models import Langue
from core.api import query_parameter
from core.api_fields import CodeField, LigneField, NomField
from core.api_schema import operation
from poleemploi import services
from poleemploi.models import Tentative, Transmission
from poleemploi.permissions import check_can_view
from poleemploi.presentation import sentence_of
from poleemploi.states import EtatTransmission

UUID_EXEMPLE = "5b0c2a9e-2f5f-4f7e-9d8e-0a1b2c3d4e5f"


class ConsentementEntree(serializers.Serializer[Any]):
    """One decision on one scope: nothing is ever implied."""

    portee = serializers.ChoiceField(choices=Consentement.Portee.choices)
    decision = serializers.ChoiceField(choices=Consentement.Decision.choices)
    mode = serializers.ChoiceField(choices=Consentement.Mode.choices)
    langue = CodeField(queryset=Langue.objects.all(), help_text="Langue dans laquelle la question a été posée.")
    interprete = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="Un interprète était-il présent\u00a0? Facultatif pour un retrait.",
    )
    representant_legal = NomField(max_length=200, required=False, allow_blank=True, default="")
    document_empreinte = serializers.RegexField(
        r"^[0-9a-f]{64}$", required=False, allow_blank=True, default="", help_text="SHA-256 du formulaire signé."
    )
    commentaire = LigneField(max_length=200, required=False, allow_blank=True, default="")
    version_texte = LigneField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        help_text="Celle que porte le formulaire signé\u00a0; par défaut, celle du jour.",
    )


class ConsentementEnregistre(serializers.ModelSerializer[Consentement]):
    class Meta:
        model = Consentement
        fields = ("id", "portee", "rang", "decision", "date_heure", "mode", "version_texte", "version_synthese")


class ConsentementsView(APIView):
    @operation(
        "Enregistrer un consentement, un refus ou un retrait",
        "Avec tout ce qui s’ensuit\u00a0: la transmission est mise en file, ou arrêtée, dans la même transaction.",
        request=ConsentementEntree,
        responses={201: ConsentementEnregistre},
        sent={
            "portee": "transmission_pole_emploi",
            "decision": "accorde",
            "mode": "formulaire_signe",
            "langue": "fr",
            "interprete": False,
        },
        received={
            "id": UUID_EXEMPLE,
            "portee": "transmission_pole_emploi",
            "rang": 1,
            "decision": "accorde",
            "date_heure": "2010-05-12T14:00:00+02:00",
            "mode": "formulaire_signe",
            "version_texte": "2010-1",
            "version_synthese": 1,
        },
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        entree = ConsentementEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        answer = dict(entree.validated_data)
        consent = services.record_decision(
            bilan=bilan, **{**answer, "langue": answer["langue"].code}, by=caller(request)
        )
        return Response(ConsentementEnregistre(consent).data, status=201)


class TentativeSortie(serializers.ModelSerializer[Tentative]):
    class Meta:
        model = Tentative
        fields = (
            "numero", "operation", "ouverte_at", "fermee_at", "issue", "statut_http", "code_metier", "duree_ms",
        )  # fmt: skip


class TransmissionSortie(serializers.ModelSerializer[Transmission]):
    """Where one deposit stands; never what was sent."""

    numero_cai = serializers.CharField(source="bilan.contrat.numero_cai")
    version = serializers.IntegerField(source="synthese.version")

    class Meta:
        model = Transmission
        fields = (
            "id", "bilan", "numero_cai", "version", "etat", "nombre_essais", "prochain_essai_at", "accuse_identifiant",
            "accuse_at", "rapprochement", "erreur_code", "erreur_champs", "motif_fin", "remplace",
        )  # fmt: skip


class TransmissionDetail(TransmissionSortie):
    """The same with the sentence agents read and every attempt."""

    explication = serializers.SerializerMethodField()
    tentatives = TentativeSortie(many=True)

    class Meta(TransmissionSortie.Meta):
        fields = (*TransmissionSortie.Meta.fields, "explication", "tentatives")  # type: ignore[assignment]

    @extend_schema_field(serializers.CharField())
    def get_explication(self, transmission: Transmission) -> str:
        return sentence_of(transmission)


EXEMPLE_TRANSMISSION = {
    "id": UUID_EXEMPLE,
    "bilan": "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10",
    "numero_cai": "75-2010-000123",
    "version": 1,
    "etat": "accusee",
    "nombre_essais": 1,
    "prochain_essai_at": None,
    "accuse_identifiant": "AR-0001",
    "accuse_at": "2010-05-12T12:00:05Z",
    "rapprochement": "TROUVE",
    "erreur_code": "",
    "erreur_champs": [],
    "motif_fin": "",
    "remplace": None,
}
EXEMPLE_DETAIL = {
    **EXEMPLE_TRANSMISSION,
    "explication": "Pôle emploi l’a reçue.",
    "tentatives": [
        {
            "numero": 1,
            "operation": "depot",
            "ouverte_at": "2010-05-12T12:00:04Z",
            "fermee_at": "2010-05-12T12:00:05Z",
            "issue": "accepte",
            "statut_http": 201,
            "code_metier": "",
            "duree_ms": 214,
        }
    ],
}


def _transmission_or_404(request: Request, pk: str) -> Transmission:
    queryset = Transmission.objects.visible_to(request.user).without_content().prefetch_related("tentatives")
    transmission: Transmission = get_object_or_404(queryset, pk=pk)
    check_can_view(caller(request), transmission.bilan)
    return transmission


class TransmissionsView(generics.ListAPIView[Transmission]):
    serializer_class = TransmissionSortie

    def get_queryset(self) -> "QuerySet[Transmission]":
        transmissions: QuerySet[Transmission] = Transmission.objects.followed_by(self.request.user).without_content()
        etat = query_parameter(self.request, "etat")
        return transmissions.filter(etat=etat) if etat else transmissions

    @operation(
        "Lister les transmissions",
        "Celles des directions dont vous suivez l’échange, les plus récentes d’abord.",
        responses={200: TransmissionSortie(many=True)},
        received=EXEMPLE_TRANSMISSION,
        parameters=[OpenApiParameter("etat", enum=EtatTransmission.values, description="État de l’échange")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_permission(caller(request), Permission.VOIR_TRANSMISSIONS)
        return super().get(request, *args, **kwargs)


class TransmissionView(APIView):
    @operation(
        "Lire une transmission",
        "Avec chaque essai, dans l’ordre.",
        responses={200: TransmissionDetail},
        received=EXEMPLE_DETAIL,
    )
    def get(self, request: Request, pk: str) -> Response:
        return Response(TransmissionDetail(_transmission_or_404(request, pk)).data)


class RelanceView(APIView):
    @operation(
        "Relancer une transmission",
        "Pour une transmission en échec ou incertaine\u00a0; "
        "une transmission rejetée se corrige et se remplace, elle ne repart pas.",
        request=None,
        responses={200: TransmissionDetail},
        received=EXEMPLE_DETAIL,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        services.requeue(transmission=_transmission_or_404(request, pk), by=caller(request))
        return Response(TransmissionDetail(_transmission_or_404(request, pk)).data)


EXEMPLE_NOUVELLE = {
    **EXEMPLE_DETAIL,
    "etat": "en_file",
    "nombre_essais": 0,
    "prochain_essai_at": "2010-05-12T12:30:00Z",
    "accuse_identifiant": "",
    "accuse_at": None,
    "rapprochement": "",
    "remplace": "9d0a7c3e-6b1f-4d52-8c40-7e5a1b2c3d4e",
    "explication": "Elle partira d’elle-même.",
    "tentatives": [],
}


class NouveauDepotView(APIView):
    @operation(
        "Déposer à nouveau",
        "Remplace une transmission rejetée par une autre, sous sa propre clé, une fois le dossier corrigé. La réponse "
        "est la nouvelle\u00a0; un 409 dit ce qui manque, dont «\u00a0rien_a_renvoyer\u00a0» si rien n’a été corrigé.",
        request=None,
        responses={201: TransmissionDetail},
        received=EXEMPLE_NOUVELLE,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        replacement = services.redeposit(transmission=_transmission_or_404(request, pk), by=caller(request))
        return Response(TransmissionDetail(_transmission_or_404(request, str(replacement.pk))).data, status=201)


class AbandonView(APIView):
    @operation(
        "Abandonner une transmission",
        "Pour une transmission rejetée ou en échec. Rien ne sera plus envoyé\u00a0; ce qui est peut-être arrivé est "
        "recherché, puis effacé. Le bilan est clos si l’accord de la personne porte encore sur cet envoi.",
        request=None,
        responses={200: TransmissionDetail},
        received={
            **EXEMPLE_DETAIL,
            "etat": "annulee",
            "accuse_identifiant": "",
            "accuse_at": None,
            "rapprochement": "",
            "motif_fin": "transmission_impossible",
            "explication": "La transmission a été abandonnée\u00a0: rien n’est chez Pôle emploi et rien ne partira.",
        },
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        services.abandon(transmission=_transmission_or_404(request, pk), by=caller(request))
        return Response(TransmissionDetail(_transmission_or_404(request, pk)).data)
