"""Exemption through the API: a verdict on facts, and the sealed evaluation of a file."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from cai.models import Contrat, TitreAdmission
from core.api_fields import CodeField, JourField
from core.api_schema import operation
from exemptions import services
from exemptions.models import Evaluation, Justificatif

EXEMPLE_VERDICT = {
    "date_reference": "2010-06-19",
    "exempte": True,
    "motifs": ["mineur_scolarise"],
    "motif_principal": "mineur_scolarise",
    "phrase": "La personne est dispensée du bilan : la personne a 17 ans et est scolarisée.",
    "explications": [
        {
            "motif": "mineur_scolarise",
            "satisfait": True,
            "constat": "a 17 ans et est scolarisée",
            "article": "CESEDA, art. R. 311-26, I, a",
            "faits": ["née le 20 juin 1992"],
        }
    ],
    "pieces_manquantes": [],
    "pieces_ecartees": [],
    "declarations_manquantes": [],
    "avertissements": [],
    "contradictions": [],
    "prochain_changement": "2010-06-20",
    "texte": "CESEDA, art. R. 311-26, I",
}


class PieceEntree(serializers.Serializer[Any]):
    """A document shown; only a verified one counts."""

    type = serializers.ChoiceField(choices=Justificatif.Type.choices)
    statut = serializers.ChoiceField(choices=["recue", "verifiee"], default="recue")
    date_document = JourField()
    fin_validite = JourField(required=False, allow_null=True, default=None)


class DeclarationsEntree(serializers.Serializer[Any]):
    """The answers to the four questions; null when not asked."""

    scolarise = serializers.BooleanField(required=False, allow_null=True, default=None)
    declare_activite = serializers.BooleanField(required=False, allow_null=True, default=None)
    declare_ne_recherche_pas = serializers.BooleanField(required=False, allow_null=True, default=None)
    inscrit_pole_emploi = serializers.BooleanField(required=False, allow_null=True, default=None)


class SimulationEntree(DeclarationsEntree):
    """Facts that belong to no file."""

    date_reference = JourField()
    date_naissance = JourField()
    titre_admission = CodeField(queryset=TitreAdmission.objects.all())
    pieces = PieceEntree(many=True, required=False, default=list, max_length=50)  # type: ignore[call-arg]


class EvaluationEntree(DeclarationsEntree):
    """The answers of the person, the documents shown today, and the day for which to assess."""

    date_reference = JourField(required=False, help_text="Par défaut, la date de l’entretien.")
    pieces = PieceEntree(many=True, required=False, default=list, max_length=50)  # type: ignore[call-arg]


class ExplicationSortie(serializers.Serializer[Any]):
    motif = serializers.CharField()
    satisfait = serializers.BooleanField()
    constat = serializers.CharField()
    article = serializers.CharField()
    faits = serializers.ListField(child=serializers.CharField())


class VerdictSortie(serializers.Serializer[Any]):
    """A verdict with its reasons, its legal reference and what is missing."""

    date_reference = serializers.DateField()
    exempte = serializers.BooleanField()
    motifs = serializers.ListField(child=serializers.CharField())
    motif_principal = serializers.CharField(allow_null=True)
    phrase = serializers.CharField()
    explications = ExplicationSortie(many=True)
    pieces_manquantes = serializers.ListField(child=serializers.CharField())
    pieces_ecartees = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Pourquoi une pièce vérifiée ne prouve rien ce jour-là. Absent des évaluations plus anciennes.",
    )
    declarations_manquantes = serializers.ListField(child=serializers.CharField())
    avertissements = serializers.ListField(child=serializers.CharField())
    contradictions = serializers.ListField(child=serializers.CharField())
    prochain_changement = serializers.DateField(allow_null=True)
    texte = serializers.CharField()


class EvaluationSortie(serializers.ModelSerializer[Evaluation]):
    """One sealed evaluation."""

    resultat = VerdictSortie()

    class Meta:
        model = Evaluation
        fields = ("id", "date_reference", "exempte", "motifs", "motif_principal", "evaluee_at", "resultat")


class SimulationView(APIView):
    @operation(
        "Simuler l’exemption",
        "Des faits contre un verdict\u00a0; rien n’est enregistré.",
        request=SimulationEntree,
        responses={200: VerdictSortie},
        sent={
            "date_reference": "2010-06-19",
            "date_naissance": "1992-06-20",
            "titre_admission": "L313-11",
            "scolarise": True,
            "pieces": [{"type": "certificat_scolarite", "statut": "verifiee", "date_document": "2010-01-05"}],
        },
        received=EXEMPLE_VERDICT,
        errors=(409, 422),
    )
    def post(self, request: Request) -> Response:
        entree = SimulationEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        facts = dict(entree.validated_data)
        on = facts.pop("date_reference")
        facts["date_naissance"] = facts["date_naissance"].isoformat()
        facts["titre_admission"] = facts["titre_admission"].code
        facts["pieces"] = [
            {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in piece.items()}
            for piece in facts["pieces"]
        ]
        return Response(services.simulate(faits=facts, date_reference=on).to_dict())


class EvaluationsView(APIView):
    @operation(
        "Évaluer l’exemption d’un dossier",
        "Enregistre les pièces montrées, puis évalue et scelle\u00a0: tout ou rien.",
        request=EvaluationEntree,
        responses={201: EvaluationSortie},
        sent={
            "scolarise": False,
            "declare_activite": True,
            "declare_ne_recherche_pas": True,
            "inscrit_pole_emploi": False,
            "pieces": [{"type": "contrat_travail", "statut": "verifiee", "date_document": "2010-02-01"}],
        },
        received={
            "id": "7f1c4b52-8a55-4c0e-9a76-0d8e8f6f4a11",
            "date_reference": "2010-06-19",
            "exempte": True,
            "motifs": ["mineur_scolarise"],
            "motif_principal": "mineur_scolarise",
            "evaluee_at": "2010-06-19T10:00:00+02:00",
            "resultat": EXEMPLE_VERDICT,
        },
        errors=(409, 422),
    )
    @transaction.atomic
    def post(self, request: Request, pk: str) -> Response:
        contrat = get_object_or_404(Contrat.objects.visible_to(request.user), pk=pk)
        entree = EvaluationEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        for piece in entree.validated_data["pieces"]:
            justificatif = services.add_justificatif(
                contrat=contrat,
                type_piece=piece["type"],
                date_document=piece["date_document"],
                fin_validite=piece["fin_validite"],
                by=caller(request),
            )
            if piece["statut"] == Justificatif.Statut.VERIFIEE:
                services.verify_justificatif(justificatif=justificatif, by=caller(request))
        evaluation = services.evaluate_contrat(
            contrat=contrat,
            declarations=services.Declarations.from_values(entree.validated_data),
            date_reference=entree.validated_data.get("date_reference") or contrat.date_entretien,
            by=caller(request),
        )
        return Response(EvaluationSortie(evaluation).data, status=201)
