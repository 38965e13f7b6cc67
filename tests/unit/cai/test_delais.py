from datetime import date

import pytest

from cai import delais
from cai.feries import jours_feries, jours_feries_depuis

FERIES = frozenset({date(2010, 5, 24), date(2010, 11, 1), date(2010, 11, 11), date(2011, 6, 13)})


@pytest.mark.rule("C.7-mois")
@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param(date(2010, 8, 31), 6, date(2011, 2, 28), id="CPC-641 31 August and six months"),
        pytest.param(date(2011, 8, 31), 6, date(2012, 2, 29), id="CPC-641 leap February"),
        pytest.param(date(2010, 1, 31), 3, date(2010, 4, 30), id="CPC-641 a 30-day month"),
        pytest.param(date(2010, 1, 30), 1, date(2010, 2, 28), id="CPC-641 30 January and one month"),
        pytest.param(date(2010, 11, 30), 1, date(2010, 12, 30), id="CPC-641 the end of a month is not carried over"),
        pytest.param(date(2010, 12, 15), 1, date(2011, 1, 15), id="CPC-641 across the year"),
        pytest.param(date(2010, 5, 31), -3, date(2010, 2, 28), id="CPC-641 backwards"),
        pytest.param(date(2010, 1, 15), -1, date(2009, 12, 15), id="CPC-641 backwards across the year"),
        pytest.param(date(2010, 5, 31), 0, date(2010, 5, 31), id="CPC-641 no month"),
    ],
)
def test_months_keep_the_quantieme_or_fall_back_to_the_last_day(start, months, expected):
    assert delais.add_months(start, months) == expected


@pytest.mark.rule("C.7-mois")
@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        pytest.param(date(2012, 2, 29), 1, date(2013, 2, 28), id="CPC-641 29 February and one year"),
        pytest.param(date(2012, 2, 29), 4, date(2016, 2, 29), id="CPC-641 29 February and four years"),
        pytest.param(date(2011, 2, 28), 1, date(2012, 2, 28), id="CPC-641 28 February stays the 28th"),
        pytest.param(date(2010, 3, 15), -1, date(2009, 3, 15), id="CPC-641 backwards"),
    ],
)
def test_years_keep_the_quantieme_or_fall_back_to_the_last_day(start, years, expected):
    assert delais.add_years(start, years) == expected


@pytest.mark.parametrize(("start", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 31), -1)])
def test_a_limit_outside_the_calendar_is_an_overflow(start, months):
    with pytest.raises(OverflowError):
        delais.add_months(start, months)


@pytest.mark.rule("C.7-jours")
def test_days_do_not_count_the_starting_day():
    assert delais.add_days(date(2010, 5, 10), 15) == date(2010, 5, 25)


@pytest.mark.rule("C.7-jour-ouvre")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2010, 5, 21), date(2010, 5, 21), id="CPC-642 a Friday stays"),
        pytest.param(date(2010, 5, 22), date(2010, 5, 25), id="CPC-642 a Saturday before a holiday Monday"),
        pytest.param(date(2010, 5, 23), date(2010, 5, 25), id="CPC-642 a Sunday before a holiday Monday"),
        pytest.param(date(2010, 5, 24), date(2010, 5, 25), id="CPC-642 the holiday itself"),
        pytest.param(date(2010, 5, 29), date(2010, 5, 31), id="CPC-642 an ordinary Saturday"),
        pytest.param(date(2010, 11, 11), date(2010, 11, 12), id="CPC-642 a holiday in the week"),
    ],
)
def test_a_limit_given_to_the_signatory_moves_to_the_next_working_day(day, expected):
    assert delais.next_working_day(day, FERIES) == expected


def test_public_holidays_are_only_those_passed_in():
    assert delais.next_working_day(date(2010, 5, 24), frozenset()) == date(2010, 5, 24)


@pytest.mark.rule("C.7-dernier-jour", "C.7-jour-ouvre-jamais")
@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        pytest.param(date(2010, 3, 15), date(2011, 3, 15), id="AS-18"),
        pytest.param(date(2012, 2, 29), date(2013, 2, 28), id="AS-19"),
        pytest.param(date(2011, 2, 28), date(2012, 2, 28), id="C.7 the year before a leap year"),
        pytest.param(date(2010, 5, 1), date(2011, 5, 1), id="C.7 a Sunday and public holiday does not move it"),
    ],
)
def test_the_contract_ends_on_the_same_quantieme_included(signature, expected):
    assert delais.echeance_contrat(signature) == expected


@pytest.mark.rule("C.9-prorogation-effet")
@pytest.mark.parametrize(
    ("prorogee", "expected"),
    [
        pytest.param(None, date(2011, 3, 15), id="AS-23 no decided prorogation"),
        pytest.param(date(2011, 9, 15), date(2011, 9, 15), id="AS-20 decided prorogation"),
        pytest.param(date(2011, 3, 16), date(2011, 3, 16), id="R311-27 one day more"),
        pytest.param(date(2012, 3, 15), date(2012, 3, 15), id="R311-27 a whole year more"),
    ],
)
def test_the_effective_echeance_is_that_of_the_decided_prorogation(prorogee, expected):
    assert delais.echeance_effective(date(2011, 3, 15), prorogee) == expected


@pytest.mark.rule("C.7-prorogation")
@pytest.mark.parametrize(
    "prorogee",
    [
        pytest.param(date(2011, 3, 14), id="R311-27 before the first échéance"),
        pytest.param(date(2011, 3, 15), id="R311-27 no extension at all"),
        pytest.param(date(2012, 3, 16), id="R311-27 more than a year"),
    ],
)
def test_a_prorogation_outside_its_year_is_refused(prorogee):
    with pytest.raises(ValueError, match="at most one year"):
        delais.echeance_effective(date(2011, 3, 15), prorogee)


@pytest.mark.rule("C.7-prorogation")
def test_a_prorogation_is_bounded_by_one_year_from_the_first_echeance():
    assert delais.max_prorogation(date(2013, 2, 28)) == date(2014, 2, 28)


@pytest.mark.rule("C.8-delai")
@pytest.mark.parametrize(
    ("absence", "expected"),
    [
        pytest.param(date(2010, 5, 10), date(2010, 5, 25), id="AS-26 a Tuesday"),
        pytest.param(date(2010, 5, 9), date(2010, 5, 25), id="C.7 a holiday Monday"),
        pytest.param(date(2010, 5, 7), date(2010, 5, 25), id="C.7 a Saturday before a holiday Monday"),
        pytest.param(date(2010, 5, 6), date(2010, 5, 21), id="C.7 a Friday"),
    ],
)
def test_an_absence_is_justified_within_fifteen_days(absence, expected):
    assert delais.limite_justification(absence, 15, FERIES) == expected


@pytest.mark.rule("C.9-observations")
@pytest.mark.parametrize(
    ("reception", "expected"),
    [
        pytest.param(date(2011, 4, 21), date(2011, 5, 23), id="AS-29 a Saturday moves to Monday"),
        pytest.param(date(2011, 5, 13), date(2011, 6, 14), id="R311-28 a holiday Monday moves to Tuesday"),
        pytest.param(date(2011, 1, 31), date(2011, 2, 28), id="R311-28 no 31 February"),
        pytest.param(date(2011, 4, 20), date(2011, 5, 20), id="R311-28 a Friday stays"),
    ],
)
def test_observations_are_open_for_one_month(reception, expected):
    assert delais.fin_observations(reception, FERIES) == expected


@pytest.mark.rule("C.7-cloture")
def test_the_cloture_follows_the_training_within_a_month_whatever_the_day():
    assert delais.limite_cloture_formation(date(2010, 12, 31)) == date(2011, 1, 31)
    assert delais.limite_cloture_formation(date(2010, 10, 24)) == date(2010, 11, 24)


@pytest.mark.rule("C.7-cloture")
def test_the_cloture_leaves_one_clear_day_after_the_exam_whatever_the_day():
    assert delais.limite_cloture_examen(date(2010, 5, 20)) == date(2010, 5, 22)


@pytest.mark.rule("C.7-jour-ouvre-jamais", "E.4-un-an")
@pytest.mark.parametrize(
    ("validation", "expected"),
    [
        pytest.param(date(2010, 5, 12), date(2011, 5, 12), id="AS-38"),
        pytest.param(date(2012, 2, 29), date(2013, 2, 28), id="R6322-59 29 February"),
        pytest.param(date(2010, 5, 22), date(2011, 5, 22), id="C.7 a Sunday does not move it"),
    ],
)
def test_a_conserved_synthesis_is_destroyed_after_one_year(validation, expected):
    assert delais.date_destruction(validation) == expected


@pytest.mark.rule("D.5-6-mois")
def test_the_follow_up_falls_six_months_after_the_conclusion_by_default():
    assert delais.date_suivi(date(2010, 8, 31)) == date(2011, 2, 28)  # AS-33
    assert delais.date_suivi(date(2010, 8, 31), mois=3) == date(2010, 11, 30)


@pytest.mark.rule("C.10-fin", "C.7-cinq-ans")
def test_the_services_run_five_years_from_the_first_permit():
    assert delais.fin_periode_services(date(2010, 3, 15)) == date(2015, 3, 15)
    assert delais.fin_periode_services(date(2012, 2, 29)) == date(2017, 2, 28)


@pytest.mark.rule("C.5-29-fevrier", "C.5-age", "C.7-jour-ouvre-jamais")
@pytest.mark.parametrize(
    ("birth", "reference", "expected"),
    [
        pytest.param(date(1980, 7, 1), date(2010, 6, 30), 29, id="AS-40 eve of the birthday"),
        pytest.param(date(1980, 7, 1), date(2010, 7, 1), 30, id="C.5 the birthday itself"),
        pytest.param(date(1980, 7, 1), date(2010, 7, 2), 30, id="C.5 the day after"),
        pytest.param(date(1992, 2, 29), date(2010, 2, 28), 17, id="AS-09 29 February, common year, the 28th"),
        pytest.param(date(1992, 2, 29), date(2010, 3, 1), 18, id="AS-09 29 February, common year, 1 March"),
        pytest.param(date(1956, 2, 29), date(2012, 2, 28), 55, id="AS-08 29 February, leap year, the 28th"),
        pytest.param(date(1956, 2, 29), date(2012, 2, 29), 56, id="AS-08 29 February, leap year, the 29th"),
        pytest.param(date(2010, 3, 15), date(2010, 3, 15), 0, id="C.5 the day of birth"),
        pytest.param(date(2010, 3, 15), date(2010, 3, 14), -1, id="C.5 the eve of birth"),
    ],
)
def test_an_age_is_counted_in_completed_years(birth, reference, expected):
    assert delais.age(birth, reference) == expected


@pytest.mark.rule("C.5-age")
@pytest.mark.parametrize(
    ("birth", "years", "expected"),
    [
        pytest.param(date(1992, 6, 20), 18, date(2010, 6, 20), id="C.5 ordinary"),
        pytest.param(date(1992, 2, 29), 18, date(2010, 3, 1), id="C.5 29 February in a common year"),
        pytest.param(date(1956, 2, 29), 56, date(2012, 2, 29), id="C.5 29 February in a leap year"),
    ],
)
def test_a_birthday_is_the_first_day_of_that_age(birth, years, expected):
    assert delais.birthday(birth, years) == expected


@pytest.mark.rule("D.2-4-delai")
@pytest.mark.parametrize(
    ("depart", "arrivee", "expected"),
    [
        pytest.param(date(2010, 5, 1), date(2010, 5, 15), 14, id="D.2-4 one day short of the notice"),
        pytest.param(date(2010, 5, 1), date(2010, 5, 16), 15, id="D.2-4 the notice"),
        pytest.param(date(2010, 5, 16), date(2010, 5, 1), -15, id="D.2-4 the past"),
    ],
)
def test_notice_does_not_count_the_day_it_is_given(depart, arrivee, expected):
    assert delais.notice_days(depart, arrivee) == expected


def test_french_public_holidays_are_the_eleven_national_ones():
    assert jours_feries(2010, 2010) == {
        date(2010, 1, 1),
        date(2010, 4, 5),
        date(2010, 5, 1),
        date(2010, 5, 8),
        date(2010, 5, 13),
        date(2010, 5, 24),
        date(2010, 7, 14),
        date(2010, 8, 15),
        date(2010, 11, 1),
        date(2010, 11, 11),
        date(2010, 12, 25),
    }


def test_public_holidays_reach_the_year_after_the_start_of_a_limit():
    feries = jours_feries_depuis(date(2010, 12, 20))
    assert {date(2010, 12, 25), date(2011, 1, 1)} <= feries
    assert delais.limite_justification(date(2010, 12, 17), 15, feries) == date(2011, 1, 3)


@pytest.mark.parametrize(
    ("jour", "fin"),
    [
        (date(2010, 1, 1), date(2010, 3, 31)),
        (date(2010, 3, 31), date(2010, 3, 31)),
        (date(2010, 4, 1), date(2010, 6, 30)),
        (date(2010, 9, 30), date(2010, 9, 30)),
        (date(2010, 12, 31), date(2010, 12, 31)),
    ],
)
def test_a_quarter_ends_with_its_third_month(jour: date, fin: date):
    assert delais.fin_trimestre(jour) == fin


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [(date(1, 2, 15), -1, date(1, 1, 15)), (date(9999, 11, 15), 1, date(9999, 12, 15))],
)
def test_the_first_and_last_years_that_exist_can_be_counted_in(start: date, months: int, expected: date):
    assert delais.add_months(start, months) == expected


@pytest.mark.parametrize(("start", "months"), [(date(1, 1, 15), -1), (date(9999, 12, 15), 1)])
def test_a_limit_outside_the_years_that_exist_is_refused(start: date, months: int):
    with pytest.raises(OverflowError, match=r"^date value out of range$"):
        delais.add_months(start, months)


def test_a_prorogation_too_long_is_told_for_what_it_is():
    with pytest.raises(ValueError, match=r"^a prorogation extends the first échéance by at most one year$"):
        delais.echeance_effective(date(2011, 3, 15), date(2012, 3, 16))
