"""Undo: for a while the answer just given can be changed; after that no trace of it is left."""

import pytest
from kiosk_builders import (
    FIRST,
    NPS,
    ORDER,
    REASONS,
    Sitting,
    a_config,
    a_questionnaire,
    an_answer,
    one_answer_only,
    short,
    shown,
    statements_only,
    without_text,
)

from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    LanguageChosen,
    NextTapped,
    ReasonTapped,
    StorageFailed,
    TimePassed,
)
from kiosk.session.states import Asking, Idle, Thanks
from kiosk.view.show import show


def at_the_last_question(**changes):
    sitting = Sitting(a_config(questionnaires=(without_text(),), **changes))
    sitting.go_to(NPS)
    return sitting


# Between questions


def test_the_next_question_shows_the_answer_just_given_and_offers_to_change_it():
    sitting = Sitting()

    sitting.say(4)

    assert sitting.state.echo == an_answer(4)
    view = show(sitting.state)
    assert (view.echo.mood, view.back.id) == (0.5, "change")


def test_after_undo_s_the_next_question_shows_no_trace_of_it():
    sittings = [Sitting(), Sitting()]
    for sitting, value in zip(sittings, (3, 5), strict=True):
        sitting.say(value)
        assert sitting.state.deadline == sitting.now + 2.0
        sitting.ring()

    assert shown(sittings[0].state) == shown(sittings[1].state)
    assert show(sittings[0].state).back.id == "back"


def test_change_takes_the_answer_back_and_asks_again():
    sitting = Sitting()
    sitting.say(4)
    sitting.say(2)

    sitting.do(ChangeTapped)
    sitting.save_all()

    assert sitting.state.item == ORDER[1]
    assert sitting.state.echo is None
    assert sitting.saved().answers == (an_answer(4),)


def test_after_change_the_way_back_is_as_it_was_before():
    sitting = Sitting()
    sitting.say(4)
    sitting.say(5)
    sitting.do(ChangeTapped)

    sitting.do(BackTapped)

    assert sitting.state.item == FIRST


def test_change_takes_back_what_a_press_said():
    sitting = Sitting()
    sitting.press(1, number=1)
    sitting.save_all()

    sitting.do(ChangeTapped)
    sitting.press(4, number=2)
    sitting.save_all()

    assert sitting.saved().answers == (an_answer(4),)
    assert len(sitting.disk) == 1


def test_change_means_nothing_once_undo_s_has_passed():
    sitting = Sitting()
    sitting.say(4)

    sitting.do(ChangeTapped, after=2.0)

    assert sitting.state.item == ORDER[1]
    assert sitting.state.draft.answers == (an_answer(4),)


@pytest.mark.parametrize("status", ["skipped", "not-applicable"])
def test_only_a_value_is_shown_again(status):
    sitting = Sitting()
    sitting.say(4)

    sitting.say(status)

    assert sitting.state.echo is None


def test_without_undo_s_nothing_is_shown_again():
    sitting = Sitting(a_config(undo_s=0.0))

    sitting.say(4)

    assert sitting.state.echo is None


def test_the_answer_is_shown_on_the_next_question_and_on_no_other():
    """Going on from the reasons must not begin its time anew."""
    sitting = Sitting()
    sitting.say(1)
    sitting.do(ReasonTapped, "help", after=0.5)
    assert sitting.state.echo == an_answer(1)
    sitting.save_all()

    sitting.do(NextTapped, after=0.5)
    sitting.save_all()

    assert (sitting.state.item, sitting.state.echo) == (ORDER[1], None)


def test_on_the_reasons_change_takes_the_low_answer_back():
    sitting = Sitting()
    sitting.say(1)
    assert sitting.state.item == REASONS

    sitting.do(ChangeTapped)
    sitting.say(5)

    assert sitting.state.item == ORDER[1]
    assert sitting.saved().answers == (an_answer(5),)


def test_an_answer_that_is_gone_back_to_is_no_echo():
    sitting = Sitting()
    sitting.say(4)

    sitting.do(BackTapped)

    assert sitting.state.echo is None
    assert [choice.id for choice in show(sitting.state).answers if choice.is_chosen] == ["answer:4"]


# The last answer


@pytest.mark.parametrize("value", [9, "not-applicable"])
@pytest.mark.parametrize("follow_up", [True, False])
def test_a_last_answer_by_tap_stays_open_for_undo_s_and_closes_then(value, follow_up):
    if follow_up:
        sitting = Sitting(a_config(questionnaires=(statements_only(),)))
        sitting.go_to(sitting.state.form.order[-1].id)
    else:
        sitting = one_answer_only()
    sitting.say(value if isinstance(value, str) else 5)
    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().ended is None
    assert [choice.id for choice in show(sitting.state).actions] == ["change"]

    assert sitting.state.deadline == sitting.now + 2.0
    sitting.ring()
    sitting.save_all()

    assert sitting.saved().ended == "submitted"
    assert (type(sitting.state), sitting.state.last) == (Thanks, None)
    assert show(sitting.state).actions == ()
    sitting.ring()
    assert isinstance(sitting.state, Idle)


def test_a_last_recommendation_can_be_changed_from_the_thanks():
    sitting = at_the_last_question()
    sitting.say(2)

    sitting.do(ChangeTapped)
    assert (type(sitting.state), sitting.state.item) == (Asking, NPS)
    sitting.say(9)
    sitting.leave()

    assert len(sitting.disk) == 1
    assert sitting.saved().answer_to(NPS).value == 9
    assert sitting.saved().ended == "submitted"


def test_from_the_question_asked_again_one_can_go_back_to_those_before():
    sitting = at_the_last_question()
    sitting.say(2)
    sitting.do(ChangeTapped)

    sitting.do(BackTapped)

    assert sitting.state.item == ORDER[-3]


def test_a_press_a_skip_and_a_text_close_at_once():
    skipped = at_the_last_question()
    skipped.say("skipped")
    pressed = one_answer_only()
    pressed.press(4)
    pressed.settle()

    for sitting in (skipped, pressed):
        assert sitting.saved().ended == "submitted"
        assert (type(sitting.state), sitting.state.last) == (Thanks, None)
        assert "change" not in [choice.id for choice in show(sitting.state).actions]


def test_a_press_is_shown_again_for_undo_s_though_nothing_can_be_changed():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.settle()
    assert show(sitting.state).echo.mood == 0.5

    sitting.ring()

    assert show(sitting.state).echo is None
    assert not sitting.waiting


@pytest.mark.parametrize("by", [Sitting.tap, Sitting.press])
def test_after_undo_s_the_thanks_show_no_trace_of_what_was_answered(by):
    sittings = [one_answer_only(), one_answer_only()]
    for sitting, value in zip(sittings, (1, 5), strict=True):
        by(sitting, value)
        sitting.settle()
    assert shown(sittings[0].state) != shown(sittings[1].state)

    for sitting in sittings:
        sitting.ring()

    assert shown(sittings[0].state) == shown(sittings[1].state)


def test_after_undo_s_the_state_itself_has_forgotten_the_answer():
    sitting = one_answer_only()
    sitting.say(4)

    sitting.happen(TimePassed(sitting.state.undo_until))

    assert (sitting.state.echo, sitting.state.last, sitting.state.draft) == (None, None, None)


def test_a_language_chosen_during_the_thanks_stays_when_the_answer_is_changed():
    sitting = Sitting(a_config(follow_up=False))
    sitting.tap(2)
    sitting.save_all()

    sitting.do(LanguageChosen, "sv", after=0.5)
    sitting.do(ChangeTapped, after=0.5)

    assert sitting.state.draft.language == "sv"


def test_an_answer_that_can_be_taken_back_is_submitted_also_when_storage_fails():
    for sitting in (one_answer_only(), at_the_last_question()):
        sitting.say(4)

        sitting.happen(StorageFailed(None, sitting.now))

        assert [kept.draft.ended for kept in sitting.state.unsaved] == ["submitted"]


def test_change_from_the_thanks_takes_the_reasons_of_a_low_answer_with_it():
    """As it does from a question: reasons without anything low would explain nothing."""
    items = tuple(item for item in short().items if item.kind == "statement")
    sitting = Sitting(a_config(questionnaires=(a_questionnaire(items=items),)))
    sitting.say(5)
    sitting.say(2)
    sitting.do(ReasonTapped, "waiting")
    sitting.save_all()
    sitting.do(BackTapped)
    sitting.say(1)
    assert isinstance(sitting.state, Thanks)

    sitting.do(ChangeTapped)

    assert [answer.item for answer in sitting.state.draft.answers] == [FIRST]
