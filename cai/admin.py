"""Code lists of the contract. People, their documents and their prestations are not here at all (reference B)."""

from django.contrib import admin
from django.http import HttpRequest

from cai.models import LANGUE_INCONNUE, PAYS_INCONNU, Contrat, Langue, Pays, TitreAdmission
from core.admin import CodeTableAdmin, ReadOnlyAdmin


@admin.register(Pays)
class PaysAdmin(CodeTableAdmin):
    """Names follow the application's own file at each release; other names and order are the office's."""

    aide = "Les autres noms, séparés par des virgules, servent à la recherche\u00a0: synonymes, anciens noms, sigles."
    fixed_once_created = ("code", "nom")
    toujours = (PAYS_INCONNU,)
    fields = ("code", "nom", "synonymes", "frequent")
    list_display = ("nom", "code", "synonymes", "frequent")
    list_filter = ("frequent",)
    search_fields = ("nom", "code", "synonymes")


@admin.register(Langue)
class LangueAdmin(CodeTableAdmin):
    """As for countries."""

    aide = PaysAdmin.aide
    fixed_once_created = ("code", "nom")
    toujours = (LANGUE_INCONNUE,)
    fields = ("code", "nom", "synonymes", "frequent")
    list_display = ("nom", "code", "synonymes", "frequent")
    list_filter = ("frequent",)
    search_fields = ("nom", "code", "synonymes")


@admin.register(TitreAdmission)
class TitreAdmissionAdmin(CodeTableAdmin):
    """Each code has its rule in exemptions/domain/bareme.py, so that none is added or removed from here."""

    aide = "Le code décide de l’exemption\u00a0: seuls le libellé et l’ordre se choisissent ici."
    fields = ("code", "libelle", "ordre")
    list_display = ("libelle", "code", "ordre")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TitreAdmission | None = None) -> bool:
        return False


@admin.register(Contrat)
class ContratAdmin(ReadOnlyAdmin):
    """Where a file stands, without the person."""

    fields = ("id", "numero_cai", "direction", "statut", "created_at", "updated_at")
    list_display = ("numero_cai", "direction", "statut", "created_at")
    list_filter = ("statut", "direction")
    list_select_related = ("direction",)
    search_fields = ("numero_cai", "id__exact")
    search_help_text = "Numéro CAI ou identifiant"
    ordering = ("-created_at",)
