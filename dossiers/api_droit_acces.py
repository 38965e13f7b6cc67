"""The right of access through the API: the same export as the page, as JSON."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agents.authentication import caller
from agents.permissions import check_permission
from agents.roles import Permission
from core.api_fields import JourField
from core.api_schema import operation
from dossiers.api import contrat_or_404
from dossiers.droit_acces import MotifExport, export_file


class DroitAccesEntree(serializers.Serializer[Any]):
    """How the person asked, and when."""

    motif = serializers.ChoiceField(choices=MotifExport.choices)
    demande_recue_le = JourField()


class RubriqueSortie(serializers.Serializer[Any]):
    """One heading and its rows."""

    titre = serializers.CharField()
    lignes = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField()),
        help_text="Une ligne par objet\u00a0: le nom de chaque renseignement et sa valeur, en toutes lettres.",
    )


class DroitAccesSortie(serializers.Serializer[Any]):
    """Everything held about the person of a file."""

    version = serializers.IntegerField(help_text="Du format\u00a0; une colonne de plus ne la change pas.")
    etabli_le = serializers.DateTimeField()
    dossier = serializers.CharField()
    rubriques = RubriqueSortie(many=True)
    synthese = serializers.CharField(help_text="Si elle existe encore, et comment en obtenir une copie.")
    evenements = serializers.ListField(child=serializers.DictField(), help_text="numero, le, phrase, par.")
    acces = serializers.ListField(child=serializers.DictField(), help_text="le, action, roles, motif, resultat.")


class DroitAccesView(APIView):
    @operation(
        "Remettre ses données à la personne",
        "Tout ce que l’application sait de la personne d’un dossier, à sa demande (loi du 6 janvier 1978, art. 39). "
        "Jamais le contenu de la synthèse. L’export est inscrit au dossier et au journal des accès.",
        request=DroitAccesEntree,
        responses={200: DroitAccesSortie},
        sent={"motif": "demande_ecrite", "demande_recue_le": "2010-05-10"},
        received={
            "version": 2,
            "etabli_le": "2010-05-12T10:00:00+02:00",
            "dossier": "75-2010-000123",
            "rubriques": [{"titre": "Identité", "lignes": [{"Nom": "N’Diaye", "Sexe": "Féminin"}]}],
            "synthese": "Aucune synthèse n’a été rédigée.",
            "evenements": [
                {"numero": 1, "le": "15 mars 2010 à 9 h", "phrase": "Contrat enregistré.", "par": "un agent"}
            ],
            "acces": [
                {
                    "le": "12 mai 2010 à 10 h",
                    "action": "dossier consulté",
                    "roles": ["Prescripteur"],
                    "motif": "",
                    "resultat": "accordé",
                }
            ],
        },
        errors=(422,),
    )
    def post(self, request: Request, pk: str) -> Response:
        contrat = contrat_or_404(request, pk)
        check_permission(caller(request), Permission.EXPORTER_DOSSIER, direction_id=contrat.direction_id)
        entree = DroitAccesEntree(data=request.data)
        entree.is_valid(raise_exception=True)
        export = export_file(contrat=contrat, **entree.validated_data, by=caller(request))
        return Response(export.to_dict(), headers={"Cache-Control": "no-store, private"})
