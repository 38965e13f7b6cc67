"""The business clock, moved: the wall in Paris keeps its time of day, whatever the season on either side."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from core import clock

NOVEMBER_EVENING = "2026-11-21T22:30:00+00:00"  # half past eleven at night in Paris
MAY_EVENING = "2026-05-21T21:30:00+00:00"  # the same


@pytest.mark.rule("C.7-paris")
@pytest.mark.parametrize("depart", [NOVEMBER_EVENING, MAY_EVENING])
@pytest.mark.parametrize("jour", ["2010-05-10", "2010-12-10"])
def test_a_date_keeps_the_time_of_day_across_seasons(settings: Settings, depart: str, jour: str) -> None:
    settings.DATE_METIER, settings.DATE_METIER_DEPART = jour, depart
    shown = clock.shown(datetime.fromisoformat(depart))
    assert (shown.date().isoformat(), shown.hour, shown.minute) == (jour, 23, 30)


def test_a_date_and_time_holds_at_the_start_and_runs_on(settings: Settings) -> None:
    settings.DATE_METIER, settings.DATE_METIER_DEPART = "2010-05-10T09:00:00", NOVEMBER_EVENING
    start = datetime.fromisoformat(NOVEMBER_EVENING)
    assert clock.shown(start) == clock.at(date(2010, 5, 10), 9)
    assert clock.shown(start + timedelta(hours=2)) == clock.at(date(2010, 5, 10), 11)


def test_an_unmoved_clock_is_the_real_one(settings: Settings) -> None:
    settings.DATE_METIER = ""
    real = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert clock.shown(real) == real
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)
