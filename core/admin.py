"""What the administration may do with each kind of table, and its view of the two journals."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.http import HttpRequest
from django.utils.text import capfirst

from core import journal
from core.models import Evenement, JournalAcces


def is_used(row: models.Model) -> bool:
    """Whether any other row points to this one, whatever the table."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and relation.field.concrete and not relation.many_to_many
    )


class TidyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Headings and a word of help in plain French, and lists that stay quick on a large table."""

    aide = ""
    show_full_result_count = False
    list_per_page = 50

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        name = str(self.opts.verbose_name)
        title = capfirst(name) if object_id else f"Ajouter\u00a0: {name}"
        return super().changeform_view(request, object_id, form_url, {"title": title, **(extra_context or {})})

    def get_aide(self, obj: Any) -> str:
        """What the top of the form says; ``obj`` is None when adding."""
        return self.aide

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": self.get_fields(request, obj), "description": self.get_aide(obj)})]


# rule: E.6-actes
class JournalledAdmin(TidyAdmin):
    """Every change made here is a line of the access journal, besides Django's own history."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        journal.log_access("administration_ajout", by=request.user, target=obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        journal.log_access("administration_modification", by=request.user, target=obj)
        return super().log_change(request, obj, message)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class CodeTableAdmin(JournalledAdmin):
    """A table of reference: its codes are for ever, what is not used anywhere may go."""

    fixed_once_created: tuple[str, ...] = ("code",)
    toujours: tuple[str, ...] = ()  # codes that the application itself writes one day

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = self.fixed_once_created if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Without a row it is asked for the bulk action, which could not tell which rows are used.
        return obj is not None and obj.pk not in self.toujours and not is_used(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        journal.log_access("administration_suppression", by=request.user, target=obj)
        super().delete_model(request, obj)


class ReadOnlyAdmin(TidyAdmin):
    """Rows that only services write: looked at, never added, changed nor deleted."""

    actions: Any = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Evenement)
class EvenementAdmin(ReadOnlyAdmin):
    """That something happened to a file; what was said of it (``faits``) belongs to the file's own readers."""

    fields = (
        "dossier", "numero", "nom", "cible_type", "cible_id", "etat_avant", "etat_apres", "survenu_at",
        "enregistre_at", "empreinte_precedente", "empreinte",
    )  # fmt: skip
    list_display = ("enregistre_at", "nom", "cible_type", "etat_avant", "etat_apres", "dossier")
    list_filter = ("cible_type", "enregistre_at")
    search_fields = ("dossier__exact", "cible_id__exact", "nom")
    search_help_text = "Identifiant du dossier ou de l’objet, ou nom de l’événement"
    ordering = ("-enregistre_at",)


@admin.register(JournalAcces)
class JournalAccesAdmin(ReadOnlyAdmin):
    fields = (
        "survenu_at", "agent", "roles", "action", "resultat", "motif", "objet_type", "objet_id", "adresse_ip",
        "requete",
    )  # fmt: skip
    list_display = ("survenu_at", "action", "resultat", "motif", "agent", "objet_type", "adresse_ip")
    list_filter = ("resultat", "survenu_at")
    list_select_related = ("agent",)
    search_fields = ("action", "objet_id__exact", "requete__exact", "agent__email")
    search_help_text = "Action, identifiant de l’objet ou de la requête, courriel de l’agent"
