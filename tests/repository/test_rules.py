"""Each rule of the domain reference has its code and its test, each marker its rule, each scenario its test."""

import pytest

from outils import regles


@pytest.fixture(scope="module")
def found() -> regles.Marques:
    return regles.marques()


def test_a_rule_is_named_after_its_section():
    misnamed = [
        regle.code
        for section in regles.registre().sections
        for regle in section.regles
        if not regle.code.startswith(f"{section.numero}-")
    ]
    assert misnamed == []


def test_no_marker_names_an_unknown_rule(found: regles.Marques):
    known = regles.registre().codes()
    unknown = [
        f"{place.fichier} {place.nom}: {code}"
        for code, places in [*found.code.items(), *found.tests.items()]
        if code not in known
        for place in sorted(places)
    ]
    assert unknown == [], "docs/regles.toml names the rules"


@pytest.mark.parametrize("kind", ["code", "tests"])
def test_every_rule_has_its_code_and_its_test(kind: str, found: regles.Marques):
    registre = regles.registre()
    missing = sorted(registre.codes() - set(getattr(found, kind)))
    assert [code for code in missing if code not in registre.en_attente] == []


def test_every_scenario_is_carried_by_a_test_of_its_name():
    missing = [scenario for scenario in regles.SCENARIOS if scenario not in regles.scenarios()]
    assert [scenario for scenario in missing if scenario not in regles.registre().en_attente] == []


def test_a_test_that_carries_a_scenario_says_which_rules_it_proves(found: regles.Marques):
    proving = {place for places in found.tests.values() for place in places}
    silent = {place for places in regles.scenarios().values() for place in places} - proving
    assert [f"{place.fichier} {place.nom}" for place in sorted(silent)] == []


def test_nothing_unknown_is_awaited():
    registre = regles.registre()
    assert set(registre.en_attente) <= registre.codes() | set(regles.SCENARIOS)


def test_the_table_of_rules_is_up_to_date():
    assert regles.TABLE.read_text(encoding="utf-8") == regles.table(), "run: make regles"


def test_a_marker_names_what_stands_under_it():
    text = '''
LIMIT = 3  # not a marker
# rule: C.7-mois
MONTHS: int = 6


class Contrat:
    # rule: C.2-numero, C.2-duree
    # Why: two comments before the statement.
    numero = 1

    def end(self):
        """# rule: C.9-decision is only a text here."""
        # rule: C.7-jours
        return 1


# rule: D.2-4
@atomic
def convoke():
    return 1
'''
    assert list(regles.marked_code(text)) == [
        ("C.7-mois", "MONTHS"),
        ("C.2-numero", "Contrat.numero"),
        ("C.2-duree", "Contrat.numero"),
        ("C.7-jours", "Contrat.end"),
        ("D.2-4", "convoke"),
    ]
