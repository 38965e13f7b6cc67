"""Each field that leaves for Pôle emploi has a source that exists, a legal basis, and its row in docs/champs.md."""

import dataclasses
import re
import typing
from typing import Any

import pytest
from django.apps import apps

from bilan.contenu import SyntheseContenu
from outils import champs
from poleemploi.payload import ORIGINES, Base, Origine, to_wire
from tests.unit.poleemploi.test_payload import FULL

pytestmark = pytest.mark.rule("E.3-pole-emploi", "F.2-base")


def test_every_field_of_the_contract_has_a_source_and_a_legal_basis_and_every_row_its_field() -> None:
    assert champs.gaps() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"signataire.nom": None}, "signataire.nom: no origin, hence no legal basis"),
        ({"signataire.dateNaissance": Origine("cai.Signataire.date_naissance", (Base.DECRET,))}, "not in the contract"),
        ({"signataire.nom": Origine("cai.Signataire.nom", ())}, "signataire.nom: no legal basis"),
        ({"numeroCai": Origine("cai.Contrat.numero_cai", (Base.DECISION,))}, "decided by us, without a reason"),
    ],
)
def test_a_gap_in_the_table_is_told_and_no_page_is_made_of_it(
    change: dict[str, Origine | None], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, origine in change.items():
        if origine is None:
            monkeypatch.delitem(ORIGINES, path)
        else:
            monkeypatch.setitem(ORIGINES, path, origine)
    (fault,) = champs.gaps()
    assert said in fault
    with pytest.raises(ValueError, match=re.escape(said)):
        champs.table()


def written(value: Any, path: str = "") -> set[str]:
    """The paths of the values of a body."""
    if isinstance(value, dict):
        return {leaf for name, member in value.items() for leaf in written(member, f"{path}.{name}" if path else name)}
    if isinstance(value, list):
        return {leaf for member in value for leaf in written(member, f"{path}[]")}
    return {path}


def test_a_full_deposit_fills_every_row_and_nothing_else() -> None:
    assert written(to_wire(FULL)) == set(ORIGINES)


@pytest.mark.parametrize("source", sorted({origine.source for origine in ORIGINES.values()}))
def test_a_source_is_a_field_that_exists(source: str) -> None:
    if not source.startswith("SyntheseContenu."):
        app, model, field = source.split(".")
        assert hasattr(apps.get_model(app, model), field)
        return
    kind: Any = SyntheseContenu
    for step in source.split(".")[1:]:
        assert step in {field.name for field in dataclasses.fields(kind)}, source
        of = typing.get_type_hints(kind)[step]
        kind = next(iter(typing.get_args(of)), of)


def test_the_table_of_fields_is_up_to_date() -> None:
    assert champs.TABLE.read_text(encoding="utf-8") == champs.table(), "run: make champs"
