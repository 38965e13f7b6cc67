"""The documents of a file through the API: recorded with their copy, copied again, verified or rejected, read."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission
from agents.roles import Permission
from cai.models import Contrat
from core.api_fields import FichierField, JourField, LigneField
from core.api_schema import operation
from core.parsers import CorpsJson
from core.uploads import download
from exemptions import fichiers, services
from exemptions.models import Justificatif, JustificatifFichier
from exemptions.selectors import justificatifs_of

_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
_EXEMPLE = {
    "id": "3b0c7a5e-5f55-4c3a-9c39-8d5d5b0a1f10",
    "type": "contrat_travail",
    "date_document": "2010-03-01",
    "fin_validite": None,
    "statut": "recue",
    "motif_rejet": "",
    "recue_le": "2010-03-15",
    "fichier": {
        "id": "f3f1a7a8-4f0c-4d7e-a0f6-0c6b7e1d2c11",
        "format": "png",
        "taille": 67,
        "sha256": "0c6c2b1b2f3a0a4f7f1e4a0f5c7a4a5ce0a9e4f3b2d1c0a9f8e7d6c5b4a39281",
    },
}


class JustificatifEntree(serializers.Serializer[Any]):
    """A document received, with its copy if one was made."""

    type = serializers.ChoiceField(choices=Justificatif.Type.choices)
    date_document = JourField()
    fin_validite = JourField(required=False, allow_null=True, default=None)
    fichier = FichierField(required=False, allow_null=True, default=None)


class CopieEntree(serializers.Serializer[Any]):
    """The copy of a document already recorded."""

    fichier = FichierField()


class ExamenEntree(serializers.Serializer[Any]):
    """What the examination of a document says; a rejection has its reason."""

    examen = serializers.ChoiceField(choices=["verifiee", "rejetee"])
    motif = LigneField(required=False, default="", allow_blank=True, max_length=200)


class CopieSortie(serializers.ModelSerializer[JustificatifFichier]):
    """A copy, without its content."""

    class Meta:
        model = JustificatifFichier
        fields = ("id", "format", "taille", "sha256")


class JustificatifSortie(serializers.ModelSerializer[Justificatif]):
    """A document of a file."""

    fichier = serializers.SerializerMethodField()

    class Meta:
        model = Justificatif
        fields = ("id", "type", "date_document", "fin_validite", "statut", "motif_rejet", "recue_le", "fichier")

    @extend_schema_field(CopieSortie(allow_null=True))
    def get_fichier(self, justificatif: Justificatif) -> Any:
        return CopieSortie(justificatif.copie).data if justificatif.copie else None


class JustificatifsView(APIView):
    parser_classes = [CorpsJson, MultiPartParser]

    @operation(
        "Lister les pièces d’un dossier",
        "Les plus récentes d’abord, sans le contenu des copies.",
        responses={200: JustificatifSortie(many=True)},
        received=_EXEMPLE,
    )
    def get(self, request: Request, pk: str) -> Response:
        contrat = get_object_or_404(Contrat.objects.visible_to(request.user), pk=pk)
        check_permission(caller(request), Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id)
        return Response(JustificatifSortie(justificatifs_of(contrat), many=True).data)

    @operation(
        "Ajouter une pièce",
        "La copie est facultative\u00a0: PDF, JPEG ou PNG de 5\u00a0Mo au plus, en multipart, ou en base64 dans du "
        "JSON de 1\u00a0Mo au plus. Elle est ouverte avant d’être acceptée. Aucune pièce de santé.",
        request=JustificatifEntree,
        responses={201: JustificatifSortie},
        sent={"type": "contrat_travail", "date_document": "2010-03-02", "fichier": _PNG},
        received=_EXEMPLE,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        contrat = get_object_or_404(Contrat.objects.visible_to(request.user), pk=pk)
        check_permission(caller(request), Permission.EVALUER_EXEMPTION, direction_id=contrat.direction_id)
        entree = JustificatifEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        given = dict(entree.validated_data)
        justificatif = services.add_justificatif(
            contrat=contrat, type_piece=given.pop("type"), **given, by=caller(request)
        )
        return Response(JustificatifSortie(justificatif).data, status=201)


def _justificatif(request: Request, pk: str) -> Justificatif:
    return get_object_or_404(Justificatif.objects.visible_to(request.user).select_related("contrat"), pk=pk)


class ExamenView(APIView):
    @operation(
        "Vérifier ou rejeter une pièce",
        "La pièce vérifiée compte\u00a0; la pièce rejetée ne compte pas, et son motif est obligatoire.",
        request=ExamenEntree,
        responses={200: JustificatifSortie},
        sent={"examen": "rejetee", "motif": "Illisible"},
        received={**_EXEMPLE, "statut": "rejetee", "motif_rejet": "Illisible"},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        justificatif = _justificatif(request, pk)
        entree = ExamenEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        if entree.validated_data["examen"] == Justificatif.Statut.VERIFIEE:
            examined = services.verify_justificatif(justificatif=justificatif, by=caller(request))
        else:
            examined = services.reject_justificatif(
                justificatif=justificatif, motif=entree.validated_data["motif"], by=caller(request)
            )
        return Response(JustificatifSortie(examined).data)


class CopieView(APIView):
    parser_classes = [CorpsJson, MultiPartParser]

    @operation(
        "Joindre ou remplacer la copie d’une pièce",
        "La copie précédente est détruite. Refusé pour une pièce vérifiée.",
        request=CopieEntree,
        responses={200: CopieSortie},
        sent={"fichier": _PNG},
        received=_EXEMPLE["fichier"],
        errors=(409, 422),
    )
    def put(self, request: Request, pk: str) -> Response:
        justificatif = _justificatif(request, pk)
        check_permission(caller(request), Permission.EVALUER_EXEMPTION, direction_id=justificatif.contrat.direction_id)
        entree = CopieEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        copie = fichiers.attach_file(justificatif=justificatif, by=caller(request), **entree.validated_data)
        return Response(CopieSortie(copie).data)

    @operation(
        "Détruire la copie d’une pièce rejetée",
        "L’empreinte reste au journal du dossier.",
        responses={200: JustificatifSortie},
        received={**_EXEMPLE, "statut": "rejetee", "motif_rejet": "Illisible", "fichier": None},
        errors=(409,),
    )
    def delete(self, request: Request, pk: str) -> Response:
        justificatif = fichiers.remove_file(justificatif=_justificatif(request, pk), by=caller(request))
        return Response(JustificatifSortie(justificatif).data)


class LectureCopieView(APIView):
    @operation(
        "Télécharger la copie d’une pièce",
        "Le fichier lui-même, sous un nom qui ne dit rien. La lecture est inscrite au journal des accès.",
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            (200, "image/jpeg"): OpenApiTypes.BINARY,
            (200, "image/png"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        visible = JustificatifFichier.objects.visible_to(request.user).select_related("justificatif__contrat")
        fichier = get_object_or_404(visible, pk=pk)
        return download(fichiers.read_file(fichier=fichier, by=caller(request)), f"piece-{str(fichier.pk)[:8]}")
