"""Contact bounce: every press is one press, whatever the contact does in between."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.panel.debounce import SETTLE_S, Contact, edge

MS = 10  # of our grid, tenths of a millisecond, in one millisecond
LONGEST_BOUNCE, SHORTEST_PRESS, APART = 25 * MS, 15 * MS, 80 * MS


def presses_in(edges):
    """When the debouncer counts a press, in tenths of a millisecond."""
    contact, found = Contact(), []
    for at, is_closed in edges:
        contact, is_press = edge(contact, at / 10_000, is_closed)
        if is_press:
            found.append(at)
    return found


def bouncing(at, is_closed, luck):
    """The contact changes at `at`, flutters for less than the longest bounce, and rests."""
    flutter = sorted(luck.sample(range(1, LONGEST_BOUNCE), 2 * luck.randrange(8)))
    places = [at, *(at + each for each in flutter)]
    return [(place, is_closed == (number % 2 == 0)) for number, place in enumerate(places)]


@st.composite
def stories(draw):
    """Presses with their bounce: (what the fingers did, the edges that the pin saw)."""
    luck = random.Random(draw(st.integers()))
    pressed, edges, at = [], [], luck.randrange(1000)
    for _ in range(draw(st.integers(1, 20))):
        interval = APART + luck.randrange(luck.choice((1, 500, 20_000)))
        # Open contacts need a moment longer than the bounce before the next finger comes.
        held = luck.randrange(SHORTEST_PRESS, interval - 2 * LONGEST_BOUNCE)
        closing = [each for each in bouncing(at, True, luck) if each[0] < at + held]
        if not closing[-1][1]:
            closing.pop()
        edges += [*closing, *bouncing(at + held, False, luck)]
        pressed.append(at)
        at += interval
    return pressed, edges


@settings(max_examples=300, deadline=None)
@given(stories())
def test_every_press_counts_once_at_its_first_edge_and_no_bounce_does(story):
    """Presses from 15 ms, 80 ms apart, bouncing up to 25 ms: precision and recall of 1."""
    pressed, edges = story

    assert presses_in(edges) == pressed


def test_the_model_bounces():
    """A debouncer that counted every closing edge would be found out."""
    edges = bouncing(0, True, random.Random(3))

    assert sum(is_closed for _, is_closed in edges) > 1
    assert presses_in(edges) == [0]


def test_a_contact_that_was_open_as_long_as_it_settles_is_pressed_anew():
    settle = round(SETTLE_S * 10_000)

    edges = [(0, True), (200, False), (200 + settle - 1, True), (500, False), (501 + settle, True)]

    assert presses_in(edges) == [0, 501 + settle]


def test_an_edge_that_changes_nothing_is_no_press():
    assert presses_in([(0, False), (10, True), (20, True), (2000, True)]) == [10]


@given(st.lists(st.tuples(st.floats(allow_nan=False), st.booleans())))
def test_no_story_of_edges_raises(edges):
    contact = Contact()
    for at, is_closed in edges:
        contact, is_press = edge(contact, at, is_closed)
        assert not is_press or is_closed
