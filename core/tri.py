"""Alphabetical order as a French directory keeps it, whatever the collation of the database."""

from django.db.models import F, Func, Value
from django.db.models.functions import Lower

PARTICULE = r"^\s*(d['’]\s*|de\s+)"


def alphabetique(field: str) -> Lower:
    """An ordering on a text, accents and capitals aside."""
    return Lower(Func(F(field), function="unaccent"))


def annuaire(field: str) -> Lower:
    """An ordering on a person's name: besides, « d’ » and « de » before it do not count; « Le », « du » do."""
    bare = Func(F(field), Value(PARTICULE), Value(""), Value("i"), function="regexp_replace")
    return Lower(Func(bare, function="unaccent"))
