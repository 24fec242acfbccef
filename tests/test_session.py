"""How a session begins, what its guard keeps out, and when other settings count."""

from dataclasses import replace

import pytest
from kiosk_builders import (
    FIRST,
    Sitting,
    a_config,
    a_press_id,
    an_answer,
    one_answer_only,
    press,
    tap,
)

from kiosk.session.effects import Acknowledge
from kiosk.session.events import (
    BackTapped,
    ComfortTapped,
    ConfigChanged,
    EnoughTapped,
    LanguageChosen,
    MoreTimeTapped,
    NextTapped,
    RespondentChosen,
    Saved,
    SheetOpened,
    StorageFailed,
    StorageReady,
    TimePassed,
)
from kiosk.session.moves import GUARD_S, SAVE_PATIENCE_S
from kiosk.session.states import Asking, Idle
from sync.wire import Flag, Location, QuestionnaireRef

# Beginning


def test_a_first_tap_begins_a_response_and_asks_for_its_save():
    sitting = Sitting()

    sitting.tap(4)

    assert isinstance(sitting.state, Asking)
    draft = sitting.waiting[0].draft
    assert draft.answers == (an_answer(4),)
    assert (draft.channel, draft.instrument, draft.ended) == ("kiosk-touch", "screen", None)
    assert draft.first_at == sitting.now


def test_a_first_press_begins_a_response_and_its_save_carries_the_press():
    sitting = Sitting()

    sitting.press(2, number=7)

    [save] = sitting.waiting
    assert save.press == a_press_id(7)
    assert save.draft.answers == (an_answer(2),)
    assert (save.draft.channel, save.draft.instrument) == ("kiosk-button", "panel-5")


def test_a_response_is_pinned_to_the_form_language_and_place_of_its_beginning():
    place = Location(county="20", place="Aula 2")
    sitting = Sitting(a_config(place=place))
    sitting.do(LanguageChosen, "sv")

    sitting.say()

    draft = sitting.saved()
    assert draft.questionnaire == QuestionnaireRef("national-general", "2024.1")
    assert (draft.language, draft.location, draft.contact_mode) == ("sv", place, "on-site")
    assert draft.respondent == "client"


@pytest.mark.parametrize(
    ("buttons", "values"), [(3, [1, 3, 5]), (4, [1, 2, 4, 5]), (5, [1, 2, 3, 4, 5])]
)
def test_boxes_of_three_four_and_five_buttons_map_onto_the_five_steps(buttons, values):
    drafts = []
    for button in range(1, buttons + 1):
        sitting = one_answer_only()
        sitting.press(button, buttons=buttons)
        drafts.append(sitting.waiting[0].draft)

    assert [draft.answers[0].value for draft in drafts] == values
    assert {draft.instrument for draft in drafts} == {f"panel-{buttons}"}


@pytest.mark.parametrize(("button", "buttons"), [(0, 5), (6, 5), (4, 3), (1, 2), (1, 0), (-1, 5)])
def test_a_button_that_no_box_has_is_put_aside_and_acknowledged(button, buttons):
    sitting = Sitting()

    sitting.press(button, buttons=buttons, number=1)

    assert isinstance(sitting.state, Idle)
    assert sitting.put_aside == [a_press_id(1)]


def test_a_tap_that_speaks_of_another_item_means_nothing_on_the_start_screen():
    sitting = Sitting()

    sitting.tap(5, "safety")

    assert isinstance(sitting.state, Idle)
    assert not sitting.waiting


def test_what_belongs_to_a_question_means_nothing_on_the_start_screen():
    sitting = Sitting()
    before = sitting.state

    for event_type in (BackTapped, NextTapped, EnoughTapped, MoreTimeTapped):
        sitting.do(event_type)

    assert sitting.state == before
    assert not sitting.saves


# The guard


def test_a_second_press_within_the_guard_is_put_aside():
    sitting = Sitting()
    sitting.press(5, number=1)

    sitting.press(1, after=GUARD_S - 0.01, number=2)

    assert sitting.put_aside == [a_press_id(2)]
    assert len(sitting.saves) == 1


def test_a_touch_within_the_guard_after_the_next_question_appeared_does_not_count():
    sitting = Sitting()
    sitting.say()
    before = sitting.state

    sitting.tap(1, after=GUARD_S - 0.01)
    sitting.do(EnoughTapped, after=0)
    sitting.do(BackTapped, after=0)
    sitting.do(LanguageChosen, "sv", after=0)
    sitting.do(ComfortTapped, "contrast", after=0)
    sitting.do(SheetOpened, "languages", after=0)

    assert sitting.state == before


def test_a_touch_counts_as_soon_as_the_guard_is_over():
    sitting = Sitting()
    sitting.say()
    second = sitting.state.item

    sitting.tap(1, after=GUARD_S)

    assert sitting.waiting[0].draft.answer_to(second) == an_answer(1, second)


def test_the_start_screen_is_guarded_when_it_comes_back():
    sitting = Sitting()
    sitting.say()
    sitting.leave()

    sitting.tap(1, FIRST, after=GUARD_S - 0.01)

    assert isinstance(sitting.state, Idle)


@pytest.mark.parametrize(
    "change",
    [
        LanguageChosen("sv", 1.0),
        ComfortTapped("larger", 1.0),
        SheetOpened("languages", 1.0),
        SheetOpened("who", 1.0),
        RespondentChosen("client", 1.0),
    ],
)
def test_the_start_screen_is_guarded_after_every_change_on_it(change):
    """The second tap of a double tap on a corner must not become an answer."""
    sitting = Sitting()
    sitting.happen(change)

    sitting.happen(tap(1, at=1.0 + GUARD_S - 0.01))
    sitting.happen(press(1, at=1.0 + GUARD_S - 0.01, number=1))

    assert isinstance(sitting.state, Idle)
    assert sitting.put_aside == [a_press_id(1)]
    assert not sitting.saves


def test_a_press_that_was_made_before_the_question_came_does_not_answer_it():
    sitting = Sitting()
    sitting.say(5)
    came_at = sitting.now

    step = sitting.happen(replace(press(2, at=came_at - 1, number=3), heard_at=came_at + 1))

    assert step.effects == (Acknowledge(a_press_id(3)),)


def test_an_old_press_gives_the_disk_as_much_time_as_a_fresh_one():
    sitting = Sitting()

    sitting.happen(replace(press(4, at=0.0), heard_at=9.9))

    assert sitting.state.deadline == 9.9 + SAVE_PATIENCE_S


def test_a_press_that_a_box_delivers_late_has_no_negative_interval():
    sitting = one_answer_only()
    sitting.now = 20.0
    sitting.say(4)
    sitting.ring()
    sitting.ring()
    late = press(1, at=sitting.state.guarded_until)

    sitting.happen(ConfigChanged(sitting.state.memory.config))
    sitting.happen(late)
    flags = sitting.waiting[-1].draft.flags

    assert all(flag.measured >= 0 for flag in flags)


def test_an_early_timer_or_a_stray_save_changes_nothing():
    sitting = Sitting()
    sitting.say(5)
    before = sitting.state

    sitting.happen(TimePassed(before.deadline - 1))
    sitting.happen(Saved(sitting.saves[0], sitting.now))
    sitting.happen(tap(5, "no-such-item", at=sitting.now + 5))

    assert sitting.state == before


# Settings


def test_other_settings_count_at_once_when_nobody_is_there():
    sitting = Sitting()

    sitting.happen(ConfigChanged(a_config(languages=("sv", "fi"))))

    assert (type(sitting.state), sitting.state.preferences.language) == (Idle, "sv")


def test_other_settings_wait_for_the_end_of_the_session():
    sitting = Sitting()
    sitting.say(5)

    sitting.happen(ConfigChanged(a_config(follow_up=False, idle_timeout_s=60.0)))
    sitting.say(4)
    assert sitting.state.memory.config == a_config()
    sitting.silence()

    assert isinstance(sitting.state, Idle)
    assert not sitting.state.memory.config.follow_up


def test_of_two_changes_during_a_session_the_later_counts():
    sitting = Sitting()
    sitting.say(5)
    sitting.happen(ConfigChanged(a_config(undo_s=1.0)))
    sitting.happen(ConfigChanged(a_config(undo_s=3.0)))

    sitting.silence()

    assert sitting.state.memory.config.undo_s == 3.0


def test_other_settings_do_not_undo_what_somebody_has_just_chosen_on_the_start_screen():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")
    sitting.do(ComfortTapped, "contrast")
    before = sitting.state

    sitting.happen(ConfigChanged(a_config(languages=("en", "fi"))))

    assert sitting.state.preferences == before.preferences
    sitting.say(4)
    assert sitting.saved().language == "sv"
    sitting.leave()
    assert sitting.state.preferences.language == "en"


def test_what_somebody_answers_on_a_start_screen_that_they_touched_is_what_they_saw():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")

    sitting.happen(ConfigChanged(a_config(first_item="safety")))
    sitting.say(4, FIRST)

    assert sitting.saved().answers == (an_answer(4),)


@pytest.mark.parametrize("by", ["touch", "time"])
def test_other_settings_count_when_the_start_screen_is_left_as_it_was(by):
    sitting = Sitting()
    sitting.do(ComfortTapped, "contrast")
    sitting.happen(ConfigChanged(a_config(undo_s=7.0)))

    _ = sitting.do(ComfortTapped, "contrast") if by == "touch" else sitting.ring()

    assert sitting.state.memory.config.undo_s == 7.0
    assert (sitting.state.memory.next_config, sitting.state.deadline) == (None, None)


def test_settings_that_change_while_out_of_order_count_afterwards():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))
    sitting.happen(ConfigChanged(a_config(languages=("en",))))

    sitting.happen(StorageReady(6.0))

    assert sitting.state.preferences.language == "en"


def test_the_interval_is_remembered_across_a_change_of_settings():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.leave()
    sitting.happen(ConfigChanged(a_config(follow_up=False, min_interval_s=60.0)))

    sitting.press(2)
    sitting.save_all()

    assert sitting.saved(1).flags == (Flag(rule="min-interval", limit=60.0, measured=5.0),)


def test_a_response_that_begins_during_the_thanks_is_under_the_settings_of_then():
    sitting = Sitting(a_config(follow_up=False))
    sitting.press(5)
    sitting.save_all()
    moved = replace(a_config(follow_up=False), location=Location(unit="1.2.3"))
    sitting.happen(ConfigChanged(moved))

    sitting.press(4)

    assert sitting.state.draft.location.unit == "1.2.3"


def test_a_session_under_way_keeps_the_place_where_it_began_and_the_next_one_has_the_new():
    sitting = Sitting()
    sitting.say(5)
    sitting.happen(ConfigChanged(replace(a_config(), location=Location(unit="1.2.3"))))

    sitting.say(4)
    assert sitting.state.draft.location == a_config().location
    sitting.silence()
    sitting.say(5)

    assert sitting.state.draft.location.unit == "1.2.3"


def test_a_response_that_begins_during_the_thanks_is_in_a_language_that_is_still_offered():
    sitting = one_answer_only()
    sitting.do(LanguageChosen, "en")
    sitting.press(5)
    sitting.save_all()
    sitting.happen(ConfigChanged(a_config(follow_up=False, languages=("sv", "fi"))))

    sitting.press(4)

    assert sitting.state.draft.language == "sv"
    assert sitting.state.preferences.language == "sv"
