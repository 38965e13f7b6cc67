"""The bilan, its appointments, its sessions (reference D.1 and D.2)."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Sum
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from agents.models import Agent, Lieu, Prestataire
from agents.permissions import direction_ids, prestataire_ids
from agents.roles import Permission
from bilan.states import ABSENCES, BEFORE_SYNTHESE, PHASES, Etat, MotifAnnulation, MotifNonRealisation
from cai import delais
from cai.models import Contrat
from core.crypto import EncryptedJSONField
from core.models import BaseModel

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

# rule: C.6-180
DUREE_MAX_MINUTES = 180  # three hours at most: circular of 30 Jan 2009 [S-C], K-01
MINUTES_INDICATIVES = {Etat.PHASE_PRELIMINAIRE: 30, Etat.PHASE_INVESTIGATION: 90, Etat.PHASE_CONCLUSION: 60}  # [D]


class BilanQuerySet(models.QuerySet["Bilan"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "BilanQuerySet":
        """Bilans of the agent's directions, and those entrusted to the agent as adviser of their own prestataire.

        None of an anonymised file.
        """
        return self.filter(
            Q(contrat__direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER)) | self._entrusted(agent),
            contrat__anonymise_at=None,
        )

    def entrusted_to(self, agent: "Agent | AnonymousUser") -> "BilanQuerySet":
        """Bilans that the agent conducts as adviser; nobody else reads or writes their content."""
        return self.filter(self._entrusted(agent), contrat__anonymise_at=None)

    @staticmethod
    def _entrusted(agent: "Agent | AnonymousUser") -> Q:
        return Q(conseiller_id=agent.pk, prestataire_id__in=prestataire_ids(agent, Permission.CONDUIRE_BILAN))

    def with_minutes(self) -> "BilanQuerySet":
        """Annotate ``minutes``: actual minutes of all sessions, None when there is none."""
        return self.annotate(minutes=Sum("seances__minutes"))

    def live(self) -> "BilanQuerySet":
        return self.exclude(etat=Etat.ANNULE)


class Bilan(ConcurrentTransitionMixin, FSMModelMixin, BaseModel):
    """The conduct of one bilan. A transition changes this row only; guards and effects belong to the services."""

    contrat = models.ForeignKey(Contrat, on_delete=models.PROTECT, related_name="bilans")
    etat = FSMField("état", max_length=30, choices=Etat.choices, default=Etat.A_EVALUER, protected=True)
    prescripteur = models.ForeignKey(
        Agent, verbose_name="prescripteur en charge", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    prescrit_at = models.DateTimeField("prescrit le", null=True, blank=True)
    prescrit_par = models.ForeignKey(
        Agent, verbose_name="prescrit par", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    prestataire = models.ForeignKey(Prestataire, null=True, blank=True, on_delete=models.PROTECT, related_name="bilans")
    conseiller = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="bilans")
    # rule: C.6-duree-fixee
    duree_fixee_minutes = models.PositiveSmallIntegerField("durée fixée (minutes)", default=DUREE_MAX_MINUTES)
    nombre_reports = models.PositiveSmallIntegerField("reports", default=0)
    informe_le = models.DateField("personne informée le", null=True, blank=True)
    date_fin_conclusion = models.DateField("fin de la phase de conclusion", null=True, blank=True)
    motif_annulation = models.CharField(max_length=20, choices=MotifAnnulation.choices, blank=True)
    motif_non_realisation = models.CharField(max_length=20, choices=MotifNonRealisation.choices, blank=True)
    clos_at = models.DateTimeField("terminé le", null=True, blank=True)
    # Its statistical row has no link back: this is what makes it one, and only one (reference G.4).
    instantane_pris_at = models.DateTimeField("compté le", null=True, blank=True)

    objects = BilanQuerySet.as_manager()

    class Meta:
        verbose_name = "bilan"
        indexes = [
            models.Index(fields=["etat", "-created_at"], name="bilan_etat"),
            models.Index(fields=["conseiller", "etat"], name="bilan_conseiller"),
            models.Index(fields=["prescripteur", "etat"], name="bilan_prescripteur"),
        ]
        constraints = [
            # rule: D.1-un-bilan
            models.UniqueConstraint(fields=["contrat"], condition=~Q(etat="annule"), name="bilan_vivant_unique"),
            models.CheckConstraint(condition=Q(etat__in=Etat.values), name="bilan_etat_connu"),
            models.CheckConstraint(
                condition=Q(duree_fixee_minutes__gte=1, duree_fixee_minutes__lte=DUREE_MAX_MINUTES),
                name="bilan_duree_legale",
            ),
            models.CheckConstraint(
                condition=Q(prescrit_at=None, prescrit_par=None, prescripteur=None)
                | Q(prescrit_at__isnull=False, prescrit_par__isnull=False, prescripteur__isnull=False),
                name="bilan_prescription_complete",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=[Etat.CLOS, Etat.NON_REALISE, Etat.ANNULE], clos_at__isnull=False)
                | ~Q(etat__in=[Etat.CLOS, Etat.NON_REALISE, Etat.ANNULE]) & Q(clos_at=None),
                name="bilan_fin_datee",
            ),
            models.CheckConstraint(
                condition=Q(instantane_pris_at=None) | Q(etat__in=[Etat.CLOS, Etat.NON_REALISE, Etat.ANNULE]),
                name="bilan_compte_une_fois_fini",
            ),
            models.CheckConstraint(
                condition=Q(etat="annule") & ~Q(motif_annulation="") | ~Q(etat="annule") & Q(motif_annulation=""),
                name="bilan_annulation_motivee",
            ),
            models.CheckConstraint(
                condition=Q(etat="non_realise") & ~Q(motif_non_realisation="")
                | ~Q(etat="non_realise") & Q(motif_non_realisation=""),
                name="bilan_non_realisation_motivee",
            ),
            models.CheckConstraint(
                condition=~Q(
                    etat__in=[
                        Etat.SYNTHESE_REDIGEE,
                        Etat.SYNTHESE_PRESENTEE,
                        Etat.SYNTHESE_VALIDEE,
                        Etat.SIGNATURE_REFUSEE,
                    ]
                )
                | Q(date_fin_conclusion__isnull=False),
                name="bilan_conclu_avant_synthese",
            ),
        ]

    def __str__(self) -> str:
        return f"Bilan {self.get_etat_display()}"

    @property
    def minutes_utilisees(self) -> int:
        """Actual minutes of all sessions so far."""
        annotated = getattr(self, "minutes", None)
        return annotated if annotated is not None else self.seances.aggregate(total=Sum("minutes"))["total"] or 0

    @property
    def minutes_restantes(self) -> int:
        return DUREE_MAX_MINUTES - self.minutes_utilisees

    @property
    def date_suivi(self) -> date | None:
        """Day the six-month follow-up is due (reference D.5)."""
        return delais.date_suivi(self.date_fin_conclusion) if self.date_fin_conclusion else None

    # Transitions carry the names and numbers of the domain reference, D.2.

    @transition(  # 1
        field=etat,
        source=[
            Etat.A_EVALUER, Etat.A_PROGRAMMER, Etat.CONVOQUE, Etat.REPORTE, Etat.ABSENT_MOTIF_LEGITIME,
            Etat.ABSENT_A_QUALIFIER,
        ],
        target=Etat.EXEMPTE,
    )  # fmt: skip
    def constater_exemption(self) -> None: ...

    @transition(field=etat, source=Etat.A_EVALUER, target=Etat.A_PROGRAMMER)  # 2
    def prescrire(self) -> None: ...

    @transition(field=etat, source=Etat.EXEMPTE, target=Etat.A_PROGRAMMER)  # 3
    def lever_exemption(self) -> None: ...

    @transition(  # 4
        field=etat,
        source=[Etat.A_PROGRAMMER, Etat.REPORTE, Etat.ABSENT_MOTIF_LEGITIME, Etat.ABSENT_SANS_MOTIF],
        target=Etat.CONVOQUE,
    )
    def convoquer(self) -> None: ...

    @transition(field=etat, source=[Etat.CONVOQUE, Etat.ABSENT_MOTIF_LEGITIME], target=Etat.REPORTE)  # 5
    def reporter(self) -> None: ...

    @transition(field=etat, source=Etat.CONVOQUE, target=Etat.ABSENT_A_QUALIFIER)  # 6
    def constater_absence(self) -> None: ...

    @transition(field=etat, source=Etat.ABSENT_A_QUALIFIER, target=Etat.ABSENT_MOTIF_LEGITIME)  # 7
    def reconnaitre_motif_legitime(self) -> None: ...

    @transition(field=etat, source=Etat.ABSENT_A_QUALIFIER, target=Etat.ABSENT_SANS_MOTIF)  # 8
    def constater_absence_injustifiee(self) -> None: ...

    @transition(field=etat, source=Etat.ABSENT_SANS_MOTIF, target=Etat.ABSENT_MOTIF_LEGITIME)  # 9
    def requalifier_absence(self) -> None: ...

    @transition(field=etat, source=Etat.CONVOQUE, target=Etat.PHASE_PRELIMINAIRE)  # 10
    def demarrer(self) -> None: ...

    @transition(field=etat, source=Etat.PHASE_PRELIMINAIRE, target=Etat.PHASE_INVESTIGATION)  # 11
    def passer_en_investigation(self) -> None: ...

    @transition(field=etat, source=Etat.PHASE_INVESTIGATION, target=Etat.PHASE_CONCLUSION)  # 12
    def passer_en_conclusion(self) -> None: ...

    @transition(field=etat, source=list(PHASES), target=Etat.REPORTE)  # 13
    def interrompre(self) -> None: ...

    @transition(field=etat, source=Etat.PHASE_CONCLUSION, target=Etat.SYNTHESE_REDIGEE)  # 14
    def rediger_synthese(self) -> None: ...

    @transition(field=etat, source=Etat.SYNTHESE_REDIGEE, target=Etat.SYNTHESE_PRESENTEE)  # 15
    def presenter_synthese(self) -> None: ...

    @transition(
        field=etat, source=[Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE], target=Etat.SYNTHESE_REDIGEE
    )  # 15b
    def reprendre_synthese(self) -> None: ...

    @transition(field=etat, source=Etat.SYNTHESE_PRESENTEE, target=Etat.SYNTHESE_VALIDEE)  # 16
    def valider_synthese(self) -> None: ...

    @transition(field=etat, source=Etat.SYNTHESE_PRESENTEE, target=Etat.SIGNATURE_REFUSEE)  # 17
    def constater_refus_signature(self) -> None: ...

    @transition(  # 22 and 24: the guard tells a consented transmission given up from an ordinary closing
        field=etat,
        source=[
            Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE, Etat.EXEMPTE,
        ],
        target=Etat.CLOS,
    )  # fmt: skip
    def cloturer(self) -> None: ...

    @transition(  # 25
        field=etat,
        source=[Etat.A_EVALUER, Etat.A_PROGRAMMER, Etat.CONVOQUE, Etat.REPORTE, *ABSENCES, *PHASES],
        target=Etat.NON_REALISE,
    )
    def constater_non_realisation(self) -> None: ...

    @transition(field=etat, source=[*BEFORE_SYNTHESE, Etat.EXEMPTE], target=Etat.ANNULE)  # 26
    def annuler(self) -> None: ...

    @transition(field=etat, source=[Etat.CONVOQUE, *PHASES], target=None)  # 27
    def refixer_duree(self) -> None: ...

    # Who answers for a file may change without moving it (reference B: directeur territorial, responsable_prestataire).

    @transition(
        field=etat,
        source=[
            Etat.A_PROGRAMMER, Etat.CONVOQUE, Etat.REPORTE, *ABSENCES, *PHASES, Etat.SYNTHESE_REDIGEE,
            Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE, Etat.SIGNATURE_REFUSEE, Etat.CLOS,
        ],
        target=None,
    )  # fmt: skip
    def reattribuer(self) -> None: ...

    @transition(
        field=etat,
        source=[
            Etat.CONVOQUE, *PHASES, Etat.SYNTHESE_REDIGEE, Etat.SYNTHESE_PRESENTEE, Etat.SYNTHESE_VALIDEE,
            Etat.SIGNATURE_REFUSEE,
        ],
        target=None,
    )  # fmt: skip
    def affecter_conseiller(self) -> None: ...


class RendezVousQuerySet(models.QuerySet["RendezVous"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "RendezVousQuerySet":
        return self.filter(
            Q(bilan__contrat__direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER))
            | Q(bilan__in=Bilan.objects.entrusted_to(agent))
            | Q(prestataire_id__in=prestataire_ids(agent, Permission.VOIR_PLANNING))
        )

    def taking_time(self, debut: datetime, fin: datetime) -> "RendezVousQuerySet":
        """Appointments that keep their adviser busy at some moment from ``debut`` on and before ``fin``."""
        lasting = ExpressionWrapper(F("duree_minutes") * timedelta(minutes=1), models.DurationField())
        free_at = ExpressionWrapper(F("debut") + lasting, models.DateTimeField())
        kept = self.filter(statut__in=(RendezVous.Statut.PREVU, RendezVous.Statut.HONORE))
        return kept.filter(debut__lt=fin).alias(free_at=free_at).filter(free_at__gt=debut)


class RendezVous(BaseModel):
    """One appointment to which the person was summoned in writing."""

    class Statut(models.TextChoices):
        PREVU = "prevu", "Prévu"
        HONORE = "honore", "Honoré"
        MANQUE = "manque", "Manqué"
        REPORTE = "reporte", "Reporté"
        ANNULE = "annule", "Annulé"

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="rendez_vous")
    debut = models.DateTimeField("date et heure")
    duree_minutes = models.PositiveSmallIntegerField("durée prévue (minutes)")
    prestataire = models.ForeignKey(Prestataire, on_delete=models.PROTECT, related_name="+")
    conseiller = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    lieu = models.ForeignKey(Lieu, on_delete=models.PROTECT, related_name="+")
    statut = models.CharField("état", max_length=10, choices=Statut.choices, default=Statut.PREVU)
    accord_delai_reduit = models.BooleanField("accord pour un délai réduit", default=False)
    convocation = models.ForeignKey("Courrier", on_delete=models.PROTECT, related_name="+")
    # Why it did not take place; the precision is kept out of the journal, which can destroy nothing.
    motif = models.CharField("motif", max_length=60, blank=True)
    precision = models.CharField("précision", max_length=200, blank=True)
    justificatif_vu_le = models.DateField("justificatif vu le", null=True, blank=True)

    objects = RendezVousQuerySet.as_manager()

    class Meta:
        verbose_name = "rendez-vous"
        verbose_name_plural = "rendez-vous"
        ordering = ["-debut"]
        indexes = [models.Index(fields=["conseiller", "debut"], name="rendez_vous_conseiller")]
        constraints = [
            models.UniqueConstraint(fields=["bilan"], condition=Q(statut="prevu"), name="rendez_vous_prevu_unique"),
            models.CheckConstraint(
                condition=Q(duree_minutes__gte=1, duree_minutes__lte=DUREE_MAX_MINUTES), name="rendez_vous_duree_legale"
            ),
        ]

    def __str__(self) -> str:
        return f"Rendez-vous {self.get_statut_display()}"

    @property
    def fin(self) -> datetime:
        return self.debut + timedelta(minutes=self.duree_minutes)


class Seance(BaseModel):
    """Minutes really spent with the person in one phase on one day; the law caps their sum (reference C.6)."""

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="seances")
    phase = models.CharField("phase", max_length=30, choices=[(phase.value, phase.label) for phase in PHASES])
    jour = models.DateField("date")
    minutes = models.PositiveSmallIntegerField("durée (minutes)")
    par = models.ForeignKey(Agent, verbose_name="conseiller", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "séance"
        ordering = ["jour", "created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=DUREE_MAX_MINUTES), name="seance_duree_legale"
            ),
            models.CheckConstraint(
                condition=Q(phase__in=[phase.value for phase in PHASES]), name="seance_phase_connue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"


# rule: D.2-note-brouillons
class NotePhase(BaseModel):
    """The adviser's working notes of one phase: encrypted, theirs alone, destroyed with the synthesis."""

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="notes")
    phase = models.CharField("phase", max_length=30, choices=[(phase.value, phase.label) for phase in PHASES])
    contenu = EncryptedJSONField()

    class Meta:
        verbose_name = "notes de travail"
        constraints = [models.UniqueConstraint(fields=["bilan", "phase"], name="note_unique_par_phase")]

    def __str__(self) -> str:
        return f"Notes, {self.get_phase_display()}"
