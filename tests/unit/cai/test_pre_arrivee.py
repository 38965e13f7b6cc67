"""What an evaluation made abroad changes to the contract, row by row of C.1, and what does not fit in it."""

from datetime import date
from typing import Any

import pytest

from cai.pre_arrivee import PHRASES, STATUT_LINGUISTIQUE, Effet, PreArrivee, effet_sur_cai, incoherences

DEPOT = date(2009, 9, 1)
PREMIERE = {"date_evaluation_1": date(2009, 10, 1)}
INSUFFISANT = {**PREMIERE, "resultat_1": "insuffisant"}
FORMEE = {
    **INSUFFISANT,
    "formation": "prescrite",
    "date_notification": date(2009, 10, 8),
    "formation_debut": date(2009, 11, 2),
    "formation_fin": date(2010, 1, 2),
    "formation_heures": 40,
    "date_evaluation_2": date(2010, 1, 5),
    "resultat_2": "suffisant",
}


def faits(**changes: Any) -> PreArrivee:
    return PreArrivee(**{"qualite": "conjoint_francais", "date_depot": DEPOT, **changes})


@pytest.mark.rule(
    "C.1-effet-amdfl", "C.1-effet-scolarite", "C.1-effet-dilf", "C.1-effet-prescrite", "C.1-effet-ordinaire"
)
@pytest.mark.parametrize(
    ("recorded", "effet", "statut"),
    [
        (None, Effet.REGIME_ORDINAIRE, None),
        (faits(**PREMIERE, resultat_1="suffisant"), Effet.AMDFL, "dispensee"),
        (faits(test_dispense=True), Effet.SCOLARITE, "dispensee"),
        (faits(**FORMEE), Effet.DILF_EXIGE, "dispensee"),
        (faits(**{**FORMEE, "resultat_2": "insuffisant"}), Effet.FORMATION_PRESCRITE, "prescrite"),
        (faits(**INSUFFISANT, formation="dispensee", motif_dispense="contraintes"), Effet.REGIME_ORDINAIRE, None),
        (faits(**INSUFFISANT, formation="prescrite"), Effet.REGIME_ORDINAIRE, None),
        (faits(), Effet.REGIME_ORDINAIRE, None),
    ],
)
def test_each_outcome_has_its_effect_on_the_contract(
    recorded: PreArrivee | None, effet: Effet, statut: str | None
) -> None:
    assert effet_sur_cai(recorded) == effet
    assert STATUT_LINGUISTIQUE.get(effet) == statut
    assert PHRASES[effet].endswith(".")


def test_a_course_within_every_limit_is_told_nothing() -> None:
    assert incoherences(faits(**FORMEE), date_naissance=date(1980, 1, 1), date_signature=date(2010, 3, 15)) == ()


@pytest.mark.rule("C.1-public", "C.1-evaluation-60-jours", "C.1-formation", "C.1-avertir")
@pytest.mark.parametrize(
    ("changes", "naissance", "told"),
    [
        ({"date_evaluation_1": date(2009, 10, 31)}, None, ""),
        ({"date_evaluation_1": date(2009, 11, 1)}, None, "plus de 60 jours"),
        ({"date_evaluation_1": date(2009, 8, 31)}, None, "La première évaluation précède le dépôt"),
        ({"date_evaluation_2": date(2009, 12, 1)}, None, "La seconde évaluation précède la fin de la formation"),
        ({"date_notification": date(2009, 9, 30)}, None, "notifiés avant la première évaluation"),
        ({"formation_debut": date(2009, 12, 8)}, None, ""),
        ({"formation_debut": date(2009, 12, 9)}, None, "plus de deux mois après la notification"),
        ({"formation_fin": date(2010, 1, 3)}, None, "duré plus de deux mois"),
        ({"formation_heures": 39}, None, "moins de 40 heures"),
        ({"date_valeurs": date(2010, 3, 16)}, None, "postérieure à la signature"),
        ({"date_evaluation_2": date(2010, 3, 16)}, None, "postérieure à la signature"),
        ({"test_dispense": True}, None, "une évaluation a pourtant eu lieu"),
        ({"resultat_1": "suffisant"}, None, "ni seconde évaluation n’étaient attendues"),
        ({"formation": "dispensee"}, None, "sont pourtant indiquées"),
        ({"date_evaluation_2": None, "resultat_2": ""}, None, "la seconde évaluation manque"),
        ({"date_evaluation_1": None, "resultat_1": ""}, None, "la première évaluation manque"),
        ({}, date(1944, 9, 2), ""),
        ({}, date(1944, 9, 1), "65 ans au dépôt"),
        ({"qualite": "regroupement_familial"}, date(1993, 9, 1), ""),
        ({"qualite": "regroupement_familial"}, date(1993, 9, 2), "15 ans au dépôt"),
    ],
)
def test_what_does_not_fit_is_told_on_the_very_day_it_stops_fitting(
    changes: dict[str, Any], naissance: date | None, told: str
) -> None:
    found = incoherences(
        faits(**{**FORMEE, "date_notification": date(2009, 10, 8), **changes}),
        date_naissance=naissance or date(1980, 1, 1),
        date_signature=date(2010, 3, 15),
    )
    if not told:
        # The dates moved beside a limit may leave another one; the limit under test is not passed.
        assert not any("60 jours" in one or "deux mois après" in one or "au dépôt" in one for one in found)
    else:
        assert any(told in one for one in found)
