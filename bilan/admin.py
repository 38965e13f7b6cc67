"""Code lists of the bilan, and its technical states.

Syntheses, their PDF and destruction, notes, consents, sessions and letters are not registered: an administrator never
sees, changes nor creates them (reference B, E.3).
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from agents.http import AgentRequest
from bilan.models import Bilan, Metier, NiveauFormation, RendezVous
from bilan.rome import TAILLE_MAX, RomeImport, import_rome
from core.admin import CodeTableAdmin, ReadOnlyAdmin
from core.errors import DomainError


class RomeImportForm(forms.Form):
    fichier = forms.FileField(
        label="Fichier CSV du ROME",
        help_text="Le fichier officiel, dont le nom finit par «\u00a0_utf8.csv\u00a0».",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_fichier(self) -> bytes:
        upload: UploadedFile[bytes] = self.cleaned_data["fichier"]
        # One byte more than allowed is enough for the service to refuse; the rest stays out of memory.
        return bytes(upload.read(TAILLE_MAX + 1))


@admin.register(Metier)
class MetierAdmin(CodeTableAdmin):
    """Labels come from the official file; an administrator imports it, or withdraws one occupation."""

    aide = "Décochez «\u00a0proposé\u00a0» pour ne plus offrir ce métier\u00a0; les synthèses qui le citent le gardent."
    change_list_template = "admin/bilan/metier/change_list.html"
    fields = ("code", "libelle", "actif")
    list_display = ("code", "libelle", "actif")
    list_filter = ("actif",)
    search_fields = ("code", "libelle")
    ordering = ("code",)
    fixed_once_created = ("code", "libelle")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Metier | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = path("importer/", self.admin_site.admin_view(self.import_view), name="bilan_metier_import")
        return [own, *super().get_urls()]

    def import_view(self, request: AgentRequest) -> HttpResponse:
        sent = request.method == "POST"
        form = RomeImportForm(request.POST, request.FILES) if sent else RomeImportForm()
        done: RomeImport | None = None
        if sent and form.is_valid():
            try:
                done = import_rome(form.cleaned_data["fichier"], by=request.user)
            except DomainError as refusal:
                form.add_error("fichier", refusal.message)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "Importer le référentiel ROME",
            "opts": self.opts,
            "form": form,
            "done": done,
        }
        return TemplateResponse(request, "admin/bilan/metier/import.html", context)


@admin.register(NiveauFormation)
class NiveauFormationAdmin(ReadOnlyAdmin):
    """The seven levels of 1969, as the partner's contract writes them."""

    fields = ("code", "libelle", "niveau_cec", "ordre")
    list_display = ("libelle", "code", "niveau_cec")


@admin.register(Bilan)
class BilanAdmin(ReadOnlyAdmin):
    fields = ("id", "contrat", "etat", "prestataire", "created_at", "updated_at", "clos_at")
    list_display = ("contrat", "etat", "prestataire", "created_at", "updated_at")
    list_filter = ("etat", "prestataire")
    list_select_related = ("contrat", "prestataire")
    search_fields = ("contrat__numero_cai", "id__exact")
    search_help_text = "Numéro CAI ou identifiant du bilan"
    ordering = ("-created_at",)


@admin.register(RendezVous)
class RendezVousAdmin(ReadOnlyAdmin):
    fields = ("id", "bilan_id", "debut", "duree_minutes", "prestataire", "statut", "created_at")
    readonly_fields = ("bilan_id",)
    list_display = ("debut", "statut", "prestataire", "created_at")
    list_filter = ("statut", "prestataire", "debut")
    list_select_related = ("prestataire",)
    search_fields = ("id__exact", "bilan__id__exact", "bilan__contrat__numero_cai")
    search_help_text = "Numéro CAI, identifiant du bilan ou du rendez-vous"
