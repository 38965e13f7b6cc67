"""Who signs a contract for the family, and what it asks for (reference C.4)."""

from datetime import date

import pytest

from cai import regles_famille as famille

SIGNATURE = date(2010, 3, 15)


@pytest.mark.rule("C.4-condition")
@pytest.mark.parametrize(
    ("naissance", "concerned"),
    [
        pytest.param(date(1994, 3, 16), True, id="eve of the 16th birthday"),
        pytest.param(date(1994, 3, 15), False, id="16th birthday"),
        pytest.param(date(1994, 3, 14), False, id="day after"),
        pytest.param(SIGNATURE, True, id="born that day"),
        pytest.param(date(2010, 3, 16), False, id="born the day after"),
    ],
)
def test_a_child_counts_under_sixteen_on_the_day_of_the_signature(naissance: date, concerned: bool):
    assert famille.is_concerned(naissance, SIGNATURE) is concerned


@pytest.mark.rule("C.4-condition")
def test_one_such_child_is_enough_and_none_is_not():
    assert famille.has_concerned_child([date(1990, 1, 1), date(2000, 1, 1)], SIGNATURE)
    assert not famille.has_concerned_child([date(1990, 1, 1)], SIGNATURE)
    assert not famille.has_concerned_child([], SIGNATURE)


@pytest.mark.rule("C.4-scolarite")
@pytest.mark.parametrize(
    ("jour", "must"),
    [
        (date(2010, 5, 9), False),
        (date(2010, 5, 10), True),
        (date(2020, 5, 9), True),
        (date(2020, 5, 10), False),
    ],
)
def test_school_is_compulsory_from_the_sixth_birthday_to_the_eve_of_the_sixteenth(jour: date, must: bool):
    assert famille.must_attend_school(date(2004, 5, 10), jour) is must


@pytest.mark.rule("C.4-consequences")
@pytest.mark.parametrize(
    ("jour", "told"),
    [
        (date(2013, 2, 1), "Le préfet est informé\u00a0; il peut saisir le président du conseil général."),
        (date(2013, 2, 2), "Le préfet est informé."),
    ],
)
def test_the_conseil_general_is_no_longer_spoken_of_once_its_article_is_repealed(jour: date, told: str):
    assert famille.suite_du_manquement(jour) == told
