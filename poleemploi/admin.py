"""The technical state of the exchange: no content, no recipient's name, nothing to act upon."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from poleemploi.models import Canal, Tentative, Transmission


@admin.register(Transmission)
class TransmissionAdmin(ReadOnlyAdmin):
    fields = (
        "id", "etat", "created_at", "nombre_essais", "premier_essai_at", "prochain_essai_at", "bail_jusqua",
        "effacement_voulu", "accuse_at", "accuse_identifiant", "erreur_code", "termine_at",
        "motif_fin",
    )  # fmt: skip
    list_display = ("id", "etat", "created_at", "nombre_essais", "prochain_essai_at", "accuse_at", "erreur_code")
    list_filter = ("etat", "created_at")
    search_fields = ("id__exact", "accuse_identifiant__exact")
    search_help_text = "Identifiant de la transmission ou accusé de réception"


@admin.register(Tentative)
class TentativeAdmin(ReadOnlyAdmin):
    fields = (
        "transmission_id", "numero", "operation", "ouverte_at", "fermee_at", "issue", "statut_http", "code_metier",
        "duree_ms",
    )  # fmt: skip
    readonly_fields = ("transmission_id",)
    list_display = ("transmission_id", "numero", "operation", "ouverte_at", "issue", "statut_http", "code_metier")
    list_filter = ("issue", "operation", "ouverte_at")
    search_fields = ("transmission__id__exact",)
    search_help_text = "Identifiant de la transmission"
    ordering = ("-ouverte_at",)


@admin.register(Canal)
class CanalAdmin(ReadOnlyAdmin):
    fields = ("pause_depuis", "pause_jusqua", "pause_motif", "restauration_depuis", "jeton_expire_at")
    list_display = ("__str__", "pause_depuis", "pause_jusqua", "pause_motif", "restauration_depuis")
