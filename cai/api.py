"""The trainings and what came before the arrival, through the API: read in the file, written by the same services."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from cai import prestations
from cai import regles_prestations as regles
from cai.controles_prestations import FicheCertificat, FicheSeance
from cai.evaluation_pre_arrivee import record_pre_arrivee
from cai.forms_prestations import HEURES_MAX, STATUTS_DECIDES
from cai.models import SEANCE_MINUTES_MAX, Certificat, Contrat, EvaluationPreArrivee, Prestation, SeancePrestation
from cai.pre_arrivee import PHRASES, Effet, PreArrivee
from cai.presentation import Prealable, prealable_of
from core.api_fields import JourField
from core.api_schema import operation

UUID_EXEMPLE = "5d0f3a52-9c7e-4b8e-8a3d-2f1f6f0c9b10"
EXEMPLE_PRESTATION = {
    "type": "formation_civique",
    "statut": "en_cours",
    "date_prescription": "2010-03-15",
    "heures_prescrites": 6,
    "examen_prevu_le": None,
    "minutes_suivies": 180,
    "date_fin": None,
    "niveau_atteint": "",
    "seances": [
        {
            "id": UUID_EXEMPLE, "jour": "2010-04-06", "minutes": 180, "presence": "present",
            "justificatif_vu_le": None,
        }
    ],
    "certificats": [],
}  # fmt: skip
_EVALUEE = {
    "qualite": "conjoint_francais",
    "date_depot": "2009-09-01",
    "test_dispense": False,
    "date_evaluation_1": "2009-10-05",
    "resultat_1": "insuffisant",
    "date_notification": "2009-10-12",
    "formation": "prescrite",
    "motif_dispense": "",
    "formation_debut": "2009-11-02",
    "formation_fin": "2009-12-18",
    "formation_heures": 40,
    "date_evaluation_2": "2009-12-21",
    "resultat_2": "suffisant",
    "date_valeurs": "2009-10-06",
}
EXEMPLE_PRE_ARRIVEE = {
    **_EVALUEE,
    "effet": "dilf_exige",
    "phrase": PHRASES[Effet.DILF_EXIGE],
    "avertissements": [],
}


class PrescriptionEntree(serializers.Serializer[Any]):
    date_prescription = JourField()
    heures = serializers.IntegerField(min_value=1, max_value=HEURES_MAX)
    examen_prevu_le = JourField(required=False, allow_null=True, default=None, help_text="Premier jour du DILF.")


class DecisionFormationEntree(serializers.Serializer[Any]):
    statut = serializers.ChoiceField(choices=STATUTS_DECIDES)


class SeanceFormationEntree(serializers.Serializer[Any]):
    id = serializers.UUIDField(
        required=False,
        help_text="Choisi par vous\u00a0: la même séance envoyée deux fois n’est enregistrée qu’une fois.",
    )
    jour = JourField()
    minutes = serializers.IntegerField(min_value=1, max_value=SEANCE_MINUTES_MAX)
    presence = serializers.ChoiceField(choices=SeancePrestation.Presence.choices)
    justificatif_vu_le = JourField(required=False, allow_null=True, default=None)


class CertificatEntree(serializers.Serializer[Any]):
    genre = serializers.ChoiceField(choices=Certificat.Genre.choices)
    jour = JourField(help_text="Pour le DILF, le premier jour des épreuves.")
    date_fin = JourField(required=False, allow_null=True, default=None)
    niveau = serializers.ChoiceField(choices=Prestation.Niveau.choices, required=False, allow_blank=True, default="")
    reussi = serializers.BooleanField(required=False, allow_null=True, default=None)
    gratuit = serializers.BooleanField(required=False, allow_null=True, default=None)


class PreArriveeEntree(serializers.Serializer[Any]):
    """The papers brought from abroad, as they are."""

    qualite = serializers.ChoiceField(choices=EvaluationPreArrivee.Qualite.choices)
    date_depot = JourField()
    test_dispense = serializers.BooleanField(default=False)
    date_evaluation_1 = JourField(required=False, allow_null=True, default=None)
    resultat_1 = serializers.ChoiceField(
        choices=EvaluationPreArrivee.Resultat.choices, required=False, allow_blank=True, default=""
    )
    date_notification = JourField(required=False, allow_null=True, default=None)
    formation = serializers.ChoiceField(
        choices=EvaluationPreArrivee.Formation.choices, required=False, allow_blank=True, default=""
    )
    motif_dispense = serializers.ChoiceField(
        choices=EvaluationPreArrivee.MotifDispense.choices, required=False, allow_blank=True, default=""
    )
    formation_debut = JourField(required=False, allow_null=True, default=None)
    formation_fin = JourField(required=False, allow_null=True, default=None)
    formation_heures = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=HEURES_MAX
    )
    date_evaluation_2 = JourField(required=False, allow_null=True, default=None)
    resultat_2 = serializers.ChoiceField(
        choices=EvaluationPreArrivee.Resultat.choices, required=False, allow_blank=True, default=""
    )
    date_valeurs = JourField(required=False, allow_null=True, default=None)


class PreArriveeSortie(PreArriveeEntree):
    """The same, with what the contract draws from it and what does not fit in it."""

    effet = serializers.CharField()
    phrase = serializers.CharField()
    avertissements = serializers.ListField(child=serializers.CharField())

    def to_representation(self, instance: Prealable) -> dict[str, Any]:
        shown = {name: getattr(instance.row, name) for name in PreArrivee.__dataclass_fields__}
        told = {"effet": instance.effet, "phrase": instance.phrase, "avertissements": instance.avertissements}
        return super().to_representation({**shown, **told})


class SeanceFormationSortie(serializers.ModelSerializer[SeancePrestation]):
    class Meta:
        model = SeancePrestation
        fields = ("id", "jour", "minutes", "presence", "justificatif_vu_le")


class CertificatSortie(serializers.ModelSerializer[Certificat]):
    class Meta:
        model = Certificat
        fields = ("id", "genre", "jour", "niveau", "reussi", "gratuit")


class PrestationSortie(serializers.ModelSerializer[Prestation]):
    """One prestation of the contract, with its sessions and its papers."""

    minutes_suivies = serializers.SerializerMethodField()
    seances = SeanceFormationSortie(many=True)
    certificats = CertificatSortie(many=True)

    class Meta:
        model = Prestation
        fields = (
            "type", "statut", "date_prescription", "heures_prescrites", "examen_prevu_le", "minutes_suivies",
            "date_fin", "niveau_atteint", "seances", "certificats",
        )  # fmt: skip

    @extend_schema_field(serializers.IntegerField())
    def get_minutes_suivies(self, prestation: Prestation) -> int:
        return regles.minutes_suivies(prestations.presences_of(prestation))


def _contrat_or_404(request: Request, pk: str) -> Contrat:
    contrat: Contrat = get_object_or_404(Contrat.objects.visible_to(request.user), pk=pk)
    return contrat


def _training(request: Request, pk: str, name: str) -> Contrat:
    if name not in regles.HEURES:
        raise Http404
    return _contrat_or_404(request, pk)


def _answer(contrat: Contrat, name: str, status: int = 200) -> Response:
    training = contrat.prestations.prefetch_related("seances", "certificats").filter(type=name).first()
    if training is None:
        return Response(status=204)  # the paper taken away was all that was known of it
    return Response(PrestationSortie(training).data, status=status)


def _read(entree: serializers.Serializer[Any]) -> dict[str, Any]:
    entree.is_valid(raise_exception=True)
    return dict(entree.validated_data)


class PrescriptionView(APIView):
    @operation(
        "Prescrire une formation",
        "La formation devient due. Prescrite de nouveau, sa date et ses heures sont corrigées.",
        request=PrescriptionEntree,
        responses={200: PrestationSortie},
        sent={"date_prescription": "2010-03-15", "heures": 6},
        received={**EXEMPLE_PRESTATION, "statut": "prescrite", "minutes_suivies": 0, "seances": []},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        contrat = _training(request, pk, name)
        typed = _read(PrescriptionEntree(data=request.data))
        prestations.prescribe(contrat=contrat, type_prestation=name, **typed, by=caller(request))
        return _answer(contrat, name)


class DecisionFormationView(APIView):
    @operation(
        "Décider de l’état d’une formation",
        "Dispensée (sauf la formation civique), différée pour motif légitime, non suivie sans motif, sans objet. Les "
        "autres états se déduisent des séances et des justificatifs.",
        request=DecisionFormationEntree,
        responses={200: PrestationSortie},
        sent={"statut": "non_suivie_sans_motif"},
        received={**EXEMPLE_PRESTATION, "statut": "non_suivie_sans_motif"},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        contrat = _training(request, pk, name)
        typed = _read(DecisionFormationEntree(data=request.data))
        prestations.decide(contrat=contrat, type_prestation=name, **typed, by=caller(request))
        return _answer(contrat, name)


class SeancesFormationView(APIView):
    @operation(
        "Enregistrer une séance de formation",
        "Avec la présence de la personne\u00a0; une première présence met la formation en cours.",
        request=SeanceFormationEntree,
        responses={201: PrestationSortie},
        sent={"jour": "2010-04-06", "minutes": 180, "presence": "present"},
        received=EXEMPLE_PRESTATION,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        contrat = _training(request, pk, name)
        typed = _read(SeanceFormationEntree(data=request.data))
        identifiant = typed.pop("id", None)
        prestations.add_seance(
            contrat=contrat,
            type_prestation=name,
            fiche=FicheSeance(**typed),
            identifiant=identifiant,
            by=caller(request),
        )
        return _answer(contrat, name, status=201)


class CertificatsView(APIView):
    @operation(
        "Enregistrer un justificatif de formation",
        "Attestation nominative, certificat ou attestation d’assiduité, AMDFL, résultat du DILF.",
        request=CertificatEntree,
        responses={201: PrestationSortie},
        sent={"genre": "attestation_nominative", "jour": "2010-04-07"},
        received={**EXEMPLE_PRESTATION, "statut": "suivie", "date_fin": "2010-04-06"},
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        contrat = _training(request, pk, name)
        typed = _read(CertificatEntree(data=request.data))
        prestations.add_certificat(
            contrat=contrat, type_prestation=name, fiche=FicheCertificat(**typed), by=caller(request)
        )
        return _answer(contrat, name, status=201)


class SeanceFormationView(APIView):
    @operation(
        "Corriger ou excuser une séance de formation",
        "L’état de la formation suit la présence.",
        request=SeanceFormationEntree,
        responses={200: PrestationSortie},
        sent={
            "jour": "2010-04-06", "minutes": 180, "presence": "absent_excuse", "justificatif_vu_le": "2010-04-09",
        },
        received={**EXEMPLE_PRESTATION, "statut": "prescrite", "minutes_suivies": 0},
        errors=(409, 422),
    )  # fmt: skip
    def put(self, request: Request, pk: str) -> Response:
        seance = self._seance(request, pk)
        typed = _read(SeanceFormationEntree(data=request.data))
        typed.pop("id", None)
        prestations.correct_seance(seance=seance, fiche=FicheSeance(**typed), by=caller(request))
        return _answer(seance.prestation.contrat, seance.prestation.type)

    @operation(
        "Retirer une séance de formation",
        "Enregistrée par erreur. La chronologie du dossier garde ce qu’elle disait.",
        responses={200: PrestationSortie},
        received={**EXEMPLE_PRESTATION, "statut": "prescrite", "minutes_suivies": 0, "seances": []},
        errors=(409,),
    )
    def delete(self, request: Request, pk: str) -> Response:
        seance = self._seance(request, pk)
        prestations.remove_seance(seance=seance, by=caller(request))
        return _answer(seance.prestation.contrat, seance.prestation.type)

    @staticmethod
    def _seance(request: Request, pk: str) -> SeancePrestation:
        seances = SeancePrestation.objects.visible_to(request.user).select_related("prestation__contrat")
        seance: SeancePrestation = get_object_or_404(seances, pk=pk)
        return seance


class CertificatView(APIView):
    @operation(
        "Retirer un justificatif de formation",
        "Enregistré par erreur. L’état et le niveau redeviennent ceux que montrent les autres justificatifs "
        "(204 si ce justificatif était tout ce qui était noté de la formation).",
        responses={200: PrestationSortie, 204: None},
        received=EXEMPLE_PRESTATION,
        errors=(409,),
    )
    def delete(self, request: Request, pk: str) -> Response:
        papers = Certificat.objects.visible_to(request.user).select_related("prestation__contrat")
        certificat = get_object_or_404(papers, pk=pk)
        prestations.remove_certificat(certificat=certificat, by=caller(request))
        return _answer(certificat.prestation.contrat, certificat.prestation.type)


class PreArriveeView(APIView):
    @operation(
        "Enregistrer l’évaluation avant l’arrivée",
        "Une fois par contrat\u00a0; elle se corrige le jour même, puis ne change plus. La formation linguistique "
        "prend l’état qui en découle.",
        request=PreArriveeEntree,
        responses={200: PreArriveeSortie},
        sent=_EVALUEE,
        received=EXEMPLE_PRE_ARRIVEE,
        errors=(409, 422),
    )
    def post(self, request: Request, pk: str) -> Response:
        contrat = _contrat_or_404(request, pk)
        typed = _read(PreArriveeEntree(data=request.data))
        record_pre_arrivee(contrat=contrat, fiche=PreArrivee(**typed), by=caller(request))
        return Response(PreArriveeSortie(prealable_of(contrat)).data)
