"""Mishaps that come by the thousand are told now and then, and a flood of presses is cut off."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kiosk.panel.tally import (
    MOST_A_SECOND,
    MOST_AT_ONCE,
    QUIET_S,
    Tally,
    allowed,
    tell_when_due,
)

moments = st.floats(1.0, 5000.0)


def told_at(tally, moments_and_counts):
    """What is told, and when, as the mishaps come in."""
    told = []
    for now, count in moments_and_counts:
        tally = tell_when_due(tally.add(count), now, lambda n, now=now: told.append((now, n)))
    return tally, told


def test_the_first_mishap_is_told_at_once():
    assert told_at(Tally(), [(100.0, 1)])[1] == [(100.0, 1)]


def test_a_few_that_are_usual_are_not_worth_a_word_until_there_are_more():
    tally, told = told_at(Tally(patience=3), [(100.0, 3), (101.0, 0)])

    assert (told, tally.total) == ([], 3)
    assert told_at(tally, [(102.0, 1)])[1] == [(102.0, 4)]


def test_what_came_since_is_told_together_when_it_was_quiet_for_long_enough():
    story = [(100.0, 1), (100.5, 7), (99.9 + QUIET_S, 2), (100.0 + QUIET_S, 0)]

    assert told_at(Tally(), story)[1] == [(100.0, 1), (100.0 + QUIET_S, 9)]


def test_nothing_new_is_nothing_to_tell():
    assert told_at(Tally(), [(100.0, 0), (100.0 + QUIET_S, 0)])[1] == []


@given(st.lists(st.tuples(moments, st.integers(0, 5000)), max_size=50), st.integers(0, 5))
def test_no_mishap_is_told_twice_or_forgotten_and_words_are_rare(story, patience):
    story.sort()
    tally, told = told_at(Tally(patience), story)

    assert tally.total == sum(count for _, count in story)
    assert sum(count for _, count in told) + tally.untold == tally.total
    for (earlier, _), (later, _) in pairwise(told):
        assert later - earlier >= QUIET_S


# Floods


def passed(times):
    """The moments of the presses that were within the allowance."""
    allowance, taken = None, []
    for now in times:
        allowance, is_allowed = allowed(allowance, now)
        assert 0 <= allowance.left <= MOST_AT_ONCE
        taken += [now] if is_allowed else []
    return taken


def test_a_queue_full_of_presses_is_taken_at_once_and_not_one_more():
    assert len(passed([100.0] * 1000)) == MOST_AT_ONCE


@given(
    st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(1, 100)), min_size=1, max_size=40),
    st.data(),
)
def test_in_any_stretch_of_time_no_more_pass_than_may_at_once_and_twenty_a_second(bursts, data):
    times, now = [], 100.0
    for after, count in bursts:
        now += after
        times += [now] * count
    taken = passed(times)

    first, last = sorted(data.draw(st.tuples(st.sampled_from(times), st.sampled_from(times))))

    within = sum(first <= each <= last for each in taken)
    assert within <= MOST_AT_ONCE + MOST_A_SECOND * (last - first) + 1e-6


@given(st.lists(st.floats(1 / MOST_A_SECOND, 60.0), max_size=200))
def test_no_hand_is_ever_too_fast(pauses):
    now, times = 100.0, [100.0]
    for pause in pauses:
        now += pause
        times.append(now)

    assert passed(times) == times


def test_a_clock_that_stands_still_or_steps_back_takes_nothing_away():
    assert len(passed([100.0, 99.0, 100.0])) == 3
