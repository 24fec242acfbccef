"""The clocks: times are told with their offset, cut and never rounded up."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from builders import NOON, a_reading
from hypothesis import given
from hypothesis import strategies as st

from device_config import clock

HELSINKI = ZoneInfo("Europe/Helsinki")
FROM_2000_TO_2100 = st.integers(946_684_800 * 10**6, 4_102_444_800 * 10**6).map(
    lambda us: us / 10**6
)


def test_an_earlier_moment_of_this_boot_has_a_wall_time():
    reading = a_reading(60)

    assert reading.wall_at(reading.boottime - 60) == NOON


def test_times_carry_the_offset_of_their_zone():
    assert clock.rfc3339(NOON, HELSINKI) == "2026-11-21T12:00:00+02:00"
    assert clock.rfc3339(NOON, UTC) == "2026-11-21T10:00:00+00:00"


@pytest.mark.parametrize(
    ("precision", "told"),
    [
        ("minute", "2026-11-21T12:59:00+02:00"),
        ("hour", "2026-11-21T12:00:00+02:00"),
        ("day", "2026-11-21T00:00:00+02:00"),
    ],
)
def test_a_time_is_cut_to_its_precision(precision, told):
    assert clock.cut(NOON + 3599.9, precision, HELSINKI) == told


@given(FROM_2000_TO_2100, st.sampled_from([("minute", 60), ("hour", 3600), ("day", 25 * 3600)]))
def test_no_cut_time_is_ever_after_the_moment_or_a_whole_step_before_it(wall, precision):
    name, longest = precision

    told = datetime.fromisoformat(clock.cut(wall, name, HELSINKI)).timestamp()

    assert wall - longest < told <= wall


@given(FROM_2000_TO_2100)
def test_a_day_is_the_day_on_the_wall_calendar(wall):
    day = clock.cut(wall, "day", HELSINKI)[:10]

    assert day == datetime.fromtimestamp(wall, HELSINKI).date().isoformat()


def test_this_machines_clocks_can_be_read_and_do_not_step_back():
    first, second = clock.read(), clock.read()

    assert second.boottime >= first.boottime > 0
    assert second.boot_id == first.boot_id
    assert isinstance(second.is_synced, bool)


@given(FROM_2000_TO_2100, st.sampled_from([("minute", 60), ("hour", 3600), ("day", 25 * 3600)]))
def test_a_time_cut_up_is_never_before_the_moment_nor_a_whole_step_after_it(wall, precision):
    name, longest = precision

    told = datetime.fromisoformat(clock.cut_up(wall, name, HELSINKI)).timestamp()

    assert wall <= told < wall + longest


@pytest.mark.parametrize(
    ("utc", "first", "next_day"),
    [
        ("2026-03-29T09:00:00", "2026-03-29T00:00:00+02:00", "2026-03-30T00:00:00+03:00"),
        ("2026-10-25T09:00:00", "2026-10-25T00:00:00+03:00", "2026-10-26T00:00:00+02:00"),
    ],
)
@pytest.mark.parametrize("zone", [HELSINKI, None])
def test_a_day_on_which_the_clocks_change_is_a_whole_day(monkeypatch, zone, utc, first, next_day):
    wall = datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()
    with monkeypatch.context() as here:
        here.setenv("TZ", "Europe/Helsinki")
        time.tzset()
        told = clock.cut(wall, "day", zone), clock.cut_up(wall, "day", zone)
    time.tzset()

    assert told == (first, next_day)
