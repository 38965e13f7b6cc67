"""The quick check of the contract says yes exactly where the whole one finds nothing."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from poleemploi import contrat
from poleemploi.contrat.conformite import check_of
from tests.simulateur import un_depot

VALUES: list[Any] = [
    None, True, 0, -1, 181, 3.5, "", "x", "x" * 2001, "FRA", "2010-05-12", "2010-13-40", "2010-05-12T14:00:00+02:00",
    "B1803\n", [], ["a"], ["GARDE_ENFANTS", "GARDE_ENFANTS"], [{}] * 60, {}, {"inconnu": 1},
]  # fmt: skip


def whole_depot() -> dict[str, Any]:
    depot = un_depot()
    depot |= {
        "parcoursProfessionnel": "Dix ans d’atelier.",
        "formationLinguistique": {"statut": "SUIVIE", "niveauAtteint": "A1", "dateFin": "2010-04-30"},
    }
    depot["synthese"]["orientation"] = "Vers la retouche."
    depot["rechercheEmploi"] |= {"identifiantPoleEmploi": "1234567A", "parcours": "Depuis mars."}
    return depot


def spoilt(node: Any, whole: Any) -> Iterator[Any]:
    """The document with one value replaced, taken out or added, for each of its values."""
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        kept = node[key]
        for value in VALUES:
            node[key] = value
            yield whole
        if isinstance(node, dict):
            del node[key]
            yield whole
        node[key] = kept
        if isinstance(kept, dict | list):
            yield from spoilt(kept, whole)
    if isinstance(node, dict):
        node["inconnu"] = 1
        yield whole
        del node["inconnu"]


def test_it_agrees_with_the_whole_check_on_every_spoilt_deposit() -> None:
    quick, whole = contrat.quick_check("DepotSynthese"), contrat.validator("DepotSynthese")
    depot = whole_depot()
    verdicts = [(quick(one), whole.is_valid(one)) for one in spoilt(depot, depot)]
    assert quick(copy.deepcopy(depot))
    assert {quick_yes for quick_yes, _ in verdicts} == {True, False}
    assert [pair for pair in verdicts if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    "schema", [{"oneOf": [{}]}, {"type": "number"}, {"properties": {}, "additionalProperties": {}}]
)
def test_what_it_does_not_know_it_never_accepts(schema: dict[str, Any]) -> None:
    assert not check_of(schema, {}, contrat.FORMATS)({} if "properties" in schema else 1)
