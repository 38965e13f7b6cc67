"""The bilan through the API: lists, sessions, synthesis and prints, for OFII and for the adviser's own software."""

from typing import Any

from django.db.models import Prefetch, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission, has_permission
from agents.roles import Permission
from bilan import certificat, conduite, impression, redaction
from bilan.contenu import LIGNE_MAX, LONGUEURS, MAXIMA, PRECONISATION_MAX, SyntheseContenu
from bilan.models import Bilan, RendezVous, Seance, Synthese
from bilan.passation import check_in_charge
from bilan.selectors import current_synthese
from bilan.states import Etat, MotifImpression
from core import journal
from core.api import query_parameter
from core.api_fields import JourField, LigneField, MinutesField, TexteField
from core.api_schema import operation
from core.errors import RuleViolation
from core.http import pdf_response

UUID_EXEMPLE = "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10"


def bilan_or_404(request: Request, pk: str) -> Bilan:
    """A bilan the caller may know of."""
    queryset = Bilan.objects.visible_to(request.user).select_related("contrat__direction", "contrat__signataire")
    bilan: Bilan = get_object_or_404(queryset, pk=pk)
    return bilan


class BeneficiaireSortie(serializers.Serializer[Any]):
    """What an adviser needs to receive the person: no permit, no birth date, no address."""

    civilite = serializers.CharField()
    nom = serializers.CharField()
    prenom = serializers.CharField(allow_null=True)
    langue_comprise = serializers.CharField(source="langue_comprise_id")


class RendezVousSortie(serializers.ModelSerializer[RendezVous]):
    lieu = serializers.CharField(source="lieu.nom")
    conseiller = serializers.CharField()

    class Meta:
        model = RendezVous
        fields = ("id", "debut", "duree_minutes", "lieu", "conseiller", "statut")


class BilanSortie(serializers.ModelSerializer[Bilan]):
    """Where one bilan stands, without any of its content."""

    contrat = serializers.UUIDField(source="contrat_id")
    numero_cai = serializers.CharField(source="contrat.numero_cai")
    beneficiaire = BeneficiaireSortie(source="contrat.signataire")
    minutes_utilisees = serializers.IntegerField()
    rendez_vous = serializers.SerializerMethodField()

    class Meta:
        model = Bilan
        fields = (
            "id", "contrat", "numero_cai", "etat", "beneficiaire", "duree_fixee_minutes", "minutes_utilisees",
            "nombre_reports", "date_fin_conclusion", "date_suivi", "rendez_vous",
        )  # fmt: skip

    @extend_schema_field(RendezVousSortie(allow_null=True))
    def get_rendez_vous(self, bilan: Bilan) -> Any:
        planned = [rendez_vous for rendez_vous in bilan.rendez_vous.all() if rendez_vous.statut == "prevu"]
        return RendezVousSortie(planned[0]).data if planned else None


def with_api_relations(bilans: "QuerySet[Bilan]") -> "QuerySet[Bilan]":
    """What ``BilanSortie`` shows, in a constant number of queries."""
    planned = RendezVous.objects.filter(statut=RendezVous.Statut.PREVU).select_related("lieu", "conseiller")
    return (
        bilans.annotate(minutes=Sum("seances__minutes"))
        .select_related("contrat__signataire", "contrat__direction")
        .prefetch_related(Prefetch("rendez_vous", queryset=planned))
    )


EXEMPLE_BILAN = {
    "id": UUID_EXEMPLE,
    "contrat": "7f1c4b52-8a55-4c0e-9a76-0d8e8f6f4a11",
    "numero_cai": "75-2010-000123",
    "etat": "convoque",
    "beneficiaire": {"civilite": "Madame", "nom": "Diallo", "prenom": "Fatoumata", "langue_comprise": "ff"},
    "duree_fixee_minutes": 180,
    "minutes_utilisees": 0,
    "nombre_reports": 0,
    "date_fin_conclusion": None,
    "date_suivi": None,
    "rendez_vous": {
        "id": UUID_EXEMPLE,
        "debut": "2010-05-10T09:30:00+02:00",
        "duree_minutes": 180,
        "lieu": "Espace Hauteville",
        "conseiller": "Camille Martin",
        "statut": "prevu",
    },
}


class BilansView(generics.ListAPIView[Bilan]):
    serializer_class = BilanSortie

    def get_queryset(self) -> "QuerySet[Bilan]":
        bilans = Bilan.objects.visible_to(self.request.user)
        if etat := query_parameter(self.request, "etat"):
            bilans = bilans.filter(etat=etat)
        return with_api_relations(bilans)

    @operation(
        "Lister les bilans",
        "Ceux de vos directions, ou ceux qui vous sont confiés comme conseiller\u00a0; les plus récents d’abord.",
        responses={200: BilanSortie(many=True)},
        received=EXEMPLE_BILAN,
        parameters=[OpenApiParameter("etat", enum=Etat.values, description="État du déroulement")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        if not has_permission(caller(request), Permission.CONDUIRE_BILAN):
            check_permission(caller(request), Permission.VOIR_DOSSIER)
        return super().get(request, *args, **kwargs)


class SeanceEntree(serializers.Serializer[Any]):
    jour = JourField()
    minutes = MinutesField()


class SeanceSortie(serializers.ModelSerializer[Seance]):
    minutes_restantes = serializers.IntegerField(source="bilan.minutes_restantes")

    class Meta:
        model = Seance
        fields = ("id", "phase", "jour", "minutes", "minutes_restantes")


class SeancesView(APIView):
    @operation(
        "Enregistrer une séance",
        "Minutes réellement passées avec la personne, dans la phase présente\u00a0; 180 en tout au plus.",
        request=SeanceEntree,
        responses={201: SeanceSortie},
        sent={"jour": "2010-05-10", "minutes": 45},
        received={
            "id": UUID_EXEMPLE,
            "phase": "phase_preliminaire",
            "jour": "2010-05-10",
            "minutes": 45,
            "minutes_restantes": 135,
        },
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        entree = SeanceEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        seance = conduite.record_seance(bilan=bilan, **entree.validated_data, by=caller(request))
        return Response(SeanceSortie(seance).data, status=201)


class LangueEntree(serializers.Serializer[Any]):
    langue = LigneField(max_length=3)
    parlee = serializers.BooleanField()
    comprise = serializers.BooleanField()
    niveau = LigneField(max_length=8, required=False, allow_blank=True, default="")


class DiplomeEntree(serializers.Serializer[Any]):
    intitule = LigneField(max_length=LIGNE_MAX)
    pays = LigneField(max_length=3)
    annee = serializers.IntegerField(required=False, allow_null=True, default=None)
    niveau = LigneField(max_length=4, required=False, allow_blank=True, default="")
    reconnu = LigneField(max_length=30, required=False, allow_blank=True, default="")


class ExperienceEntree(serializers.Serializer[Any]):
    metier = LigneField(max_length=LIGNE_MAX)
    pays = LigneField(max_length=3)
    code_rome = LigneField(max_length=5, required=False, allow_blank=True, default="")
    debut = LigneField(max_length=7)
    fin = LigneField(max_length=7, required=False, allow_blank=True, default="")


class BesoinEntree(serializers.Serializer[Any]):
    domaine = LigneField(max_length=30)
    intitule = LigneField(max_length=LIGNE_MAX)


def _texte(heading: str) -> TexteField:
    return TexteField(max_length=LONGUEURS[heading], required=False, allow_blank=True, default="")


class ContenuEntree(serializers.Serializer[Any]):
    """The headings of the sheet; any may be absent from a draft. Codes are those of the partner's contract."""

    circonstances = _texte("circonstances")
    competences_aptitudes = _texte("competences_aptitudes")
    projet = _texte("projet")
    projet_defini = serializers.BooleanField(required=False, allow_null=True, default=None)
    niveau_formation = LigneField(max_length=4, required=False, allow_blank=True, default="")
    niveau_cec = LigneField(max_length=10, required=False, allow_blank=True, default="")
    langues = LangueEntree(many=True, required=False, default=list, max_length=MAXIMA["langues"])  # type: ignore[call-arg]
    diplomes = DiplomeEntree(many=True, required=False, default=list, max_length=MAXIMA["diplomes"])  # type: ignore[call-arg]
    experiences = ExperienceEntree(many=True, required=False, default=list, max_length=MAXIMA["experiences"])  # type: ignore[call-arg]
    metiers = serializers.ListField(
        child=LigneField(max_length=5), required=False, default=list, max_length=MAXIMA["metiers"]
    )
    freins = serializers.ListField(child=LigneField(max_length=60), required=False, default=list, max_length=20)
    besoins_formation = BesoinEntree(many=True, required=False, default=list, max_length=MAXIMA["besoins_formation"])  # type: ignore[call-arg]
    preconisations = serializers.ListField(
        child=TexteField(max_length=PRECONISATION_MAX),
        required=False,
        default=list,
        max_length=MAXIMA["preconisations"],
    )
    orientation = _texte("orientation")
    parcours = _texte("parcours")
    parcours_recherche = _texte("parcours_recherche")
    inscription_pe = serializers.BooleanField(required=False, allow_null=True, default=None)
    identifiant_pe = LigneField(max_length=8, required=False, allow_blank=True, default="")


class SyntheseEntree(serializers.Serializer[Any]):
    revision = serializers.CharField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Celle que la lecture a donnée : un brouillon modifié entre-temps n’est pas écrasé.",
    )
    contenu = ContenuEntree()


class SyntheseSortie(serializers.Serializer[Any]):
    """One version. The content is given to the adviser alone, until it is destroyed."""

    version = serializers.IntegerField()
    figee = serializers.BooleanField(source="is_frozen")
    revision = serializers.SerializerMethodField()
    pdf_sha256 = serializers.CharField()
    date_validation = serializers.DateField(allow_null=True)
    detruite_at = serializers.DateTimeField(allow_null=True)
    contenu = ContenuEntree(allow_null=True)

    @extend_schema_field(OpenApiTypes.STR)
    def get_revision(self, synthese: Synthese) -> str:
        return redaction.revision(synthese)


EXEMPLE_CONTENU = {
    "circonstances": "Bilan prescrit dans le cadre du contrat d’accueil et d’intégration.",
    "competences_aptitudes": "Tenir un poste de préparation froide. Gérer les stocks d’une petite cuisine.",
    "projet": "Devenir cuisinière en restauration collective.",
    "projet_defini": True,
    "niveau_formation": "V",
    "langues": [{"langue": "fr", "parlee": True, "comprise": True, "niveau": "A2"}],
    "diplomes": [{"intitule": "Certificat de cuisine", "pays": "MLI", "annee": 2004, "niveau": "V"}],
    "experiences": [
        {"metier": "Cuisinière", "pays": "MLI", "code_rome": "G1602", "debut": "2004-09", "fin": "2009-06"}
    ],
    "metiers": ["G1602"],
    "freins": ["MAITRISE_FRANCAIS"],
    "besoins_formation": [{"domaine": "FRANCAIS_PROFESSIONNEL", "intitule": "Français de la cuisine"}],
    "preconisations": ["Suivre un français à visée professionnelle."],
    "orientation": "Restauration collective",
    "inscription_pe": False,
}


class SyntheseView(APIView):
    @operation(
        "Lire la synthèse",
        "La version présente, pour le conseiller à qui le bilan est confié. La lecture est journalisée.",
        responses={200: SyntheseSortie},
        received={
            "version": 1,
            "figee": False,
            "revision": "2010-05-10T08:00:00+00:00",
            "pdf_sha256": "",
            "date_validation": None,
            "detruite_at": None,
            "contenu": EXEMPLE_CONTENU,
        },
        errors=(409,),
    )
    def get(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        check_in_charge(caller(request), Permission.ECRIRE_SYNTHESE, bilan)
        synthese = Synthese.objects.visible_to(request.user).filter(bilan=bilan).order_by("-version").first()
        if synthese is None:
            raise RuleViolation("Aucune synthèse n’est encore commencée.", code="synthese_absente")
        journal.log_access("lire_synthese", by=caller(request), target=synthese)
        return Response(SyntheseSortie(synthese).data)

    @operation(
        "Enregistrer le brouillon de synthèse",
        "Complet ou non, tant que la version n’est pas présentée.",
        request=SyntheseEntree,
        responses={200: SyntheseSortie},
        sent={"revision": "2010-05-10T08:00:00+00:00", "contenu": EXEMPLE_CONTENU},
        received={
            "version": 1,
            "figee": False,
            "revision": "2010-05-10T08:05:00+00:00",
            "pdf_sha256": "",
            "date_validation": None,
            "detruite_at": None,
            "contenu": EXEMPLE_CONTENU,
        },
        errors=(409, 422),
    )
    def put(self, request: Request, pk: str) -> Response:
        bilan = bilan_or_404(request, pk)
        entree = SyntheseEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        synthese = redaction.save_draft(
            bilan=bilan,
            contenu=SyntheseContenu.from_dict(entree.validated_data["contenu"]),
            attendu=entree.validated_data["revision"],
            by=caller(request),
        )
        return Response(SyntheseSortie(synthese).data)


class ImpressionEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifImpression.choices)
    demande_recue_le = JourField(required=False, allow_null=True, default=None, help_text="Obligatoire pour une copie.")


class ImpressionsView(APIView):
    @operation(
        "Imprimer la synthèse",
        "Un motif contre un PDF\u00a0: à signer, par le conseiller\u00a0; une copie, par le prescripteur en charge. "
        "Chaque impression est journalisée.",
        request=ImpressionEntree,
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        sent={"motif": "demande_ecrite_beneficiaire", "demande_recue_le": "2010-06-01"},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> HttpResponse:
        bilan = bilan_or_404(request, pk)
        entree = ImpressionEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        synthese = current_synthese(bilan)
        if synthese is None:
            raise RuleViolation("Aucune synthèse n’est encore rédigée.", code="synthese_absente")
        motif = MotifImpression(entree.validated_data["motif"])
        if motif == MotifImpression.SIGNATURE:
            pdf = impression.print_for_signature(synthese=synthese, by=caller(request))
        else:
            pdf = impression.print_copy(
                synthese=synthese,
                motif=motif,
                demande_recue_le=entree.validated_data["demande_recue_le"],
                by=caller(request),
            )
        return pdf_response(pdf, "synthese.pdf")


class CertificatDestructionView(APIView):
    @operation(
        "Imprimer le certificat de destruction",
        "Ce qui a existé, quand et pourquoi le contenu a été détruit\u00a0: pour la personne. Chaque impression est "
        "journalisée.",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
        errors=(409,),
    )
    def get(self, request: Request, pk: str) -> HttpResponse:
        bilan = bilan_or_404(request, pk)
        pdf = certificat.print_certificate(bilan=bilan, by=caller(request))
        return pdf_response(pdf, "certificat-de-destruction.pdf")
