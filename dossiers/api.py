"""Files through the API: open, find, read whole, and what happened to them."""

from copy import copy
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.models import Agent, DirectionTerritoriale
from agents.permissions import check_permission, direction_ids, has_permission
from agents.roles import Permission
from bilan.api import EXEMPLE_BILAN, BilanSortie, with_api_relations
from bilan.forms_programmation import conseillers_of, usable_lieux
from bilan.models import Bilan, Consentement
from cai.api import EXEMPLE_PRESTATION, PreArriveeSortie, PrestationSortie
from cai.fiches import FicheContrat, FicheSignataire
from cai.models import COORDONNEES, Contrat, Langue, Pays, Prestation, Signataire, TitreAdmission
from cai.presentation import prealable_of
from core import journal
from core.api import query_parameter
from core.api_fields import CodeField, JourField, LigneField, NomField
from core.api_schema import operation
from core.errors import Forbidden
from core.models import Evenement
from dossiers.anonymisation import refuse_anonymised
from dossiers.chronologie import may_tell, sentence_of
from dossiers.parcours import deadlines_of, facts_of
from dossiers.selectors import situations_of
from dossiers.services import open_file
from exemptions.api import EvaluationSortie
from poleemploi.models import Transmission

UUID_EXEMPLE = "7f1c4b52-8a55-4c0e-9a76-0d8e8f6f4a11"


class SignataireEntree(serializers.Serializer[Any]):
    """Identity and address; a single name has an empty ``prenom``."""

    nom = NomField(max_length=100)
    prenom = NomField(max_length=100, required=False, allow_blank=True, default="")
    sexe = serializers.ChoiceField(choices=Signataire.Sexe.choices)
    date_naissance = JourField()
    nationalite = CodeField(queryset=Pays.objects.all())
    langue_comprise = CodeField(queryset=Langue.objects.all())
    adresse = LigneField(max_length=200)
    adresse_complement = LigneField(max_length=200, required=False, allow_blank=True, default="")
    code_postal = serializers.RegexField(r"^[0-9]{5}$")
    ville = LigneField(max_length=80)
    telephone = LigneField(max_length=20, required=False, allow_blank=True, default="")
    courriel = serializers.EmailField(max_length=254, required=False, allow_blank=True, default="")
    representant_nom = NomField(max_length=200, required=False, allow_blank=True, default="")
    representant_qualite = LigneField(max_length=100, required=False, allow_blank=True, default="")


class ContratEntree(serializers.Serializer[Any]):
    """The terms of the contract, and the person who signed it; an empty number asks for the direction's next one."""

    id = serializers.UUIDField(
        required=False, help_text="Choisi par vous : la même demande envoyée deux fois n’ouvre qu’un dossier."
    )
    direction = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=3, help_text="Code ; par défaut la vôtre."
    )
    numero_cai = LigneField(max_length=20, required=False, allow_blank=True, default="")
    date_entretien = JourField()
    date_signature = JourField()
    titre_admission = CodeField(queryset=TitreAdmission.objects.all())
    titre_actuel = CodeField(queryset=TitreAdmission.objects.all(), required=False, allow_null=True, default=None)
    date_premier_titre = JourField(required=False, allow_null=True, default=None)
    date_cosignature = JourField(
        required=False, allow_null=True, default=None, help_text="Signature du représentant légal d’un mineur."
    )
    signataire = SignataireEntree()


class SignataireSortie(serializers.ModelSerializer[Signataire]):
    class Meta:
        model = Signataire
        fields = (
            "nom", "prenom", "sexe", "date_naissance", "nationalite", "langue_comprise", "adresse",
            "adresse_complement", "code_postal", "ville", "telephone", "courriel", "representant_nom",
            "representant_qualite",
        )  # fmt: skip


class ContratResume(serializers.ModelSerializer[Contrat]):
    """A file as lists show it."""

    direction = serializers.CharField(source="direction.code")
    nom = serializers.CharField(source="signataire.nom")
    prenom = serializers.CharField(source="signataire.prenom", allow_null=True)
    echeance = serializers.DateField(source="echeance_effective")
    situation = serializers.CharField()

    class Meta:
        model = Contrat
        fields = ("id", "numero_cai", "direction", "nom", "prenom", "statut", "date_signature", "echeance", "situation")


class EcheanceSortie(serializers.Serializer[Any]):
    libelle = serializers.CharField(source="label")
    jour = serializers.DateField()


class ConsentementSortie(serializers.ModelSerializer[Consentement]):
    """The status of a consent: the decision, never the comment."""

    class Meta:
        model = Consentement
        fields = ("portee", "decision", "date_heure", "version_synthese")


class TransmissionResume(serializers.ModelSerializer[Transmission]):
    class Meta:
        model = Transmission
        fields = ("id", "etat", "accuse_identifiant", "accuse_at", "erreur_code")


class LieuSortie(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    libelle = serializers.CharField()


class ContratSortie(serializers.Serializer[Any]):
    """A file whole: situation, deadlines, evaluation, bilan, consents, transmission."""

    id = serializers.UUIDField()
    numero_cai = serializers.CharField()
    direction = serializers.CharField()
    statut = serializers.CharField()
    date_entretien = serializers.DateField()
    date_signature = serializers.DateField()
    date_echeance = serializers.DateField()
    date_echeance_prorogee = serializers.DateField(allow_null=True)
    date_cosignature = serializers.DateField(allow_null=True)
    titre_admission = serializers.CharField(allow_null=True)
    fin_periode_services = serializers.DateField(
        allow_null=True, help_text="Dernier jour, compris, des cinq ans de services."
    )
    signataire = SignataireSortie()
    situation = serializers.CharField()
    echeances = EcheanceSortie(many=True)
    avant_l_arrivee = PreArriveeSortie(allow_null=True)
    prestations = PrestationSortie(many=True)
    evaluation = EvaluationSortie(allow_null=True)
    bilan = BilanSortie()
    consentements = ConsentementSortie(many=True)
    transmission = TransmissionResume(allow_null=True)
    lieux = LieuSortie(many=True, help_text="Où l’on peut convoquer, pour qui en a le droit.")
    conseillers = LieuSortie(many=True, help_text="Qui peut recevoir, pour qui peut convoquer.")


EXEMPLE_SIGNATAIRE = {
    "nom": "N’Diaye",
    "prenom": "Aïssatou",
    "sexe": "F",
    "date_naissance": "1985-04-12",
    "nationalite": "SEN",
    "langue_comprise": "fr",
    "adresse": "12, rue des Lilas",
    "code_postal": "75020",
    "ville": "Paris",
    "telephone": "+33639980012",
}
EXEMPLE_RESUME = {
    "id": UUID_EXEMPLE,
    "numero_cai": "75-2010-000123",
    "direction": "75",
    "nom": "N’Diaye",
    "prenom": "Aïssatou",
    "statut": "signe",
    "date_signature": "2010-03-15",
    "echeance": "2011-03-15",
    "situation": "a_evaluer",
}
EXEMPLE_CONTRAT = {
    "id": UUID_EXEMPLE,
    "numero_cai": "75-2010-000123",
    "direction": "75",
    "statut": "signe",
    "date_entretien": "2010-03-15",
    "date_signature": "2010-03-15",
    "date_echeance": "2011-03-15",
    "date_echeance_prorogee": None,
    "date_cosignature": None,
    "titre_admission": "L313-11",
    "fin_periode_services": "2015-02-01",
    "signataire": {
        **EXEMPLE_SIGNATAIRE,
        **dict.fromkeys(("adresse_complement", "courriel", "representant_nom", "representant_qualite"), ""),
    },
    "situation": "a_evaluer",
    "echeances": [{"libelle": "Fin du contrat", "jour": "2011-03-15"}],
    "avant_l_arrivee": None,
    "prestations": [EXEMPLE_PRESTATION],
    "evaluation": None,
    "bilan": {**EXEMPLE_BILAN, "etat": "a_evaluer", "rendez_vous": None},
    "consentements": [],
    "transmission": None,
    "lieux": [],
    "conseillers": [],
}


def contrat_or_404(request: Request, pk: str) -> Contrat:
    queryset = Contrat.objects.visible_to(request.user).select_related(
        "signataire__nationalite", "signataire__langue_comprise", "direction", "titre_admission"
    )
    return get_object_or_404(queryset, pk=pk)


def whole_file(contrat: Contrat, agent: Agent) -> dict[str, Any]:
    """What ``ContratSortie`` shows; what the agent may not see of it is null or empty."""
    faits = facts_of(contrat)
    sees_exemption = has_permission(agent, Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id)
    sees_person = has_permission(agent, Permission.VOIR_PERSONNE, direction_id=contrat.direction_id)
    convokes = has_permission(agent, Permission.CONVOQUER, direction_id=contrat.direction_id)
    lieux = usable_lieux(contrat) if convokes else []
    latest = Consentement.objects.filter(bilan=faits.bilan).order_by("portee", "-rang").distinct("portee")
    transmission = Transmission.objects.filter(bilan=faits.bilan).order_by("-created_at").first()
    named = (
        "id", "numero_cai", "statut", "date_entretien", "date_signature", "date_echeance", "date_echeance_prorogee",
        "date_cosignature",
    )  # fmt: skip
    return {
        **{name: getattr(contrat, name) for name in named},
        "signataire": contrat.signataire if sees_person else _without_address(contrat.signataire),
        "direction": contrat.direction.code,
        "titre_admission": contrat.titre_admission_id if sees_exemption else None,
        "fin_periode_services": contrat.fin_periode_services if sees_exemption else None,
        "avant_l_arrivee": prealable_of(contrat) if sees_person else None,
        "prestations": Prestation.objects.visible_to(agent)
        .filter(contrat=contrat)
        .order_by("type")
        .prefetch_related("seances", "certificats"),
        "situation": faits.situation.value,
        "echeances": deadlines_of(faits),
        "evaluation": faits.evaluation if sees_exemption else None,
        "bilan": with_api_relations(Bilan.objects.visible_to(agent).filter(pk=faits.bilan.pk)).get(),
        "consentements": latest,
        "transmission": transmission,
        "lieux": [{"id": lieu.pk, "libelle": f"{lieu.prestataire.nom}, {lieu}"} for lieu in lieux],
        "conseillers": [
            {"id": held.agent_id, "libelle": f"{held.agent}, {held.prestataire}"}
            for held in conseillers_of(lieu.prestataire_id for lieu in lieux)
        ],
    }


def _without_address(signataire: Signataire) -> Signataire:
    """Who the person is, for those who follow the exchange alone (reference B)."""
    shown = copy(signataire)
    for name in COORDONNEES:
        setattr(shown, name, "")
    return shown


class ContratsView(generics.ListAPIView[Contrat]):
    serializer_class = ContratResume

    def get_queryset(self) -> "QuerySet[Contrat]":
        contrats = Contrat.objects.visible_to(self.request.user).select_related("signataire", "direction")
        if numero := query_parameter(self.request, "numero_cai"):
            contrats = contrats.filter(numero_cai=numero.strip().upper())
        return contrats

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset) or []
        situations = situations_of([contrat.pk for contrat in page])
        for contrat in page:
            contrat.situation = situations[contrat.pk].value
        return page

    @operation(
        "Lister les dossiers",
        "Ceux de vos directions, les plus récents d’abord.",
        responses={200: ContratResume(many=True)},
        received=EXEMPLE_RESUME,
        parameters=[OpenApiParameter("numero_cai", description="Numéro CAI exact")],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        check_permission(caller(request), Permission.VOIR_DOSSIER)
        return super().get(request, *args, **kwargs)

    @operation(
        "Ouvrir un dossier",
        "Le signataire, son contrat et son bilan à évaluer\u00a0: tout ou rien. "
        "Sans numéro, le suivant de la direction est donné.",
        request=ContratEntree,
        responses={201: ContratSortie},
        sent={
            "date_entretien": "2010-03-15",
            "date_signature": "2010-03-15",
            "titre_admission": "L313-11",
            "signataire": EXEMPLE_SIGNATAIRE,
        },
        received=EXEMPLE_CONTRAT,
        errors=(409, 422),
    )
    def post(self, request: Request) -> Response:
        check_permission(caller(request), Permission.OUVRIR_DOSSIER)
        entree = ContratEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        terms = dict(entree.validated_data)
        person = dict(terms.pop("signataire"))
        contrat = open_file(
            signataire=FicheSignataire(
                **{
                    **person,
                    "nationalite": person["nationalite"].code,
                    "langue_comprise": person["langue_comprise"].code,
                }
            ),
            contrat=FicheContrat(
                numero_cai=terms["numero_cai"].upper(),
                date_entretien=terms["date_entretien"],
                date_signature=terms["date_signature"],
                titre_admission=terms["titre_admission"].code,
                titre_actuel=terms["titre_actuel"].code if terms["titre_actuel"] else "",
                date_premier_titre=terms["date_premier_titre"],
                date_cosignature=terms["date_cosignature"],
            ),
            direction=_direction(caller(request), terms["direction"]),
            identifiant=terms.get("id"),
            by=caller(request),
        )
        body = whole_file(contrat_or_404(request, str(contrat.pk)), caller(request))
        return Response(ContratSortie(body).data, status=201)


def _direction(agent: Agent, code: str) -> DirectionTerritoriale:
    """The direction named, or the caller's own when they have only one."""
    own = DirectionTerritoriale.objects.filter(pk__in=direction_ids(agent, Permission.OUVRIR_DOSSIER))
    found = list(own.filter(code=code.upper()) if code else own)
    if not found:
        raise Forbidden(
            "Votre rôle ne permet pas d’ouvrir un dossier dans cette direction.", code="droit_ouvrir_dossier"
        )
    if len(found) > 1:
        raise serializers.ValidationError({"direction": ["Précisez la direction : vous en avez plusieurs."]})
    return found[0]


class ContratView(APIView):
    @operation(
        "Lire un dossier",
        "Situation, échéances, évaluation, bilan, consentements, transmission. La lecture est journalisée.",
        responses={200: ContratSortie},
        received=EXEMPLE_CONTRAT,
        errors=(410,),
    )
    def get(self, request: Request, pk: str) -> Response:
        try:
            contrat = contrat_or_404(request, pk)
        except Http404:
            refuse_anonymised(caller(request), pk)
            raise
        journal.log_access("voir_dossier", by=caller(request), target=contrat)
        return Response(ContratSortie(whole_file(contrat, caller(request))).data)


class EvenementSortie(serializers.ModelSerializer[Evenement]):
    """One event: its name, the sentence agents read, its author."""

    phrase = serializers.SerializerMethodField()
    par = serializers.SerializerMethodField()

    class Meta:
        model = Evenement
        fields = ("numero", "nom", "phrase", "etat_avant", "etat_apres", "par", "survenu_at", "empreinte")

    @extend_schema_field(serializers.CharField())
    def get_phrase(self, event: Evenement) -> str:
        return sentence_of(event, sees_exemption=self.context["sees_exemption"], read=self.context["read"])

    @extend_schema_field(serializers.CharField())
    def get_par(self, event: Evenement) -> str:
        return str(event.par) if event.par else "Application"


class EvenementsView(APIView):
    @operation(
        "Lire les événements d’un dossier",
        "Dans l’ordre, avec l’empreinte qui les enchaîne.",
        responses={200: EvenementSortie(many=True)},
        received={
            "numero": 1,
            "nom": "contrat.signe",
            "phrase": "Contrat signé",
            "etat_avant": "",
            "etat_apres": "signe",
            "par": "Agnès Auditeur",
            "survenu_at": "2010-03-15T09:00:00+01:00",
            "empreinte": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        },
    )
    def get(self, request: Request, pk: str) -> Response:
        contrat = contrat_or_404(request, pk)
        sees = has_permission(caller(request), Permission.VOIR_EXEMPTION, direction_id=contrat.direction_id)
        every = Evenement.objects.filter(dossier=contrat.pk).select_related("par").order_by("numero")
        events = [event for event in every if may_tell(event, sees_exemption=sees)]
        context = {"sees_exemption": sees, "read": journal.facts_reader()}
        return Response(EvenementSortie(events, many=True, context=context).data)
