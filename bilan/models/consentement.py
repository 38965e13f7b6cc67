"""The ledger of consents (reference E.2)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bilan.models.conduite import Bilan
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class ConsentementQuerySet(models.QuerySet["Consentement"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "ConsentementQuerySet":
        return self.filter(bilan__in=Bilan.objects.visible_to(agent))


# rule: E.2-champs
class Consentement(BaseModel):
    """One decision of the person about one use of the synthesis (reference E.2).

    Append-only: a change of mind is a new row; the latest of a scope is the one in force.
    """

    class Portee(models.TextChoices):
        TRANSMISSION = "transmission_pole_emploi", "Transmission à Pôle emploi"
        CONSERVATION = "conservation_synthese", "Conservation de la synthèse"
        SUIVI = "contact_suivi", "Contact pour le suivi"

    class Decision(models.TextChoices):
        ACCORDE = "accorde", "Accordé"
        REFUSE = "refuse", "Refusé"
        RETIRE = "retire", "Retiré"

    class Mode(models.TextChoices):
        FORMULAIRE = "formulaire_signe", "Formulaire signé"
        COURRIER = "courrier", "Courrier"
        GUICHET = "declaration_guichet", "Déclaration au guichet"

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="consentements")
    portee = models.CharField("portée", max_length=30, choices=Portee.choices)
    rang = models.PositiveSmallIntegerField("rang")
    decision = models.CharField("décision", max_length=10, choices=Decision.choices)
    date_heure = models.DateTimeField("recueillie le")
    recueilli_par = models.ForeignKey(Agent, verbose_name="recueillie par", on_delete=models.PROTECT, related_name="+")
    mode = models.CharField("forme", max_length=20, choices=Mode.choices)
    langue = models.ForeignKey("cai.Langue", on_delete=models.PROTECT, related_name="+")
    # None: nobody said; only a withdrawal, which takes any form at any time, may leave it so.
    interprete = models.BooleanField("avec interprète", null=True, blank=True)
    version_texte = models.CharField("version du texte", max_length=20)
    version_synthese = models.PositiveSmallIntegerField("version de la synthèse", null=True, blank=True)
    representant_legal = models.CharField("représentant légal", max_length=200, blank=True)
    document_empreinte = models.CharField("empreinte du formulaire", max_length=64, blank=True)
    commentaire = models.CharField("commentaire", max_length=200, blank=True)

    objects = ConsentementQuerySet.as_manager()

    class Meta:
        verbose_name = "consentement"
        ordering = ["bilan", "portee", "-rang"]
        constraints = [
            # rule: E.2-ajout-seul
            models.UniqueConstraint(fields=["bilan", "portee", "rang"], name="consentement_rang_unique"),
            models.CheckConstraint(
                condition=~Q(portee="transmission_pole_emploi", decision="accorde") | Q(version_synthese__isnull=False),
                name="consentement_transmission_lie_a_une_version",
            ),
            models.CheckConstraint(
                # rule: E.2-guichet
                condition=~Q(mode="declaration_guichet") | Q(decision="retire"),
                name="consentement_guichet_pour_retrait_seul",
            ),
            models.CheckConstraint(
                condition=Q(interprete__isnull=False) | Q(decision="retire"),
                name="consentement_interprete_dit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_portee_display()} : {self.get_decision_display()}"
