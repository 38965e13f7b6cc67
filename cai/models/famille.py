"""The family's contract: parents whose children came through family reunification (reference C.4)."""

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


class ContratFamilleQuerySet(models.QuerySet["ContratFamille"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "ContratFamilleQuerySet":
        """Those of the directions where the agent follows persons, not only the exchange (reference B)."""
        return self.filter(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_EXEMPTION))


class ContratFamille(BaseModel):
    """The contrat d'accueil et d'intégration pour la famille (CAIF), beside the contract of the parent who applied.

    It has no effect on the bilan, whatever becomes of it.
    """

    # rule: C.4-parties
    class Conjoint(models.TextChoices):
        AUCUN = "aucun", "Pas de conjoint"
        SIGNE = "signe", "Le conjoint signe aussi"
        NE_SIGNE_PAS = "ne_signe_pas", "Le conjoint ne signe pas : il est français, européen ou suisse"

    class Journee(models.TextChoices):
        """The day « Droits et devoirs des parents »."""

        PRESCRITE = "prescrite", "Prescrite"
        SUIVIE = "suivie", "Suivie"
        DIFFEREE = "differee_motif_legitime", "Différée pour motif légitime"
        NON_SUIVIE = "non_suivie_sans_motif", "Non suivie sans motif"

    contrat = models.OneToOneField(Contrat, on_delete=models.PROTECT, related_name="famille")
    date_signature = models.DateField("date de signature")
    date_echeance = models.DateField("échéance")
    conjoint = models.CharField("conjoint", max_length=15, choices=Conjoint.choices)
    journee = models.CharField("journée des parents", max_length=30, choices=Journee.choices, default=Journee.PRESCRITE)
    attestation_le = models.DateField("attestation de suivi du", null=True, blank=True)
    conseil_general_informe_le = models.DateField("conseil général informé le", null=True, blank=True)
    prefet_informe_le = models.DateField("préfet informé le", null=True, blank=True)
    saisi_par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ContratFamilleQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat famille"
        verbose_name_plural = "contrats famille"
        constraints = [
            models.CheckConstraint(
                condition=Q(date_echeance__gt=F("date_signature")), name="famille_echeance_apres_signature"
            ),
            # rule: C.4-preuve
            models.CheckConstraint(
                condition=Q(journee="suivie", attestation_le__isnull=False)
                | ~Q(journee="suivie") & Q(attestation_le=None),
                name="famille_journee_suivie_attestee",
            ),
        ]

    def __str__(self) -> str:
        return f"Contrat famille, journée des parents : {self.get_journee_display().lower()}"


class EnfantQuerySet(models.QuerySet["Enfant"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "EnfantQuerySet":
        return self.filter(famille__in=ContratFamille.objects.visible_to(agent))


class Enfant(BaseModel):
    """A child of the family reunification: a birth date and a school certificate seen, never a name (reference E.5)."""

    famille = models.ForeignKey(ContratFamille, on_delete=models.PROTECT, related_name="enfants")
    rang = models.PositiveSmallIntegerField("rang")
    date_naissance = models.DateField("date de naissance")
    inscription_vue_le = models.DateField("certificat d’inscription vu le", null=True, blank=True)

    objects = EnfantQuerySet.as_manager()

    class Meta:
        verbose_name = "enfant"
        ordering = ["rang"]
        constraints = [models.UniqueConstraint(fields=["famille", "rang"], name="enfant_rang_unique")]

    def __str__(self) -> str:
        return f"Enfant {self.rang}"
