"""A body that does not conform is told by pointer and by a sentence, never by its content."""

from collections.abc import Callable
from typing import Any

import pytest

from poleemploi import champs, contrat
from tests.simulateur import un_depot

Spoil = Callable[[dict[str, Any]], object]
MANQUE = "Cette rubrique manque."
FORME = "Cette valeur n’a pas la forme attendue."
HORS_LISTE = "Cette valeur n’est pas dans la liste admise."


def test_a_body_of_the_contract_has_no_fault() -> None:
    assert contrat.faults("DepotSynthese", un_depot()) == []


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda body: body.pop("niveauFormation"), [("/niveauFormation", MANQUE)]),
        (lambda body: body["signataire"].pop("nom"), [("/signataire/nom", MANQUE)]),
        (
            lambda body: body["signataire"].update(dateNaissance="1980-07-01"),
            [("/signataire/dateNaissance", "Cette rubrique n’est pas prévue.")],
        ),
        (lambda body: body.update(numeroCai="75 2010"), [("/numeroCai", FORME)]),
        (lambda body: body["signataire"].update(age=15), [("/signataire/age", "Cette valeur est inférieure à 16.")]),
        (lambda body: body["signataire"].update(age=121), [("/signataire/age", "Cette valeur est supérieure à 120.")]),
        (
            lambda body: body["signataire"].update(age="29"),
            [("/signataire/age", "Cette rubrique n’est pas du genre attendu.")],
        ),
        (lambda body: body["signataire"].update(nom=""), [("/signataire/nom", "Cette rubrique est vide.")]),
        (
            lambda body: body.update(parcoursProfessionnel="x" * 2001),
            [("/parcoursProfessionnel", "Ce texte dépasse 2000\u00a0caractères.")],
        ),
        (lambda body: body.update(niveauFormation="Vbis"), [("/niveauFormation", HORS_LISTE)]),
        (
            lambda body: body["synthese"].update(preconisations=[]),
            [("/synthese/preconisations", "Cette rubrique est vide.")],
        ),
        (
            lambda body: body["synthese"].update(metiers=[{"codeRome": "D1207", "rang": 1}] * 4),
            [("/synthese/metiers", "Cette liste dépasse 3\u00a0éléments.")],
        ),
        (
            lambda body: body["rechercheEmploi"].update(freins=["LOGEMENT", "LOGEMENT"]),
            [("/rechercheEmploi/freins", "Un élément de cette liste est répété.")],
        ),
        (lambda body: body["synthese"].update(realiseLe="2010-02-30"), [("/synthese/realiseLe", FORME)]),
        (lambda body: body["consentement"].update(recueilliLe="hier"), [("/consentement/recueilliLe", FORME)]),
        (lambda body: body["consentement"].update(reference="8d9f"), [("/consentement/reference", FORME)]),
        (lambda body: body["experiences"][0].update(codeRome="Z9999"), [("/experiences/0/codeRome", FORME)]),
    ],
)
def test_a_fault_has_its_pointer_and_its_sentence(spoil: Spoil, expected: list[tuple[str, str]]) -> None:
    body = un_depot()
    spoil(body)
    assert contrat.faults("DepotSynthese", body) == expected


def test_every_fault_is_told() -> None:
    assert len(contrat.faults("DepotSynthese", {})) == 9


def test_no_sentence_quotes_the_value() -> None:
    body = un_depot()
    body["signataire"]["nom"] = "Secret" * 100
    assert "Secret" not in str(contrat.faults("DepotSynthese", body))


def test_a_pointer_escapes_what_it_must() -> None:
    assert contrat.pointer_to(["a/b", "c~d", 0]) == "/a~1b/c~0d/0"


def _pointers(schema: dict[str, Any], path: str = "") -> list[str]:
    if "$ref" in schema:
        schema = contrat.contract()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = [path] if path else []
    for name, member in schema.get("properties", {}).items():
        found += _pointers(member, f"{path}/{name}")
    if "items" in schema:
        found += _pointers(schema["items"], f"{path}/0")
    return found


@pytest.mark.parametrize("pointer", _pointers(contrat.contract()["components"]["schemas"]["DepotSynthese"]))
def test_every_field_of_the_contract_has_its_heading(pointer: str) -> None:
    assert champs.heading_of(pointer) is not champs.ENVOI


@pytest.mark.parametrize("pointer", ["", "/", "/inconnu", "/../etc", "signataire"])
def test_an_unknown_pointer_belongs_to_the_sending_as_a_whole(pointer: str) -> None:
    assert champs.heading_of(pointer) is champs.ENVOI


@pytest.mark.parametrize(
    ("pointer", "rank"), [("/experiences/1/metier", 2), ("/synthese/metiers/0/codeRome", 1), ("/numeroCai", None)]
)
def test_the_rank_of_an_element_starts_at_one(pointer: str, rank: int | None) -> None:
    assert champs.rank_of(pointer) == rank
