"""What the correspondant's page shows and does for many rows at once, through the API: same service, same answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission
from agents.roles import Permission
from core.api_schema import operation
from poleemploi.ensemble import COMPTE_MAX, GENRES, Compte, counts
from poleemploi.etat_canal import EtatCanal, Marche, channel_state
from poleemploi.models import Transmission
from poleemploi.relances import RELANCES_MAX, Relance, requeue_many
from poleemploi.states import EtatTransmission

UUID_EXEMPLE = "5b0c2a9e-2f5f-4f7e-9d8e-0a1b2c3d4e5f"
AUTRE_EXEMPLE = "9d0a7c3e-6b1f-4d52-8c40-7e5a1b2c3d4e"
REFUS_EXEMPLE = "Une transmission refusée n’est jamais renvoyée telle quelle."


class RelancesEntree(serializers.Serializer[Any]):
    transmissions = serializers.ListField(
        child=serializers.UUIDField(),
        min_length=1,
        max_length=RELANCES_MAX,
        help_text="Identifiants\u00a0; un même identifiant ne compte qu’une fois.",
    )


class RelanceSortie(serializers.Serializer[Relance]):
    """The answer of one row."""

    id = serializers.UUIDField(source="pk")
    relancee = serializers.BooleanField(source="faite")
    etat = serializers.ChoiceField(
        choices=EtatTransmission.choices, allow_blank=True, help_text="Après la demande\u00a0; vide si introuvable."
    )
    code = serializers.CharField(help_text="Pourquoi elle n’est pas relancée\u00a0; vide si elle l’est.")
    explication = serializers.CharField(source="phrase", help_text="Le même refus, en une phrase.")


class RelancesSortie(serializers.Serializer[Any]):
    reponses = RelanceSortie(many=True)


class RelancesView(APIView):
    @operation(
        "Relancer plusieurs transmissions",
        f"De une à {RELANCES_MAX}, en échec ou incertaines, chacune à part\u00a0: une réponse par transmission, "
        "dans l’ordre demandé\u00a0; le refus de l’une ne retient pas les autres.",
        request=RelancesEntree,
        responses={200: RelancesSortie},
        sent={"transmissions": [UUID_EXEMPLE, AUTRE_EXEMPLE]},
        received={
            "reponses": [
                {"id": UUID_EXEMPLE, "relancee": True, "etat": "incertaine", "code": "", "explication": ""},
                {
                    "id": AUTRE_EXEMPLE,
                    "relancee": False,
                    "etat": "rejetee",
                    "code": "transmission_non_relancable",
                    "explication": REFUS_EXEMPLE,
                },
            ]
        },
        errors=(422,),
    )
    def post(self, request: Request) -> Response:
        check_permission(caller(request), Permission.RELANCER_TRANSMISSION)
        entree = RelancesEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        answers = requeue_many(identifiants=entree.validated_data["transmissions"], by=caller(request))
        return Response(RelancesSortie({"reponses": answers}).data)


class CompteSortie(serializers.Serializer[Compte]):
    """One kind of rows that are not over."""

    genre = serializers.ChoiceField(source="code", choices=[(code, genre.titre) for code, genre in GENRES.items()])
    nombre = serializers.IntegerField(help_text=f"Compté jusqu’à {COMPTE_MAX}.")
    plus_ancienne_at = serializers.DateTimeField(
        source="plus_ancienne", allow_null=True, help_text="Quand la plus ancienne a été demandée."
    )


class CanalSortie(serializers.Serializer[EtatCanal]):
    """The channel, and what waits for it."""

    etat = serializers.SerializerMethodField()
    motif = serializers.CharField()
    depuis = serializers.DateTimeField(allow_null=True, help_text="Début de la pause.")
    jusqua = serializers.DateTimeField(allow_null=True, help_text="Prochain essai.")
    explication = serializers.CharField(source="phrase")
    reprise = serializers.CharField(help_text="Ce qui fera reprendre les envois.")
    plus_ancienne_due_at = serializers.DateTimeField(
        source="plus_ancienne", allow_null=True, help_text="Depuis quand attend la plus ancienne à envoyer maintenant."
    )

    @extend_schema_field(serializers.ChoiceField(choices=[marche.value for marche in Marche]))
    def get_etat(self, state: EtatCanal) -> str:
        return state.marche.value


class EchangeSortie(serializers.Serializer[Any]):
    canal = CanalSortie()
    comptes = CompteSortie(many=True)


class EchangeView(APIView):
    @operation(
        "Lire l’état de l’échange",
        "Le canal (ouvert, en pause, en reprise ou arrêté), et ce qui n’est pas fini dans les directions dont vous "
        "suivez l’échange.",
        responses={200: EchangeSortie},
        received={
            "canal": {
                "etat": "en_pause",
                "motif": "Pôle emploi ne répond pas",
                "depuis": "2010-05-12T12:00:00Z",
                "jusqua": "2010-05-12T12:10:00Z",
                "explication": "Les envois sont suspendus depuis le 12 mai 2010 à 14\u00a0h. Prochain essai le 12 mai "
                "2010 à 14\u00a0h\u00a010.",
                "reprise": "Un envoi part seul, à intervalles\u00a0; dès que Pôle emploi y répond, les autres suivent. "
                "Il n’y a rien à faire.",
                "plus_ancienne_due_at": "2010-05-12T11:58:00Z",
            },
            "comptes": [{"genre": "en-attente", "nombre": 4, "plus_ancienne_at": "2010-05-12T11:58:00Z"}],
        },
    )
    def get(self, request: Request) -> Response:
        check_permission(caller(request), Permission.VOIR_TRANSMISSIONS)
        rows = Transmission.objects.followed_by(caller(request))
        return Response(EchangeSortie({"canal": channel_state(), "comptes": counts(rows)}).data)
