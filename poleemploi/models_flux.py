"""The memory of the partner's feed: where its reading stands, each event once, and those that are set aside."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from agents.permissions import direction_ids
from agents.roles import Permission
from cai.models import Contrat
from core.crypto import EncryptedBinaryField
from core.models import BaseModel
from poleemploi.states import EtatEcart, MotifClassement, MotifEcart, Sort

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent


class Flux(models.Model):
    """The one feed: up to where it was read, and who reads it now. Its times are real ones.

    ``generation`` goes up with each reader, so that one whose lease has expired writes nothing any more.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    curseur = models.TextField("curseur", blank=True)  # the partner's, as it gave it; empty at the beginning
    bail_jusqua = models.DateTimeField(null=True, blank=True)
    generation = models.PositiveIntegerField(default=0)
    lu_at = models.DateTimeField("lu le", null=True, blank=True)
    erreur_code = models.CharField("refus de la lecture", max_length=40, blank=True)

    class Meta:
        verbose_name = "flux des retours"
        verbose_name_plural = "flux des retours"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="flux_unique")]

    def __str__(self) -> str:
        return "Flux des retours de Pôle emploi"


class EvenementRecu(models.Model):
    """One event of the feed, by the identifier that the partner gave it: what makes it count once. Append-only.

    It says nothing of the person and refers to no file; the return that it became does (``Retour.evenement``). Of a
    return that may not be kept, only the identifier and its count are (reference F.3).
    """

    evenement = models.CharField("événement du partenaire", max_length=80, primary_key=True)
    recu_at = models.DateTimeField("lu le")
    sort = models.CharField("sort", max_length=12, choices=Sort.choices)

    class Meta:
        verbose_name = "événement reçu"
        verbose_name_plural = "événements reçus"
        indexes = [models.Index(fields=["sort"], name="evenement_recu_sort")]
        constraints = [models.CheckConstraint(condition=Q(sort__in=Sort.values), name="evenement_recu_sort_connu")]

    def __str__(self) -> str:
        return f"Événement {self.get_sort_display()}"


class EvenementEcarteQuerySet(models.QuerySet["EvenementEcarte"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "EvenementEcarteQuerySet":
        """Those of the directions whose exchange the agent follows, and those that name no file of ours [D]."""
        directions = direction_ids(agent, Permission.VOIR_TRANSMISSIONS)
        if not directions:
            return self.none()
        return self.filter(Q(contrat=None) | Q(contrat__direction_id__in=directions)).defer("contenu")

    def to_examine(self) -> "EvenementEcarteQuerySet":
        """Those that nobody has settled; like the others, without their content: one that is unreadable hides none."""
        return self.filter(etat=EtatEcart.A_EXAMINER).defer("contenu")

    def sealed(self) -> "EvenementEcarteQuerySet":
        """With what ``scelle`` holds: the content as it is stored, to be opened one at a time."""
        return self.annotate(scelle=ExpressionWrapper(F("contenu"), output_field=models.BinaryField()))


class EvenementEcarte(BaseModel):
    """An event that could not be applied, kept whole and encrypted until somebody settles it, a year at most."""

    evenement = models.OneToOneField(EvenementRecu, on_delete=models.PROTECT, related_name="ecart")
    motif = models.CharField("motif", max_length=40, choices=MotifEcart.choices)
    # The file that the event names, when there is one: whose direction sees it, with whose end it goes.
    contrat = models.ForeignKey(
        Contrat, verbose_name="dossier", null=True, on_delete=models.PROTECT, related_name="evenements_ecartes"
    )
    accuse = models.CharField("accusé de réception cité", max_length=80, blank=True)
    contenu = EncryptedBinaryField("contenu", null=True)
    etat = models.CharField("état", max_length=12, choices=EtatEcart.choices, default=EtatEcart.A_EXAMINER)
    examine_at = models.DateTimeField("examiné le", null=True)
    examine_par = models.ForeignKey(
        "agents.Agent", verbose_name="examiné par", null=True, on_delete=models.PROTECT, related_name="+"
    )
    motif_classement = models.CharField("classé parce que", max_length=30, choices=MotifClassement.choices, blank=True)

    objects = EvenementEcarteQuerySet.as_manager()

    class Meta:
        verbose_name = "retour à examiner"
        verbose_name_plural = "retours à examiner"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], condition=Q(etat="a_examiner"), name="ecarte_a_examiner"),
            models.Index(fields=["accuse"], condition=Q(etat="a_examiner"), name="ecarte_accuse"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(etat__in=EtatEcart.values), name="ecarte_etat_connu"),
            models.CheckConstraint(
                condition=Q(etat="a_examiner", examine_at=None)
                | ~Q(etat="a_examiner") & Q(examine_at__isnull=False, contenu__isnull=True, accuse=""),
                name="ecarte_examine_sans_contenu",
            ),
            models.CheckConstraint(
                condition=Q(etat="classe", examine_par__isnull=False) & ~Q(motif_classement="")
                | ~Q(etat="classe") & Q(motif_classement=""),
                name="ecarte_classe_avec_motif",
            ),
        ]

    def __str__(self) -> str:
        return f"Retour à examiner\u00a0: {self.get_motif_display()}"
