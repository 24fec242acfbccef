"""When to try again. Pure: nothing here waits."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from builders import NOON
from hypothesis import given
from hypothesis import strategies as st

from sync.schedule import Line, next_delay, retry_after_s

JITTER = st.floats(0, 1)


def http_date(wall):
    return format_datetime(datetime.fromtimestamp(wall, UTC), usegmt=True)


@given(st.integers(1, 10_000), JITTER)
def test_any_delay_is_between_a_second_and_five_minutes(failures, jitter):
    assert 1 <= next_delay(failures, jitter) <= 300


@given(st.integers(1, 10_000))
def test_the_range_doubles_until_it_is_full(failures):
    assert next_delay(failures, 0) == 1
    assert next_delay(failures, 1) == min(2**failures, 300)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("3601", 3600),
        ("9" * 5000, 3600),
        (http_date(NOON + 90), 90),
        (http_date(NOON + 86400), 3600),
        (http_date(NOON - 86400), 0),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        ("Wed, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_up_to_an_hour(header, seconds):
    assert retry_after_s(header, None, NOON) == seconds
    assert retry_after_s(header, http_date(NOON), 0.0) == seconds


@given(st.integers(0, 2**32), st.integers(-10_000, 10_000), st.floats(-1e12, 1e12) | st.none())
def test_whatever_this_clock_says_a_moment_counts_from_the_replys_date(sent_at, later_s, now_wall):
    seconds = retry_after_s(http_date(sent_at + later_s), http_date(sent_at), now_wall)

    assert seconds == min(max(later_s, 0), 3600)


DATES = st.text(max_size=60) | st.integers(0, 2**32).map(http_date)


@given(DATES, DATES | st.none(), st.floats(-1e12, 1e12) | st.none())
def test_no_header_makes_it_stumble_or_wait_longer_than_an_hour(header, date, now_wall):
    seconds = retry_after_s(header, date, now_wall)

    assert seconds is None or 0 <= seconds <= 3600


def test_a_line_waits_longer_each_time_and_starts_afresh_after_a_success():
    line = Line()
    delays = []
    for _ in range(4):
        line = line.failed(now=100.0, jitter=1.0, retry_after=None)
        delays.append(line.due_at - 100)

    assert delays == [2, 4, 8, 16]
    assert line.succeeded(100.0, again_in_s=60) == Line(due_at=160.0)


def test_hurrying_overrides_our_own_back_off_and_not_the_centres_word():
    backing_off = Line().failed(now=100.0, jitter=1.0, retry_after=None)
    told_to_wait = Line().failed(now=100.0, jitter=1.0, retry_after=60)

    assert backing_off.hurried(101.0).is_due(101.0)
    assert not told_to_wait.hurried(101.0).is_due(159.9)
    assert told_to_wait.hurried(101.0).is_due(160.0)


@given(st.integers(0, 10_000), st.floats(0, 3600), JITTER)
def test_nobody_comes_before_the_centre_asked_nor_more_than_five_minutes_later(
    failures, asked_s, jitter
):
    line = Line(failures).failed(now=100.0, jitter=jitter, retry_after=asked_s)

    assert asked_s <= line.due_at - 100 + 1e-6
    assert line.due_at - 100 <= asked_s + 300 + 1e-6
    assert line.due_at >= 101


def test_whom_the_centre_sent_away_together_comes_back_spread_over_as_long_as_it_asked():
    told = [Line().failed(100.0, tenth / 10, retry_after=60).due_at for tenth in range(11)]

    assert (told[0], told[5], told[-1]) == (160, 190, 220)


def test_a_failure_of_another_kind_does_not_shorten_what_the_centre_asked_for():
    line = Line().failed(now=100.0, jitter=0.0, retry_after=60)

    line = line.failed(now=101.0, jitter=0.0, retry_after=None)

    assert not line.is_due(159.9)


def test_a_date_in_the_past_does_not_become_a_hail_of_requests():
    line = Line().failed(now=100.0, jitter=0.0, retry_after=0)

    assert not line.is_due(100.9)
    assert line.is_due(101.0)
