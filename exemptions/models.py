"""What was shown and what was decided about exemption: documents and immutable evaluations."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from agents.permissions import direction_ids
from agents.roles import Permission
from cai.models import Contrat
from core.crypto import EncryptedBinaryField
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent


class JustificatifQuerySet(models.QuerySet["Justificatif"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "JustificatifQuerySet":
        return self.filter(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_EXEMPTION))


class Justificatif(BaseModel):
    """A document shown in support of an exemption; only a verified one counts (reference C.5.7)."""

    # rule: C.8-sante
    # None is about health, nor « other »: such a paper is seen, and never kept.
    class Type(models.TextChoices):
        CERTIFICAT_SCOLARITE = "certificat_scolarite", "Certificat de scolarité"
        COPIE_TITRE = "copie_titre", "Copie du titre de séjour"
        CONTRAT_TRAVAIL = "contrat_travail", "Contrat de travail"
        BULLETIN_PAIE = "bulletin_paie", "Bulletin de paie"
        ATTESTATION_EMPLOYEUR = "attestation_employeur", "Attestation de l’employeur"
        EXTRAIT_KBIS = "extrait_kbis", "Extrait Kbis ou immatriculation"
        DECLARATION_NON_RECHERCHE = "declaration_non_recherche", "Déclaration signée de ne pas rechercher d’emploi"

    class Statut(models.TextChoices):
        RECUE = "recue", "Reçue, à vérifier"
        VERIFIEE = "verifiee", "Vérifiée"
        REJETEE = "rejetee", "Rejetée"

    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="justificatifs")
    type = models.CharField("pièce", max_length=40, choices=Type.choices)
    date_document = models.DateField("date du document")
    fin_validite = models.DateField("valable jusqu’au", null=True, blank=True)
    statut = models.CharField("état", max_length=10, choices=Statut.choices, default=Statut.RECUE)
    motif_rejet = models.CharField("motif du rejet", max_length=200, blank=True)
    recue_le = models.DateField("reçue le")
    recue_par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    examinee_at = models.DateTimeField("examinée le", null=True, blank=True)
    examinee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = JustificatifQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce"
        ordering = ["-recue_le", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_validite=None) | Q(fin_validite__gte=F("date_document")),
                name="justificatif_validite_apres_date",
            ),
            models.CheckConstraint(
                condition=Q(statut="recue", examinee_at=None, examinee_par=None)
                | ~Q(statut="recue") & Q(examinee_at__isnull=False, examinee_par__isnull=False),
                name="justificatif_examen_complet",
            ),
            models.CheckConstraint(
                condition=Q(statut="rejetee") & ~Q(motif_rejet="") | ~Q(statut="rejetee") & Q(motif_rejet=""),
                name="justificatif_rejet_motive",
            ),
        ]

    def __str__(self) -> str:
        return self.get_type_display()

    @property
    def copie(self) -> "JustificatifFichier | None":
        """The copy that was kept, if one was; read it with ``selectors.justificatifs_of``, which leaves its content."""
        return getattr(self, "fichier", None)


class JustificatifFichierQuerySet(models.QuerySet["JustificatifFichier"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "JustificatifFichierQuerySet":
        return self.filter(justificatif__in=Justificatif.objects.visible_to(agent))

    def without_content(self) -> "JustificatifFichierQuerySet":
        return self.defer("contenu")


class JustificatifFichier(BaseModel):
    """The copy of a document, when one was kept: encrypted, in a table of its own so that no list carries it.

    Neither its name nor its origin is kept. A document may be verified without: the paper was seen.
    """

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "image JPEG"
        PNG = "png", "image PNG"

    justificatif = models.OneToOneField(Justificatif, on_delete=models.PROTECT, related_name="fichier")
    format = models.CharField("format", max_length=4, choices=Format.choices)
    contenu = EncryptedBinaryField()
    taille = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    depose_at = models.DateTimeField("déposé le")  # business clock
    depose_par = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = JustificatifFichierQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier d’une pièce"
        constraints = [models.CheckConstraint(condition=Q(taille__gt=0), name="fichier_non_vide")]

    def __str__(self) -> str:
        return f"{self.get_format_display()}, {self.poids}"

    @property
    def poids(self) -> str:
        """The weight in the words of a page: « 240 ko »."""
        return f"{max(1, round(self.taille / 1_000))}\u00a0ko"


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "EvaluationQuerySet":
        return self.filter(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_EXEMPTION))

    def latest_first(self) -> "EvaluationQuerySet":
        return self.order_by("-evaluee_at", "-created_at")

    def with_verdict(self) -> "EvaluationQuerySet":
        """Annotate ``corrigee``: birth or permit of admission changed since; and ``verdict``: what still holds.

        A sealed evaluation is never rewritten: ``verdict`` is ``exempte``, or None once it no longer speaks of the
        file, corrected since or whose documents were examined since.
        """
        examined = Justificatif.objects.filter(contrat=OuterRef("contrat"), examinee_at__gt=OuterRef("evaluee_at"))
        same = Q(_naissance=F("contrat__signataire__date_naissance"), _titre=F("contrat__titre_admission_id"))
        found: dict[str, Any] = {  # a mapping, because types cannot follow an annotation that the model declares
            "corrigee": Case(When(same, then=Value(False)), default=Value(True)),
            "verdict": Case(When(same & ~Exists(examined), then=F("exempte")), default=Value(None)),
        }
        return self.alias(
            _naissance=Cast(KT("faits__date_naissance"), models.DateField()), _titre=KT("faits__titre_admission")
        ).annotate(**found)


# rule: C.5-evaluation-scellee
class Evaluation(BaseModel):
    """One assessment at one reference date: facts, grounds, explanations, author. Append-only (trigger)."""

    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="evaluations")
    date_reference = models.DateField("date de référence")
    faits = models.JSONField("faits retenus")  # exemptions.domain.Situation.to_dict()
    resultat = models.JSONField("résultat")  # exemptions.domain.Resultat.to_dict()
    exempte = models.BooleanField("dispense")
    motifs = ArrayField(models.CharField(max_length=40), verbose_name="motifs", default=list)
    motif_principal = models.CharField("motif principal", max_length=40, blank=True)
    evaluee_at = models.DateTimeField("évaluée le")  # business clock
    evaluee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="évaluée par", on_delete=models.PROTECT, related_name="+"
    )

    verdict: bool | None  # read with ``with_verdict`` alone

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation"
        ordering = ["-evaluee_at", "-created_at"]
        indexes = [models.Index(fields=["contrat", "-evaluee_at"], name="evaluation_derniere")]
        constraints = [
            models.CheckConstraint(
                condition=Q(exempte=True) & ~Q(motif_principal="") & ~Q(motifs=[])
                | Q(exempte=False, motif_principal="", motifs=[]),
                name="evaluation_exempte_avec_motif",
            ),
        ]

    def __str__(self) -> str:
        return f"Évaluation au {self.date_reference:%d/%m/%Y}"
