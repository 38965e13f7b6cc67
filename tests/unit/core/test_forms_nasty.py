"""Whatever is sent to a form is refused with a sentence, or kept clean and shown inert."""

import unicodedata
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template

from core.galerie import ExempleForm, ExperienceFormSet
from core.text import TextRefused, clean_line, clean_nom, clean_text
from tests.nasty import NASTY, NASTY_JSON_ONLY

PAGE = Template("{% load cai_ui %}{% resume_erreurs form lignes %}{{ form }}{% lignes lignes titre='L' ajouter='A' %}")


def posted(text: str) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(dict.fromkeys(ExempleForm().fields, text))
    query.update({"l-TOTAL_FORMS": "1", "l-INITIAL_FORMS": "0"})
    query.update({f"l-0-{name}": text for name in ("metier", "pays", "debut", "DELETE")})
    return query


def is_clean(value: Any) -> bool:
    return not isinstance(value, str) or (
        unicodedata.is_normalized("NFC", value)
        and not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in value)
        and not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in value)
    )


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_every_field_refuses_or_cleans_and_the_page_shows_it_inert(text: str):
    form, lignes = ExempleForm(posted(text)), ExperienceFormSet(posted(text), prefix="l")
    form.is_valid()
    lignes.is_valid()
    for value in form.cleaned_data.values():
        assert is_clean(value)
        assert len(value) <= 500 if isinstance(value, str) else True
    for messages in form.errors.values():
        assert all(len(message) < 200 for message in messages)
    html = PAGE.render(Context({"form": form, "lignes": lignes}))
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize("text", NASTY_JSON_ONLY)
@pytest.mark.parametrize("clean", [clean_text, clean_line, clean_nom])
def test_half_a_character_is_refused(clean: Any, text: str):
    with pytest.raises(TextRefused):
        clean(text)


def test_there_are_two_hundred_of_them():
    assert len(set(NASTY)) >= 200
