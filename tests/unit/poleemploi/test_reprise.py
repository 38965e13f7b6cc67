"""The retry policy never waits too long, never for ever, and does as the partner asks."""

import random
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poleemploi.reprise import (
    ATTENTE_DEMANDEE_MAX,
    ATTENTE_QUOTA,
    DUREE_MAX,
    FENETRE_MAX,
    PANNES_AVANT_PAUSE,
    PAUSE_PANNE,
    PAUSE_PANNE_MAX,
    PREMIERE_FENETRE,
    Rythme,
    asked_wait,
)

NOW = datetime(2010, 5, 12, 14, 0, tzinfo=UTC)
NORMAL = Rythme()
draws = st.floats(0, 1, exclude_max=True)
tries = st.integers(1, 1000)


@given(essais=tries, alea=draws, age=st.timedeltas(timedelta(0), DUREE_MAX - timedelta(microseconds=1)))
def test_the_next_attempt_is_within_the_cap_and_the_seventy_two_hours(essais: int, alea: float, age: timedelta) -> None:
    at = NORMAL.next_attempt(essais=essais, depuis=NOW - age, now=NOW, alea=alea)
    assert at is not None
    assert NOW <= at <= NOW + FENETRE_MAX
    assert at <= NOW - age + DUREE_MAX


@given(essais=tries, alea=draws, more=st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_series_ends_after_seventy_two_hours(essais: int, alea: float, more: timedelta) -> None:
    assert NORMAL.next_attempt(essais=essais, depuis=NOW - DUREE_MAX - more, now=NOW, alea=alea) is None


@given(alea=draws)
def test_the_first_wait_is_drawn_over_a_whole_minute(alea: float) -> None:
    at = NORMAL.next_attempt(essais=1, depuis=NOW, now=NOW, alea=alea)
    assert at == NOW + PREMIERE_FENETRE * alea


@given(essais=st.integers(1, 7), alea=draws)
def test_the_window_doubles_until_the_cap(essais: int, alea: float) -> None:
    at = NORMAL.next_attempt(essais=essais, depuis=NOW, now=NOW, alea=alea)
    assert at == NOW + min(FENETRE_MAX, PREMIERE_FENETRE * 2 ** (essais - 1)) * alea


@given(seed=st.integers())
def test_a_whole_history_of_failures_ends_within_seventy_two_hours(seed: int) -> None:
    now, instants, source = NOW, [], random.Random(seed)
    for essais in count(1):
        at = NORMAL.next_attempt(essais=essais, depuis=NOW, now=now, alea=source.random())
        if at is None:
            break
        instants.append(at)
        now = at + timedelta(seconds=1)
    assert instants == sorted(instants)
    assert instants[-1] <= NOW + DUREE_MAX


@given(facteur=st.floats(1, 1000), essais=tries, alea=draws)
def test_the_factor_shortens_every_wait_of_ours(facteur: float, essais: int, alea: float) -> None:
    at = Rythme(facteur).next_attempt(essais=essais, depuis=NOW, now=NOW, alea=alea)
    assert at is not None
    assert at - NOW <= FENETRE_MAX / facteur + timedelta(microseconds=2)


def test_a_factor_never_lengthens() -> None:
    with pytest.raises(ValueError, match="shortens"):
        Rythme(0.5)


@pytest.mark.parametrize(("essais", "alea"), [(0, 0.5), (1, 1.0), (1, -0.1)])
def test_a_wait_without_failure_or_with_a_wrong_draw_is_a_fault_of_the_caller(essais: int, alea: float) -> None:
    with pytest.raises(ValueError, match="draw"):
        NORMAL.next_attempt(essais=essais, depuis=NOW, now=NOW, alea=alea)


@given(seconds=st.integers(0, 86_400))
def test_retry_after_in_seconds_is_honoured(seconds: int) -> None:
    assert NORMAL.quota_wait(str(seconds), now=NOW) == timedelta(seconds=seconds)


@given(seconds=st.integers(0, 86_400), offset=st.integers(-12, 12))
def test_retry_after_as_a_date_is_honoured(seconds: int, offset: int) -> None:
    until = (NOW + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=offset)))
    assert NORMAL.quota_wait(format_datetime(until), now=NOW) == timedelta(seconds=seconds)


def test_what_the_partner_asks_for_is_not_shortened() -> None:
    assert Rythme(100).quota_wait("30", now=NOW) == timedelta(seconds=30)


@pytest.mark.parametrize("text", [None, "", "   ", "bientôt", "-5", "1.5", "Mon, 99 Foo 2010", "١٢"])
def test_without_an_intelligible_wait_a_minute_passes(text: str | None) -> None:
    assert asked_wait(text, now=NOW) is None
    assert NORMAL.quota_wait(text, now=NOW) == ATTENTE_QUOTA


def test_a_date_without_offset_is_universal_time() -> None:
    assert asked_wait("Wed, 12 May 2010 14:01:00 -0000", now=NOW) == timedelta(minutes=1)


def test_a_date_already_past_asks_for_no_wait() -> None:
    assert asked_wait("Wed, 21 Oct 2009 07:28:00 GMT", now=NOW) == timedelta(0)


@pytest.mark.parametrize("text", ["999999999999999999", "Wed, 21 Oct 2099 07:28:00 GMT"])
def test_an_absurd_wait_is_cut_at_a_day(text: str) -> None:
    assert asked_wait(text, now=NOW) == ATTENTE_DEMANDEE_MAX


@given(text=st.text(max_size=60))
def test_no_header_whatever_it_says_breaks_the_policy(text: str) -> None:
    assert timedelta(0) <= NORMAL.quota_wait(text, now=NOW) <= ATTENTE_DEMANDEE_MAX


@given(echecs=st.integers(0, 10_000))
def test_an_outage_pauses_the_channel_ten_minutes_at_most(echecs: int) -> None:
    assert PAUSE_PANNE <= NORMAL.outage_pause(echecs) <= PAUSE_PANNE_MAX


def test_an_outage_that_lasts_pauses_longer() -> None:
    pauses = [NORMAL.outage_pause(PANNES_AVANT_PAUSE + more) for more in range(3)]
    assert pauses == [PAUSE_PANNE, PAUSE_PANNE * 2, PAUSE_PANNE * 4]
