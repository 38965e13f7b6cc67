"""Letters through the API: those of a file, those issued without an act, and the print run of a day."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.models import DirectionTerritoriale
from agents.permissions import check_permission, direction_ids
from agents.roles import Permission
from bilan import tirages
from bilan.lettres.libres import LIBRES, issue_letter
from bilan.models import Courrier, TirageCourriers
from cai.models import Contrat
from core import journal
from core.api_fields import JourField, LigneField
from core.api_schema import operation
from core.errors import Forbidden
from core.http import pdf_response

UUID_EXEMPLE = "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10"


def _contrat_or_404(request: Request, pk: str) -> Contrat:
    contrats = Contrat.objects.visible_to(request.user).select_related("signataire__nationalite", "direction")
    contrat: Contrat = get_object_or_404(contrats, pk=pk)
    return contrat


class CourrierSortie(serializers.ModelSerializer[Courrier]):
    """One letter as it was issued, without its pages."""

    class Meta:
        model = Courrier
        fields = ("id", "genre", "numero", "emis_at", "pdf_sha256")


class CourrierEntree(serializers.Serializer[Any]):
    lettre = serializers.ChoiceField(
        choices=[(libre.nom, libre.titre) for libre in LIBRES.values()],
        help_text="Une lettre qui n’accompagne aucun acte\u00a0; les autres sont émises par leur transition.",
    )


EXEMPLE_COURRIER = {
    "id": UUID_EXEMPLE,
    "genre": "suivi",
    "numero": "75-S2010-000007",
    "emis_at": "2010-11-02T09:30:00+01:00",
    "pdf_sha256": "9f2c" * 16,
}


class CourriersView(APIView):
    @operation(
        "Lister les courriers d’un dossier",
        "Les plus récents d’abord\u00a0; ceux qui nomment un motif d’exemption, pour qui peut le consulter.",
        responses={200: CourrierSortie(many=True)},
        received=EXEMPLE_COURRIER,
    )
    def get(self, request: Request, pk: str) -> Response:
        letters = Courrier.objects.visible_to(request.user).filter(contrat=_contrat_or_404(request, pk)).defer("pdf")
        return Response(CourrierSortie(letters, many=True).data)

    @operation(
        "Émettre un courrier",
        "Numéroté et figé. Une seconde lettre de même objet est refusée.",
        request=CourrierEntree,
        responses={201: CourrierSortie},
        sent={"lettre": "suivi"},
        received=EXEMPLE_COURRIER,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        contrat = _contrat_or_404(request, pk)
        check_permission(caller(request), Permission.EMETTRE_COURRIER, direction_id=contrat.direction_id)
        entree = CourrierEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        issued = issue_letter(libre=LIBRES[entree.validated_data["lettre"]], contrat=contrat, by=caller(request))
        return Response(CourrierSortie(issued).data, status=201)


class CourrierView(APIView):
    @operation(
        "Lire un courrier",
        "Le PDF tel qu’il a été émis. Chaque lecture est journalisée.",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        courrier = get_object_or_404(Courrier.objects.visible_to(request.user), pk=pk)
        journal.log_access("imprimer_courrier", by=caller(request), target=courrier)
        return pdf_response(courrier.pdf, f"{courrier.genre}-{courrier.numero}.pdf")


class TirageEntree(serializers.Serializer[Any]):
    jour = JourField()
    direction = LigneField(max_length=3, help_text="Code de la direction, comme au début des numéros CAI.")
    recto_verso = serializers.BooleanField(default=False)
    tout = serializers.BooleanField(default=False, help_text="Reprendre aussi les courriers déjà imprimés.")


class TirageSortie(serializers.ModelSerializer[TirageCourriers]):
    direction = serializers.CharField(source="direction.code")

    class Meta:
        model = TirageCourriers
        fields = ("id", "jour", "direction", "recto_verso", "etat", "total", "fait", "raison", "pret_at", "ouvert_at")


EXEMPLE_TIRAGE = {
    "id": UUID_EXEMPLE,
    "jour": "2010-05-10",
    "direction": "75",
    "recto_verso": True,
    "etat": "en_cours",
    "total": 42,
    "fait": 17,
    "raison": "",
    "pret_at": None,
    "ouvert_at": None,
}


def _tirage_or_404(request: Request, pk: str) -> TirageCourriers:
    runs = TirageCourriers.objects.visible_to(request.user).without_pdf().select_related("direction")
    run: TirageCourriers = get_object_or_404(runs, pk=pk)
    return run


class TiragesView(APIView):
    @operation(
        "Demander le tirage des courriers d’un jour",
        "Un travailleur assemble les courriers aux personnes qui restent à imprimer, ou tous de nouveau. Ni ceux du "
        "préfet, qui notifie lui-même, ni une convocation qui ne vaut plus.",
        request=TirageEntree,
        responses={202: TirageSortie},
        sent={"jour": "2010-05-10", "direction": "75", "recto_verso": True, "tout": False},
        received={**EXEMPLE_TIRAGE, "etat": "en_attente", "fait": 0},
        errors=(409, 422),
    )
    def post(self, request: Request) -> Response:
        check_permission(caller(request), Permission.IMPRIMER_COURRIERS)
        entree = TirageEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        asked = dict(entree.validated_data)
        allowed = direction_ids(caller(request), Permission.IMPRIMER_COURRIERS)
        direction = DirectionTerritoriale.objects.filter(code=asked.pop("direction"), pk__in=allowed).first()
        if direction is None:  # another's, or none: the same answer
            raise Forbidden("Vous n’imprimez pas les courriers de cette direction.", code="droit_imprimer_courriers")
        run = tirages.request_print(direction=direction, **asked, by=caller(request))
        return Response(TirageSortie(run).data, status=202)


class TirageView(APIView):
    @operation(
        "Suivre un tirage",
        "Où en est l’assemblage.",
        responses={200: TirageSortie},
        received=EXEMPLE_TIRAGE,
    )
    def get(self, request: Request, pk: str) -> Response:
        return Response(TirageSortie(_tirage_or_404(request, pk)).data)


class FichierTirageView(APIView):
    @operation(
        "Ouvrir le fichier d’un tirage",
        "Une fois le fichier ouvert, ses courriers comptent comme imprimés. Chaque ouverture est journalisée.",
        request=None,
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        errors=(409,),
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        run = _tirage_or_404(request, pk)
        tirages.mark_opened(tirage=run, by=caller(request))
        return pdf_response(tirages.read_file(tirage=run, by=caller(request)), f"courriers-{run.jour}.pdf")
