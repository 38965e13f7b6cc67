"""The tables have no room for what is never asked of a person (reference E.5)."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field
from django.urls import get_resolver

from bilan.forms_synthese import PreconisationForm, SyntheseForm
from core.form_fields import TexteField
from core.forms import BaseForm
from core.text import search_key
from tests.repository.sources import APPS, RACINE

# Words of a column's name or label; « titre de séjour » and the family contract's children are asked by the law itself.
JAMAIS = (
    "sante", "maladie", "medical", "handicap", "grossesse", "religion", "culte", "confession", "ethni", "racial",
    "opinion", "politique", "syndica", "infraction", "condamnation", "casier", "securite sociale", "nir", "sexualite",
    "situation de famille", "situation matrimoniale",
)  # fmt: skip


@pytest.mark.rule("E.5-jamais")
def test_no_column_is_made_for_what_is_never_collected():
    found = [
        f"{model._meta.label}.{field.name}"
        for app in APPS
        if app != "config"
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, Field)
        if any(f" {never}" in f" {search_key(f'{field.name} {field.verbose_name}')}" for never in JAMAIS)
    ]
    assert found == []


def _forms(parent: type[BaseForm] = BaseForm) -> Iterator[type[BaseForm]]:
    for form in parent.__subclasses__():
        if form.__module__.partition(".")[0] in APPS and not form.__module__.startswith("core."):
            yield form
        yield from _forms(form)


@pytest.mark.rule("E.5-textes-libres")
def test_every_free_text_says_what_must_not_be_written():
    get_resolver().url_patterns  # noqa: B018 - loads every page, thus every form
    page = (RACINE / "templates" / "bilan" / "synthese_ecrire.html").read_text(encoding="utf-8")
    assert "N’y écrivez rien sur sa santé" in page  # said once, above all the headings of the sheet
    silent = [
        f"{form.__name__}.{name}"
        for form in _forms()
        if form not in (SyntheseForm, PreconisationForm)
        for name, field in form.base_fields.items()
        if isinstance(field, TexteField) and "santé" not in field.help_text
    ]
    assert silent == []
