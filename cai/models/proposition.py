"""What OFII proposes to the préfet about one contract, and what the préfet decided (reference C.9)."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from agents.permissions import direction_ids
from agents.roles import Permission
from cai.models.contrat import Contrat
from cai.models.prestations import Prestation
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent

# [D] Three sentences about one person; a formula that would do for anybody is shorter (reference C.8).
MOTIVATION_MIN = 100


class MonthLater(Func):
    """The same quantième a month later, else the last day of that month: as ``delais.add_months`` counts."""

    template = "(%(expressions)s + interval '1 month')::date"
    output_field = models.DateField()


class PropositionPrefetQuerySet(models.QuerySet["PropositionPrefet"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "PropositionPrefetQuerySet":
        return self.filter(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER))

    def open(self) -> "PropositionPrefetQuerySet":
        """Those that still wait for somebody, drafts included."""
        return self.filter(statut__in=PropositionPrefet.OUVERTS)


def _is_adversarial(row: models.Model) -> bool:
    return isinstance(row, PropositionPrefet) and row.is_resiliation


def _has_been_heard(row: models.Model) -> bool:
    return not _is_adversarial(row) or getattr(row, "statut", "") == PropositionPrefet.Statut.INTENTION


class PropositionPrefet(ConcurrentTransitionMixin, FSMModelMixin, BaseModel):
    """One proposal about one contract: prepared by an agent, reasoned and signed by the directeur territorial.

    A power, never an automatism (circular of 30 Jan 2009 [S-C]); R. 311-27 and R. 311-28 CESEDA [V]. A transition
    changes this row only: guards and effects on contract and bilans belong to ``bilan.prefet``.
    """

    class Type(models.TextChoices):
        CLOTURE = "cloture", "Clôture"
        PROROGATION = "prorogation", "Prorogation"
        RESILIATION = "resiliation", "Résiliation"

    class Statut(models.TextChoices):
        BROUILLON = "brouillon", "À signer"
        PROPOSEE = "proposee", "Proposée au préfet"
        INTENTION = "intention_notifiee", "Intention notifiée"
        DECIDEE = "decidee", "Décidée"
        ABANDONNEE = "abandonnee", "Abandonnée"

    class Decision(models.TextChoices):
        ACCORD = "accord", "Le préfet suit la proposition"
        REFUS = "refus", "Le préfet ne la suit pas"

    class Fondement(models.TextChoices):
        """What a prorogation rests on; only the first is of right (R. 311-27 [V], K-08)."""

        FORMATION_EN_COURS = "formation_en_cours", "Formation linguistique en cours\u00a0: de droit"
        PRESTATION_DIFFEREE = (
            "prestation_differee", "Prestation différée pour motif légitime\u00a0: à l’appréciation du préfet",
        )  # fmt: skip
        BILAN_DIFFERE = (
            "bilan_differe", "Bilan différé pour motif légitime, seul\u00a0: à l’appréciation du préfet",
        )  # fmt: skip

    PROPOSES = (Statut.PROPOSEE, Statut.INTENTION)
    OUVERTS = (Statut.BROUILLON, *PROPOSES)

    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="propositions")
    type = models.CharField("proposition", max_length=12, choices=Type.choices)
    statut = FSMField("état", max_length=20, choices=Statut.choices, default=Statut.BROUILLON, protected=True)
    faits = models.TextField("faits", blank=True)
    prepare_at = models.DateTimeField("préparée le")
    prepare_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="préparée par", on_delete=models.PROTECT, related_name="+"
    )
    motivation = models.TextField("motivation", blank=True)
    propose_at = models.DateTimeField("proposée le", null=True, blank=True)
    propose_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="signée par", null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    titre_renouvele_le = models.DateField("titre renouvelé le", null=True, blank=True)
    fondement = models.CharField("fondement", max_length=20, choices=Fondement.choices, blank=True)
    echeance_proposee = models.DateField("échéance proposée", null=True, blank=True)
    manquements = ArrayField(
        models.CharField(max_length=30, choices=Prestation.Type.choices),
        verbose_name="prestations non suivies", default=list, blank=True,
    )  # fmt: skip
    date_reception = models.DateField("lettre d’intention reçue le", null=True, blank=True)
    date_observations = models.DateField("observations reçues le", null=True, blank=True)
    observations = models.TextField("observations", blank=True)
    suspendue_at = models.DateTimeField("suspendue le", null=True, blank=True)
    decision = models.CharField("décision", max_length=10, choices=Decision.choices, blank=True)
    date_decision = models.DateField("date de la décision", null=True, blank=True)
    reference_acte = models.CharField("référence de l’acte", max_length=60, blank=True)
    echeance_accordee = models.DateField("échéance accordée", null=True, blank=True)
    decide_at = models.DateTimeField("décision enregistrée le", null=True, blank=True)
    decide_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="décision enregistrée par", null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    motif_abandon = models.CharField("raison de l’abandon", max_length=200, blank=True)
    abandonne_at = models.DateTimeField("abandonnée le", null=True, blank=True)
    abandonne_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="abandonnée par", null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    objects = PropositionPrefetQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition au préfet"
        verbose_name_plural = "propositions au préfet"
        ordering = ["-prepare_at"]
        indexes = [models.Index(fields=["statut", "type"], name="proposition_statut")]
        constraints = [
            models.UniqueConstraint(
                fields=["contrat", "type"],
                condition=Q(statut__in=["brouillon", "proposee", "intention_notifiee"]),
                name="proposition_ouverte_unique",
            ),
            models.CheckConstraint(
                condition=Q(statut__in=["brouillon", "proposee", "intention_notifiee", "decidee", "abandonnee"]),
                name="proposition_statut_connu",
            ),
            models.CheckConstraint(
                condition=Q(propose_at=None, propose_par=None, motivation="", statut__in=["brouillon", "abandonnee"])
                | Q(GreaterThanOrEqual(Length("motivation"), MOTIVATION_MIN))
                & Q(propose_at__isnull=False, propose_par__isnull=False)
                & ~Q(statut="brouillon"),
                name="proposition_signee_et_motivee",
            ),
            models.CheckConstraint(
                condition=Q(type="prorogation", echeance_proposee__isnull=False, titre_renouvele_le__isnull=False)
                & ~Q(fondement="")
                | ~Q(type="prorogation")
                & Q(echeance_proposee=None, titre_renouvele_le=None, fondement="", echeance_accordee=None),
                name="proposition_prorogation_complete",
            ),
            # The adversarial month belongs to the résiliation alone, and none is decided without it (R. 311-28).
            models.CheckConstraint(
                condition=Q(type="resiliation")
                & (~Q(statut__in=["intention_notifiee", "decidee"]) | Q(date_reception__isnull=False))
                & (~Q(statut__in=["brouillon", "proposee"]) | Q(date_reception=None))
                | ~Q(type="resiliation") & ~Q(statut="intention_notifiee") & Q(date_reception=None, suspendue_at=None),
                name="proposition_contradictoire",
            ),
            models.CheckConstraint(
                condition=Q(date_observations=None, observations="")
                | Q(date_observations__gte=F("date_reception"), date_reception__isnull=False),
                name="proposition_observations_datees",
            ),
            models.CheckConstraint(
                condition=Q(
                    statut="decidee", date_decision__isnull=False, decide_at__isnull=False, decide_par__isnull=False
                )
                & ~Q(decision="")
                & ~Q(reference_acte="")
                | ~Q(statut="decidee")
                & Q(date_decision=None, decide_at=None, decide_par=None, decision="", reference_acte=""),
                name="proposition_decision_complete",
            ),
            models.CheckConstraint(
                condition=Q(type="prorogation", decision="accord", echeance_accordee__isnull=False)
                | ~Q(type="prorogation", decision="accord") & Q(echeance_accordee=None),
                name="proposition_accord_de_prorogation_date",
            ),
            # rule: C.9-observations
            # The month itself; that its last day moves to a working day is for the service to know (C.7).
            models.CheckConstraint(
                condition=Q(date_reception=None)
                | Q(date_decision=None)
                | Q(date_decision__gt=MonthLater(F("date_reception"))),
                name="proposition_decision_apres_le_mois",
            ),
            models.CheckConstraint(
                condition=Q(type="resiliation") | Q(manquements=[]), name="proposition_manquements_de_resiliation"
            ),
            models.CheckConstraint(
                condition=Q(statut="abandonnee", abandonne_at__isnull=False, abandonne_par__isnull=False)
                & ~Q(motif_abandon="")
                | ~Q(statut="abandonnee") & Q(abandonne_at=None, abandonne_par=None, motif_abandon=""),
                name="proposition_abandon_complet",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()}, {self.get_statut_display()}"

    @property
    def is_open(self) -> bool:
        return self.statut in self.OUVERTS

    @property
    def is_resiliation(self) -> bool:
        return self.type == self.Type.RESILIATION

    @transition(field=statut, source=Statut.BROUILLON, target=Statut.PROPOSEE)
    def proposer(self) -> None: ...

    @transition(field=statut, source=Statut.PROPOSEE, target=Statut.INTENTION, conditions=[_is_adversarial])
    def notifier_intention(self) -> None: ...

    @transition(field=statut, source=Statut.INTENTION, target=None)
    def corriger_intention(self) -> None: ...

    @transition(field=statut, source=Statut.INTENTION, target=None)
    def recevoir_observations(self) -> None: ...

    @transition(
        field=statut, source=[Statut.PROPOSEE, Statut.INTENTION], target=Statut.DECIDEE, conditions=[_has_been_heard]
    )
    def decider(self) -> None: ...

    @transition(field=statut, source=[Statut.BROUILLON, Statut.PROPOSEE, Statut.INTENTION], target=Statut.ABANDONNEE)
    def abandonner(self) -> None: ...
