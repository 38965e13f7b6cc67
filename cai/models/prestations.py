"""The services owed under the contract: what was prescribed, who came, what proves it (reference C.3)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from agents.permissions import direction_ids
from agents.roles import Permission
from cai.models.contrat import Contrat
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent

SEANCE_MINUTES_MAX = 12 * 60  # of one line: a day at most, whatever was meant


class PrestationQuerySet(models.QuerySet["Prestation"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "PrestationQuerySet":
        return self.filter(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_PERSONNE))


class Prestation(BaseModel):
    """One service owed under the contract and where it stands (reference C.3)."""

    class Type(models.TextChoices):
        FORMATION_CIVIQUE = "formation_civique", "Formation civique"
        FORMATION_LINGUISTIQUE = "formation_linguistique", "Formation linguistique"
        VIVRE_EN_FRANCE = "vivre_en_france", "Session « Vivre en France »"
        BILAN = "bilan", "Bilan de compétences professionnelles"

    class Niveau(models.TextChoices):
        """Level of French as the exchange writes it (reference I.2)."""

        INFRA_A1 = "INFRA_A1", "avant A1.1"
        A1_1 = "A1_1", "A1.1"
        A1 = "A1", "A1"
        A2 = "A2", "A2"
        B1 = "B1", "B1"
        B2 = "B2", "B2"
        C1 = "C1", "C1"
        C2 = "C2", "C2"

    # rule: C.3-statuts
    class Statut(models.TextChoices):
        PRESCRITE = "prescrite", "Prescrite"
        EN_COURS = "en_cours", "En cours"
        SUIVIE = "suivie", "Suivie"
        DISPENSEE = "dispensee", "Dispensée"
        EXEMPTEE = "exemptee", "Exemptée"
        DIFFEREE = "differee_motif_legitime", "Différée pour motif légitime"
        NON_SUIVIE = "non_suivie_sans_motif", "Non suivie sans motif"
        SANS_OBJET = "sans_objet", "Sans objet"

    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="prestations")
    type = models.CharField("prestation", max_length=30, choices=Type.choices)
    statut = models.CharField("état", max_length=30, choices=Statut.choices)
    date_prescription = models.DateField("prescrite le", null=True, blank=True)
    heures_prescrites = models.PositiveSmallIntegerField("heures prescrites", null=True, blank=True)
    examen_prevu_le = models.DateField("examen prévu le", null=True, blank=True)  # first day of the DILF
    date_fin = models.DateField("terminée le", null=True, blank=True)
    niveau_atteint = models.CharField("niveau atteint", max_length=10, choices=Niveau.choices, blank=True)

    objects = PrestationQuerySet.as_manager()

    class Meta:
        verbose_name = "prestation"
        constraints = [
            # rule: C.3-types
            models.UniqueConstraint(fields=["contrat", "type"], name="prestation_unique_par_type"),
            models.CheckConstraint(
                condition=Q(type="bilan") | ~Q(statut="exemptee"), name="prestation_exemption_du_bilan_seul"
            ),
            models.CheckConstraint(
                condition=Q(heures_prescrites=None) | Q(heures_prescrites__gte=1), name="prestation_heures_positives"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} : {self.statut_accorde}"

    @property
    def statut_accorde(self) -> str:
        """The state in words, in the gender of the service: only the bilan is masculine."""
        S = self.Statut
        masculin = {
            S.PRESCRITE: "Prescrit", S.SUIVIE: "Suivi", S.DISPENSEE: "Dispensé", S.EXEMPTEE: "Exempté",
            S.DIFFEREE: "Différé pour motif légitime", S.NON_SUIVIE: "Non suivi sans motif",
        }  # fmt: skip
        written: str = self.get_statut_display()
        return masculin.get(S(self.statut), written) if self.type == self.Type.BILAN else written

    @property
    def terminee(self) -> str:
        """« terminée », or « terminé » for the bilan."""
        return "terminé" if self.type == self.Type.BILAN else "terminée"


class SeancePrestationQuerySet(models.QuerySet["SeancePrestation"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "SeancePrestationQuerySet":
        return self.filter(prestation__contrat__direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER))


class SeancePrestation(BaseModel):
    """One session of a training, planned for some minutes, and whether the person came.

    An excused absence keeps the day on which its document was seen, never the reason nor the document (reference C.8).
    """

    class Presence(models.TextChoices):
        PRESENT = "present", "Présence"
        EXCUSE = "absent_excuse", "Absence excusée"
        ABSENT = "absent", "Absence sans excuse"

    prestation = models.ForeignKey(Prestation, on_delete=models.PROTECT, related_name="seances")
    jour = models.DateField("date")
    minutes = models.PositiveSmallIntegerField("durée (minutes)")
    presence = models.CharField("présence", max_length=15, choices=Presence.choices)
    justificatif_vu_le = models.DateField("justificatif vu le", null=True, blank=True)
    saisie_par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = SeancePrestationQuerySet.as_manager()

    class Meta:
        verbose_name = "séance d’une prestation"
        ordering = ["jour", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=SEANCE_MINUTES_MAX), name="seance_prestation_duree"
            ),
            models.CheckConstraint(
                condition=Q(presence="absent_excuse") | Q(justificatif_vu_le=None),
                name="seance_prestation_excuse_seule_justifiee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_presence_display()}, {self.minutes} min"


class CertificatQuerySet(models.QuerySet["Certificat"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "CertificatQuerySet":
        return self.filter(prestation__contrat__direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER))


class Certificat(BaseModel):
    """A paper that proves something of a training. For the DILF, the day is the first of the exam."""

    class Genre(models.TextChoices):
        ATTESTATION_NOMINATIVE = "attestation_nominative", "Attestation nominative"
        CERTIFICAT_ASSIDUITE = "certificat_assiduite", "Certificat d’assiduité"
        ATTESTATION_ASSIDUITE = "attestation_assiduite", "Attestation d’assiduité"
        AMDFL = "amdfl", "Attestation ministérielle de dispense de formation linguistique (AMDFL)"
        DILF = "dilf", "Résultat du diplôme initial de langue française (DILF)"

    prestation = models.ForeignKey(Prestation, on_delete=models.PROTECT, related_name="certificats")
    genre = models.CharField("justificatif", max_length=30, choices=Genre.choices)
    jour = models.DateField("date")
    niveau = models.CharField("niveau de français", max_length=10, choices=Prestation.Niveau.choices, blank=True)
    reussi = models.BooleanField("examen réussi", null=True, blank=True)
    gratuit = models.BooleanField("examen gratuit", null=True, blank=True)
    saisi_par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = CertificatQuerySet.as_manager()

    class Meta:
        verbose_name = "justificatif d’une prestation"
        ordering = ["jour", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["prestation", "genre", "jour"], name="certificat_enregistre_une_fois"),
            # L. 311-9 CESEDA [V]: everything is free for the signatory; the exam is so once only.
            models.UniqueConstraint(
                fields=["prestation"], condition=Q(genre="dilf", gratuit=True), name="certificat_un_seul_dilf_gratuit"
            ),
            models.CheckConstraint(
                condition=Q(genre="dilf", reussi__isnull=False, gratuit__isnull=False)
                | ~Q(genre="dilf") & Q(reussi=None, gratuit=None),
                name="certificat_resultat_du_dilf_seul",
            ),
        ]

    def __str__(self) -> str:
        return self.get_genre_display()
