"""Working out when an answer was given: never a wrong time for a right one, no boot for another."""

import math
from datetime import datetime

import pytest
from builders import NOON
from hypothesis import example, given
from hypothesis import strategies as st
from pretended_machine import PretendedMachine, problem_with

import sync.answered
from sync.answered import Anchor, Boot, History, Span, within, worked_out

HOUR, DAY = 3600.0, 86_400.0
PRECISIONS = st.sampled_from(["minute", "hour", "day"])


def anchored(boot_id="this", boottime=1000.0, wall=NOON):
    """A boot whose clock was right once."""
    return Boot(boot_id, (Anchor(boottime, wall), Anchor(boottime, wall)))


def moment_of(answered):
    return datetime.fromisoformat(answered.at).timestamp()


@pytest.mark.parametrize("away_s", [-900.0, 0.0, 900.0, 6 * HOUR])
def test_an_anchor_gives_a_time_to_every_moment_of_its_boot(away_s):
    answered = worked_out(History([anchored()]), "this", 1000.0 + away_s)

    assert answered.clock == "corrected"
    assert moment_of(answered) == NOON + away_s


def test_a_boot_is_never_measured_by_another_ones_anchor():
    boots = [anchored("before"), Boot("this")]

    answered = worked_out(History(boots), "this", 1000.0)

    assert (answered.at, answered.clock) == (None, "estimated")


def test_a_right_clock_may_be_as_far_off_as_the_kernel_lets_it_and_drift_as_fast():
    span = within(anchored().anchors, 1000.0 + 10_000)

    assert (span.latest - span.earliest) / 2 == pytest.approx(16 + 5)


def test_a_boot_without_anchors_lies_between_its_neighbours():
    boots = [
        anchored("before", 500.0, NOON),
        Boot("this"),
        anchored("after", 100.0, NOON + 5 * HOUR),
    ]

    span = History(boots).between("this", 1800.0)

    assert NOON + 1780 < span.earliest <= NOON + 1800
    assert NOON + 5 * HOUR - 100 <= span.latest < NOON + 5 * HOUR - 80
    assert worked_out(History(boots), "this", 1800.0).clock == "estimated"


def test_several_boots_without_anchors_share_their_neighbours():
    boots = [anchored("a"), Boot("b"), Boot("c"), anchored("d", 10.0, NOON + DAY)]

    told = [worked_out(History(boots), boot_id, 60.0) for boot_id in "bc"]

    assert told[0] == told[1]
    assert (told[0].clock, told[0].at) == ("estimated", None)
    assert None not in (told[0].earliest, told[0].latest)


@pytest.mark.parametrize("boots", [[], [Boot("this")], [Boot("other"), Boot("this")]])
def test_where_the_clock_was_never_right_nothing_is_said(boots):
    answered = worked_out(History(boots), "this", 10.0)

    assert (answered.clock, answered.at) == ("unknown", None)
    assert (answered.earliest, answered.latest) == (None, None)


def test_an_anchor_days_away_bounds_a_time_and_does_not_tell_it():
    answered = worked_out(History([anchored(boottime=3 * DAY)]), "this", 10.0)

    assert (answered.clock, answered.at) == ("estimated", None)
    assert problem_with(answered, NOON - 3 * DAY + 10) is None


def test_anchors_of_one_boot_that_contradict_each_other_are_not_believed():
    anchors = (Anchor(1000.0, NOON), Anchor(2000.0, NOON + 1000 - HOUR))

    assert within(anchors, 1500.0) == Span()
    assert worked_out(History([Boot("this", anchors)]), "this", 1500.0).clock == "unknown"


def test_neighbours_that_contradict_each_other_are_not_believed():
    boots = [anchored("before", wall=NOON + DAY), Boot("this"), anchored("after", wall=NOON)]

    assert worked_out(History(boots), "this", 10.0).clock == "unknown"


@pytest.mark.parametrize("precision", ["minute", "hour", "day"])
def test_bounds_are_no_more_exact_than_a_time_may_be(precision):
    boots = [anchored("before"), Boot("this"), anchored("after", 10.0, NOON + 3 * DAY + 1)]

    answered = worked_out(History(boots), "this", 60.0, precision)

    earliest, latest = map(datetime.fromisoformat, (answered.earliest, answered.latest))
    assert answered.precision == precision
    assert not any((bound.second, bound.microsecond) != (0, 0) for bound in (earliest, latest))
    assert precision == "minute" or earliest.minute == latest.minute == 0
    assert precision != "day" or earliest.hour == latest.hour == 0


def test_the_neighbours_of_a_boot_are_looked_at_once_however_many_answers_it_has(monkeypatch):
    boots = [anchored(f"boot-{number}", wall=NOON + number * DAY) for number in range(20)]
    boots.insert(10, Boot("this"))
    looks = []

    def counted(anchors, boottime):
        looks.append(boottime)
        return within(anchors, boottime)

    monkeypatch.setattr(sync.answered, "within", counted)
    history = History(boots)
    for moment in range(100):
        assert worked_out(history, "this", moment).clock == "estimated"

    assert len(looks) <= 2 * len(boots) + 100


@given(
    st.sampled_from([-1e9, 1e9, 1e18, 1e308, math.inf, -math.inf, math.nan]),
    st.booleans(),
    PRECISIONS,
)
def test_a_number_that_no_clock_shows_gives_no_time_and_stops_nothing(boottime, has_anchor, how):
    boots = [anchored("before"), anchored() if has_anchor else Boot("this"), anchored("after")]

    answered = worked_out(History(boots), "this", boottime, how)

    assert answered.at is None


CHANGES = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 2 * DAY)),
    st.tuples(st.just("set_right"), st.floats(-10, 10)),
    st.tuples(st.just("step"), st.floats(-60 * 365 * DAY, 5 * 365 * DAY)),
    st.tuples(st.just("lose_sync")),
    st.tuples(st.just("restart"), st.floats(0, 10 * DAY), st.floats(-60 * 365 * DAY, 365 * DAY)),
)


@given(st.lists(CHANGES, max_size=25), st.floats(-100e-6, 100e-6), PRECISIONS)
@example([("wait", 60.0), ("set_right", 0.0), ("wait", 60.0)], 0.0, "minute")
@example([("set_right", 0.0), ("restart", 60.0, -DAY), ("wait", 60.0)], 0.0, "minute")
def test_whatever_happens_to_a_clock_nothing_that_is_said_of_any_moment_is_wrong(
    changes, drift, precision
):
    machine = PretendedMachine(drift=drift)
    boots, moments = {}, []

    def look():
        now = machine.reading()
        known = boots.setdefault(now.boot_id, [])
        moments.append((now.boot_id, now.boottime, machine.true))
        if now.is_synced:
            known[1:] = [Anchor(now.boottime, now.wall)]

    look()
    for name, *by in changes:
        getattr(machine, name)(*by)
        look()

    history = History(Boot(boot_id, tuple(anchors)) for boot_id, anchors in boots.items())
    for boot_id, boottime, true in moments:
        assert problem_with(worked_out(history, boot_id, boottime, precision), true) is None
