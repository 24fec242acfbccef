"""The knock opens the staff pages, and nothing that clients do is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.screens.layout import arrange
from kiosk.staff.knock import KNOCK, LONGEST_S, Knock, corner_of
from tests.screens.views import MODES, view_of

SIZE = (800.0, 480.0)
LEFT, RIGHT, MIDDLE = (5.0, 470.0), (795.0, 470.0), (400.0, 240.0)
SIZES = ((800, 480), (1024, 600), (1280, 800), (1920, 1080), (720, 1280), (800, 1280))


def heard(*touches):
    """Whether the last of these touches, each (place, at), made the knock whole; and any before."""
    knock, made = Knock(), []
    for (x, y), at in touches:
        knock, is_made = knock.touched(x, y, SIZE, at)
        made.append(is_made)
    return made


def test_left_right_left_right_in_the_upper_corners_is_the_knock():
    assert heard((LEFT, 1), (RIGHT, 2), (LEFT, 3), (RIGHT, 4)) == [False, False, False, True]


def test_a_touch_elsewhere_in_between_is_no_knock():
    assert not any(heard((LEFT, 1), (RIGHT, 2), (MIDDLE, 2.5), (LEFT, 3), (RIGHT, 4)))


def test_another_order_is_no_knock():
    assert not any(heard((RIGHT, 1), (LEFT, 2), (RIGHT, 3), (LEFT, 4)))
    assert not any(heard((LEFT, 1), (LEFT, 2), (RIGHT, 3), (RIGHT, 4)))


def test_a_wrong_beginning_does_not_spoil_the_knock_after_it():
    assert heard((RIGHT, 0), (LEFT, 1), (RIGHT, 2), (LEFT, 3), (RIGHT, 4))[-1]


def test_slow_touches_are_no_knock():
    assert not any(heard((LEFT, 0), (RIGHT, 2), (LEFT, 4), (RIGHT, LONGEST_S + 0.1)))


def test_one_knock_opens_once():
    touches = [(LEFT, 1), (RIGHT, 1.5), (LEFT, 2), (RIGHT, 2.5), (LEFT, 3), (RIGHT, 3.5)]

    assert heard(*touches).count(True) == 1


@given(
    st.lists(
        st.tuples(
            st.tuples(st.floats(0, 800), st.floats(0, 480)),
            st.floats(0, 30),
        ),
        max_size=30,
    )
)
def test_any_touches_are_a_knock_only_if_the_last_four_are_the_corners(touches):
    for number, is_made in enumerate(heard(*touches)):
        if is_made:
            last = touches[number - 3 : number + 1]
            assert tuple(corner_of(*place, SIZE) for place, _ in last) == KNOCK


@pytest.mark.parametrize("screen", ["start", "start for a relative", "night", "out of order"])
@pytest.mark.parametrize("language", ["fi", "sv", "en", "ar"])
def test_nothing_that_clients_touch_is_in_the_corners(screen, language):
    """Without a window: each letter as wide as it is high, which is wider than any font's."""

    def measure(text, type_):
        return len(text) * type_.size * 0.6

    for size in SIZES:
        for mode in MODES:
            plan = arrange(view_of(screen, language, mode), size, measure)
            for target in plan.targets:
                box = target.box
                for x in (box.x, box.x + box.width):
                    top = box.y + box.height
                    assert corner_of(x, top, size) is None, (size, mode, target.choice.id)
