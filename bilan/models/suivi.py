"""The follow-up after the conclusion (reference D.5)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bilan.models.conduite import Bilan
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class SuiviQuerySet(models.QuerySet["Suivi"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "SuiviQuerySet":
        return self.filter(bilan__in=Bilan.objects.visible_to(agent))

    def over(self) -> "SuiviQuerySet":
        """Six-month follow-ups of which nothing is expected any more: done, refused, or without an answer."""
        return self.filter(echeance=Suivi.Echeance.SIX_MOIS).exclude(statut=Suivi.Statut.A_FAIRE)


# rule: D.5-statuts
class Suivi(BaseModel):
    """What became of the person three (optional) or six months after the conclusion; never the synthesis again."""

    class Echeance(models.TextChoices):
        TROIS_MOIS = "trois_mois", "À trois mois"
        SIX_MOIS = "six_mois", "À six mois"

    class Statut(models.TextChoices):
        A_FAIRE = "a_faire", "À faire"
        REALISE = "realise", "Réalisé"
        SANS_REPONSE = "sans_reponse", "Sans réponse"
        REFUSE = "refuse", "Refusé par la personne"

    class Situation(models.TextChoices):
        EMPLOI = "emploi", "En emploi"
        FORMATION = "formation", "En formation"
        RECHERCHE = "recherche", "En recherche d’emploi"
        AUTRE = "autre", "Autre situation"

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="suivis")
    echeance = models.CharField("échéance", max_length=10, choices=Echeance.choices)
    prevu_le = models.DateField("prévu le")
    statut = models.CharField("état", max_length=15, choices=Statut.choices, default=Statut.A_FAIRE)
    fait_le = models.DateField("noté pour le", null=True, blank=True)
    situation = models.CharField("situation", max_length=10, choices=Situation.choices, blank=True)
    date_embauche = models.DateField("date d’embauche", null=True, blank=True)
    par = models.ForeignKey(
        Agent, verbose_name="noté par", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SuiviQuerySet.as_manager()

    class Meta:
        verbose_name = "suivi"
        ordering = ["bilan", "prevu_le"]
        indexes = [models.Index(fields=["prevu_le"], condition=Q(statut="a_faire"), name="suivi_a_faire")]
        constraints = [
            models.UniqueConstraint(fields=["bilan", "echeance"], name="suivi_unique_par_echeance"),
            # rule: D.5-statuts
            models.CheckConstraint(
                condition=Q(statut="a_faire", fait_le=None, par=None)
                | ~Q(statut="a_faire") & Q(fait_le__isnull=False, par__isnull=False),
                name="suivi_note_date_et_signe",
            ),
            models.CheckConstraint(
                condition=Q(statut="realise") & ~Q(situation="") | ~Q(statut="realise") & Q(situation=""),
                name="suivi_realise_dit_la_situation",
            ),
            models.CheckConstraint(
                condition=Q(date_embauche=None) | Q(situation="emploi"), name="suivi_embauche_si_emploi"
            ),
        ]

    def __str__(self) -> str:
        return f"Suivi {self.get_echeance_display()}"
