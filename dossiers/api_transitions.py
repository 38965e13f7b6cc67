"""Every transition of the domain reference, D.2, under its own name; consents have their own address."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.models import Agent, Lieu
from bilan import conduite, fin, programmation, redaction
from bilan.api import EXEMPLE_BILAN, BilanSortie, bilan_or_404, with_api_relations
from bilan.guards import Proposition
from bilan.models import DUREE_MAX_MINUTES, Bilan
from bilan.states import Etat, MotifAbsence, MotifAnnulation, MotifInterruption, MotifReport, MotifReprise
from bilan.workflow import lock
from core import clock
from core.api_fields import JourField, LigneField, MinutesField, NomField, TexteField
from core.api_schema import operation
from core.errors import InvalidInput
from poleemploi.services import rework_synthese

UUID_EXEMPLE = "3c1f0a52-5d7e-4b8e-8a3d-2f1f6f0c9b10"


class SansDetail(serializers.Serializer[Any]):
    """Nothing to add."""


class PrescrireEntree(serializers.Serializer[Any]):
    prescripteur = serializers.PrimaryKeyRelatedField(
        queryset=Agent.objects.all(), required=False, allow_null=True, default=None, help_text="Par défaut, vous."
    )


class ReattribuerEntree(serializers.Serializer[Any]):
    prescripteur = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.all())


class LeverEntree(serializers.Serializer[Any]):
    motif = LigneField(max_length=200)
    prescripteur = serializers.PrimaryKeyRelatedField(
        queryset=Agent.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text="Demandé si le dossier n’en a pas encore. Par défaut, vous.",
    )


class ConvoquerEntree(serializers.Serializer[Any]):
    jour = JourField()
    heure = serializers.TimeField(help_text="Heure de Paris.")
    duree_fixee_minutes = MinutesField(default=DUREE_MAX_MINUTES)
    lieu = serializers.PrimaryKeyRelatedField(queryset=Lieu.objects.filter(actif=True).select_related("prestataire"))
    conseiller = serializers.PrimaryKeyRelatedField(queryset=Agent.objects.filter(is_active=True))
    accord_delai_reduit = serializers.BooleanField(default=False)


class ReporterEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifReport.choices)


class AbsenceEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifAbsence.choices)
    justificatif_vu_le = JourField()
    precision = LigneField(max_length=200, required=False, allow_blank=True, default="")


class SansMotifEntree(serializers.Serializer[Any]):
    declare_sans_motif = serializers.BooleanField(default=False)


class DemarrerEntree(serializers.Serializer[Any]):
    informe = serializers.BooleanField(help_text="La personne a été informée des buts, des méthodes et du secret.")


class InvestigationEntree(serializers.Serializer[Any]):
    besoins_objectifs = TexteField(
        max_length=4000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Besoins et buts, ajoutés aux notes de la phase préliminaire s’ils sont donnés ici.",
    )


class InterrompreEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifInterruption.choices)


class ReprendreEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifReprise.choices)


class ValiderEntree(serializers.Serializer[Any]):
    date_presentation = JourField()
    observations = TexteField(max_length=2000, required=False, allow_blank=True, default="")
    date_signature = JourField()
    date_remise = JourField()
    representant = NomField(max_length=200, required=False, allow_blank=True, default="")


class RefusSignatureEntree(serializers.Serializer[Any]):
    date_presentation = JourField()
    date_refus = JourField()


class DureeEntree(serializers.Serializer[Any]):
    duree_fixee_minutes = MinutesField()


class AnnulerEntree(serializers.Serializer[Any]):
    motif = serializers.ChoiceField(choices=MotifAnnulation.choices)


@dataclass(frozen=True)
class Transition:
    """One transition: what may be sent, the service that does it, an example."""

    service: Callable[..., Any]
    entree: type[serializers.Serializer[Any]] = SansDetail
    exemple: dict[str, Any] = field(default_factory=dict)


def _prescrire(*, bilan: Bilan, prescripteur: Agent | None, by: Agent) -> Bilan:
    return programmation.prescribe(bilan=bilan, prescripteur=prescripteur or by, by=by)


def _convoquer(*, bilan: Bilan, jour: Any, heure: Any, lieu: Lieu, by: Agent, **details: Any) -> object:
    debut = datetime.combine(jour, heure, tzinfo=clock.PARIS)
    return programmation.convoke(bilan=bilan, proposition=Proposition(debut=debut, lieu=lieu, **details), by=by)


@transaction.atomic
def _passer_en_investigation(*, bilan: Bilan, besoins_objectifs: str, by: Agent) -> Bilan:
    if besoins_objectifs:
        bilan = lock(bilan.pk)
        kept = conduite.read_notes(bilan=bilan, by=by).get(Etat.PHASE_PRELIMINAIRE, "")
        texte = f"{kept}\n\n{besoins_objectifs}".strip()
        conduite.save_note(bilan=bilan, phase=Etat.PHASE_PRELIMINAIRE, texte=texte, by=by)
    return conduite.enter_investigation(bilan=bilan, by=by)


_VALIDATION = {
    "date_presentation": "2010-05-10",
    "observations": "",
    "date_signature": "2010-05-12",
    "date_remise": "2010-05-12",
}
_ABSENCE = {"motif": "force_majeure_transport", "justificatif_vu_le": "2010-05-12"}

TRANSITIONS: dict[str, Transition] = {
    "constater_exemption": Transition(programmation.record_exemption),
    "prescrire": Transition(_prescrire, PrescrireEntree, {"prescripteur": UUID_EXEMPLE}),
    "lever_exemption": Transition(programmation.lift_exemption, LeverEntree, {"motif": "La personne a 18 ans."}),
    "convoquer": Transition(
        _convoquer,
        ConvoquerEntree,
        {
            "jour": "2010-05-10",
            "heure": "09:30",
            "duree_fixee_minutes": 180,
            "lieu": UUID_EXEMPLE,
            "conseiller": UUID_EXEMPLE,
            "accord_delai_reduit": False,
        },
    ),
    "reporter": Transition(programmation.postpone, ReporterEntree, {"motif": "demande_signataire"}),
    "constater_absence": Transition(programmation.record_absence),
    "reconnaitre_motif_legitime": Transition(programmation.recognise_absence, AbsenceEntree, _ABSENCE),
    "constater_absence_injustifiee": Transition(
        programmation.reject_absence, SansMotifEntree, {"declare_sans_motif": True}
    ),
    "requalifier_absence": Transition(programmation.requalify_absence, AbsenceEntree, _ABSENCE),
    "demarrer": Transition(conduite.start_bilan, DemarrerEntree, {"informe": True}),
    "passer_en_investigation": Transition(
        _passer_en_investigation, InvestigationEntree, {"besoins_objectifs": "Retrouver un emploi de cuisinière."}
    ),
    "passer_en_conclusion": Transition(conduite.enter_conclusion),
    "interrompre": Transition(conduite.interrupt, InterrompreEntree, {"motif": "a_poursuivre"}),
    "rediger_synthese": Transition(redaction.complete_synthese),
    "presenter_synthese": Transition(redaction.present_synthese),
    "reprendre_synthese": Transition(rework_synthese, ReprendreEntree, {"motif": "observations_beneficiaire"}),
    "valider_synthese": Transition(redaction.validate_synthese, ValiderEntree, _VALIDATION),
    "constater_refus_signature": Transition(
        redaction.record_signature_refusal,
        RefusSignatureEntree,
        {"date_presentation": "2010-05-10", "date_refus": "2010-05-12"},
    ),
    "cloturer": Transition(fin.close),
    "constater_non_realisation": Transition(fin.record_not_done),
    "reattribuer": Transition(programmation.reassign, ReattribuerEntree, {"prescripteur": UUID_EXEMPLE}),
    "annuler": Transition(fin.cancel, AnnulerEntree, {"motif": "depart_definitif"}),
    "refixer_duree": Transition(programmation.set_duration, DureeEntree, {"duree_fixee_minutes": 120}),
}


class TransitionView(APIView):
    @operation(
        "Faire avancer un bilan",
        "Les mêmes services, gardes et phrases que les pages\u00a0; une réponse 409 dit ce qui s’y oppose.",
        request=PolymorphicProxySerializer(
            component_name="TransitionEntree",
            serializers=list({transition.entree: None for transition in TRANSITIONS.values()}),
            resource_type_field_name=None,
        ),
        responses={200: BilanSortie},
        received=EXEMPLE_BILAN,
        errors=(409, 422),
        parameters=[
            OpenApiParameter("name", location=OpenApiParameter.PATH, enum=list(TRANSITIONS), description="Transition")
        ],
        examples=[
            OpenApiExample(name, value=transition.exemple, request_only=True)
            for name, transition in TRANSITIONS.items()
        ],
    )
    def post(self, request: Request, pk: str, name: str) -> Response:
        bilan = bilan_or_404(request, pk)
        transition = TRANSITIONS.get(name)
        if transition is None:
            message = "Cette transition n’existe pas."
            raise InvalidInput(message, code="transition_inconnue", fields={"name": [message]})
        entree = transition.entree(data=request.data)
        entree.is_valid(raise_exception=True)
        transition.service(bilan=bilan, **entree.validated_data, by=caller(request))
        moved = with_api_relations(Bilan.objects.visible_to(request.user).filter(pk=bilan.pk)).get()
        return Response(BilanSortie(moved).data)
