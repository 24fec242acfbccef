"""A touch panel that has gone silent while buttons are pressed is noticed."""

import json

from hypothesis import given
from hypothesis import strategies as st

from kiosk.touch_watch import A_LIFETIME_S, DAY_S, ENOUGH_PRESSES, LONGEST_SILENCE_S, TouchWatch

BEGAN = 1000.0
LONG_AFTER = BEGAN + LONGEST_SILENCE_S

times = st.floats(0, 1e8)
gaps = st.lists(st.tuples(st.booleans(), st.floats(0, DAY_S)), max_size=200)


def press(watch, at, times=1):
    """Press so often; returns the watch and how many of the presses made a report."""
    reports = 0
    for _ in range(times):
        watch, is_to_report = watch.pressed(at)
        reports += is_to_report
    return watch, reports


def test_two_days_without_a_touch_and_thirty_presses_are_reported_once():
    watch, before = press(TouchWatch(BEGAN), LONG_AFTER, ENOUGH_PRESSES - 1)
    watch, then = press(watch, LONG_AFTER)
    _, after = press(watch, LONG_AFTER + 9 * DAY_S, 100)

    assert (before, then, after) == (0, 1, 0)


def test_presses_since_before_the_second_day_was_over_count():
    watch, early = press(TouchWatch(BEGAN), LONG_AFTER - 1, 100)
    _, late = press(watch, LONG_AFTER)

    assert (early, late) == (0, 1)


def test_a_quiet_house_is_no_dead_panel():
    _, reports = press(TouchWatch(BEGAN), BEGAN + 300 * DAY_S, ENOUGH_PRESSES - 1)

    assert reports == 0


def test_after_a_touch_another_silence_is_reported_again():
    watch, first = press(TouchWatch(BEGAN), LONG_AFTER, ENOUGH_PRESSES)
    watch = watch.touched(LONG_AFTER)
    watch, soon = press(watch, LONG_AFTER, ENOUGH_PRESSES)
    _, second = press(watch, LONG_AFTER + LONGEST_SILENCE_S)

    assert (first, soon, second) == (1, 0, 1)


@given(gaps)
def test_a_silence_is_reported_exactly_when_the_rule_says_so_and_never_twice(steps):
    at, touched_at, presses, was_reported = BEGAN, BEGAN, 0, False
    watch = TouchWatch(BEGAN)
    for is_touch, gap in steps:
        at += gap
        if is_touch:
            watch = watch.touched(at)
            touched_at, presses, was_reported = at, 0, False
            continue
        presses += 1
        watch, is_to_report = watch.pressed(at)
        is_so = presses >= 30 and at - touched_at >= 2 * 24 * 3600
        assert is_to_report == (is_so and not was_reported)
        was_reported = was_reported or is_to_report


@given(gaps, times)
def test_a_restart_never_changes_what_is_reported(steps, booted_at):
    """The clock of another boot begins elsewhere; whole seconds, so that no sum is rounded."""
    at, other = BEGAN, float(int(booted_at))
    watch = TouchWatch(at)
    kept = TouchWatch.from_fact(json.loads(json.dumps(watch.as_fact(at))), other)
    for is_touch, gap in steps:
        at, other = at + int(gap), other + int(gap)
        if is_touch:
            watch, kept = watch.touched(at), kept.touched(other)
        else:
            (watch, one), (kept, two) = watch.pressed(at), kept.pressed(other)
            assert one == two
        kept = TouchWatch.from_fact(json.loads(json.dumps(kept.as_fact(other))), other)


def test_the_time_switched_off_is_no_silence():
    watch, _ = press(TouchWatch(BEGAN), BEGAN + DAY_S, ENOUGH_PRESSES)
    fact = watch.as_fact(BEGAN + DAY_S)
    later = TouchWatch.from_fact(fact, 5.0)  # whenever that was
    watch, at_once = press(later, 6.0)
    _, a_day_on = press(watch, 5.0 + DAY_S)

    assert (at_once, a_day_on) == (0, 1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
facts = st.fixed_dictionaries(
    {"silent_s": json_values, "presses": json_values, "is_reported": json_values}
)


@given(facts | json_values, times)
def test_a_fact_that_cannot_be_read_begins_a_new_silence_and_never_raises(fact, now):
    watch = TouchWatch.from_fact(fact, now)
    _, reports = press(watch, now)

    assert 0 <= now - watch.since < A_LIFETIME_S
    assert reports in {0, 1}
