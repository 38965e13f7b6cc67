"""Signatories, their contract with the State and its prestations (domain reference, section C)."""

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from agents.models import DirectionTerritoriale
from agents.permissions import direction_ids
from agents.roles import Permission
from cai import delais
from core.french import insecable
from core.models import BaseModel
from core.text import search_key

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from agents.models import Agent

BILAN_OBLIGATOIRE_DEPUIS = date(2008, 12, 1)  # law of 20 Nov 2007, in force 1 Dec 2008 [S-C][S-N]
NUMERO_ANONYME = "ANONYME-"  # begins the number of an anonymised file, which nothing links to the former one
# What an anonymised file says of its person; the database keeps these two rows (trigger).
PAYS_INCONNU, LANGUE_INCONNUE = "XXX", "und"
NUMERO_CAI_FORME = r"^[A-Z0-9-]{6,20}$"  # [D] the sources give no format


# What a file page does not show to those who follow the exchange alone (reference B).
COORDONNEES = frozenset(
    {
        "adresse", "adresse_complement", "code_postal", "ville", "telephone", "courriel", "representant_nom",
        "representant_qualite",
    }
)  # fmt: skip


class Pays(models.Model):
    """A country, as the exchange writes it: ISO 3166-1 alpha-3, XXA stateless, XXX unknown."""

    code = models.CharField("code", max_length=3, primary_key=True)
    nom = models.CharField("nom", max_length=80)
    synonymes = models.CharField("autres noms", max_length=200, blank=True)
    frequent = models.BooleanField("proposé en premier", default=False)
    cle = models.CharField(max_length=80, editable=False)

    class Meta:
        verbose_name = "pays"
        verbose_name_plural = "pays"
        ordering = ["cle"]

    def __str__(self) -> str:
        return self.nom

    def save(self, *args: object, **kwargs: object) -> None:
        self.cle = search_key(self.nom)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Langue(models.Model):
    """A language by ISO 639 code, two or three letters."""

    code = models.CharField("code", max_length=3, primary_key=True)
    nom = models.CharField("nom", max_length=80)
    synonymes = models.CharField("autres noms", max_length=200, blank=True)
    frequent = models.BooleanField("proposée en premier", default=False)
    cle = models.CharField(max_length=80, editable=False)

    class Meta:
        verbose_name = "langue"
        ordering = ["cle"]

    def __str__(self) -> str:
        return self.nom

    def save(self, *args: object, **kwargs: object) -> None:
        self.cle = search_key(self.nom)
        super().save(*args, **kwargs)  # type: ignore[arg-type]


# rule: C.2-titres
class TitreAdmission(models.Model):
    """Permit under which the person was admitted (reference I.3). What it entails is in exemptions/domain/bareme.py."""

    code = models.CharField("code", max_length=30, primary_key=True)
    libelle = models.CharField("libellé", max_length=200)
    ordre = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "titre d’admission"
        verbose_name_plural = "titres d’admission"
        ordering = ["ordre"]

    def __str__(self) -> str:
        return insecable(self.libelle)


class SignataireQuerySet(models.QuerySet["Signataire"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "SignataireQuerySet":
        """People whose contract belongs to a direction where the agent may see files."""
        directions = direction_ids(agent, Permission.VOIR_DOSSIER)
        named = Contrat.objects.filter(direction_id__in=directions, anonymise_at=None)
        return self.filter(Q(pk__in=named.values("signataire_id")))


# rule: C.2-champs, E.5-jamais
class Signataire(BaseModel):
    """The person who signed a CAI; names are kept exactly as typed."""

    class Sexe(models.TextChoices):
        FEMININ = "F", "Féminin"
        MASCULIN = "M", "Masculin"

    nom = models.CharField("nom", max_length=100)
    prenom = models.CharField("prénom", max_length=100, null=True, blank=True)
    sexe = models.CharField("sexe", max_length=1, choices=Sexe.choices)
    date_naissance = models.DateField("date de naissance")
    nationalite = models.ForeignKey(Pays, verbose_name="nationalité", on_delete=models.PROTECT, related_name="+")
    langue_comprise = models.ForeignKey(
        Langue, verbose_name="langue comprise", on_delete=models.PROTECT, related_name="+"
    )
    adresse = models.CharField("adresse", max_length=200)
    adresse_complement = models.CharField("complément d’adresse", max_length=200, blank=True)
    code_postal = models.CharField("code postal", max_length=5)
    ville = models.CharField("ville", max_length=80)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField("courriel", blank=True)
    representant_nom = models.CharField("représentant légal", max_length=200, blank=True)
    representant_qualite = models.CharField("qualité du représentant", max_length=100, blank=True)
    cle_recherche = models.CharField(max_length=300, editable=False)

    objects = SignataireQuerySet.as_manager()

    class Meta:
        verbose_name = "signataire"
        indexes = [
            GinIndex(fields=["cle_recherche"], name="signataire_recherche", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["date_naissance"], name="signataire_naissance"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(nom=""), name="signataire_a_un_nom"),
            # rule: D.4-nom-unique
            models.CheckConstraint(condition=Q(prenom=None) | ~Q(prenom=""), name="signataire_prenom_absent_ou_ecrit"),
            models.CheckConstraint(condition=Q(code_postal__regex=r"^[0-9]{5}$"), name="signataire_code_postal"),
        ]

    def __str__(self) -> str:
        return self.nom_complet

    def save(self, *args: object, **kwargs: object) -> None:
        words = search_key(self.nom).split()
        # « N’Diaye » is also found as « ndiaye »: particles and apostrophes are written as one pleases.
        joined = "".join(words) if len(words) > 1 else ""
        self.cle_recherche = f"{' '.join(words)} {search_key(self.prenom or '')} {joined}".strip()[:300]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}" if self.prenom else self.nom

    @property
    def civilite(self) -> str:
        return "Madame" if self.sexe == self.Sexe.FEMININ else "Monsieur"

    def age_on(self, day: date) -> int:
        """Completed years on a day."""
        return delais.age(self.date_naissance, day)


class ContratQuerySet(models.QuerySet["Contrat"]):
    def visible_to(self, agent: "Agent | AnonymousUser") -> "ContratQuerySet":
        """Contracts of the directions where the agent may see files. Advisers see bilans, not files.

        An anonymised file is nobody's any more: neither lists nor acts reach it.
        """
        return self.filter(direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER), anonymise_at=None)

    def anonymised_for(self, agent: "Agent | AnonymousUser") -> "ContratQuerySet":
        """What is left of the files that ``visible_to`` no longer gives because they were anonymised."""
        return self.filter(direction_id__in=direction_ids(agent, Permission.VOIR_DOSSIER), anonymise_at__isnull=False)


class Contrat(BaseModel):
    """A contrat d'accueil et d'intégration; its identifier is also that of the file and of its journal."""

    class Statut(models.TextChoices):
        SIGNE = "signe", "Signé"
        PROROGE = "proroge", "Prorogé"
        CLOTURE = "cloture", "Clôturé"
        RESILIE = "resilie", "Résilié"
        ANNULE = "annule", "Annulé"

    EN_COURS = (Statut.SIGNE, Statut.PROROGE)

    class MotifAnnulation(models.TextChoices):
        DOUBLON = "doublon", "Dossier ouvert deux fois"
        ERREUR_SAISIE = "erreur_saisie", "Dossier ouvert par erreur"

    signataire = models.ForeignKey(Signataire, on_delete=models.PROTECT, related_name="contrats")
    direction = models.ForeignKey(
        DirectionTerritoriale, verbose_name="direction territoriale", on_delete=models.PROTECT, related_name="+"
    )
    numero_cai = models.CharField("numéro CAI", max_length=20, validators=[RegexValidator(NUMERO_CAI_FORME)])
    date_entretien = models.DateField("date de l’entretien")
    date_signature = models.DateField("date de signature")
    date_echeance = models.DateField("échéance")
    date_echeance_prorogee = models.DateField("échéance prorogée", null=True, blank=True)
    titre_admission = models.ForeignKey(
        TitreAdmission, verbose_name="titre d’admission", on_delete=models.PROTECT, related_name="+"
    )
    titre_actuel = models.ForeignKey(
        TitreAdmission, verbose_name="titre actuel", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    date_premier_titre = models.DateField("date du premier titre", null=True, blank=True)
    date_cosignature = models.DateField("signature du représentant légal", null=True, blank=True)
    statut = models.CharField("statut", max_length=10, choices=Statut.choices, default=Statut.SIGNE)
    annule_at = models.DateTimeField("annulé le", null=True, blank=True)
    annule_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="annulé par",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    motif_annulation = models.CharField("motif", max_length=20, choices=MotifAnnulation.choices, blank=True)
    # From then on the row says nothing of anybody, and never changes again (trigger).
    anonymise_at = models.DateTimeField("anonymisé le", null=True, blank=True)

    objects = ContratQuerySet.as_manager()

    class Meta:
        verbose_name = "contrat"
        ordering = ["-date_signature", "numero_cai"]
        indexes = [
            models.Index(fields=["direction", "-created_at", "id"], name="contrat_direction_recents"),
            models.Index(fields=["numero_cai"], name="contrat_numero"),
            # The desk reads the files of a direction by the end of their contract.
            models.Index(
                "direction", Coalesce("date_echeance_prorogee", "date_echeance"), name="contrat_direction_fin"
            ),
        ]
        constraints = [
            # rule: C.2-numero
            # A cancelled duplicate gives its number back.
            models.UniqueConstraint(
                fields=["numero_cai"],
                condition=~Q(statut="annule"),
                name="contrat_numero_unique",
                violation_error_message="Ce numéro CAI appartient déjà à un autre dossier.",
            ),
            models.CheckConstraint(condition=Q(numero_cai__regex=NUMERO_CAI_FORME), name="contrat_numero_forme"),
            models.CheckConstraint(
                condition=Q(date_echeance__gt=F("date_signature")), name="contrat_echeance_apres_signature"
            ),
            models.CheckConstraint(
                condition=Q(date_entretien__lte=F("date_signature")), name="contrat_entretien_avant_signature"
            ),
            models.CheckConstraint(
                condition=Q(date_echeance_prorogee=None) | Q(date_echeance_prorogee__gt=F("date_echeance")),
                name="contrat_prorogation_prolonge",
            ),
            models.CheckConstraint(
                condition=~Q(statut="proroge") | Q(date_echeance_prorogee__isnull=False),
                name="contrat_proroge_a_sa_date",
            ),
            models.CheckConstraint(
                condition=Q(statut="annule", annule_at__isnull=False, annule_par__isnull=False)
                & ~Q(motif_annulation="")
                | ~Q(statut="annule") & Q(annule_at=None, annule_par=None, motif_annulation=""),
                name="contrat_annulation_complete",
            ),
            # rule: E.6-anonymisation
            models.CheckConstraint(
                condition=Q(anonymise_at=None) | Q(numero_cai__startswith=NUMERO_ANONYME),
                name="contrat_anonymise_sans_numero",
            ),
        ]

    def __str__(self) -> str:
        return self.numero_cai

    @property
    def echeance_effective(self) -> date:
        """Last day of the contract, included, prorogation counted."""
        return self.date_echeance_prorogee or self.date_echeance

    # rule: C.10-fin
    @property
    def fin_periode_services(self) -> date | None:
        """Last day, included, of the five years of services after the first permit; None when its day is not known.

        Outer bound of every nominative follow-up (reference C.10).
        """
        return delais.fin_periode_services(self.date_premier_titre) if self.date_premier_titre else None

    @property
    def is_running(self) -> bool:
        return self.statut in self.EN_COURS and self.anonymise_at is None
