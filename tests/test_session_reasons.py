"""What did not go well: asked once, right after the first low answer."""

import pytest
from kiosk_builders import (
    NPS,
    ORDER,
    REASONS,
    TEXT,
    Sitting,
    a_config,
    a_questionnaire,
    an_answer,
    asked_for_reasons,
    at_an_early_text,
    one_answer_only,
    reasons_of,
    without_text,
)
from msgspec.structs import replace as with_members

from kiosk.session.events import (
    BackTapped,
    NextTapped,
    ReasonTapped,
)
from kiosk.session.moves import GUARD_S
from kiosk.session.states import Thanks
from kiosk.view.show import show
from sync.wire import Answer

# When


@pytest.mark.parametrize(("value", "asked"), [(1, True), (2, True), (3, False), (5, False)])
def test_the_reasons_follow_an_answer_as_low_as_the_questionnaire_says(value, asked):
    sitting = Sitting()

    sitting.say(value)

    assert (sitting.state.item == REASONS) == asked


def test_the_questionnaire_says_how_low_an_answer_has_to_be():
    reasons = with_members(a_questionnaire().reasons, at_most=3)
    sitting = Sitting(a_config(questionnaires=(a_questionnaire(reasons=reasons),)))

    sitting.say(3)

    assert sitting.state.item == REASONS


def test_without_reasons_in_the_questionnaire_none_are_asked():
    sitting = Sitting(a_config(questionnaires=(without_text(),)))

    sitting.say(1)

    assert sitting.state.item == ORDER[1]


def test_a_low_answer_by_a_press_is_asked_about_too():
    sitting = Sitting()

    sitting.press(1)
    sitting.save_all()

    assert sitting.state.item == REASONS


def test_the_reasons_follow_any_first_low_answer_and_no_later_one():
    sitting = Sitting()
    sitting.say(5)

    sitting.say(2)
    assert sitting.state.item == REASONS
    sitting.say("skipped")
    sitting.say(1)

    assert sitting.state.item == ORDER[3]


def test_a_low_recommendation_is_not_asked_about():
    sitting = Sitting()
    sitting.go_to(NPS)

    sitting.say(0)

    assert sitting.state.item == TEXT


def test_without_follow_up_no_reasons_are_asked():
    sitting = one_answer_only()

    sitting.say(1)

    assert isinstance(sitting.state, Thanks)


# Ticking


def test_each_tick_is_saved_at_once_and_the_question_stays():
    sitting = asked_for_reasons()

    sitting.do(ReasonTapped, "waiting")
    assert reasons_of(sitting.waiting[0].draft) == ("waiting",)
    assert not sitting.state.is_saving
    sitting.do(ReasonTapped, "help")
    sitting.save_all()

    assert sitting.state.item == REASONS
    assert reasons_of(sitting.saved()) == ("waiting", "help")


def test_ticks_may_follow_each_other_faster_than_the_guard():
    sitting = asked_for_reasons()

    sitting.do(ReasonTapped, "waiting", after=GUARD_S)
    sitting.do(ReasonTapped, "premises", after=0.01)
    sitting.do(ReasonTapped, "encounter", after=0.01)

    assert len(reasons_of(sitting.state.draft)) == 3


def test_the_reasons_are_kept_in_the_order_of_the_questionnaire():
    sitting = asked_for_reasons()

    for option in ("premises", "waiting", "information"):
        sitting.do(ReasonTapped, option)

    assert reasons_of(sitting.state.draft) == ("waiting", "information", "premises")


def test_a_second_tap_takes_a_tick_away_and_the_last_one_leaves_no_answer():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "waiting")
    sitting.do(ReasonTapped, "help")

    sitting.do(ReasonTapped, "waiting")
    sitting.save_all()
    assert reasons_of(sitting.saved()) == ("help",)
    sitting.do(ReasonTapped, "help")
    sitting.save_all()

    assert sitting.saved().answers == (an_answer(1),)


def test_a_reason_that_the_questionnaire_does_not_have_means_nothing():
    sitting = asked_for_reasons()
    before = sitting.state

    sitting.do(ReasonTapped, "weather")

    assert sitting.state == before


def test_a_reason_means_nothing_under_another_question():
    sitting = Sitting()
    sitting.say(5)
    before = sitting.state

    sitting.do(ReasonTapped, "waiting")

    assert sitting.state == before


def test_ticked_reasons_are_shown_as_ticked():
    sitting = asked_for_reasons()

    sitting.do(ReasonTapped, "help")

    chosen = [choice.id for choice in show(sitting.state).answers if choice.is_chosen]
    assert chosen == ["reason:help"]


# Going on


def test_next_goes_on_with_the_reasons_as_they_are():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "waiting")
    sitting.save_all()

    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.state.item == ORDER[1]
    assert reasons_of(sitting.state.draft) == ("waiting",)


def test_next_means_nothing_before_a_reason_is_ticked():
    sitting = asked_for_reasons()

    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.state.item == REASONS


def test_reasons_that_are_skipped_are_written_as_skipped_and_not_asked_again():
    sitting = asked_for_reasons()

    sitting.say("skipped")
    sitting.say(1)

    assert sitting.saved().answer_to(REASONS) == an_answer("skipped", REASONS)
    assert sitting.state.item == ORDER[2]


def test_something_else_leads_to_the_text_and_then_on_with_the_statements():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "other")

    sitting.do(NextTapped)
    sitting.save_all()
    assert sitting.state.item == TEXT
    sitting.write("kylmä sali")
    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.state.item == ORDER[1]
    assert (sitting.saved().text, sitting.saved().ended) == ("Kylmä sali", None)


def test_a_text_that_came_early_is_not_asked_for_at_the_end():
    sitting = at_an_early_text()
    sitting.say("skipped")
    sitting.go_to(NPS)

    sitting.say(3)

    assert isinstance(sitting.state, Thanks)


def test_something_else_unticked_leads_on_with_the_statements():
    sitting = asked_for_reasons()
    for option in ("other", "waiting", "other"):
        sitting.do(ReasonTapped, option)

    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.state.item == ORDER[1]


def test_reasons_can_be_gone_back_to_and_changed():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "waiting")
    sitting.do(NextTapped)
    sitting.save_all()
    sitting.do(BackTapped)

    sitting.do(ReasonTapped, "help")
    sitting.do(NextTapped)
    sitting.save_all()

    assert reasons_of(sitting.saved()) == ("waiting", "help")
    assert sitting.state.item == ORDER[1]


def test_skipped_reasons_can_be_ticked_after_all():
    sitting = asked_for_reasons()
    sitting.say("skipped")
    sitting.do(BackTapped)

    sitting.do(ReasonTapped, "help")

    assert sitting.state.draft.answer_to(REASONS) == Answer(item=REASONS, options=("help",))


def test_the_text_that_something_else_leads_to_is_no_step_ahead():
    sitting = at_an_early_text()

    assert show(sitting.state).step == 1
