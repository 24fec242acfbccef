"""Whether a clock is right: by the kernel's word or timesyncd's, and never when it is absurd."""

import os
from datetime import UTC, datetime

import pytest
from builders import NOON, a_reading
from hypothesis import given
from hypothesis import strategies as st

from device_config import clock, clock_trust
from device_config.clock_trust import (
    LARGEST_ERROR_S,
    KernelClock,
    is_trusted,
    kernel_clock,
    timesyncd_mark,
)

RIGHT = KernelClock(is_unsynced=False, max_error_s=0.5)
JUST_STARTED = KernelClock(is_unsynced=True, max_error_s=LARGEST_ERROR_S)
LEFT_ALONE = KernelClock(is_unsynced=True, max_error_s=0.5)
"""As timesyncd leaves it where the clock chip runs in local time."""


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_what_the_kernel_says_counts():
    assert is_trusted(NOON, RIGHT, None)
    assert not is_trusted(NOON, JUST_STARTED, None)


def test_timesyncds_mark_counts_where_it_must_not_touch_the_kernels_flag():
    assert is_trusted(NOON, LEFT_ALONE, NOON - 2000)
    assert not is_trusted(NOON, LEFT_ALONE, None)


def test_a_mark_from_before_somebody_set_the_clock_does_not_count():
    assert not is_trusted(NOON, JUST_STARTED, NOON - 10)
    assert not is_trusted(NOON, LEFT_ALONE, NOON + 3600)


@pytest.mark.parametrize(
    "wall", ["1970-01-01T00:02:00", "2025-12-31T23:59:59", "2041-01-01T00:00:00", "2099-06-01"]
)
def test_an_absurd_clock_is_never_right_whoever_says_so(wall):
    assert not is_trusted(at(wall), RIGHT, at(wall))


@given(st.floats(-1e10, 1e11), st.booleans(), st.floats(0, LARGEST_ERROR_S), st.floats(-1e10, 1e11))
def test_no_clock_is_right_without_somebodys_word(wall, is_unsynced, error, mark):
    trusted = is_trusted(wall, KernelClock(is_unsynced, error), mark)

    assert not trusted or not is_unsynced or error < LARGEST_ERROR_S


def test_the_kernel_of_this_machine_answers():
    said = kernel_clock()

    assert 0 <= said.max_error_s <= LARGEST_ERROR_S
    assert isinstance(said.is_unsynced, bool)


def test_a_kernel_that_cannot_be_asked_vouches_for_nothing(monkeypatch):
    class Refuses:
        @staticmethod
        def adjtimex(_):
            return -1

    monkeypatch.setattr(clock_trust, "_libc", Refuses)

    assert kernel_clock() == JUST_STARTED


def test_the_mark_is_as_old_as_its_file(tmp_path):
    mark = tmp_path / "synchronized"
    assert timesyncd_mark(mark) is None

    mark.touch()
    os.utime(mark, (NOON, NOON))

    assert timesyncd_mark(mark) == NOON


# One moment: the time and the word that it is right belong together


class SteppedBetween:
    """A clock that is set right after so many looks, and the word of a kernel that knows it."""

    def __init__(self, looks):
        self.looks = looks
        self.is_set = False

    def look(self):
        self.looks -= 1
        self.is_set = self.is_set or self.looks < 0
        return a_reading(is_synced=False, wall=NOON if self.is_set else 100.0)

    def is_right(self, _):
        self.is_set = True
        return True


@pytest.mark.parametrize("looks", [0, 1, 2, 3])
def test_a_time_from_before_a_step_never_goes_with_the_word_from_after_it(looks):
    world = SteppedBetween(looks)

    reading = clock.steady(world.look, world.is_right)

    assert (reading.wall, reading.is_synced) == (NOON, True)


def test_a_clock_that_will_not_stand_still_is_not_trusted():
    walls = iter(range(0, 10**6, 1000))

    reading = clock.steady(
        lambda: a_reading(is_synced=False, wall=float(next(walls))), lambda _: True
    )

    assert not reading.is_synced
