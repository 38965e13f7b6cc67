"""What the demonstration plans, drawn without a base: the same people each time, believable and out of reach."""

import re
from datetime import date, timedelta
from pathlib import Path

from cai import delais
from cai.models import BILAN_OBLIGATOIRE_DEPUIS
from dossiers import demonstration
from dossiers.demonstration.personnes import Age
from dossiers.demonstration.plan import LIGNES, make_plan

JOUR = date(2011, 5, 8)


def test_the_same_day_gives_the_same_files() -> None:
    assert make_plan(aujourdhui=JOUR) == make_plan(aujourdhui=JOUR)


def test_another_day_gives_the_same_people() -> None:
    later = make_plan(aujourdhui=JOUR + timedelta(days=500))
    names = {one.identifiant: one.personne.fiche.nom for one in later}
    assert {one.identifiant: one.personne.fiche.nom for one in make_plan(aujourdhui=JOUR)} == names


def test_there_are_some_two_hundred_files_in_at_least_three_directions() -> None:
    plan = make_plan(aujourdhui=JOUR)
    assert 190 <= len(plan) <= 250
    assert len({one.direction for one in plan}) >= 3


def test_a_young_office_has_no_file_older_than_the_law() -> None:
    plan = make_plan(aujourdhui=date(2009, 3, 2))
    assert plan
    assert min(one.signature for one in plan) >= BILAN_OBLIGATOIRE_DEPUIS


def test_names_are_written_as_they_are() -> None:
    people = [one.personne for one in make_plan(aujourdhui=JOUR)]
    names = [f"{one.fiche.prenom} {one.fiche.nom}".strip() for one in people]
    assert any(not one.fiche.prenom for one in people)
    assert any("’" in name for name in names)
    assert any("-" in name for name in names)
    assert any(len(name.split()) >= 4 for name in names)
    assert any(len(one.fiche.nom) > 16 for one in people)
    assert len({character for name in names for character in name if ord(character) > 127}) > 20
    homonyms = len(names) - len(set(names))
    assert 1 <= homonyms <= 5


def test_nobody_can_be_reached_by_mistake() -> None:
    fiches = [one.personne.fiche for one in make_plan(aujourdhui=JOUR)]
    # Numbers that the national plan keeps for fiction.
    assert all(re.fullmatch(r"06 39 98 \d\d \d\d", one.telephone) for one in fiches if one.telephone)
    assert all(one.courriel.endswith("@exemple.fr") for one in fiches if one.courriel)


def test_minors_come_with_a_representative() -> None:
    minors = [
        one
        for one in make_plan(aujourdhui=JOUR)
        if delais.age(one.personne.fiche.date_naissance, one.signature) < delais.AGE_MAJORITE
    ]
    assert minors
    assert all(one.personne.fiche.representant_nom for one in minors)


def test_the_bounds_of_age_are_kept() -> None:
    bounds = {ligne.histoire: ligne.age for ligne in LIGNES}
    for one in make_plan(aujourdhui=JOUR):
        born, age = one.personne.fiche.date_naissance, bounds[one.histoire]
        years = one.signature.year - born.year - ((one.signature.month, one.signature.day) < (born.month, born.day))
        if age != Age():
            assert age.au_moins <= years <= age.au_plus


def test_stories_write_through_services_alone() -> None:
    written = re.compile(r"\.create\(|\.save\(|bulk_|\.update\(|\.delete\(|cursor\(")
    folder = Path(demonstration.__file__).parent
    assert [file.name for file in folder.glob("*.py") if written.search(file.read_text())] == []
