"""What visitors choose for themselves: a language and comforts; and how that ends."""

from itertools import combinations

import pytest
from kiosk_builders import (
    FIRST,
    LANGUAGES,
    Sitting,
    a_config,
    for_everybody,
    one_answer_only,
    shown,
)

from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    ComfortTapped,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    RespondentChosen,
    SheetOpened,
    StorageFailed,
    StorageReady,
)
from kiosk.session.preferences import COMFORTS, Preferences
from kiosk.session.states import Asking, Idle, OutOfOrder, Thanks
from kiosk.view.show import show

DEFAULT = Preferences("fi")


def thanked(sitting):
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()
    assert isinstance(sitting.state, Thanks)
    return sitting


def out_of_order(sitting):
    sitting.happen(StorageFailed(None, sitting.now))
    return sitting


def asking(sitting):
    sitting.say(5)
    return sitting


SCREENS = [lambda sitting: sitting, asking, thanked, out_of_order]


# Languages


def test_another_language_counts_from_the_start_screen_to_the_thanks():
    sitting = Sitting()

    sitting.do(LanguageChosen, "sv")
    assert sitting.state.preferences.language == "sv"
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()

    assert sitting.saved().language == "sv"
    assert sitting.state.preferences.language == "sv"


def test_the_thanks_can_be_read_in_another_language():
    sitting = thanked(Sitting())

    sitting.do(LanguageChosen, "sv")

    assert show(sitting.state).language == "sv"
    assert sitting.saved().language == "fi"


def test_after_the_session_the_default_language_is_back():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")
    sitting.say(5)

    sitting.leave()

    assert (type(sitting.state), sitting.state.preferences) == (Idle, DEFAULT)


def test_a_language_that_nobody_answers_in_gives_way_to_the_default_one():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")
    assert sitting.state.deadline == sitting.now + 20.0

    sitting.ring()

    assert (sitting.state.preferences, sitting.state.deadline) == (DEFAULT, None)


def test_the_default_language_waits_for_nothing():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")

    sitting.do(LanguageChosen, "fi")

    assert sitting.state.deadline is None


@pytest.mark.parametrize("reach", SCREENS)
def test_a_language_that_is_not_offered_means_nothing(reach):
    sitting = reach(Sitting())
    before = sitting.state

    sitting.do(LanguageChosen, "ru")

    assert sitting.state == before


# Comforts


@pytest.mark.parametrize("comfort", COMFORTS)
@pytest.mark.parametrize("reach", SCREENS)
def test_a_comfort_is_turned_on_and_off_by_one_tap_on_every_screen(reach, comfort):
    sitting = reach(Sitting())

    sitting.do(ComfortTapped, comfort)
    assert sitting.state.preferences.has(comfort)
    assert comfort in [each.id for each in show(sitting.state).comforts if each.is_chosen]
    sitting.do(ComfortTapped, comfort)

    assert sitting.state.preferences == DEFAULT


@pytest.mark.parametrize("chosen", [*combinations(COMFORTS, 2), COMFORTS])
def test_comforts_can_be_combined_and_last_through_the_whole_sitting(chosen):
    sitting = Sitting()
    for comfort in chosen:
        sitting.do(ComfortTapped, comfort)

    seen = [sitting.state.preferences]
    sitting.say(5)
    seen.append(sitting.state.preferences)
    sitting.do(EnoughTapped)
    sitting.save_all()
    seen.append(sitting.state.preferences)

    assert all({each for each in COMFORTS if one.has(each)} == set(chosen) for one in seen)


@pytest.mark.parametrize("end", [Sitting.leave, lambda sitting: sitting.do(Dismissed)])
def test_comforts_are_off_again_after_the_sitting(end):
    sitting = Sitting()
    sitting.do(ComfortTapped, "contrast")
    thanked(sitting)

    end(sitting)

    assert (type(sitting.state), sitting.state.preferences) == (Idle, DEFAULT)


def test_comforts_are_off_again_after_a_time_out():
    sitting = asking(Sitting())
    sitting.do(ComfortTapped, "lowered")

    sitting.leave()

    assert sitting.state.preferences == DEFAULT


def test_comforts_that_nobody_answers_with_are_off_again_after_the_time_out():
    sitting = Sitting()
    sitting.do(ComfortTapped, "larger")
    assert sitting.state.deadline == sitting.now + 20.0
    sitting.do(ComfortTapped, "contrast", after=15.0)
    assert sitting.state.deadline == sitting.now + 20.0

    sitting.ring()

    assert (sitting.state.preferences, sitting.state.deadline) == (DEFAULT, None)


def test_the_start_screen_put_back_is_guarded():
    sitting = Sitting()
    sitting.do(ComfortTapped, "lowered")
    sitting.ring()

    sitting.tap(1, FIRST, after=0.1)

    assert isinstance(sitting.state, Idle)


def test_comforts_chosen_while_out_of_order_are_off_again_afterwards():
    sitting = out_of_order(Sitting())
    sitting.do(ComfortTapped, "contrast")
    assert isinstance(sitting.state, OutOfOrder)

    sitting.happen(StorageReady(sitting.now))

    assert sitting.state.preferences == DEFAULT


def test_comforts_stay_when_a_last_answer_is_changed():
    sitting = one_answer_only(undo_s=9.0)
    sitting.say(5)
    sitting.do(ComfortTapped, "contrast")

    sitting.do(ChangeTapped)

    assert sitting.state.preferences.contrast


# Sheets


def test_the_sheet_of_languages_offers_them_and_choosing_one_closes_it():
    sitting = Sitting()

    sitting.do(SheetOpened, "languages")
    assert [each.language for each in show(sitting.state).answers] == list(LANGUAGES)
    sitting.do(LanguageChosen, "sv")

    assert sitting.state.sheet is None
    assert show(sitting.state).language == "sv"


@pytest.mark.parametrize("sheet", ["languages", "who"])
def test_back_closes_a_sheet_on_the_start_screen_and_leaves_nothing_to_wait_for(sheet):
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    before = shown(sitting.state)
    sitting.do(SheetOpened, sheet)
    assert show(sitting.state).screen == sheet

    sitting.do(BackTapped)

    assert shown(sitting.state) == before
    assert sitting.state.deadline is None


@pytest.mark.parametrize("sheet", ["languages", "who"])
def test_a_sheet_left_open_on_the_start_screen_is_closed_after_the_time_out(sheet):
    sitting = Sitting(a_config(questionnaires=for_everybody()))
    sitting.do(SheetOpened, sheet)

    sitting.ring()

    assert (sitting.state.sheet, sitting.state.deadline) == (None, None)


def test_comforts_can_be_turned_on_while_a_sheet_is_open():
    sitting = Sitting()
    sitting.do(SheetOpened, "languages")

    sitting.do(ComfortTapped, "larger")

    assert (show(sitting.state).screen, sitting.state.preferences.larger) == ("languages", True)


def test_in_the_middle_back_closes_the_sheet_and_not_the_question():
    sitting = asking(Sitting())
    item = sitting.state.item
    sitting.do(SheetOpened, "languages")
    assert show(sitting.state).screen == "languages"

    sitting.do(BackTapped)

    assert (sitting.state.sheet, sitting.state.item) == (None, item)


def test_in_the_middle_nobody_is_asked_again_who_is_answering():
    sitting = asking(Sitting(a_config(questionnaires=for_everybody())))
    before = sitting.state

    sitting.do(SheetOpened, "who")
    sitting.do(RespondentChosen, "child")

    assert sitting.state == before


def test_what_is_said_by_a_press_goes_before_an_open_sheet():
    sitting = Sitting()
    sitting.do(SheetOpened, "languages")

    sitting.press(4)
    sitting.save_all()

    assert (type(sitting.state), sitting.state.sheet) == (Asking, None)
