"""Time: the warning and its countdown, the time-out, and how long the thanks stay."""

from dataclasses import replace
from itertools import pairwise

import pytest
from kiosk_builders import (
    FIRST,
    ORDER,
    REASONS,
    TEXT,
    Sitting,
    a_config,
    a_press_id,
    an_answer,
    one_answer_only,
    press,
)

from device_config.notices import Notices
from kiosk.session.effects import Acknowledge
from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    CharactersTyped,
    ComfortTapped,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    MoreTimeTapped,
    ReasonTapped,
    SheetOpened,
    TimePassed,
)
from kiosk.session.moves import GUARD_S, READING_S, THANKS_S, left_behind
from kiosk.session.states import Asking, Idle, Thanks
from kiosk.view.show import show


def warned(sitting=None, value=5):
    """A sitting whose visitor has just been warned."""
    sitting = sitting or Sitting()
    if isinstance(sitting.state, Idle):
        sitting.say(value)
    while sitting.state.seconds_left is None:
        sitting.ring()
    sitting.now += GUARD_S
    return sitting


def thanked(**changes):
    sitting = Sitting(a_config(**changes))
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()
    assert isinstance(sitting.state, Thanks)
    return sitting


# The time-out


def test_silence_closes_as_timeout_and_keeps_what_was_answered():
    sitting = Sitting()
    sitting.say(5)
    closes_at = sitting.state.closes_at
    assert closes_at == sitting.now + 20.0

    sitting.happen(TimePassed(closes_at - 0.001))
    assert isinstance(sitting.state, Asking)
    sitting.happen(TimePassed(closes_at))
    sitting.save_all()

    assert isinstance(sitting.state, Idle)
    assert sitting.saved().ended == "timeout"
    assert sitting.saved().answers == (an_answer(5),)


def test_going_back_gives_the_visitor_time_again():
    sitting = Sitting()
    sitting.say(5)

    sitting.do(BackTapped, after=15)

    assert sitting.state.closes_at == sitting.now + 20.0


def test_a_timer_that_rings_late_closes_all_the_same():
    sitting = Sitting()
    sitting.say(5)

    sitting.happen(TimePassed(sitting.now + 3600.0))

    assert isinstance(sitting.state, Idle)


# The warning


@pytest.mark.parametrize(("idle_timeout_s", "warning_s"), [(20.0, 10.0), (90.0, 20.0), (2.0, 1.0)])
def test_the_warning_comes_half_the_time_before_the_end_and_at_most_20_s(idle_timeout_s, warning_s):
    sitting = Sitting(a_config(idle_timeout_s=idle_timeout_s, undo_s=0.0))
    sitting.say(5)
    closes_at = sitting.state.closes_at
    assert sitting.state.deadline == closes_at - warning_s

    sitting.ring()

    assert show(sitting.state).screen == "warning"
    assert show(sitting.state).seconds_left == warning_s


def test_the_countdown_goes_down_by_one_each_second_and_ends_the_session():
    sitting = warned()
    seen, rung_at = [sitting.state.seconds_left], []

    while isinstance(sitting.state, Asking):
        sitting.ring()
        rung_at.append(sitting.now)
        seen.append(getattr(sitting.state, "seconds_left", 0))

    assert seen == list(range(10, -1, -1))
    assert all(b - a == pytest.approx(1.0) for a, b in pairwise(rung_at))


def test_a_countdown_whose_timer_rings_late_shows_what_is_left():
    sitting = warned()

    sitting.happen(TimePassed(sitting.state.closes_at - 3.2))

    assert sitting.state.seconds_left == 4
    assert sitting.state.deadline == pytest.approx(sitting.state.closes_at - 3.0)


def test_more_time_lasts_for_the_rest_of_the_sitting_and_not_for_the_next():
    config = a_config()
    assert config.patience_s == 60.0
    sitting = warned()

    sitting.do(MoreTimeTapped)
    assert sitting.state.closes_at == sitting.now + 60.0
    sitting.say(4)
    assert sitting.state.closes_at == sitting.now + 60.0
    sitting.leave()
    sitting.now += 1.0
    sitting.say(4, FIRST)

    assert sitting.state.closes_at == sitting.now + 20.0


def test_more_time_is_never_less_than_before():
    for seconds in (2.0, 20.0, 600.0):
        assert a_config(idle_timeout_s=seconds).patience_s >= 3 * seconds


@pytest.mark.parametrize(
    ("event_type", "arguments"),
    [
        (MoreTimeTapped, ()),
        (BackTapped, ()),
        (ComfortTapped, ("larger",)),
        (LanguageChosen, ("sv",)),
        (SheetOpened, ("languages",)),
    ],
)
def test_any_touch_takes_the_warning_away(event_type, arguments):
    sitting = warned()

    sitting.do(event_type, *arguments, after=0.5)

    assert sitting.state.seconds_left is None
    assert sitting.state.closes_at >= sitting.now + 20.0
    assert sitting.state.draft.answers == (an_answer(5),)


def test_a_key_or_a_tick_takes_the_warning_away_too():
    ticking = warned(value=1)
    assert ticking.state.item == REASONS
    ticking.do(ReasonTapped, "help")
    typing = Sitting()
    typing.go_to(TEXT)
    warned(typing)
    typing.do(CharactersTyped, "a")

    assert (ticking.state.seconds_left, typing.state.seconds_left) == (None, None)


def test_an_answer_takes_the_warning_away():
    sitting = warned()

    sitting.say(4)

    assert (sitting.state.item, sitting.state.seconds_left) == (ORDER[2], None)


def test_enough_during_the_warning_ends_the_session():
    sitting = warned()

    sitting.do(EnoughTapped)
    sitting.save_all()

    assert sitting.saved().ended == "exit"


def test_a_finger_that_was_on_its_way_when_the_warning_came_does_not_hit_it():
    sitting = Sitting()
    sitting.say(5)
    sitting.ring()
    sitting.ring()
    assert sitting.state.seconds_left == 10
    before = sitting.state

    sitting.do(EnoughTapped, after=GUARD_S - 0.01)

    assert sitting.state == before


def test_the_countdown_does_not_begin_its_guard_anew_each_second():
    sitting = warned()
    sitting.ring()

    sitting.do(MoreTimeTapped, after=0.01)

    assert sitting.state.seconds_left is None


@pytest.mark.parametrize("after", [0.0, 0.1, 5.0])
def test_a_press_during_the_warning_answers_the_statement(after):
    sitting = Sitting()
    sitting.say(5)
    sitting.ring()
    sitting.ring()
    assert sitting.state.seconds_left == 10

    sitting.press(4, after=after, number=1)
    sitting.save_all()

    assert sitting.saved().answers == (an_answer(5), an_answer(4, ORDER[1]))
    assert not sitting.put_aside


def test_a_press_made_before_the_question_came_does_not_answer_it_in_the_warning_either():
    sitting = Sitting(a_config(idle_timeout_s=4.0))
    sitting.say(5)
    made_at = sitting.now - 1.0
    while sitting.state.seconds_left is None:
        sitting.ring()
    step = sitting.happen(replace(press(2, at=made_at, number=3), heard_at=sitting.now))

    assert step.effects == (Acknowledge(a_press_id(3)),)


def test_a_sheet_that_lies_open_gives_way_to_the_warning():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(SheetOpened, "languages")

    warned(sitting)

    assert show(sitting.state).screen == "warning"


def test_the_warning_ends_the_time_in_which_the_answer_can_be_changed():
    sitting = warned(Sitting(a_config(undo_s=30.0)))
    assert sitting.state.echo is None

    sitting.do(ChangeTapped)

    assert sitting.state.draft.answers == (an_answer(5),)


# The thanks


def test_thanks_pass_by_themselves_or_at_a_touch():
    for leave in ("time", "touch"):
        sitting = thanked()
        saves = len(sitting.saves)
        assert sitting.state.deadline == sitting.now + THANKS_S

        _ = sitting.ring() if leave == "time" else sitting.do(Dismissed)

        assert isinstance(sitting.state, Idle)
        assert len(sitting.saves) == saves


@pytest.mark.parametrize(
    "notices",
    [Notices(said_did=({"fi": "Aulaan tuli penkkejä."},)), Notices(form_url="https://a.example/")],
)
def test_thanks_with_more_to_read_stay_longer(notices):
    sitting = thanked(notices=notices)

    assert sitting.state.deadline == sitting.now + READING_S


@pytest.mark.parametrize("choose", [(LanguageChosen, "sv"), (ComfortTapped, "larger")])
def test_whoever_changes_how_the_thanks_look_has_time_to_read_them(choose):
    sitting = thanked()

    sitting.do(*choose, after=3.9)

    assert sitting.state.deadline == sitting.now + THANKS_S


def test_a_press_on_the_thanks_after_many_questions_is_put_aside():
    sitting = thanked()

    sitting.press(1, number=2, after=THANKS_S - 0.01)

    assert isinstance(sitting.state, Thanks)
    assert sitting.put_aside == [a_press_id(2)]


def test_a_press_on_thanks_that_stay_long_begins_the_next_response():
    sitting = thanked(notices=Notices(form_url="https://a.example/"))

    sitting.press(1, number=2, after=THANKS_S)
    sitting.save_all()

    assert [draft.answers[0].value for draft in sitting.disk.values()] == [5, 1]
    assert sitting.state.item == REASONS


def test_the_next_person_begins_with_nothing_that_the_one_before_chose():
    sitting = thanked(notices=Notices(form_url="https://a.example/"))
    sitting.do(LanguageChosen, "sv")
    sitting.do(ComfortTapped, "contrast")

    sitting.press(1, after=THANKS_S)

    assert sitting.state.preferences.language == "fi"
    assert not sitting.state.preferences.contrast
    assert sitting.state.draft.language == "fi"


def test_a_button_that_no_box_has_does_not_disturb_whoever_reads_the_thanks():
    sitting = thanked(notices=Notices(form_url="https://a.example/"))
    sitting.do(LanguageChosen, "sv")
    before = sitting.state

    sitting.press(7, after=THANKS_S, number=1)

    assert sitting.state == before
    assert sitting.put_aside == [a_press_id(1)]


def test_a_press_on_long_thanks_closes_what_could_still_be_changed():
    sitting = one_answer_only(undo_s=9.0)
    sitting.say(5)

    sitting.press(4, after=6.0)
    sitting.settle()

    assert [draft.ended for draft in sitting.disk.values()] == ["submitted", "submitted"]


def test_what_is_being_written_is_on_disk_when_the_warning_says_so():
    sitting = Sitting()
    sitting.say(5)
    sitting.go_to(TEXT)
    sitting.write("kiva")
    while sitting.state.seconds_left is None:
        sitting.ring()
    sitting.save_all()

    assert sitting.saved().text == "Kiva"


def test_a_program_that_has_to_end_leaves_nothing_unwritten():
    sitting = Sitting()
    sitting.say(5)
    sitting.go_to(TEXT)
    assert left_behind(sitting.state) == ()

    sitting.write("kiva")

    (save,) = left_behind(sitting.state)
    assert (save.draft.text, save.draft.ended) == ("Kiva", None)
