"""Who acts, and where: agents, directions territoriales, prestataires with their markets, roles held at a place."""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import JSONObject, Lower

from agents.roles import DIRECTION_ROLES, PRESTATAIRE_ROLES, Role
from core import clock
from core.models import BaseModel
from core.tri import alphabetique, annuaire


class Region(models.Model):
    """One of the 26 régions of 2010, by INSEE code (reference I.6)."""

    code = models.CharField("code INSEE", max_length=2, primary_key=True)
    nom = models.CharField("nom", max_length=60)

    class Meta:
        verbose_name = "région"
        ordering = [alphabetique("nom")]

    def __str__(self) -> str:
        return self.nom


class DirectionTerritoriale(BaseModel):
    """Local office of OFII: unit of work, of access control and of statistics."""

    code = models.CharField("code", max_length=3, unique=True, help_text="Début du numéro CAI : 2 ou 3 caractères.")
    nom = models.CharField("nom", max_length=80, unique=True)
    region = models.ForeignKey(Region, verbose_name="région", on_delete=models.PROTECT)
    adresse = models.CharField("adresse", max_length=200)
    code_postal = models.CharField("code postal", max_length=5)
    ville = models.CharField("ville", max_length=80)
    telephone = models.CharField("téléphone", max_length=20)
    courriel = models.EmailField("courriel")
    prefecture = models.TextField(
        "adresse de la préfecture",
        blank=True,
        default="",
        db_default="",  # the previous image adds directions without it
        max_length=300,
        help_text="Une ligne par ligne, pour les courriers au préfet.",
    )

    class Meta:
        verbose_name = "direction territoriale"
        verbose_name_plural = "directions territoriales"
        ordering = [alphabetique("nom")]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{2,3}$"),
                name="direction_code_forme",
                violation_error_message="Le code compte deux ou trois caractères, chiffres ou lettres majuscules.",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class Prestataire(BaseModel):
    """Body that carries out bilans, chosen by public tender."""

    nom = models.CharField("nom", max_length=120, unique=True)
    adresse = models.CharField("adresse", max_length=200)
    code_postal = models.CharField("code postal", max_length=5)
    ville = models.CharField("ville", max_length=80)
    telephone = models.CharField("téléphone", max_length=20)
    courriel = models.EmailField("courriel")

    class Meta:
        verbose_name = "prestataire"
        ordering = [alphabetique("nom")]

    def __str__(self) -> str:
        return self.nom

    def has_market(self, *, direction_id: uuid.UUID, on: date) -> bool:
        """Whether a market of this prestataire covers a direction on a day, first and last day included."""
        return self.marches.filter(directions=direction_id, debut__lte=on, fin__gte=on).exists()


class Marche(BaseModel):
    """Public contract under which a prestataire serves directions; first and last day included."""

    prestataire = models.ForeignKey(Prestataire, on_delete=models.PROTECT, related_name="marches")
    numero = models.CharField("numéro", max_length=40, unique=True)
    directions = models.ManyToManyField(
        DirectionTerritoriale, verbose_name="directions couvertes", related_name="marches"
    )
    debut = models.DateField("premier jour")
    fin = models.DateField("dernier jour")

    class Meta:
        verbose_name = "marché"
        verbose_name_plural = "marchés"
        ordering = ["-debut", "numero"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin__gte=F("debut")),
                name="marche_fin_apres_debut",
                violation_error_message="Le dernier jour précède le premier.",
            )
        ]

    def __str__(self) -> str:
        return self.numero


class Lieu(BaseModel):
    """Where a prestataire receives people."""

    prestataire = models.ForeignKey(Prestataire, on_delete=models.PROTECT, related_name="lieux")
    nom = models.CharField("nom", max_length=120)
    adresse = models.CharField("adresse", max_length=200)
    code_postal = models.CharField("code postal", max_length=5)
    ville = models.CharField("ville", max_length=80)
    acces = models.CharField(
        "accès", max_length=200, blank=True, help_text="Métro, bus, étage, digicode : ce que dira la lettre."
    )
    actif = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "lieu de rendez-vous"
        verbose_name_plural = "lieux de rendez-vous"
        ordering = ["ville", "nom"]
        constraints = [models.UniqueConstraint(fields=["prestataire", "nom"], name="lieu_nom_unique")]

    def __str__(self) -> str:
        return f"{self.nom}, {self.ville}"


@dataclass(frozen=True)
class Place:
    """One role in force at one place, as carried by the logged-in agent."""

    role: Role
    direction_id: uuid.UUID | None
    direction_nom: str
    prestataire_id: uuid.UUID | None
    prestataire_nom: str


class AgentQuerySet(models.QuerySet["Agent"]):
    def with_places(self) -> "AgentQuerySet":
        """Bring the roles in force today along in the same query: an empty page must stay at two queries."""
        today = clock.today()
        in_force = Q(affectations__debut__lte=today) & (Q(affectations__fin=None) | Q(affectations__fin__gte=today))
        return self.annotate(
            _places=ArrayAgg(
                JSONObject(
                    role="affectations__role",
                    direction_id="affectations__direction_id",
                    direction_nom="affectations__direction__nom",
                    prestataire_id="affectations__prestataire_id",
                    prestataire_nom="affectations__prestataire__nom",
                ),
                filter=in_force,
                default=[],
            )
        )

    def holding(
        self, role: Role, *, direction_id: uuid.UUID | None = None, prestataire_id: uuid.UUID | None = None
    ) -> "AgentQuerySet":
        """Active agents who hold a role at a place today."""
        return self.filter(
            is_active=True,
            pk__in=Affectation.objects.in_force()
            .filter(role=role, direction=direction_id, prestataire=prestataire_id)
            .values("agent_id"),
        )


class AgentManager(BaseUserManager["Agent"]):
    def get_queryset(self) -> AgentQuerySet:
        return AgentQuerySet(self.model, using=self._db)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Agent":
        """An agent without any role: rights come from affectations."""
        agent = self.model(email=self.normalize_email(email).lower(), **fields)
        agent.set_password(password)
        agent.full_clean()
        agent.save(using=self._db)
        return agent

    def get_by_natural_key(self, username: str | None) -> "Agent":
        return self.get(email__iexact=username)


class Agent(BaseModel, AbstractBaseUser):
    """A natural person with an account: OFII agent, prestataire's adviser or administrator."""

    email = models.EmailField("courriel", unique=True)
    prenom = models.CharField("prénom", max_length=100)
    nom = models.CharField("nom", max_length=100)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    is_active = models.BooleanField("compte ouvert", default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["prenom", "nom"]

    objects = AgentManager()

    class Meta:
        verbose_name = "agent"
        ordering = [annuaire("nom"), alphabetique("prenom")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="agent_email_unique_sans_casse",
                violation_error_message="Un compte porte déjà cette adresse.",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.prenom} {self.nom}"

    def get_short_name(self) -> str:
        return self.prenom

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The roles in force today; read once a request."""
        rows = getattr(self, "_places", None)
        if rows is None:
            mine = Agent.objects.get_queryset().with_places().filter(pk=self.pk)
            rows = mine.values_list("_places", flat=True).get()  # type: ignore[misc]  # the annotation of with_places
        return tuple(
            Place(
                role=Role(row["role"]),
                direction_id=uuid.UUID(row["direction_id"]) if row["direction_id"] else None,
                direction_nom=row["direction_nom"] or "",
                prestataire_id=uuid.UUID(row["prestataire_id"]) if row["prestataire_id"] else None,
                prestataire_nom=row["prestataire_nom"] or "",
            )
            for row in sorted(
                rows or [], key=lambda row: (row["role"], row["direction_nom"] or "", row["prestataire_nom"] or "")
            )
        )

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(place.role for place in self.places)

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin opens: administrators only."""
        return self.is_active and Role.ADMINISTRATEUR in self.roles

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Asked by the Django admin; what it may write is narrowed by each ModelAdmin."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class AffectationQuerySet(models.QuerySet["Affectation"]):
    def in_force(self) -> "AffectationQuerySet":
        today = clock.today()
        return self.filter(Q(fin=None) | Q(fin__gte=today), debut__lte=today)


class Affectation(BaseModel):
    """A role held at a place, first and last day included; one person may hold several."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="affectations")
    role = models.CharField("rôle", max_length=40, choices=Role.choices)
    direction = models.ForeignKey(
        DirectionTerritoriale, verbose_name="direction territoriale", null=True, blank=True, on_delete=models.PROTECT
    )
    prestataire = models.ForeignKey(Prestataire, null=True, blank=True, on_delete=models.PROTECT)
    debut = models.DateField("premier jour", default=clock.today)
    fin = models.DateField("dernier jour", null=True, blank=True)

    objects = AffectationQuerySet.as_manager()

    class Meta:
        verbose_name = "affectation"
        ordering = ["agent", "role"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin=None) | Q(fin__gte=F("debut")),
                name="affectation_fin_apres_debut",
                violation_error_message="Le dernier jour précède le premier.",
            ),
            models.CheckConstraint(
                name="affectation_role_a_son_lieu",
                condition=Q(role__in=sorted(DIRECTION_ROLES), direction__isnull=False, prestataire__isnull=True)
                | Q(role__in=sorted(PRESTATAIRE_ROLES), direction__isnull=True, prestataire__isnull=False)
                | Q(role=Role.ADMINISTRATEUR, direction__isnull=True, prestataire__isnull=True),
                violation_error_message=(
                    "Un rôle OFII s’exerce dans une direction, un rôle de prestataire chez un prestataire."
                ),
            ),
            models.UniqueConstraint(
                fields=["agent", "role", "direction", "prestataire"],
                condition=Q(fin=None),
                name="affectation_ouverte_unique",
                nulls_distinct=False,
                violation_error_message="Cette personne tient déjà ce rôle à cet endroit.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} – {self.direction or self.prestataire or 'national'}"


class Jeton(BaseModel):
    """Access token of the API; only its SHA-256 is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="jetons")
    libelle = models.CharField("usage", max_length=80)
    empreinte = models.CharField(max_length=64, unique=True, editable=False)
    expire_at = models.DateTimeField("expire le")
    revoque_at = models.DateTimeField("révoqué le", null=True, blank=True)

    class Meta:
        verbose_name = "jeton"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.libelle
