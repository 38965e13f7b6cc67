"""The code lists that come with the application: régions, directions, countries, languages, permits, levels, ROME."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from agents.models import DirectionTerritoriale, Region
from bilan.models import Metier, NiveauFormation
from cai.models import Langue, Pays, TitreAdmission

FIXTURES: Path = settings.FIXTURE_DIRS[0]


@dataclass(frozen=True)
class CodeList:
    """A file of rows and what it owns of them: ``renewed`` fields follow the file, the others only start from it."""

    file: str
    model: type[models.Model]
    renewed: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads((FIXTURES / self.file).read_text())
        return rows


# Directions, permits and ROME labels belong to the administrators (and to the official CSV) once they exist.
CODE_LISTS = (
    CodeList("regions.json", Region, ("nom",)),
    CodeList("directions.json", DirectionTerritoriale),
    CodeList("pays.json", Pays, ("nom",)),
    CodeList("langues.json", Langue, ("nom",)),
    CodeList("titres.json", TitreAdmission),
    CodeList("niveaux.json", NiveauFormation, ("libelle", "niveau_cec", "ordre")),
    CodeList("rome.json", Metier),
)


@dataclass(frozen=True)
class Loaded:
    """What loading one list changed."""

    name: str
    added: int
    changed: int


@transaction.atomic
def load_reference() -> list[Loaded]:
    """Bring every code list up to date, all or nothing. Safe to run again; no row is ever deleted."""
    return [_load(code_list) for code_list in CODE_LISTS]


def _load(code_list: CodeList) -> Loaded:
    known = {row.code: row for row in code_list.model._default_manager.all()}  # type: ignore[attr-defined]
    added = changed = 0
    for values in code_list.rows():
        present = known.get(values["code"])
        if present is None:
            code_list.model(**dict(_as_columns(code_list.model, values))).save(force_insert=True)
            added += 1
        elif any(getattr(present, name) != values[name] for name in code_list.renewed):
            for name in code_list.renewed:
                setattr(present, name, values[name])
            present.save()
            changed += 1
    return Loaded(str(code_list.model._meta.verbose_name_plural), added, changed)


def _as_columns(model: type[models.Model], values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """A file names a related row by its code."""
    for name, value in values.items():
        field = model._meta.get_field(name)
        yield (f"{name}_id" if field.is_relation else name), value
