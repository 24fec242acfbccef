"""When a terminal is open: what the lines say, and the nights that reach into the next day."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_config.hours import DAYS, hours_problems, is_open, parse_hours

MONDAY = datetime(2026, 11, 16)  # noqa: DTZ001 - local wall time is what is asked about


def at(day, time):
    """A moment of the week of that Monday, in local wall time."""
    hour, minute = time.split(":")
    return MONDAY + timedelta(days=DAYS.index(day), hours=int(hour), minutes=int(minute))


def open_at(lines, day, time):
    return is_open(parse_hours(lines), at(day, time))


def test_without_any_line_it_is_always_open():
    assert open_at([], "sun", "03:00")


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("mon", "06:59", False),
        ("mon", "07:00", True),
        ("fri", "17:59", True),
        ("fri", "18:00", False),
        ("sat", "08:59", False),
        ("sat", "14:59", True),
        ("sun", "12:00", False),
    ],
)
def test_it_is_open_from_the_first_minute_to_the_last(day, time, expected):
    assert open_at(["mon-fri 07:00-18:00", "sat 09:00-15:00"], day, time) == expected


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("fri", "19:59", False),
        ("fri", "23:59", True),
        ("sat", "00:00", True),
        ("sat", "01:59", True),
        ("sat", "02:00", False),
        ("thu", "23:00", False),
    ],
)
def test_closing_after_midnight_reaches_into_the_next_day(day, time, expected):
    assert open_at(["fri 20:00-02:00"], day, time) == expected


def test_sunday_night_reaches_into_monday():
    assert open_at(["sun 20:00-02:00"], "mon", "01:00")
    assert not open_at(["sun 20:00-02:00"], "sun", "01:00")


def test_days_may_go_over_the_weekend():
    lines = ["sat-mon 10:00-12:00"]

    assert [day for day in DAYS if open_at(lines, day, "11:00")] == ["mon", "sat", "sun"]


def test_two_lines_of_one_day_are_open_in_both():
    lines = ["mon 08:00-11:00", "mon 12:00-16:00"]

    assert open_at(lines, "mon", "08:30")
    assert not open_at(lines, "mon", "11:30")
    assert open_at(lines, "mon", "15:59")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "monday 07:00-18:00",
        "mon-fri 7:00-18:00",
        "mon 07:00–18:00",
        "mon 07:00-18:60",
        "mon 07:00-24:01",
        "mon 24:00-02:00",
        "mon 07:00-07:00",
        "mon 07:00-18:00\n",
        "ma-pe 07:00-18:00",
        "mon 07:00-18:00, tue 07:00-18:00",
        "mon ٠٧:00-18:00",
    ],
)
def test_a_line_that_says_no_hours_is_named_with_its_path(line):
    (problem,) = hours_problems(["tue 07:00-18:00", line])

    assert problem.startswith("hours.open[1]: ")
    assert "\n" not in problem
    with pytest.raises(ValueError, match=r"hours\.open\[0\]"):
        parse_hours([line])


days = st.sampled_from(DAYS)
minutes = st.integers(0, 24 * 60 - 1)


def clock_time(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


@given(days, minutes, st.integers(1, 24 * 60 - 1), st.integers(0, 7 * 24 * 60 - 1))
def test_a_span_of_any_day_and_length_is_open_so_long_and_no_longer(day, opens, length, later):
    line = f"{day} {clock_time(opens)}-{clock_time((opens + length) % (24 * 60))}"
    moment = at(day, clock_time(opens)) + timedelta(minutes=later)

    assert is_open(parse_hours([line]), moment) == (later < length)


@given(st.text(max_size=40))
def test_any_text_is_hours_or_one_line_that_says_how_to_write_them(line):
    problems = hours_problems([line])

    assert len(problems) <= 1
    if not problems:
        parse_hours([line])
    assert all("\n" not in problem for problem in problems)
