"""Accounts, roles held at a place, places and markets. Accounts change through services; nothing here is deleted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from agents import courriels, services
from agents.models import Affectation, Agent, DirectionTerritoriale, Jeton, Lieu, Marche, Prestataire, Region
from agents.roles import Role
from core import clock
from core.admin import CodeTableAdmin, JournalledAdmin, ReadOnlyAdmin
from core.form_fields import CourrielField, NomField, TelephoneField


def _by(request: HttpRequest) -> Agent:
    assert isinstance(request.user, Agent)
    return request.user


def _check_period(debut: Any, fin: Any) -> None:
    if debut and fin and fin < debut:
        raise ValidationError({"fin": "Le dernier jour précède le premier."})


# --- places -------------------------------------------------------------------------------------


@admin.register(Region)
class RegionAdmin(ReadOnlyAdmin):
    """The 26 régions of 2010 are history."""

    fields = ("code", "nom")
    list_display = ("nom", "code")


@admin.register(DirectionTerritoriale)
class DirectionTerritorialeAdmin(CodeTableAdmin):
    aide = "Adresse, téléphone et courriel figurent sur les lettres\u00a0; le code commence les numéros CAI."
    list_display = ("nom", "code", "region", "ville", "telephone", "courriel")
    list_filter = ("region",)
    list_select_related = ("region",)
    search_fields = ("nom", "code", "ville")


class LieuInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Lieu
    fields = (("nom", "actif"), "adresse", ("code_postal", "ville"), "acces")
    extra = 0
    can_delete = False
    verbose_name_plural = "Lieux de rendez-vous\u00a0: décochez «\u00a0proposé\u00a0» pour ne plus y convoquer"


@admin.register(Prestataire)
class PrestataireAdmin(CodeTableAdmin):
    aide = (
        "Adresse, téléphone et courriel figurent sur les convocations\u00a0; un marché dit quelles directions il sert."
    )
    fixed_once_created = ()
    list_display = ("nom", "ville", "telephone", "courriel")
    search_fields = ("nom", "ville")
    inlines = (LieuInline,)


class MarcheForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> None:
        _check_period(self.cleaned_data.get("debut"), self.cleaned_data.get("fin"))


@admin.register(Marche)
class MarcheAdmin(CodeTableAdmin):
    form = MarcheForm
    aide = "Un prestataire est proposé aux directions couvertes, du premier au dernier jour, compris."
    fixed_once_created = ("prestataire",)
    list_display = ("numero", "prestataire", "debut", "fin", "couvre_aujourd_hui")
    list_filter = ("prestataire", "directions")
    list_select_related = ("prestataire",)
    search_fields = ("numero", "prestataire__nom")
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    @admin.display(boolean=True, description="en cours")
    def couvre_aujourd_hui(self, marche: Marche) -> bool:
        return marche.debut <= clock.today() <= marche.fin


# --- accounts -----------------------------------------------------------------------------------


class RoleTenuForm(forms.ModelForm):  # type: ignore[type-arg]
    """Only the last day of a role may be written, and a role that ended is not reopened: it is given again."""

    class Meta:
        model = Affectation
        fields = ("fin",)

    def clean_fin(self) -> Any:
        fin = self.cleaned_data["fin"]
        if fin is None and self.instance.fin is not None:
            raise ValidationError("Pour rouvrir ce rôle, attribuez-le de nouveau ci-dessous.")
        return fin

    def clean(self) -> None:
        _check_period(self.instance.debut, self.cleaned_data.get("fin"))


class RoleTenuInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Affectation
    form = RoleTenuForm
    fields = ("role", "direction", "prestataire", "debut", "fin")
    readonly_fields = ("role", "direction", "prestataire", "debut")
    extra = 0
    can_delete = False
    verbose_name = "rôle"
    verbose_name_plural = "Rôles\u00a0: indiquez le dernier jour pour en terminer un"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NouveauRoleForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> None:
        _check_period(self.cleaned_data.get("debut"), self.cleaned_data.get("fin"))


class NouveauRoleInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Affectation
    form = NouveauRoleForm
    fields = ("role", "direction", "prestataire", "debut", "fin")
    extra = 1
    can_delete = False
    verbose_name = "rôle"
    verbose_name_plural = (
        "Attribuer un rôle\u00a0: une direction pour un rôle OFII, un prestataire pour un rôle de prestataire"
    )

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        for name in ("direction", "prestataire"):
            widget = formset.form.base_fields[name].widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return formset

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Affectation]:
        return super().get_queryset(request).none()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]
    email = CourrielField(label="Courriel")
    prenom = NomField(label="Prénom")
    nom = NomField(label="Nom")
    telephone = TelephoneField(label="Téléphone", required=False)


@admin.register(Agent)
class AgentAdmin(JournalledAdmin):
    """An account is opened (with a letter to choose a password), corrected, closed, reopened; never deleted."""

    form = AgentForm
    fields = ("email", "prenom", "nom", "telephone", "is_active", "last_login")
    readonly_fields = ("is_active", "last_login")
    list_display = ("nom", "prenom", "roles_en_cours", "email", "is_active")
    list_filter = (
        "is_active",
        "affectations__role",
        ("affectations__direction", admin.RelatedOnlyFieldListFilter),
        ("affectations__prestataire", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("nom", "prenom", "email")
    actions = ("fermer", "rouvrir", "inviter")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Agent]:
        return Agent.objects.get_queryset().with_places()

    def get_fields(self, request: HttpRequest, obj: Agent | None = None) -> Any:
        return self.fields if obj else ("email", "prenom", "nom", "telephone")

    def get_inlines(self, request: HttpRequest, obj: Agent | None) -> Any:
        return (RoleTenuInline, NouveauRoleInline) if obj else (NouveauRoleInline,)

    def get_aide(self, obj: Agent | None) -> str:
        if obj is None:
            return (
                "Une invitation part à cette adresse\u00a0: la personne choisit elle-même son mot de passe. "
                "Sans rôle, un compte n’ouvre aucun dossier."
            )
        return (
            "Pour fermer ce compte, le rouvrir ou envoyer de nouveau l’invitation\u00a0: "
            "cochez-le dans la liste des agents, puis choisissez l’action."
        )

    @admin.display(description="rôles en cours")
    def roles_en_cours(self, agent: Agent) -> str:
        places = (f"{place.role.label} {place.direction_nom or place.prestataire_nom}" for place in agent.places)
        return ", ".join(place.strip() for place in places) or "aucun"

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in ("email", "prenom", "nom", "telephone")}
        if change:
            services.correct_agent(agent=obj, **values, by=_by(request))
            return
        created = services.create_agent(**values, by=_by(request))
        obj.pk, obj.password = created.pk, created.password
        obj.refresh_from_db()
        self._invite(request, obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for affectation in formset.save(commit=False):
            if formset.form is RoleTenuForm or affectation._state.adding is False:
                if affectation.fin is not None:
                    services.end_affectation(affectation=affectation, fin=affectation.fin, by=_by(request))
                continue
            services.assign_role(
                agent=affectation.agent,
                role=Role(affectation.role),
                direction=affectation.direction,
                prestataire=affectation.prestataire,
                debut=affectation.debut,
                fin=affectation.fin,
                by=_by(request),
            )

    @admin.action(description="Fermer les comptes choisis")
    def fermer(self, request: HttpRequest, queryset: models.QuerySet[Agent]) -> None:
        for agent in queryset:
            services.close_account(agent=agent, by=_by(request))
        self.message_user(request, "Les comptes choisis sont fermés.", messages.SUCCESS)

    @admin.action(description="Rouvrir les comptes choisis")
    def rouvrir(self, request: HttpRequest, queryset: models.QuerySet[Agent]) -> None:
        for agent in queryset:
            services.reopen_account(agent=agent, by=_by(request))
        self.message_user(request, "Les comptes choisis sont ouverts.", messages.SUCCESS)

    @admin.action(description="Envoyer de nouveau l’invitation")
    def inviter(self, request: HttpRequest, queryset: models.QuerySet[Agent]) -> None:
        for agent in queryset.filter(is_active=True):
            self._invite(request, agent)

    def _invite(self, request: HttpRequest, agent: Agent) -> None:
        try:
            courriels.send_password_link(agent, letter=courriels.INVITATION)
        except OSError:
            self.message_user(
                request,
                f"L’invitation n’est pas partie vers {agent.email}\u00a0: vérifiez la messagerie, puis renvoyez-la.",
                messages.WARNING,
            )
        else:
            self.message_user(request, f"Une invitation est envoyée à {agent.email}.", messages.SUCCESS)


@admin.register(Jeton)
class JetonAdmin(ReadOnlyAdmin):
    """Tokens are made by « manage.py create_token » and known by their label; here they are revoked."""

    aide = "Pour révoquer ce jeton\u00a0: cochez-le dans la liste, puis choisissez l’action."

    fields = ("agent", "libelle", "created_at", "expire_at", "revoque_at")
    list_display = ("libelle", "agent", "created_at", "expire_at", "revoque_at")
    list_filter = ("revoque_at", "expire_at")
    list_select_related = ("agent",)
    search_fields = ("libelle", "agent__email", "agent__nom")
    actions = ("revoquer",)

    @admin.action(description="Révoquer les jetons choisis")
    def revoquer(self, request: HttpRequest, queryset: models.QuerySet[Jeton]) -> None:
        for jeton in queryset:
            services.revoke_token(jeton=jeton, by=_by(request))
        self.message_user(request, "Les jetons choisis sont révoqués.", messages.SUCCESS)
