"""Stuck buttons: put aside and told of once, free again by themselves, the others untouched."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.panel.stuck import FREED_S, STUCK_S, Stuck, after, due

NONE = frozenset()


def fed(*story):
    """The states after each (when, buttons that are down)."""
    state, states = Stuck(), []
    for when, down in story:
        state = after(state, when, frozenset(down))
        states.append(state)
    return states


def stuck_of(*story):
    return [set(state.stuck) for state in fed(*story)]


def test_a_button_that_is_down_for_half_a_minute_is_stuck():
    assert stuck_of((10.0, {2}), (10.0 + STUCK_S - 0.1, {2}), (10.0 + STUCK_S, {2})) == [
        set(),
        set(),
        {2},
    ]


def test_a_rest_however_short_begins_the_half_minute_anew():
    assert stuck_of((10.0, {2}), (39.0, {}), (39.1, {2}), (69.0, {2}), (69.1, {2}))[-2:] == [
        set(),
        {2},
    ]


def test_a_stuck_button_is_free_when_it_has_been_open_for_a_second():
    stuck = ((0.0, {2}), (30.0, {2}))

    assert stuck_of(*stuck, (31.0, {}), (31.9, {}), (31.0 + FREED_S, {}))[-2:] == [{2}, set()]


def test_a_stuck_button_that_lets_go_for_a_moment_stays_aside():
    stuck = ((0.0, {2}), (30.0, {2}))

    assert stuck_of(*stuck, (31.0, {}), (31.5, {2}), (32.0, {}), (32.9, {}))[-1] == {2}


def test_a_button_that_was_freed_can_be_stuck_again():
    first = ((0.0, {2}), (30.0, {2}), (31.0, {}), (32.0, {}))

    assert stuck_of(*first, (33.0, {2}), (62.9, {2}), (63.0, {2}))[-2:] == [set(), {2}]


def test_each_button_is_stuck_by_itself():
    story = ((0.0, {1}), (20.0, {1, 4}), (30.0, {1, 4}), (50.0, {1, 4}), (51.0, {4}), (52.0, {4}))

    assert stuck_of(*story) == [set(), set(), {1}, {1, 4}, {1, 4}, {4}]


def test_it_says_when_to_ask_again():
    down, stuck, open_again, free = fed((5.0, {3}), (35.0, {3}), (40.0, {}), (41.0, {}))

    assert due(Stuck()) is None
    assert due(down) == 5.0 + STUCK_S
    assert due(stuck) is None
    assert due(open_again) == 40.0 + FREED_S
    assert due(free) is None


def test_two_buttons_fall_due_one_after_the_other():
    [*_, both] = fed((5.0, {3}), (7.0, {3, 1}))

    assert due(both) == 5.0 + STUCK_S


@given(
    st.lists(st.tuples(st.floats(0, 20), st.frozensets(st.integers(1, 5)))),
    st.floats(1e-6, 1e9),
)
def test_asking_at_the_due_times_and_only_then_leaves_nothing_undone(story, begun_at):
    """Whatever the buttons do: no due time is in the past, and a button at rest is free."""
    state, now = Stuck(), begun_at
    for pause, down in story:
        while (then := due(state)) is not None and then <= now + pause:
            state = after(state, then, frozenset(state.down_since))
            assert due(state) != then
        now += pause
        state = after(state, now, down)
        assert due(state) is None or due(state) > now
        assert set(state.down_since) == down
        assert set(state.open_since) == state.stuck - down

    state = after(state, now, NONE)
    state = after(state, now + 2 * FREED_S, NONE)
    assert state == Stuck()


def test_what_asks_only_about_how_long_a_button_is_down_now_would_be_found_out():
    """A variant that forgets that a stuck button has to rest frees it at its first flutter."""

    def hasty(state, now, down):
        return after(Stuck(down_since=state.down_since), now, down)

    story = [(0.0, {2}), (30.0, {2}), (31.0, {}), (31.5, {2})]
    state = Stuck()
    for when, down in story:
        state = hasty(state, when, frozenset(down))

    assert state.stuck != fed(*story)[-1].stuck
