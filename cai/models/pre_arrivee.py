"""What was evaluated before the person arrived, as the file keeps it (reference C.1)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agents.permissions import direction_ids
from agents.roles import Permission
from cai.models.contrat import Contrat
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent


class EvaluationPreArriveeQuerySet(models.QuerySet["EvaluationPreArrivee"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "EvaluationPreArriveeQuerySet":
        return self.filter(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_PERSONNE))


class EvaluationPreArrivee(BaseModel):
    """The evaluation and trainings that took place abroad, before the contract. One per contract, or none.

    Dates are kept as the papers say them, odd ones included: the application warns and never refuses [D]. What the
    contract draws from it is computed (``cai/pre_arrivee.py``), never stored.
    """

    class Qualite(models.TextChoices):
        REGROUPEMENT_FAMILIAL = "regroupement_familial", "Regroupement familial"
        CONJOINT_FRANCAIS = "conjoint_francais", "Conjoint de Français"

    class Resultat(models.TextChoices):
        SUFFISANT = "suffisant", "Suffisant"
        INSUFFISANT = "insuffisant", "Insuffisant"

    class Formation(models.TextChoices):
        PRESCRITE = "prescrite", "Prescrite"
        DISPENSEE = "dispensee", "Dispensée"

    # rule: C.1-dispense
    class MotifDispense(models.TextChoices):
        """R. 311-30-10 CESEDA [V]."""

        SITUATION_PAYS = "situation_pays", "Situation du pays (troubles, guerre, catastrophe)"
        CONTRAINTES = "contraintes", "Contraintes physiques, financières, professionnelles ou de sécurité"

    contrat = models.OneToOneField(Contrat, on_delete=models.PROTECT, related_name="pre_arrivee")
    qualite = models.CharField("venue au titre de", max_length=30, choices=Qualite.choices)
    date_depot = models.DateField("dossier complet ou récépissé de visa")
    test_dispense = models.BooleanField("test dispensé pour scolarité", default=False)
    date_evaluation_1 = models.DateField("première évaluation", null=True, blank=True)
    resultat_1 = models.CharField("résultat", max_length=15, choices=Resultat.choices, blank=True)
    date_notification = models.DateField("résultats notifiés le", null=True, blank=True)
    formation = models.CharField("formation linguistique", max_length=15, choices=Formation.choices, blank=True)
    motif_dispense = models.CharField("motif de dispense", max_length=20, choices=MotifDispense.choices, blank=True)
    formation_debut = models.DateField("début de la formation", null=True, blank=True)
    formation_fin = models.DateField("fin de la formation", null=True, blank=True)
    formation_heures = models.PositiveSmallIntegerField("heures suivies", null=True, blank=True)
    date_evaluation_2 = models.DateField("seconde évaluation", null=True, blank=True)
    resultat_2 = models.CharField("résultat", max_length=15, choices=Resultat.choices, blank=True)
    date_valeurs = models.DateField("formation aux valeurs", null=True, blank=True)
    enregistree_par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    enregistree_le = models.DateField("enregistrée le")

    objects = EvaluationPreArriveeQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation avant l’arrivée"
        constraints = [
            models.CheckConstraint(
                condition=Q(date_evaluation_1__isnull=False) & ~Q(resultat_1="")
                | Q(date_evaluation_1=None, resultat_1=""),
                name="pre_arrivee_premiere_evaluation_complete",
            ),
            models.CheckConstraint(
                condition=Q(date_evaluation_2__isnull=False) & ~Q(resultat_2="")
                | Q(date_evaluation_2=None, resultat_2=""),
                name="pre_arrivee_seconde_evaluation_complete",
            ),
            models.CheckConstraint(
                condition=Q(formation="dispensee") & ~Q(motif_dispense="")
                | ~Q(formation="dispensee") & Q(motif_dispense=""),
                name="pre_arrivee_dispense_motivee",
            ),
            models.CheckConstraint(
                condition=Q(formation_fin=None) | Q(formation_fin__gte=F("formation_debut")),
                name="pre_arrivee_formation_dans_l_ordre",
            ),
        ]

    def __str__(self) -> str:
        return self.get_qualite_display()
