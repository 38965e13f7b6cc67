"""Bodies against the contract, and what a strict reader refuses."""

import json

import pytest

from poleemploi.simulateur.refus import Refus
from poleemploi.simulateur.validation import check_deposit, faults_against, is_uuid, read_json
from tests.simulateur import un_depot


def spoilt(path: str, value: object) -> dict:
    depot = un_depot()
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")[1:]]
    bearer = depot
    for part in way:
        bearer = bearer[part]
    bearer[last] = value
    return depot


def test_the_model_deposit_conforms():
    assert faults_against("DepotSynthese", un_depot()) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/numeroCai", "75-2010-000123\n"),
        ("/numeroCai", "75-20"),
        ("/signataire/nom", ""),
        ("/signataire/nom", "x" * 101),
        ("/signataire/age", 15),
        ("/signataire/age", 121),
        ("/signataire/age", True),
        ("/signataire/age", 29.5),
        ("/signataire/sexe", "f"),
        ("/signataire/nationalite", "CI"),
        ("/niveauFormation", "VIII"),
        ("/langues/0/langue", "FR"),
        ("/langues/0/niveau", None),
        ("/experiences/0/codeRome", "Z1803"),
        ("/experiences/0/debut", "2001-13"),
        ("/rechercheEmploi/freins", ["LOGEMENT", "LOGEMENT"]),
        ("/synthese/version", 0),
        ("/synthese/realiseLe", "20100512"),
        ("/synthese/realiseLe", "2010-02-30"),
        ("/synthese/dureeMinutes", 181),
        ("/synthese/metiers", [{"codeRome": "D1207", "rang": 1}] * 4),
        ("/synthese/preconisations", []),
        ("/consentement/reference", "{8d9f3c1e-6d0a-4c55-9f6e-2f6a1f1c2b3d}"),
        ("/consentement/recueilliLe", "2010-05-12T14:00:00"),
        ("/dateNaissance", "1981-01-01"),
        ("/signataire/adresse", "inconnue"),
        ("/signataire/a~b/c".replace("b/c", "b"), 1),
    ],
)
def test_a_faulty_field_is_named_by_its_pointer(path, value):
    [champ] = faults_against("DepotSynthese", spoilt(path, value))

    assert champ["chemin"] == path.replace("a~b", "a~0b")
    assert champ["motif"].endswith(".")


@pytest.mark.parametrize("path", ["/signataire/prenom", "/experiences/0/fin"])
def test_what_may_be_null_may_be_null(path):
    assert faults_against("DepotSynthese", spoilt(path, None)) == []


def test_every_missing_field_is_named_once():
    champs = faults_against("DepotSynthese", {"synthese": {}})

    chemins = [champ["chemin"] for champ in champs]
    assert len(chemins) == len(set(chemins)) == 8 + 5
    assert {"/numeroCai", "/synthese/version", "/consentement"} <= set(chemins)


def test_a_refusal_repeats_nothing_of_what_was_sent():
    with pytest.raises(Refus) as caught:
        check_deposit(spoilt("/signataire/nom", "Zyxwvuts" * 20))

    assert "Zyxwvuts" not in json.dumps(caught.value.as_json())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xef\xbb\xbf{}",
        b'{"nom": "\xe9"}',
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b"[" * 200_000,
        b'{"a": 1' + b"0" * 10_000 + b"}",
    ],
    ids=lambda raw: raw[:12].decode("latin-1") or "empty",
)
def test_what_two_readers_could_understand_differently_is_refused(raw):
    with pytest.raises(Refus) as caught:
        read_json(raw)

    assert (caught.value.statut, caught.value.code) == (400, "CORPS_INVALIDE")


@pytest.mark.parametrize("document", [None, [], "x", 3, {}])
def test_a_document_that_is_no_deposit_is_refused(document):
    with pytest.raises(Refus):
        check_deposit(document)


@pytest.mark.parametrize(
    "text", ["", "0" * 36, "0f0e0d0c0b0a49088706050403020100", " 0f0e0d0c-0b0a-4908-8706-050403020100"]
)
def test_only_the_36_character_form_is_a_uuid(text):
    assert not is_uuid(text)
