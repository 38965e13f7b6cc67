"""What a synthesis must and may hold: limits of the partner's contract, mandatory headings, tolerant drafts."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bilan import nomenclatures
from bilan.contenu import (
    LONGUEURS,
    MAXIMA,
    PRECONISATION_MAX,
    BesoinFormation,
    Diplome,
    Experience,
    LangueConnue,
    SyntheseContenu,
    codes_langues,
    codes_pays,
    codes_rome,
    malformed,
    problems,
)
from tests.factories.conduite import make_contenu

CONTRAT = next(Path(__file__).resolve().parents[3].glob("poleemploi/contrat/*.openapi.yaml"))

JOUR = date(2011, 5, 16)


def found(contenu: SyntheseContenu) -> list[tuple[str, str]]:
    blocages = problems(
        contenu,
        rome=codes_rome(contenu),
        pays=codes_pays(contenu),
        langues=codes_langues(contenu),
        aujourd_hui=JOUR,
    )
    return [(blocage.field, blocage.code) for blocage in blocages]


def schema() -> dict:
    schemas = yaml.safe_load(CONTRAT.read_text())["components"]["schemas"]
    return {
        **schemas["DepotSynthese"]["properties"],
        "cecrl": schemas["NiveauCecrl"],
        "niv": schemas["NiveauFormation"],
    }


def test_a_complete_content_has_no_problem() -> None:
    assert found(make_contenu()) == []


def test_a_content_comes_back_equal_from_its_dictionary() -> None:
    contenu = make_contenu()
    assert SyntheseContenu.from_dict(contenu.to_dict()) == contenu


@pytest.mark.parametrize("values", [None, {}, {"inconnu": 1}, {"langues": "fr", "projet": 3, "projet_defini": "oui"}])
def test_a_draft_is_read_whatever_it_holds(values: dict | None) -> None:
    assert SyntheseContenu.from_dict(values) == SyntheseContenu()


def test_blank_lines_and_repeated_obstacles_are_dropped() -> None:
    contenu = SyntheseContenu.from_dict(
        {
            "experiences": [{"metier": "  "}, {"metier": "Maçon"}, "texte"],
            "preconisations": [" ", "Se former"],
            "freins": ["LOGEMENT", "LOGEMENT"],
        }
    )
    assert contenu.experiences == (Experience(metier="Maçon"),)
    assert contenu.preconisations == ("Se former",)
    assert contenu.freins == ("LOGEMENT",)


def test_texts_lose_what_paper_cannot_show() -> None:
    contenu = SyntheseContenu.from_dict({"projet": " a\x00b\r\nc\ud800\td\u202e "})
    assert contenu.projet == "ab\nc\td\u202e"  # direction marks are a matter of rendering


@pytest.mark.rule("D.4-contrat", "D.4-experience", "D.4-rubriques")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"circonstances": ""}, "circonstances"),
        ({"competences_aptitudes": ""}, "competences_aptitudes"),
        ({"projet": ""}, "projet"),
        ({"projet": "", "projet_defini": None}, "projet"),
        ({"niveau_formation": ""}, "niveau_formation"),
        ({"preconisations": ()}, "preconisations"),
        ({"inscription_pe": None}, "inscription_pe"),
        ({"langues": (LangueConnue(parlee=True),)}, "langues.0.langue"),
        ({"diplomes": (Diplome(pays="MLI"),)}, "diplomes.0.intitule"),
        ({"diplomes": (Diplome(intitule="Bac"),)}, "diplomes.0.pays"),
        ({"experiences": (Experience(pays="MLI", debut="2001-01"),)}, "experiences.0.metier"),
        ({"experiences": (Experience(metier="Maçon", debut="2001-01"),)}, "experiences.0.pays"),
        ({"experiences": (Experience(metier="Maçon", pays="MLI"),)}, "experiences.0.debut"),
        ({"besoins_formation": (BesoinFormation(intitule="x"),)}, "besoins_formation.0.domaine"),
        ({"besoins_formation": (BesoinFormation(domaine="AUTRE"),)}, "besoins_formation.0.intitule"),
    ],
)
def test_each_missing_heading_is_told_at_its_field(change: dict, field: str) -> None:
    assert found(make_contenu(**change)) == [(field, "rubrique_manquante")]


def test_a_project_that_is_not_defined_needs_no_text_and_no_occupation() -> None:
    assert found(make_contenu(projet="", projet_defini=False, metiers=())) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"experiences": (Experience(metier="x", pays="MLI", debut="2009-02", fin="2009-01"),)},
         ("experiences.0.fin", "mois_inverses")),
        ({"langues": (LangueConnue(langue="fr"),)}, ("langues.0.parlee", "langue_sans_usage")),
        ({"langues": (LangueConnue(langue="fr", parlee=True), LangueConnue(langue="fr", comprise=True))},
         ("langues.1.langue", "en_double")),
        ({"metiers": ("G1602", "G1602")}, ("metiers.1", "en_double")),
        ({"identifiant_pe": "1234567A"}, ("identifiant_pe", "identifiant_sans_inscription")),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_told(change: dict, problem: tuple[str, str]) -> None:
    assert found(make_contenu(**change)) == [problem]


def test_an_experience_of_one_month_is_accepted() -> None:
    assert found(make_contenu(experiences=(Experience(metier="x", pays="MLI", debut="2009-02", fin="2009-02"),))) == []


def test_the_month_and_the_year_of_writing_are_not_to_come() -> None:
    experience = Experience(metier="x", pays="MLI", debut="2011-05", fin="2011-05")
    diplome = Diplome(intitule="Bac", pays="MLI", annee=2011)
    assert found(make_contenu(experiences=(experience,), diplomes=(diplome,))) == []


def test_what_is_still_to_come_is_told_at_each_month_and_year() -> None:
    experience = Experience(metier="x", pays="MLI", debut="2011-06", fin="2030-09")
    diplome = Diplome(intitule="Bac", pays="MLI", annee=2012)
    assert found(make_contenu(experiences=(experience,), diplomes=(diplome,))) == [
        ("experiences.0.debut", "mois_a_venir"),
        ("experiences.0.fin", "mois_a_venir"),
        ("diplomes.0.annee", "annee_a_venir"),
    ]


@pytest.mark.parametrize("path", ["metiers.0", "experiences.0.code_rome"])
def test_a_code_that_cannot_be_one_of_the_rome_is_told_what_one_looks_like(path: str) -> None:
    experience = Experience(metier="x", pays="MLI", debut="2001-01", code_rome="Z9999")
    told = {one.field: one.message for one in malformed(make_contenu(metiers=("Z9999",), experiences=(experience,)))}
    assert told[path] == "Ce code n’existe pas\u00a0: une lettre de A à N, puis quatre chiffres."


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        *[({name: "x" * (limit + 1)}, (name, "trop_long")) for name, limit in LONGUEURS.items()],
        ({"preconisations": ("x" * 501,)}, ("preconisations.0", "trop_long")),
        ({"diplomes": (Diplome(intitule="x" * 201, pays="MLI"),)}, ("diplomes.0.intitule", "trop_long")),
        ({"diplomes": (Diplome(intitule="x", pays="MLI", annee=1929),)}, ("diplomes.0.annee", "forme_invalide")),
        ({"diplomes": (Diplome(intitule="x", pays="MLI", niveau="VII"),)}, ("diplomes.0.niveau", "code_inconnu")),
        ({"diplomes": (Diplome(intitule="x", pays="MLI", reconnu="oui"),)}, ("diplomes.0.reconnu", "code_inconnu")),
        ({"experiences": (Experience(metier="x" * 201, pays="MLI", debut="2001-01"),)},
         ("experiences.0.metier", "trop_long")),
        ({"experiences": (Experience(metier="x", pays="ml", debut="2001-01"),)},
         ("experiences.0.pays", "forme_invalide")),
        ({"experiences": (Experience(metier="x", pays="MLI", debut="2001-13"),)},
         ("experiences.0.debut", "forme_invalide")),
        ({"experiences": (Experience(metier="x", pays="MLI", debut="2001-01", code_rome="Z1"),)},
         ("experiences.0.code_rome", "forme_invalide")),
        ({"besoins_formation": (BesoinFormation(domaine="SPORT", intitule="x"),)},
         ("besoins_formation.0.domaine", "code_inconnu")),
        ({"langues": (LangueConnue(langue="FR", parlee=True),)}, ("langues.0.langue", "forme_invalide")),
        ({"langues": (LangueConnue(langue="fr", parlee=True, niveau="A9"),)}, ("langues.0.niveau", "code_inconnu")),
        ({"niveau_formation": "Vbis"}, ("niveau_formation", "code_inconnu")),
        ({"niveau_cec": "9"}, ("niveau_cec", "code_inconnu")),
        ({"freins": ("SANTE",)}, ("freins", "code_inconnu")),
        ({"metiers": ("Z1602",)}, ("metiers.0", "forme_invalide")),
        ({"metiers": ("G1602", "G1603", "K1304", "F1703")}, ("metiers", "trop_de_lignes")),
        ({"inscription_pe": True, "identifiant_pe": "123"}, ("identifiant_pe", "forme_invalide")),
    ],
)  # fmt: skip
def test_what_no_version_may_hold_is_refused_even_in_a_draft(change: dict, problem: tuple[str, str]) -> None:
    contenu = make_contenu(**change)
    assert [(blocage.field, blocage.code) for blocage in malformed(contenu)] == [problem]
    assert problem in found(contenu)


@pytest.mark.rule("D.4-codes")
def test_codes_that_no_reference_table_knows_are_told() -> None:
    contenu = make_contenu()
    blocages = problems(contenu, rome={"G1603"}, pays=set(), langues={"fr"}, aujourd_hui=JOUR)
    assert [(blocage.field, blocage.code) for blocage in blocages] == [
        ("metiers.0", "code_inconnu"),
        ("experiences.0.code_rome", "code_inconnu"),
        ("diplomes.0.pays", "code_inconnu"),
        ("experiences.0.pays", "code_inconnu"),
        ("langues.0.langue", "code_inconnu"),
    ]


def test_texts_at_their_limit_are_accepted() -> None:
    full = {name: "é" * limit for name, limit in LONGUEURS.items()}
    assert found(replace(make_contenu(), **full)) == []


@pytest.mark.rule("D.4-codes")
def test_limits_are_those_of_the_contract() -> None:
    contrat = schema()
    recherche = contrat["rechercheEmploi"]["properties"]
    synthese = contrat["synthese"]["properties"]
    assert LONGUEURS["parcours"] == contrat["parcoursProfessionnel"]["maxLength"]
    assert LONGUEURS["parcours_recherche"] == recherche["parcours"]["maxLength"]
    assert LONGUEURS["orientation"] == synthese["orientation"]["maxLength"]
    assert synthese["preconisations"]["items"]["maxLength"] == PRECONISATION_MAX
    assert {
        "langues": contrat["langues"]["maxItems"],
        "diplomes": contrat["diplomes"]["maxItems"],
        "experiences": contrat["experiences"]["maxItems"],
        "besoins_formation": recherche["besoinsFormation"]["maxItems"],
        "preconisations": synthese["preconisations"]["maxItems"],
        "metiers": synthese["metiers"]["maxItems"],
    } == MAXIMA


@pytest.mark.rule("D.4-codes", "E.5-freins")
def test_code_lists_are_those_of_the_contract() -> None:
    contrat = schema()
    recherche = contrat["rechercheEmploi"]["properties"]
    assert list(nomenclatures.FREINS) == recherche["freins"]["items"]["enum"]
    domaines = recherche["besoinsFormation"]["items"]["properties"]["domaine"]["enum"]
    assert list(nomenclatures.DOMAINES_FORMATION) == domaines
    assert set(nomenclatures.RECONNAISSANCES) == set(contrat["diplomes"]["items"]["properties"]["reconnu"]["enum"])
    assert list(nomenclatures.NIVEAUX_CECRL) == contrat["cecrl"]["enum"]
    assert list(nomenclatures.NIVEAUX_FORMATION) == contrat["niv"]["enum"]
