"""Closed: a calm screen that wakes at a touch, and boxes that go on counting, flagged."""

import pytest
from kiosk_builders import FIRST, Sitting, a_config, a_press_id, an_answer, one_answer_only

from kiosk.session.events import (
    ChangeTapped,
    ComfortTapped,
    ConfigChanged,
    Dismissed,
    DoorsChanged,
    EnoughTapped,
    LanguageChosen,
    SheetOpened,
    StorageFailed,
    StorageReady,
    Woken,
)
from kiosk.session.moves import GUARD_S
from kiosk.session.preferences import Preferences
from kiosk.session.states import Asking, Idle, Night, OutOfOrder, Thanks
from kiosk.view.show import show
from sync.wire import Flag

OUT_OF_HOURS = Flag(rule="out-of-hours", limit=0, measured=0)


def closed(sitting=None):
    sitting = sitting or Sitting()
    sitting.do(DoorsChanged, False)
    return sitting


def woken(sitting=None):
    sitting = closed(sitting)
    sitting.do(Woken)
    return sitting


def test_the_night_begins_when_the_house_closes_and_nobody_is_there():
    sitting = closed()

    assert isinstance(sitting.state, Night)
    assert show(sitting.state).screen == "night"
    assert sitting.state.deadline is None


def test_opening_ends_the_night_at_once():
    sitting = closed()

    sitting.do(DoorsChanged, True)

    assert (type(sitting.state), sitting.state.deadline) == (Idle, None)


@pytest.mark.parametrize("is_open", [True, False])
def test_hearing_again_what_is_known_changes_nothing(is_open):
    sitting = Sitting()
    sitting.do(DoorsChanged, is_open)
    before = sitting.state

    sitting.do(DoorsChanged, is_open)

    assert sitting.state == before


# Waking


def test_the_touch_that_wakes_answers_nothing():
    sitting = woken()

    assert isinstance(sitting.state, Idle)
    assert not sitting.saves
    assert show(sitting.state).screen == "faces"


def test_the_finger_that_wakes_cannot_answer_with_the_same_movement():
    sitting = woken()

    sitting.tap(1, FIRST, after=GUARD_S - 0.01)

    assert isinstance(sitting.state, Idle)
    assert not sitting.saves


def test_no_tap_on_the_night_screen_is_an_answer():
    sitting = closed()
    before = sitting.state

    sitting.tap(1, FIRST)
    sitting.do(Dismissed)
    sitting.do(LanguageChosen, "sv")
    sitting.do(ComfortTapped, "contrast")
    sitting.do(SheetOpened, "languages")

    assert sitting.state == before
    assert not sitting.saves


def test_an_answer_on_the_woken_screen_is_flagged():
    sitting = woken()

    sitting.say(4, FIRST)

    assert sitting.saved().answers == (an_answer(4),)
    assert sitting.saved().flags == (OUT_OF_HOURS,)


def test_a_woken_screen_that_nobody_answers_goes_dark_after_the_time_out():
    sitting = woken()
    assert sitting.state.deadline == sitting.now + 20.0

    sitting.ring()

    assert isinstance(sitting.state, Night)


def test_whoever_chooses_something_on_the_woken_screen_has_the_time_anew():
    sitting = woken()

    sitting.do(LanguageChosen, "sv", after=15.0)
    sitting.do(LanguageChosen, "fi")
    assert sitting.state.deadline == sitting.now + 20.0
    sitting.ring()

    assert isinstance(sitting.state, Night)


def test_the_day_that_breaks_on_a_woken_screen_interrupts_nobody():
    sitting = woken()
    sitting.do(LanguageChosen, "sv")
    before = sitting.state

    sitting.do(DoorsChanged, True)

    assert sitting.state.preferences == before.preferences
    sitting.leave()
    assert (type(sitting.state), sitting.state.preferences) == (Idle, Preferences("fi"))


def test_waking_means_nothing_by_day():
    sitting = Sitting()
    before = sitting.state

    sitting.do(Woken)

    assert sitting.state == before


# Presses at night


@pytest.mark.parametrize("follow_up", [True, False])
def test_a_press_at_night_is_an_answer_and_flagged(follow_up):
    sitting = closed(Sitting(a_config(follow_up=follow_up)))

    sitting.press(4, number=1)
    assert sitting.waiting[0].press == a_press_id(1)
    sitting.leave()

    assert sitting.saved().answers == (an_answer(4),)
    assert sitting.saved().flags == (OUT_OF_HOURS,)
    assert isinstance(sitting.state, Night)


def test_a_second_press_at_night_within_the_interval_carries_both_flags():
    sitting = closed(one_answer_only())
    sitting.press(4)
    sitting.save_all()

    sitting.press(4)
    sitting.save_all()

    assert [flag.rule for flag in sitting.saved(1).flags] == ["min-interval", "out-of-hours"]


def test_by_day_nothing_is_flagged_as_out_of_hours():
    sitting = closed()
    sitting.do(DoorsChanged, True)

    sitting.say(4, FIRST)

    assert sitting.saved().flags == ()


# Closing while somebody is there


def in_the_middle():
    sitting = Sitting()
    sitting.say(5)
    return sitting


def being_thanked():
    sitting = one_answer_only()
    sitting.say(5)
    return sitting


@pytest.mark.parametrize("reach", [in_the_middle, being_thanked])
def test_somebody_in_the_middle_is_not_interrupted_by_the_night(reach):
    sitting = reach()
    before = show(sitting.state).key

    closed(sitting)

    assert show(sitting.state).key == before
    sitting.leave()
    assert isinstance(sitting.state, Night)
    assert sitting.saved().flags == ()


def test_somebody_who_has_just_chosen_a_language_is_not_interrupted_by_the_night():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")

    closed(sitting)
    assert (type(sitting.state), sitting.state.preferences.language) == (Idle, "sv")
    sitting.ring()

    assert isinstance(sitting.state, Night)


def test_an_answer_changed_after_closing_time_is_still_that_of_the_day():
    sitting = being_thanked()
    closed(sitting)

    sitting.do(ChangeTapped, after=0.5)
    sitting.say(3)
    sitting.leave()

    assert len(sitting.disk) == 1
    assert sitting.saved().flags == ()


@pytest.mark.parametrize("end", [EnoughTapped, Dismissed])
def test_after_closing_time_the_end_of_a_sitting_is_the_night(end):
    sitting = in_the_middle() if end is EnoughTapped else being_thanked()
    closed(sitting)

    sitting.do(end)
    sitting.leave()

    assert isinstance(sitting.state, Night)
    assert isinstance(show(sitting.state).whole_screen.event(1.0, "id"), Woken)


# Other things at night


def test_other_settings_count_at_night_too():
    sitting = closed()

    sitting.happen(ConfigChanged(a_config(languages=("sv", "fi"))))

    assert (type(sitting.state), sitting.state.preferences.language) == (Night, "sv")


def test_out_of_order_goes_before_the_night_and_gives_way_to_it():
    sitting = closed()

    sitting.happen(StorageFailed(None, sitting.now))
    assert isinstance(sitting.state, OutOfOrder)
    sitting.happen(StorageReady(sitting.now))

    assert isinstance(sitting.state, Night)


def test_a_house_that_opens_while_out_of_order_is_open_afterwards():
    sitting = closed()
    sitting.happen(StorageFailed(None, sitting.now))
    sitting.do(DoorsChanged, True)

    sitting.happen(StorageReady(sitting.now))

    assert isinstance(sitting.state, Idle)


def test_the_thanks_at_night_are_as_by_day():
    sitting = closed(one_answer_only())
    sitting.press(5)

    sitting.save_all()

    assert isinstance(sitting.state, Thanks)
    assert not isinstance(sitting.state, Asking)
