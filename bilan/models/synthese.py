"""The synthesis by version, its printed sheet, and what stays once it is destroyed (reference D.4 and E.4)."""

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bilan.models.conduite import Bilan
from bilan.states import MotifDestruction
from core.crypto import EncryptedBinaryField, EncryptedJSONField, json_bytes
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def fingerprint(contenu: dict[str, Any]) -> str:
    """The SHA-256 of a content as it is encrypted: two contents that say the same have the same."""
    return hashlib.sha256(json_bytes(contenu)).hexdigest()


class SyntheseQuerySet(models.QuerySet["Synthese"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "SyntheseQuerySet":
        """Rows whose *existence* the agent may know; reading content is a matter of bilan.permissions."""
        return self.filter(bilan__in=Bilan.objects.visible_to(agent))

    # rule: E.3-exclusions
    def without_content(self) -> "SyntheseQuerySet":
        return self.defer("contenu", "observations")


class Synthese(BaseModel):
    """One version of the synthesis sheet. Draft until presented, then frozen; encrypted, and one day destroyed."""

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="syntheses")
    version = models.PositiveSmallIntegerField("version")
    contenu = EncryptedJSONField(null=True)  # bilan.contenu.SyntheseContenu as a dictionary
    # Of the frozen content; gone with it. Proves that a re-encryption changed nothing (core.rotation).
    # For one release more the previous image, during an upgrade, presents versions without it.
    contenu_sha256 = models.CharField("empreinte du contenu", max_length=64, blank=True, default="", db_default="")
    auteur = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    date_redaction = models.DateField("rédigée le", null=True, blank=True)
    figee_at = models.DateTimeField("figée le", null=True, blank=True)
    date_presentation = models.DateField("présentée le", null=True, blank=True)
    pdf_sha256 = models.CharField("empreinte du PDF", max_length=64, blank=True)
    observations = EncryptedJSONField(null=True)
    date_signature = models.DateField("signée le", null=True, blank=True)
    representant_signataire = models.CharField("représentant légal signataire", max_length=200, blank=True)
    date_remise = models.DateField("remise le", null=True, blank=True)
    date_validation = models.DateField("validée le", null=True, blank=True)
    date_refus_signature = models.DateField("signature refusée le", null=True, blank=True)
    # Written by the exchange, through bilan.services: what closing and destruction need to know of it.
    premier_envoi_at = models.DateTimeField("premier envoi le", null=True, blank=True)
    accuse_at = models.DateTimeField("reçue par Pôle emploi le", null=True, blank=True)
    accuse_identifiant = models.CharField("accusé de réception", max_length=80, blank=True)
    detruite_at = models.DateTimeField("contenu détruit le", null=True, blank=True)

    objects = SyntheseQuerySet.as_manager()

    class Meta:
        verbose_name = "synthèse"
        ordering = ["bilan", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["bilan", "version"], name="synthese_version_unique"),
            models.CheckConstraint(
                condition=Q(contenu__isnull=False, detruite_at=None)
                | Q(contenu__isnull=True, observations__isnull=True, detruite_at__isnull=False),
                name="synthese_contenu_ou_destruction",
            ),
            models.CheckConstraint(
                condition=Q(figee_at=None, pdf_sha256="", date_presentation=None)
                | Q(figee_at__isnull=False, date_presentation__isnull=False) & ~Q(pdf_sha256=""),
                name="synthese_figee_avec_pdf",
            ),
            models.CheckConstraint(
                condition=Q(contenu_sha256="") | Q(figee_at__isnull=False, contenu__isnull=False),
                name="synthese_empreinte_d_un_contenu_fige",
            ),
            models.CheckConstraint(
                condition=Q(date_validation=None)
                | Q(date_signature__isnull=False, date_remise__isnull=False, figee_at__isnull=False),
                name="synthese_validee_signee_et_remise",
            ),
            models.CheckConstraint(
                condition=Q(accuse_at=None, accuse_identifiant="")
                | Q(accuse_at__isnull=False) & ~Q(accuse_identifiant=""),
                name="synthese_accuse_complet",
            ),
        ]

    def __str__(self) -> str:
        return f"Synthèse version {self.version}"

    @property
    def is_frozen(self) -> bool:
        return self.figee_at is not None


class SynthesePdf(models.Model):
    """The sheet made from a frozen version, encrypted, in its own table so that lists never carry it."""

    synthese = models.OneToOneField(Synthese, primary_key=True, on_delete=models.PROTECT, related_name="pdf")
    contenu = EncryptedBinaryField()

    class Meta:
        verbose_name = "PDF de synthèse"

    def __str__(self) -> str:
        return f"PDF de la version {self.synthese_id}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.contenu).hexdigest()


# rule: E.4-trace
class SyntheseDetruite(BaseModel):
    """Tombstone: that a synthesis existed and was destroyed, nothing of what it said (reference E.4). Append-only."""

    bilan = models.OneToOneField(Bilan, on_delete=models.PROTECT, related_name="synthese_detruite")
    nombre_versions = models.PositiveSmallIntegerField("versions")
    date_redaction = models.DateField("rédigée le", null=True)
    date_validation = models.DateField("validée le", null=True)
    date_remise = models.DateField("remise le", null=True)
    transmise_at = models.DateTimeField("transmise le", null=True)
    accuse_identifiant = models.CharField("accusé de réception", max_length=80, blank=True)
    pdf_sha256 = models.CharField("empreinte du PDF", max_length=64, blank=True)
    date_suivi = models.DateField("suivi prévu le", null=True)
    motif = models.CharField("motif", max_length=30, choices=MotifDestruction.choices)
    detruite_at = models.DateTimeField("détruite le")

    class Meta:
        verbose_name = "synthèse détruite"
        verbose_name_plural = "synthèses détruites"

    def __str__(self) -> str:
        return f"Contenu détruit : {self.get_motif_display()}"
