"""Letters as they were issued, and the runs that print those of one day together."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from agents.models import Agent, DirectionTerritoriale
from agents.permissions import direction_ids
from agents.roles import Permission
from cai.models import Contrat
from core.crypto import EncryptedBinaryField
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class CourrierQuerySet(models.QuerySet["Courrier"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "CourrierQuerySet":
        """The letters of the agent's directions; those that give reasons for whoever may see grounds of exemption."""
        reasons = Q(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_EXEMPTION))
        return self.filter(
            reasons | ~Q(genre__in=Courrier.GENRES_AVEC_MOTIF),
            contrat__direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER),
        )


class Courrier(BaseModel):
    """A letter as it was issued: numbered, frozen, encrypted."""

    class Genre(models.TextChoices):
        CONVOCATION = "convocation", "Convocation au bilan"
        INFORMATION = "information", "Notice d’information"
        REPORT = "report", "Lettre de report"
        ABSENCE = "absence", "Lettre d’absence"
        EXEMPTION = "exemption", "Avis d’exemption"
        SUIVI = "suivi", "Invitation au suivi"
        INTENTION_RESILIATION = "intention_resiliation", "Intention de résiliation"
        TRANSMISSION_PREFET = "transmission_prefet", "Transmission au préfet"
        CAI_FAMILLE = "cai_famille", "Lettre du contrat famille"
        ATTESTATION = "attestation", "Attestation récapitulative"

    # They say on what ground the person is exempt, why the contract should end, or who their family is: not everybody
    # who sees the file may read it (reference B).
    GENRES_AVEC_MOTIF = (
        Genre.EXEMPTION,
        Genre.INTENTION_RESILIATION,
        Genre.TRANSMISSION_PREFET,
        Genre.CAI_FAMILLE,
        Genre.ATTESTATION,
    )
    # What the préfet receives, and notifies himself (R. 311-28 CESEDA): never in an envelope to the person.
    GENRES_AU_PREFET = (Genre.INTENTION_RESILIATION, Genre.TRANSMISSION_PREFET)

    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="courriers")
    direction = models.ForeignKey(DirectionTerritoriale, on_delete=models.PROTECT, related_name="+")
    genre = models.CharField("courrier", max_length=30, choices=Genre.choices)
    numero = models.CharField("numéro", max_length=30, unique=True)
    pdf = EncryptedBinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    emis_at = models.DateTimeField("émis le")
    emis_par = models.ForeignKey(Agent, verbose_name="émis par", on_delete=models.PROTECT, related_name="+")
    # The row that a letter without an act is about: of each one, a kind of letter is written only once.
    objet = models.UUIDField("objet", null=True, blank=True)

    objects = CourrierQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier"
        ordering = ["-emis_at"]
        indexes = [models.Index(fields=["direction", "emis_at"], name="courrier_du_jour")]
        constraints = [models.UniqueConstraint(fields=["genre", "objet"], name="courrier_unique_par_objet")]

    def __str__(self) -> str:
        return f"{self.get_genre_display()} {self.numero}"

    @property
    def is_for_prefet(self) -> bool:
        return self.genre in self.GENRES_AU_PREFET


class TirageQuerySet(models.QuerySet["TirageCourriers"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "TirageQuerySet":
        return self.filter(direction_id__in=direction_ids(agent, Permission.IMPRIMER_COURRIERS))

    def without_pdf(self) -> "TirageQuerySet":
        return self.defer("pdf")


class TirageCourriers(BaseModel):
    """The letters that a direction issued on one day, put together by a worker into one file to print.

    The file is encrypted and kept until the day is over; the row stays and says what was printed. A letter counts as
    printed once its run was opened: a file that nobody fetched leaves its letters to the next run.
    """

    class Etat(models.TextChoices):
        EN_ATTENTE = "en_attente", "En attente"
        EN_COURS = "en_cours", "En cours"
        PRET = "pret", "Prêt"
        ECHEC = "echec", "En échec"
        DETRUIT = "detruit", "Fichier détruit"

    direction = models.ForeignKey(DirectionTerritoriale, on_delete=models.PROTECT, related_name="+")
    jour = models.DateField("courriers du")
    recto_verso = models.BooleanField("recto verso", default=False)
    par = models.ForeignKey(Agent, verbose_name="demandé par", on_delete=models.PROTECT, related_name="+")
    courriers = models.ManyToManyField(Courrier, related_name="tirages")
    etat = models.CharField("état", max_length=12, choices=Etat.choices, default=Etat.EN_ATTENTE)
    total = models.PositiveSmallIntegerField("courriers")
    fait = models.PositiveSmallIntegerField("courriers assemblés", default=0)
    essais = models.PositiveSmallIntegerField("essais", default=0)
    pris_at = models.DateTimeField("dernier signe du travailleur", null=True, blank=True)  # real clock
    raison = models.CharField("raison de l’échec", max_length=200, blank=True)
    pret_at = models.DateTimeField("prêt le", null=True, blank=True)
    ouvert_at = models.DateTimeField("ouvert le", null=True, blank=True)
    pdf = EncryptedBinaryField(null=True, blank=True)

    objects = TirageQuerySet.as_manager()

    class Meta:
        verbose_name = "tirage de courriers"
        verbose_name_plural = "tirages de courriers"
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["direction", "jour"], name="tirage_du_jour")]
        constraints = [
            models.UniqueConstraint(
                fields=["direction", "jour"], condition=Q(etat__in=["en_attente", "en_cours"]), name="tirage_seul"
            ),
            models.CheckConstraint(condition=Q(fait__lte=F("total"), total__gte=1), name="tirage_progression"),
            models.CheckConstraint(
                condition=Q(etat="pret", pdf__isnull=False, pret_at__isnull=False)
                | ~Q(etat="pret") & Q(pdf__isnull=True),
                name="tirage_fichier_quand_pret",
            ),
        ]

    def __str__(self) -> str:
        return f"Tirage {self.get_etat_display()}"

    @property
    def is_working(self) -> bool:
        """Whether a worker has still something to do: the page then comes back to see."""
        return self.etat in (self.Etat.EN_ATTENTE, self.Etat.EN_COURS)
