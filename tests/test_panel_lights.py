"""The lights in the buttons: they invite, confirm, and else are dark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiosk_builders import NPS, Sitting, one_answer_only

from kiosk.panel.lights import DARK, Lights, lights_of, lit
from kiosk.session.events import BackTapped, DoorsChanged, SheetOpened
from kiosk.session.states import Asking, Idle, Night, OutOfOrder, Thanks

INVITING = Lights(invites=True)


def lights(sitting):
    return lights_of(sitting.state)


def test_the_start_screen_invites():
    assert lights(Sitting()) == INVITING


def test_what_was_pressed_is_confirmed_at_once_and_while_it_can_be_seen():
    sitting = Sitting()

    sitting.press(4, buttons=5)
    at_once = lights(sitting)
    sitting.save_all()

    assert (at_once, lights(sitting)) == (Lights(confirms=4), Lights(confirms=4))


def test_a_press_on_a_small_box_confirms_the_step_that_it_means():
    sitting = Sitting()

    sitting.press(2, buttons=3)

    assert lights(sitting) == Lights(confirms=3)
    assert lit(lights(sitting), 3) == (False, True, False)
    assert lit(lights(sitting), 5) == (False, False, True, False, False)


def test_a_tap_on_the_screen_is_confirmed_on_the_buttons_too():
    sitting = Sitting()

    sitting.tap(2)

    assert lights(sitting) == Lights(confirms=2)


def test_the_next_statement_invites_when_the_answer_before_is_no_longer_shown():
    sitting = Sitting()
    sitting.say(5)
    sitting.ring()

    assert isinstance(sitting.state, Asking)
    assert lights(sitting) == INVITING


def test_a_question_that_buttons_cannot_answer_is_dark():
    sitting = Sitting()
    sitting.go_to(NPS)
    sitting.ring()

    assert lights(sitting) == DARK


def test_an_answered_question_that_is_gone_back_to_is_dark():
    """A press never changes an answer."""
    sitting = Sitting()
    sitting.say(5)
    sitting.ring()
    sitting.do(BackTapped)

    assert sitting.state.draft.answer_to(sitting.state.item) is not None
    assert lights(sitting) == DARK


def test_while_an_answer_that_is_skipped_is_being_saved_nothing_is_lit():
    sitting = Sitting()
    sitting.say(5)
    sitting.tap("skipped")

    assert sitting.state.is_saving
    assert lights(sitting) == DARK


def test_where_one_press_is_all_the_thanks_confirm_and_then_invite_the_next_person():
    sitting = one_answer_only()
    sitting.press(5)
    sitting.save_all()
    confirmed = lights(sitting)

    while sitting.state.echo is not None:
        sitting.ring()
        sitting.save_all()

    assert isinstance(sitting.state, Thanks)
    assert (confirmed, lights(sitting)) == (Lights(confirms=5), INVITING)


def test_choices_laid_over_the_start_screen_still_invite_since_a_press_counts():
    sitting = Sitting()

    sitting.do(SheetOpened, "languages")

    assert isinstance(sitting.state, Idle)
    assert lights(sitting) == INVITING


def test_night_and_out_of_order_are_dark():
    by_night, broken = Sitting(), Sitting()

    by_night.happen(DoorsChanged(False, 1.0))
    broken.press()
    broken.fail()

    assert (type(by_night.state), lights(by_night)) == (Night, DARK)
    assert (type(broken.state), lights(broken)) == (OutOfOrder, DARK)


@pytest.mark.parametrize(
    ("buttons", "steps"), [(3, (1, 3, 5)), (4, (1, 2, 4, 5)), (5, range(1, 6))]
)
def test_each_button_of_a_box_shows_the_step_that_it_means(buttons, steps):
    for index, step in enumerate(steps):
        shown = lit(Lights(confirms=step), buttons)
        assert [place for place, is_on in enumerate(shown) if is_on] == [index]


@given(
    st.builds(Lights, st.booleans(), st.none() | st.integers(1, 5)),
    st.integers(0, 9),
)
def test_there_are_as_many_lights_as_buttons_and_one_alone_confirms(lights, buttons):
    shown = lit(lights, buttons)

    assert len(shown) == (buttons if buttons in {3, 4, 5} else 0)
    assert all(shown) if lights.invites else sum(shown) <= 1
