"""The exchange's memory: the outbox, the ledger of attempts, the state of the channel (domain reference, F)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from agents.models import DirectionTerritoriale
from agents.permissions import direction_ids
from agents.roles import Permission
from bilan.models import Bilan, Consentement, Synthese
from core.crypto import EncryptedBinaryField, EncryptedJSONField
from core.models import BaseModel
from poleemploi.models_flux import EvenementEcarte, EvenementRecu, Flux
from poleemploi.states import (
    A_TRAITER_PAR_LE_SYSTEME,
    VIVANTES,
    EtatTransmission,
    Issue,
    MotifFin,
    MotifPause,
    Operation,
)  # fmt: skip

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent

T = EtatTransmission
__all__ = ["Canal", "EvenementEcarte", "EvenementRecu", "Flux", "Retour", "Tentative", "Transmission"]


class TransmissionQuerySet(models.QuerySet["Transmission"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "TransmissionQuerySet":
        """Transmissions of the bilans the agent may know of; whether they may look at them is a right."""
        return self.filter(bilan__in=Bilan.objects.visible_to(agent))

    def followed_by(self, agent: "Agent | AnonymousUser") -> "TransmissionQuerySet":
        """Transmissions of the directions whose exchange the agent follows: what lists show."""
        return self.filter(direction_id__in=direction_ids(agent, Permission.VOIR_TRANSMISSIONS))

    def due(self, now: datetime) -> "TransmissionQuerySet":
        """Rows whose next attempt is due at a real instant and that no worker holds, the longest waiting first."""
        return self.filter(
            Q(bail_jusqua=None) | Q(bail_jusqua__lte=now), etat__in=A_TRAITER_PAR_LE_SYSTEME, prochain_essai_at__lte=now
        ).order_by("prochain_essai_at", "created_at")

    def first_of_their_file(self) -> "TransmissionQuerySet":
        """Of one file, only the oldest row that has work left for the system."""
        earlier = Transmission.objects.filter(
            bilan=OuterRef("bilan"), created_at__lt=OuterRef("created_at"), etat__in=A_TRAITER_PAR_LE_SYSTEME
        )
        return self.filter(~Exists(earlier))

    def for_lists(self) -> "TransmissionQuerySet":
        """With what a line tells of a row and of its person, and nothing else: many are read at once."""
        return self.select_related("bilan__contrat__signataire", "bilan__conseiller").only(
            "created_at", "etat", "direction", "premier_essai_at", "nombre_essais", "serie_depuis_at",
            "prochain_essai_at", "bail_jusqua", "erreur_code", "erreur_champs", "termine_at", "motif_fin",
            "accuse_identifiant", "accuse_at", "bilan__etat", "bilan__prestataire", "bilan__contrat__numero_cai",
            "bilan__contrat__direction", "bilan__contrat__signataire__nom", "bilan__contrat__signataire__prenom",
            "bilan__conseiller__prenom", "bilan__conseiller__nom",
        )  # fmt: skip

    def without_content(self) -> "TransmissionQuerySet":
        """With the rows that say whether it may be sent, and nothing that would have to be deciphered."""
        return self.select_related("bilan__contrat", "synthese").defer(
            "donnees_figees", "synthese__contenu", "synthese__observations"
        )


class Transmission(ConcurrentTransitionMixin, FSMModelMixin, BaseModel):
    """One consented synthesis to deposit. Its identifier is the idempotency key, the same for ever; so is the body.

    Times here are real time: leases and retries do not follow the business clock.
    """

    bilan = models.ForeignKey(Bilan, on_delete=models.PROTECT, related_name="transmissions")
    synthese = models.ForeignKey(Synthese, on_delete=models.PROTECT, related_name="transmissions")
    consentement = models.ForeignKey(Consentement, on_delete=models.PROTECT, related_name="transmissions")
    # That of the contract, which never changes; written by the database (trigger transmission_direction) so that the
    # lists of one direction are read along one index, however many rows the others have.
    direction = models.ForeignKey(
        DirectionTerritoriale, null=True, editable=False, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    etat = FSMField("état", max_length=20, choices=EtatTransmission.choices, default=T.EN_FILE, protected=True)
    # Everything of the body that is not in the frozen synthesis, frozen here; erased when no longer needed.
    donnees_figees = EncryptedJSONField(null=True)
    corps_sha256 = models.CharField("empreinte du corps", max_length=64, blank=True)
    prochain_essai_at = models.DateTimeField("prochain essai", null=True)
    premier_essai_at = models.DateTimeField("premier essai", null=True)
    nombre_essais = models.PositiveSmallIntegerField("essais", default=0)
    # One series of attempts: 72 hours at most, until a person or a change of aim begins another.
    serie_depuis_at = models.DateTimeField("essais en cours depuis", null=True)
    serie_echecs = models.PositiveSmallIntegerField("échecs de suite", default=0)
    bail_jusqua = models.DateTimeField("réservée jusqu’à", null=True)
    bail_par = models.CharField(max_length=80, blank=True)
    effacement_voulu = models.BooleanField("effacement voulu", default=False)
    accuse_identifiant = models.CharField("accusé de réception", max_length=80, blank=True)
    accuse_at = models.DateTimeField("reçue le", null=True)
    rapprochement = models.CharField("rapprochement", max_length=20, blank=True)
    erreur_code = models.CharField("code du refus", max_length=40, blank=True)
    erreur_champs = models.JSONField(
        "champs à corriger", default=list
    )  # [{"chemin": pointer, "motif": French sentence}]
    termine_at = models.DateTimeField("terminée le", null=True)
    motif_fin = models.CharField("annulée parce que", max_length=30, choices=MotifFin.choices, blank=True)
    rapprochee_at = models.DateTimeField("rapprochée le", null=True)  # the partner was asked after a restore
    remplace = models.OneToOneField(
        "self", verbose_name="remplace", null=True, on_delete=models.PROTECT, related_name="remplacante"
    )

    class Meta:
        verbose_name = "transmission"
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["prochain_essai_at", "created_at"],
                condition=Q(etat__in=["en_file", "en_cours", "incertaine", "effacement_demande"]),
                name="transmission_due",
            ),
            models.Index(fields=["etat", "-created_at"], name="transmission_etat"),
            models.Index(fields=["direction", "etat", "-created_at", "-id"], name="transmission_direction_etat"),
            models.Index(
                fields=["rapprochee_at"], condition=Q(rapprochee_at__isnull=False), name="transmission_rapprochee"
            ),
            models.Index(
                fields=["accuse_identifiant"], condition=~Q(accuse_identifiant=""), name="transmission_accuse"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(etat__in=EtatTransmission.values), name="transmission_etat_connu"),
            models.UniqueConstraint(
                fields=["consentement"],
                condition=Q(etat__in=[etat.value for etat in VIVANTES], effacement_voulu=False),
                name="transmission_vivante_unique",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=["en_file", "en_cours", "incertaine", "effacement_demande"])
                | Q(prochain_essai_at__isnull=False),
                name="transmission_en_vie_a_une_suite",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=["accusee", "effacement_demande", "effacee"])
                | Q(accuse_at__isnull=False) & ~Q(accuse_identifiant=""),
                name="transmission_accusee_avec_recu",
            ),
            models.CheckConstraint(
                condition=Q(etat="annulee") | Q(motif_fin=""), name="transmission_motif_d_annulation"
            ),
            models.CheckConstraint(
                condition=~Q(etat="rejetee") | ~Q(erreur_code=""), name="transmission_rejet_explique"
            ),
        ]

    objects = TransmissionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Transmission {self.get_etat_display()}"

    @transition(field=etat, source=T.EN_FILE, target=T.EN_COURS)
    def reserver(self) -> None: ...

    @transition(field=etat, source=[T.EN_COURS, T.INCERTAINE], target=T.EN_FILE)
    def remettre_en_file(self) -> None: ...

    # From en_file and echec_definitif too: an attempt was made once, and somebody must know what became of it.
    @transition(field=etat, source=[T.EN_FILE, T.EN_COURS, T.INCERTAINE, T.ECHEC_DEFINITIF], target=T.INCERTAINE)
    def devenir_incertaine(self) -> None: ...

    # An acknowledgement is always recorded, whatever happened meanwhile (transition 21).
    @transition(
        field=etat,
        source=[T.EN_FILE, T.EN_COURS, T.INCERTAINE, T.REJETEE, T.ECHEC_DEFINITIF, T.ANNULEE],
        target=T.ACCUSEE,
    )
    def accuser(self) -> None: ...

    @transition(field=etat, source=[T.EN_FILE, T.EN_COURS], target=T.REJETEE)
    def rejeter(self) -> None: ...

    @transition(field=etat, source=list(A_TRAITER_PAR_LE_SYSTEME), target=T.ECHEC_DEFINITIF)
    def abandonner(self) -> None: ...

    @transition(field=etat, source=T.ECHEC_DEFINITIF, target=T.EN_FILE)
    def relancer(self) -> None: ...

    # Never from en_cours: what is open must first be known.
    @transition(field=etat, source=[T.EN_FILE, T.INCERTAINE, T.REJETEE, T.ECHEC_DEFINITIF], target=T.ANNULEE)
    def annuler(self) -> None: ...

    @transition(field=etat, source=[T.ACCUSEE, T.ECHEC_DEFINITIF], target=T.EFFACEMENT_DEMANDE)
    def demander_effacement(self) -> None: ...

    @transition(field=etat, source=T.EFFACEMENT_DEMANDE, target=T.EFFACEE)
    def constater_effacement(self) -> None: ...


class Tentative(models.Model):
    """One HTTP attempt: committed before it is made (the point of no return), completed after; never overwritten."""

    transmission = models.ForeignKey(Transmission, on_delete=models.PROTECT, related_name="tentatives")
    numero = models.PositiveSmallIntegerField("numéro")
    operation = models.CharField("demande", max_length=12, choices=Operation.choices)
    ouverte_at = models.DateTimeField("ouverte le")
    fermee_at = models.DateTimeField("fermée le", null=True)
    issue = models.CharField("issue", max_length=12, choices=Issue.choices, blank=True)
    statut_http = models.PositiveSmallIntegerField("statut HTTP", null=True)
    code_metier = models.CharField("code", max_length=40, blank=True)
    duree_ms = models.PositiveIntegerField("durée (ms)", null=True)

    class Meta:
        verbose_name = "tentative"
        ordering = ["transmission", "numero"]
        indexes = [models.Index(fields=["fermee_at"], name="tentative_fermee")]  # the measures of the day
        constraints = [
            models.UniqueConstraint(fields=["transmission", "numero"], name="tentative_numero_unique"),
            models.UniqueConstraint(
                fields=["transmission"], condition=Q(fermee_at=None), name="tentative_ouverte_unique"
            ),
            models.CheckConstraint(
                condition=Q(fermee_at=None, issue="") | Q(fermee_at__isnull=False) & ~Q(issue=""),
                name="tentative_fermee_avec_issue",
            ),
        ]

    def __str__(self) -> str:
        return f"Tentative {self.numero}"


class Canal(models.Model):
    """The one channel to the partner, shared by all workers: paused until when and why, and the token in use."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    pause_jusqua = models.DateTimeField("en pause jusqu’à", null=True, blank=True)
    # The request that goes first after a pause holds the channel until then: when it is also the end of the pause, no
    # other pause was decided meanwhile, and its answer alone opens the channel.
    sonde_jusqua = models.DateTimeField(null=True, blank=True)
    pause_depuis = models.DateTimeField("en pause depuis", null=True, blank=True)
    pause_motif = models.CharField("motif", max_length=40, choices=MotifPause.choices, blank=True)
    echecs_de_suite = models.PositiveIntegerField("échecs de suite", default=0)
    jeton = EncryptedBinaryField(null=True)
    jeton_expire_at = models.DateTimeField(null=True, blank=True)
    jeton_renouveler_at = models.DateTimeField(null=True, blank=True)
    jeton_bail_jusqua = models.DateTimeField(null=True, blank=True)  # a worker is fetching the next one
    jeton_generation = models.PositiveIntegerField(default=0)
    # The last one refused; none once the partner has answered since.
    jeton_refuse = models.PositiveIntegerField(null=True, blank=True)
    # Which database wrote this row, and since when it is known to be another one: a dump restored, or an older life.
    empreinte_base = models.CharField("base", max_length=120, blank=True, db_default="")
    restauration_depuis = models.DateTimeField("à rapprocher depuis", null=True, blank=True)

    class Meta:
        verbose_name = "canal"
        verbose_name_plural = "canal"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="canal_unique")]

    def __str__(self) -> str:
        return "Canal Pôle emploi"


class RetourQuerySet(models.QuerySet["Retour"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "RetourQuerySet":
        """Returns about files of the directions whose exchange the agent follows (reference B)."""
        return self.filter(
            transmission__bilan__contrat__direction_id__in=direction_ids(agent, Permission.VOIR_TRANSMISSIONS)
        )

    def of_bilan(self, bilan: "Bilan | models.OuterRef") -> "RetourQuerySet":
        return self.filter(transmission__bilan=bilan)

    def with_ppae(self) -> "RetourQuerySet":
        """Returns that give the date of a PPAE interview: what makes a bilan taken in charge (D.2, 23)."""
        return self.filter(date_entretien_ppae__isnull=False)


class Retour(BaseModel):
    """What Pôle emploi told of a person whose synthesis it received (reference F.3); rows are only ever added.

    Received off-line, it is signed by who typed it; read from the partner's feed, it carries the partner's event id.
    """

    class Origine(models.TextChoices):
        HORS_LIGNE = "hors_ligne", "Reçu hors ligne"
        FLUX = "flux", "Lu chez Pôle emploi"

    class TypeContrat(models.TextChoices):
        """Reference I.4, as the exchange writes them."""

        CDI = "CDI", "CDI"
        CDD_LONG = "CDD_6M_PLUS", "CDD de six mois ou plus"
        CDD_COURT = "CDD_MOINS_6M", "CDD de moins de six mois"
        CTT = "CTT", "Intérim"
        CUI_CAE = "CUI_CAE", "CUI-CAE"
        CUI_CIE = "CUI_CIE", "CUI-CIE"
        APPRENTISSAGE = "APPRENTISSAGE", "Apprentissage"
        PROFESSIONNALISATION = "PROFESSIONNALISATION", "Professionnalisation"
        SAISONNIER = "SAISONNIER", "Saisonnier"
        CESU = "CESU_PARTICULIER_EMPLOYEUR", "Particulier employeur"
        NON_SALARIE = "NON_SALARIE", "Non salarié"
        AUTRE = "AUTRE", "Autre"

    transmission = models.ForeignKey(Transmission, on_delete=models.PROTECT, related_name="retours")
    origine = models.CharField("origine", max_length=10, choices=Origine.choices)
    evenement = models.CharField("événement du partenaire", max_length=80, null=True, unique=True)
    recu_le = models.DateField("reçu le")
    # The day whose situation is told: an older one, read later, does not change the present situation.
    date_situation = models.DateField("situation au", null=True)
    date_inscription = models.DateField("inscription à Pôle emploi", null=True)
    date_radiation = models.DateField("fin d’inscription", null=True)
    date_entretien_ppae = models.DateField("entretien PPAE", null=True)
    date_actualisation = models.DateField("actualisation du PPAE", null=True)
    prestation_code = models.CharField("code de la prestation", max_length=40, blank=True, db_default="", default="")
    prestation_libelle = models.CharField("prestation", max_length=200, blank=True, db_default="", default="")
    prestation_debut = models.DateField("début de la prestation", null=True)
    prestation_fin = models.DateField("fin de la prestation", null=True)
    date_embauche = models.DateField("date d’embauche", null=True)
    type_contrat = models.CharField("type de contrat", max_length=30, choices=TypeContrat.choices, blank=True)
    nature_emploi = models.CharField("nature de l’emploi", max_length=200, blank=True, db_default="", default="")
    domaine_activite = models.CharField("domaine d’activité", max_length=1, blank=True, db_default="", default="")
    metier_exerce = models.CharField("métier exercé", max_length=5, blank=True, db_default="", default="")
    par = models.ForeignKey(
        "agents.Agent", verbose_name="enregistré par", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RetourQuerySet.as_manager()

    class Meta:
        verbose_name = "retour de Pôle emploi"
        verbose_name_plural = "retours de Pôle emploi"
        ordering = ["-recu_le", "-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(origine="hors_ligne", par__isnull=False, evenement=None)
                | Q(origine="flux", par=None, evenement__isnull=False),
                name="retour_signe_ou_numerote",
            ),
            models.CheckConstraint(
                condition=Q(origine="hors_ligne") | Q(date_situation__isnull=False), name="retour_lu_est_date"
            ),
            models.CheckConstraint(
                condition=Q(prestation_debut=None, prestation_fin=None, prestation_code="")
                | Q(prestation_debut__isnull=False) & ~Q(prestation_code="") & Q(prestation_fin=None)
                | Q(prestation_debut__isnull=False)
                & ~Q(prestation_code="")
                & Q(prestation_fin__gte=models.F("prestation_debut")),
                name="retour_prestation_entiere",
            ),
            models.CheckConstraint(
                condition=Q(date_inscription__isnull=False)
                | Q(date_radiation__isnull=False)
                | Q(date_entretien_ppae__isnull=False)
                | Q(prestation_debut__isnull=False)
                | Q(date_embauche__isnull=False),
                name="retour_dit_quelque_chose",
            ),
            models.CheckConstraint(
                condition=Q(date_embauche=None, type_contrat="") | Q(date_embauche__isnull=False) & ~Q(type_contrat=""),
                name="retour_emploi_date_et_contrat",
            ),
            models.CheckConstraint(
                condition=Q(date_inscription=None)
                | Q(date_entretien_ppae=None)
                | Q(date_entretien_ppae__gte=models.F("date_inscription")),
                name="retour_ppae_apres_inscription",
            ),
        ]

    def __str__(self) -> str:
        return f"Retour {self.get_origine_display()}"
