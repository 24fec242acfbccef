"""Contact bounce: every press is one press, whatever the contact does in between."""

import math

import pytest
from bounce import LONGEST_GLITCH, MS, TRACES, sessions, traces
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.panel.debounce import GLITCH_S, SETTLE_S, Contact, Press, at_start, due, edge, tick

PROMPTLY, LATE = True, False


def heard(edges, is_asked=PROMPTLY, contact=None):
    """The contact at the end and the presses, in microseconds.

    `is_asked`: whether somebody asks at every due time, or only at each edge and at the end.
    """
    contact, presses = contact or Contact(), []
    for at, is_closed in edges:
        if is_asked:
            contact = waited(contact, at, presses)
        contact, press = edge(contact, at / 10**6, is_closed)
        presses += [press] if press else []
    return waited(contact, math.inf, presses), [round(press.at * 10**6) for press in presses]


def waited(contact, until, presses):
    """The contact after being asked at each due time before `until` (microseconds)."""
    while (then := due(contact)) is not None and then * 10**6 < until:
        contact, press = tick(contact, then)
        presses += [press] if press else []
        assert due(contact) != then, "asking at a due time gets on"
    return contact


# The promise: precision 1.0 and recall 1.0


@pytest.mark.parametrize("is_asked", [PROMPTLY, LATE])
@pytest.mark.parametrize("trace", traces(), ids=lambda trace: trace.name)
def test_in_every_trace_each_press_counts_once_at_its_first_edge(trace, is_asked):
    assert tuple(heard(trace.edges, is_asked)[1]) == trace.presses


def test_the_traces_are_many_and_of_all_kinds():
    kinds = {trace.name.split("_")[0] for trace in traces()}

    assert len(traces()) >= 25
    assert kinds > {"arcade", "membrane", "worn", "release", "tap", "double", "hold", "chatter"}
    assert sum(len(trace.presses) for trace in traces()) > 150


@settings(max_examples=300, deadline=None)
@given(sessions(), st.sampled_from([PROMPTLY, LATE]))
def test_any_session_of_presses_is_heard_press_by_press(session, is_asked):
    """Presses from 15 ms, 80 ms apart, bouncing up to 25 ms, with spikes below 1 ms between."""
    assert tuple(heard(session.edges, is_asked)[1]) == session.presses


# That the traces would find a debouncer that is wrong


def without_settling(recording):
    """Each closing edge is a press."""
    return [at for at, is_closed in recording.edges if is_closed]


def without_glitch_filter(recording):
    """The first closing edge after a rest is a press, however short."""
    presses, open_since, was_closed = [], -math.inf, False
    for at, is_closed in recording.edges:
        if is_closed and not was_closed and at - open_since >= SETTLE_S * 10**6:
            presses.append(at)
        if was_closed and not is_closed:
            open_since = at
        was_closed = is_closed
    return presses


def with_deaf_time(recording):
    """After a change nothing is heard for 25 ms, as with gpiozero's bounce_time."""
    presses, was_closed, deaf_until = [], False, -math.inf
    for at, is_closed in recording.edges:
        if at < deaf_until or is_closed == was_closed:
            continue
        was_closed, deaf_until = is_closed, at + 25 * MS
        presses += [at] if is_closed else []
    return presses


@pytest.mark.parametrize(
    ("broken", "finds"),
    [
        (without_settling, {"doubled"}),
        (without_glitch_filter, {"invented"}),
        (with_deaf_time, {"lost", "invented"}),
    ],
)
def test_the_traces_find_a_debouncer_that_is_wrong(broken, finds):
    wrong = set()
    for trace in traces():
        found, true = broken(trace), trace.presses
        wrong |= {"lost"} if set(true) - set(found) else set()
        if len(found) > len(true):
            wrong |= {"doubled"} if true else {"invented"}

    assert finds <= wrong


# One by one


def test_a_press_is_certain_after_a_millisecond_and_counts_from_its_first_edge():
    contact, press = edge(Contact(), 5.0, True)
    assert press is None
    assert due(contact) == 5.0 + GLITCH_S

    assert tick(contact, 5.0 + GLITCH_S / 2) == (contact, None)
    contact, press = tick(contact, due(contact))

    assert press == Press(5.0)
    assert tick(contact, 6.0)[1] is None


def test_spikes_add_up_until_the_contact_has_rested():
    spike, gap = LONGEST_GLITCH, 24 * MS

    near = [(0, True), (spike, False), (spike + gap, True), (spike + gap + 10, False)]
    far = [(at + (MS if at > gap else 0) * 2, is_closed) for at, is_closed in near]

    assert heard(near)[1] == [0]
    assert heard(far)[1] == []


def test_a_contact_is_pressed_anew_when_it_was_open_as_long_as_it_settles():
    settle = round(SETTLE_S * 10**6)
    first = [(0, True), (20 * MS, False)]

    again_at = 20 * MS + settle
    for early, presses in ((1, [0]), (-1, [0, again_at + 1])):
        edges = [*first, (again_at - early, True), (50 * MS + settle, False)]

        assert heard(edges)[1] == presses


def test_a_button_that_is_down_when_we_come_was_never_pressed():
    contact = at_start(3.0, is_closed=True)
    assert contact.is_down
    assert due(contact) is None

    contact, presses = heard([(4 * 10**6, False), (5 * 10**6, True)], contact=contact)

    assert presses == [5 * 10**6]
    assert contact.is_down
    assert not at_start(3.0, is_closed=False).is_down


def test_a_button_is_down_until_its_contact_has_rested():
    contact, _ = edge(Contact(), 1.0, True)
    contact, _ = edge(contact, 1.1, False)
    assert contact.is_down

    contact, _ = tick(contact, 1.1 + SETTLE_S)

    assert not contact.is_down


# Bounce, measured


@pytest.mark.parametrize(
    "trace", [each for each in traces() if each.bounces], ids=lambda trace: trace.name
)
def test_the_bounce_of_each_press_is_measured_once_it_has_settled(trace):
    contact, measured, counted = Contact(), [], 0
    for at, is_closed in [*trace.edges, (trace.edges[-1][0] + 10**6, False)]:
        presses = []
        before = contact
        contact = waited(contact, at, presses)
        if contact.bounce_s is not None and contact != before:
            measured += [contact.bounce_s] if counted + len(presses) > len(measured) else []
        counted += len(presses)
        contact, press = edge(contact, at / 10**6, is_closed)
        counted += press is not None

    assert [round(each * 10**6) for each in measured] == pytest.approx(trace.bounces, abs=2)


def test_the_bounce_of_a_held_button_is_known_before_it_is_let_go_of():
    contact, _ = heard([(0, True), (2 * MS, False), (3 * MS, True)])

    assert contact.is_closed
    assert contact.bounce_s == pytest.approx(0.003)


def test_a_spike_says_nothing_about_the_bounce_of_the_last_press():
    contact, _ = heard([(0, True), (MS, False), (2 * MS, True), (90 * MS, False)])

    contact, presses = heard([(500 * MS, True), (500 * MS + 10, False)], contact=contact)

    assert presses == []
    assert contact.bounce_s == pytest.approx(0.002)


# What a driver may do


def test_an_edge_that_changes_nothing_is_no_press():
    assert heard([(0, False), (10, True), (20, True), (2 * 10**6, True)])[1] == [10]


def test_an_edge_that_comes_a_little_too_late_is_taken_as_the_last():
    edges = [(0, True), (30 * MS, False), (29 * MS, True), (100 * MS, False)]

    assert heard(edges)[1] == [0]
    upside_down = [(10 * MS, True), (5 * MS, False), (11 * MS, True), (13 * MS, False)]
    assert heard(upside_down)[1] == [10 * MS]


@given(st.lists(st.tuples(st.floats(), st.booleans(), st.floats())))
def test_no_story_of_edges_raises(story):
    contact = Contact()
    for at, is_closed, now in story:
        contact, press = edge(contact, at, is_closed)
        assert press is None or isinstance(press.at, float)
        contact, _ = tick(contact, now)
        assert contact.is_closed == is_closed


def test_the_files_say_that_they_are_composed():
    for path in TRACES.glob("*.csv"):
        assert "not a recording" in path.read_text("ascii")
