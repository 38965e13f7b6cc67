"""The code lists that come with the application."""

import json
import re
from collections import Counter

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

from agents.models import DirectionTerritoriale, Region
from bilan.models import Metier, NiveauFormation
from bilan.reference import CODE_LISTS, load_reference
from cai.models import Langue, Pays, TitreAdmission
from core.text import search_key
from exemptions.domain import bareme

CONTRACT = yaml.safe_load((settings.BASE_DIR / "poleemploi/contrat/poleemploi.openapi.yaml").read_text())["components"][
    "schemas"
]
OUR_LISTS = [code_list.file for code_list in CODE_LISTS]


@pytest.fixture
def loaded(db: None) -> None:
    load_reference()


def test_the_lists_hold_what_the_reference_counts(loaded: None) -> None:
    assert Region.objects.count() == 26
    assert DirectionTerritoriale.objects.count() == 31
    assert Metier.objects.filter(actif=True).count() == 68
    assert NiveauFormation.objects.count() == 7
    assert Langue.objects.count() >= 120
    assert Pays.objects.count() >= 195


def test_directions_of_the_metropole_and_overseas_have_their_prefix(loaded: None) -> None:
    codes = dict(DirectionTerritoriale.objects.values_list("nom", "code"))
    assert codes["Paris"] == "75"
    assert codes["Montrouge"] == "92"
    assert codes["Nice"] == "06"
    assert codes["Saint-Denis (La Réunion)"] == "974"
    assert sum(len(code) == 3 for code in codes.values()) == 3


def test_direction_addresses_are_complete_and_belong_to_nobody(loaded: None) -> None:
    for direction in DirectionTerritoriale.objects.all():
        assert direction.courriel.endswith("@ofii.example")
        assert re.fullmatch(r"\d{5}", direction.code_postal), direction
        assert direction.adresse
        assert direction.ville
        assert re.fullmatch(r"0\d( \d\d){4}", direction.telephone), direction


@pytest.mark.rule("C.2-titres")
def test_every_permit_has_its_rule_and_every_rule_its_permit(loaded: None) -> None:
    assert set(TitreAdmission.objects.values_list("code", flat=True)) == set(bareme.TITRES)


def test_codes_are_those_of_the_exchange_contract(loaded: None) -> None:
    for model, name in ((Pays, "Pays"), (Langue, "Langue"), (Metier, "CodeRome")):
        for code in model.objects.values_list("code", flat=True):
            assert re.search(CONTRACT[name]["pattern"], code), (name, code)
    assert set(NiveauFormation.objects.values_list("code", flat=True)) == set(CONTRACT["NiveauFormation"]["enum"])


def test_countries_know_those_without_a_state_and_recent_names(loaded: None) -> None:
    names = dict(Pays.objects.values_list("code", "nom"))
    assert names["XXA"] == "Apatride"
    assert names["XXX"] == "Nationalité indéterminée"
    assert names["XKX"] == "Kosovo"
    assert "Myanmar" in Pays.objects.get(code="MMR").synonymes
    assert "RDC" in Pays.objects.get(code="COD").synonymes


def test_languages_spoken_at_the_counter_are_there(loaded: None) -> None:
    codes = dict(Langue.objects.values_list("code", "nom"))
    for code, nom in {"prs": "dari", "ln": "lingala", "snk": "soninké", "ff": "peul", "kab": "kabyle"}.items():
        assert codes[code] == nom


@pytest.mark.parametrize("file", OUR_LISTS)
def test_a_list_names_each_thing_once(file: str) -> None:
    rows = json.loads((settings.BASE_DIR / "fixtures" / file).read_text())
    for column in ("code", "nom" if "nom" in rows[0] else "libelle"):
        counts = Counter(search_key(row[column]) if column != "code" else row[column] for row in rows)
        assert [value for value, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("file", [*OUR_LISTS, "comptes_demo.json"])
def test_the_files_are_written_in_french_typography(file: str) -> None:
    text = (settings.BASE_DIR / "fixtures" / file).read_text()
    assert "'" not in text
    assert not re.search(r"« | »| ;", text)


def test_loading_again_changes_nothing(loaded: None) -> None:
    assert [(list_.added, list_.changed) for list_ in load_reference()] == [(0, 0)] * len(CODE_LISTS)


def test_loading_again_corrects_labels_of_the_file_and_keeps_what_administrators_wrote(loaded: None) -> None:
    Pays.objects.filter(code="MLI").update(nom="Malie", frequent=False)
    TitreAdmission.objects.filter(code="AUTRE").update(libelle="Autre titre ou récépissé")
    DirectionTerritoriale.objects.filter(code="75").update(adresse="44, rue Bargue")
    Metier.objects.filter(code="G1602").update(actif=False)
    Region.objects.create(code="06", nom="Mayotte")

    call_command("load_reference", verbosity=0)

    mali = Pays.objects.get(code="MLI")
    assert (mali.nom, mali.cle, mali.frequent) == ("Mali", "mali", False)
    assert TitreAdmission.objects.get(code="AUTRE").libelle == "Autre titre ou récépissé"
    assert DirectionTerritoriale.objects.get(code="75").adresse == "44, rue Bargue"
    assert not Metier.objects.get(code="G1602").actif
    assert Region.objects.filter(code="06").exists()
