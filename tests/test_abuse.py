"""Which presses are a slap, and which responses are flagged: the rules by their edges."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiosk_builders import one_answer_only, press

from kiosk.abuse import (
    BURST_MOST,
    BURST_S,
    MOST_FIRSTS,
    MOST_PRESSES,
    RUN_GAP_S,
    RUN_MOST,
    SLAP_S,
    First,
    Judgement,
    Landed,
    as_slap,
    hours_flags,
    judge,
    landed,
    remembered,
    struck_with,
)
from kiosk.session.effects import FlagEarlier
from kiosk.session.events import DoorsChanged
from sync.wire import Flag

LIMIT_S = 5.0


def firsts(times, value=5, channel="kiosk-button"):
    return tuple(First(f"r{number}", at, value, channel) for number, at in enumerate(times))


def judged(all_, min_interval_s=LIMIT_S):
    """What is said of each of these beginnings, one after the other."""
    known, said = (), []
    for each in all_:
        judgement = judge(known, each, min_interval_s)
        known = judgement.firsts
        said.append(judgement)
    return said


def flags_of(judgement: Judgement, rule):
    return [flag for flag in judgement.flags if flag.rule == rule]


# Slaps


@pytest.mark.parametrize("earlier", [True, False])
@pytest.mark.parametrize(("apart", "is_slap"), [(0.0, True), (SLAP_S, True), (0.0601, False)])
def test_two_buttons_are_a_slap_up_to_60_ms_in_either_order(apart, is_slap, earlier):
    first = landed(press(2, at=0.0))

    struck = struck_with((first,), press(4, at=-apart if earlier else apart))

    assert struck == ((first,) if is_slap else ())


@given(st.floats(-1e9, 1e9), st.floats(0.061, 1e9), st.integers(1, 5), st.integers(1, 5))
def test_two_presses_more_than_60_ms_apart_are_never_a_slap(at, apart, one, other):
    assert struck_with((landed(press(one, at=at)),), press(other, at=at + apart)) == ()


def test_a_press_is_compared_with_every_press_that_is_remembered():
    known = tuple(Landed("box", 1, at, at) for at in (0.0, 10.0, 20.0))

    assert struck_with(known, press(2, at=10.03)) == (known[1],)


def test_no_more_presses_are_remembered_than_are_meant():
    known = ()
    for number in range(100):
        known = remembered(known, Landed("box", 1, number, number))

    assert [each.at for each in known] == list(range(100 - MOST_PRESSES, 100))


def test_the_presses_of_a_slap_are_known_as_one():
    known = (Landed("box", 1, 0.0, 0.0), Landed("box", 1, 5.0, 5.0))

    after = as_slap(known, press(2, at=5.02))

    assert [each.is_slap for each in after] == [False, True, True]


# Minimum interval


@pytest.mark.parametrize(("apart", "measured"), [(4.94, 4.9), (0.0, 0.0), (-1.0, 1.0)])
def test_a_response_sooner_than_the_minimum_interval_is_flagged(apart, measured):
    (_, second) = judged(firsts((100.0, 100.0 + apart)))

    assert second.flags == (Flag(rule="min-interval", limit=LIMIT_S, measured=measured),)


@pytest.mark.parametrize(("apart", "limit"), [(5.0, 5.0), (60.0, 5.0), (0.0, 0.0)])
def test_a_response_at_the_minimum_interval_is_not(apart, limit):
    (first, second) = judged(firsts((100.0, 100.0 + apart)), limit)

    assert (first.flags, second.flags) == ((), ())


# Bursts


def test_so_many_responses_in_so_much_time_are_no_burst_and_one_more_is():
    times = [number * BURST_S / BURST_MOST for number in range(BURST_MOST + 1)]

    said = judged(firsts(times, value=None, channel="kiosk-touch"))

    assert [flags_of(each, "burst") for each in said[:-1]] == [[]] * BURST_MOST
    assert flags_of(said[-1], "burst") == [Flag(rule="burst", limit=4, measured=5)]


def test_responses_that_are_a_little_further_apart_are_no_burst():
    times = [number * (BURST_S + 0.1) / BURST_MOST for number in range(50)]

    assert not any(flags_of(each, "burst") for each in judged(firsts(times)))


def test_the_first_ones_of_a_burst_are_flagged_when_it_shows_and_once():
    said = judged(firsts([number * 1.0 for number in range(8)], value=None))

    earlier = [each for judgement in said for each in judgement.earlier if each.rule == "burst"]
    assert earlier == [FlagEarlier("burst", 4, 5, ("r0", "r1", "r2", "r3"))]
    assert [len(flags_of(each, "burst")) for each in said] == [0, 0, 0, 0, 1, 1, 1, 1]


def test_a_burst_that_flares_up_again_names_only_those_not_flagged_before():
    times = (0, 1, 2, 3, 4, 33, 33.5, 34, 34)

    said = judged(firsts(times, value=None))

    bursts = [each.ids for judgement in said for each in judgement.earlier if each.rule == "burst"]
    assert bursts == [("r0", "r1", "r2", "r3"), ("r5", "r6", "r7")]


# Runs of one button


def a_run(length, gap=20.0, value=5, channel="kiosk-button"):
    return firsts([number * gap for number in range(length)], value, channel)


def test_so_many_equal_answers_are_a_queue_and_one_more_is_a_run():
    said = judged(a_run(RUN_MOST + 1, RUN_GAP_S))

    assert [flags_of(each, "same-button") for each in said[:-1]] == [[]] * RUN_MOST
    assert flags_of(said[-1], "same-button") == [Flag(rule="same-button", limit=5, measured=6)]


def test_the_first_ones_of_a_run_are_flagged_when_it_shows_and_once():
    said = judged(a_run(9))

    earlier = [each for judgement in said for each in judgement.earlier]
    assert earlier == [FlagEarlier("same-button", 5, 6, ("r0", "r1", "r2", "r3", "r4"))]


def test_answers_further_apart_are_no_run():
    assert not any(each.flags for each in judged(a_run(30, RUN_GAP_S + 0.1)))


@pytest.mark.parametrize("change", [{"value": 4}, {"channel": "kiosk-touch"}])
def test_another_answer_or_a_tap_in_between_ends_a_run(change):
    run = a_run(2 * RUN_MOST + 1)
    middle = RUN_MOST
    broken = (*run[:middle], replace(run[middle], **change), *run[middle + 1 :])

    assert not any(flags_of(each, "same-button") for each in judged(broken))


def test_taps_are_no_run_of_a_button():
    assert not any(each.flags for each in judged(a_run(20, channel="kiosk-touch")))


# Out of hours


@pytest.mark.parametrize(
    ("closed_at", "at", "measured"),
    [(100.0, 100.0, 0), (100.0, 159.9, 0), (100.0, 160.0, 1), (100.0, 7300.0, 120)],
)
def test_out_of_hours_measures_whole_minutes_since_closing(closed_at, at, measured):
    assert hours_flags(closed_at, at) == (Flag(rule="out-of-hours", limit=0, measured=measured),)


def test_out_of_hours_measures_nothing_where_closing_was_not_seen():
    assert hours_flags(None, 100.0) == (Flag(rule="out-of-hours", limit=0),)


def test_a_press_made_before_closing_and_delivered_after_it_is_of_the_day():
    assert hours_flags(100.0, 99.0) == ()


@pytest.mark.parametrize(("was_seen", "measured"), [(True, 10), (False, None)])
def test_a_terminal_that_starts_in_the_night_does_not_know_when_it_began(was_seen, measured):
    sitting = one_answer_only()
    sitting.happen(DoorsChanged(False, 0.0, was_seen=was_seen))

    sitting.press(5, after=600.0)
    sitting.leave()

    assert sitting.saved().flags == (Flag(rule="out-of-hours", limit=0, measured=measured),)


def test_a_night_after_another_is_measured_from_its_own_closing():
    sitting = one_answer_only()
    for is_open, at in ((False, 0.0), (True, 600.0), (False, 1200.0)):
        sitting.happen(DoorsChanged(is_open, at))
    sitting.now = 1260.0

    sitting.press(5, after=0)
    sitting.leave()

    assert sitting.saved().flags[0].measured == 1


# All


times = st.lists(st.floats(-1e6, 1e6), max_size=200)
values = st.sampled_from((1, 5, None))
channels = st.sampled_from(("kiosk-button", "kiosk-touch"))


@given(st.lists(st.tuples(st.floats(0, 40), values, channels), max_size=150))
def test_no_response_is_flagged_twice_by_one_rule_and_memory_stays_bounded(steps):
    at, all_ = 0.0, []
    for number, (after, value, channel) in enumerate(steps):
        at += after
        all_.append(First(f"r{number}", at, value, channel))

    flagged = []
    for each, judgement in zip(all_, judged(all_), strict=True):
        assert len(judgement.firsts) <= MOST_FIRSTS
        flagged += [(each.id, flag.rule) for flag in judgement.flags]
        flagged += [(id_, early.rule) for early in judgement.earlier for id_ in early.ids]
        for flag in judgement.flags:
            if flag.rule != "min-interval":
                assert flag.measured > flag.limit
    assert len(flagged) == len(set(flagged))


@given(times)
def test_any_times_in_any_order_are_judged_and_measured_from_zero_up(at):
    judgements = judged(firsts(at))

    assert len(judgements) == len(at)
    flags = [flag for each in judgements for flag in each.flags]
    assert all(flag.measured >= 0 and flag.limit >= 0 for flag in flags)
