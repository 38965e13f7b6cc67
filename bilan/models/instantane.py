"""What is left of a bilan for the statistics: a row about nobody (reference G.4)."""

import uuid

from django.db import models
from django.db.models import Q

from agents.models import DirectionTerritoriale
from bilan.states import MotifAnnulation


class Instantane(models.Model):
    """One ended bilan, without a name, a number, a date of its own or a link back; append-only.

    No technical date and no serial number on purpose: either would lead back to the bilan that ended at that moment.
    """

    class Issue(models.TextChoices):
        REALISE = "realise", "Réalisé"
        EXEMPTE = "exempte", "Dispensé"
        NON_REALISE = "non_realise", "Non réalisé"
        ANNULE = "annule", "Annulé"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    direction = models.ForeignKey(DirectionTerritoriale, on_delete=models.PROTECT, related_name="+")
    trimestre = models.CharField("trimestre de signature", max_length=6)  # "2010T1"
    sexe = models.CharField(max_length=1)
    tranche_age = models.CharField("tranche d’âge", max_length=5)  # on the day of the signature
    niveau = models.CharField("niveau de formation", max_length=4, blank=True)  # "" when no longer known
    issue = models.CharField(max_length=12, choices=Issue.choices)
    motif_annulation = models.CharField(max_length=20, choices=MotifAnnulation.choices, blank=True)
    motif_principal = models.CharField("motif d’exemption", max_length=40, blank=True)
    prescrit = models.BooleanField()
    convoque = models.BooleanField()
    absent_sans_motif = models.BooleanField("absent sans motif au moins une fois")
    delai_jours = models.PositiveIntegerField("jours de la signature à la conclusion", null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    decision_transmission = models.CharField("première décision", max_length=10, blank=True)
    transmise = models.BooleanField()
    pris_en_charge_ppae = models.BooleanField()
    inscription = models.BooleanField("inscription retournée")
    ppae_sous_15_jours = models.BooleanField(null=True)
    six_mois_passes = models.BooleanField("six mois passés depuis la conclusion")
    emploi_a_six_mois = models.BooleanField()
    emploi_obtenu = models.BooleanField()
    emploi_durable = models.BooleanField(null=True)
    transmissions = models.PositiveSmallIntegerField()
    transmissions_en_echec = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "instantané statistique"
        verbose_name_plural = "instantanés statistiques"
        indexes = [models.Index(fields=["direction", "trimestre"], name="instantane_cohorte")]
        constraints = [
            models.CheckConstraint(
                condition=Q(issue="realise", delai_jours__isnull=False) | ~Q(issue="realise"),
                name="instantane_realise_a_un_delai",
            ),
            models.CheckConstraint(
                condition=Q(issue="exempte") & ~Q(motif_principal="") | ~Q(issue="exempte") & Q(motif_principal=""),
                name="instantane_exempte_a_un_motif",
            ),
            models.CheckConstraint(
                condition=Q(transmissions_en_echec__lte=models.F("transmissions")),
                name="instantane_echecs_parmi_les_transmissions",
            ),
        ]

    def __str__(self) -> str:
        return f"Instantané {self.trimestre}"
