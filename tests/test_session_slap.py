"""A hand on several buttons within 60 ms: no answer, but an event; nothing else is lost by it."""

from dataclasses import replace

import pytest
from kiosk_builders import (
    FIRST,
    ORDER,
    Sitting,
    a_config,
    a_press_id,
    an_answer,
    one_answer_only,
    press,
    statements_only,
    told_by,
    without_text,
)

from kiosk.abuse import MOST_PRESSES, SLAP_S
from kiosk.session.effects import Acknowledge, Tell
from kiosk.session.events import (
    ChangeTapped,
    ConfigChanged,
    DoorsChanged,
    LanguageChosen,
    TimePassed,
)
from kiosk.session.moves import GUARD_S, left_behind
from kiosk.session.states import Asking, Idle, Night, Thanks
from kiosk.view.show import show

NEAR_S = SLAP_S / 2


def at_the_last_statement():
    sitting = Sitting(a_config(questionnaires=(statements_only(),)))
    sitting.go_to(sitting.state.form.order[-1].id)
    return sitting


# What a slap leaves


@pytest.mark.parametrize("is_quick", [True, False], ids=["quick disk", "slow disk"])
@pytest.mark.parametrize("follow_up", [True, False])
def test_a_slap_leaves_a_closed_response_without_answers_and_the_start_screen(follow_up, is_quick):
    sitting = Sitting(a_config(follow_up=follow_up))
    sitting.press(2, number=1)
    if is_quick:
        sitting.save_all()

    step = sitting.press(4, after=NEAR_S, number=2)
    sitting.save_all()

    assert (sitting.saved().answers, sitting.saved().ended) == ((), "timeout")
    assert len(sitting.disk) == 1
    assert Acknowledge(a_press_id(2)) in step.effects
    assert (type(sitting.state), sitting.state.deadline) == (Idle, None)
    assert sitting.state.guarded_until == pytest.approx(sitting.now + GUARD_S)


def test_a_slap_tells_which_buttons_went_down_how_soon_after_each_other():
    sitting = one_answer_only()
    sitting.press(2, number=1)

    step = sitting.press(4, after=0.012, number=2)

    assert told_by(step) == [
        Tell(
            "slap",
            {
                "limit_ms": 60,
                "measured_ms": 12,
                "buttons": [2, 4],
                "panels": ["box", "box"],
                "answer": "taken-back",
            },
        )
    ]


def test_a_hand_on_five_buttons_is_told_of_once_and_answers_nothing():
    sitting = one_answer_only()

    steps = [sitting.press(button, after=0.04, number=button) for button in (1, 2, 3, 4, 5)]
    sitting.leave()

    assert sum(len(told_by(step)) for step in steps) == 1
    assert [draft.answers for draft in sitting.disk.values()] == [()]
    assert sitting.put_aside == [a_press_id(number) for number in (2, 3, 4, 5)]


def test_the_same_button_of_another_panel_makes_a_slap_too():
    sitting = one_answer_only()
    sitting.press(3)

    step = sitting.happen(replace(press(3, at=sitting.now + NEAR_S), panel="other"))
    sitting.leave()

    assert told_by(step)[0].data["panels"] == ["box", "other"]
    assert sitting.saved().answers == ()


def test_the_same_button_twice_is_no_slap():
    sitting = one_answer_only()
    sitting.press(3)

    step = sitting.press(3, after=NEAR_S)
    sitting.leave()

    assert not told_by(step)
    assert [draft.answers for draft in sitting.disk.values()] == [(an_answer(3),)]


def test_a_button_that_no_box_has_makes_no_slap():
    sitting = one_answer_only()
    sitting.press(3)

    sitting.press(6, after=NEAR_S)
    sitting.leave()

    assert sitting.saved().answers == (an_answer(3),)


def test_a_bounce_of_the_first_button_does_not_hide_it_from_the_second():
    sitting = one_answer_only()
    sitting.press(3)
    for _ in range(2 * MOST_PRESSES):
        sitting.press(3, after=0.001)

    sitting.press(4, after=0.001)
    sitting.leave()

    assert sitting.saved().answers == ()


def test_a_press_put_aside_makes_the_next_button_no_answer_either():
    """One finger of the hand came down under the guard, the others after it."""
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")
    sitting.press(2, after=GUARD_S - 0.01, number=1)

    step = sitting.press(4, after=0.02, number=2)

    assert told_by(step)[0].data["answer"] == "none"
    assert not sitting.saves
    assert sitting.put_aside == [a_press_id(1), a_press_id(2)]


def test_at_night_a_slap_leads_back_to_the_night():
    sitting = one_answer_only()
    sitting.do(DoorsChanged, False)
    sitting.press(2)

    sitting.press(4, after=NEAR_S)
    sitting.save_all()

    assert isinstance(sitting.state, Night)
    assert sitting.saved().answers == ()


@pytest.mark.parametrize("change", [ConfigChanged(a_config(languages=("sv",))), "doors"])
def test_what_changed_meanwhile_counts_once_the_slap_is_taken_back(change):
    sitting = one_answer_only()
    sitting.press(2)
    sitting.save_all()
    sitting.happen(DoorsChanged(False, sitting.now) if change == "doors" else change)

    sitting.press(4, after=NEAR_S)
    sitting.save_all()

    assert sitting.saved().answers == ()
    if change == "doors":
        assert isinstance(sitting.state, Night)
    else:
        assert sitting.state.preferences.language == "sv"


def test_a_touch_between_two_buttons_of_a_slap_changes_nothing():
    sitting = one_answer_only()
    sitting.press(2)
    sitting.save_all()
    sitting.tap(5, FIRST, after=0.01)

    sitting.press(4, after=0.01)
    sitting.leave()

    assert [draft.answers for draft in sitting.disk.values()] == [()]


def test_the_next_person_is_not_measured_against_a_slap():
    sitting = one_answer_only()
    sitting.press(2)
    sitting.press(4, after=NEAR_S)
    sitting.save_all()

    sitting.press(5, after=1.0)
    sitting.leave()

    assert (sitting.saved(1).answers, sitting.saved(1).flags) == ((an_answer(5),), ())


def test_the_response_before_a_slap_stays_as_it_was():
    sitting = one_answer_only()
    sitting.press(5)
    sitting.save_all()

    sitting.press(1, after=1.0)
    sitting.press(2, after=NEAR_S)
    sitting.leave()

    assert [draft.answers for draft in sitting.disk.values()] == [(an_answer(5),), ()]
    assert sitting.saved().ended == "submitted"


# Later statements


@pytest.mark.parametrize("is_quick", [True, False], ids=["quick disk", "slow disk"])
def test_a_slap_on_a_later_statement_takes_that_answer_back_and_asks_again(is_quick):
    sitting = Sitting()
    sitting.say(5)
    sitting.press(2, number=1)
    if is_quick:
        sitting.save_all()

    sitting.press(4, after=NEAR_S, number=2)
    sitting.save_all()

    assert (type(sitting.state), sitting.state.item) == (Asking, ORDER[1])
    assert (sitting.state.is_saving, sitting.state.echo) == (False, None)
    assert sitting.saved().answers == (an_answer(5),)
    assert sitting.saved().ended is None
    sitting.press(3, after=GUARD_S)
    sitting.save_all()
    assert sitting.saved().answers == (an_answer(5), an_answer(3, ORDER[1]))


@pytest.mark.parametrize("is_quick", [True, False], ids=["quick disk", "slow disk"])
def test_a_slap_on_the_last_statement_asks_it_again(is_quick):
    sitting = at_the_last_statement()
    last, answers = sitting.state.item, sitting.state.draft.answers
    sitting.press(2)
    if is_quick:
        sitting.save_all()
        assert isinstance(sitting.state, Thanks)

    sitting.press(4, after=NEAR_S)
    sitting.save_all()

    assert (type(sitting.state), sitting.state.item) == (Asking, last)
    assert (sitting.saved().answers, sitting.saved().ended) == (answers, None)


def test_a_slap_on_a_statement_asked_again_leaves_the_response_open():
    sitting = one_answer_only()
    sitting.say(4)
    sitting.do(ChangeTapped)
    sitting.press(2)

    sitting.press(1, after=NEAR_S)
    sitting.save_all()

    assert (type(sitting.state), sitting.state.item) == (Asking, FIRST)
    assert (sitting.saved().answers, sitting.saved().ended) == ((), None)


# A press that was no slap


def test_a_press_closes_its_response_60_ms_later_and_offers_no_change():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.save_all()
    assert (type(sitting.state), sitting.saved().ended) == (Thanks, None)
    assert show(sitting.state).actions == ()
    assert sitting.state.deadline == pytest.approx(sitting.now + SLAP_S)

    sitting.ring()
    sitting.save_all()

    assert (sitting.saved().answers, sitting.saved().ended) == ((an_answer(4),), "submitted")
    assert show(sitting.state).echo.mood == 0.5


def test_a_press_on_the_last_statement_closes_60_ms_later_too():
    sitting = at_the_last_statement()
    sitting.press(4)

    sitting.settle()

    assert (type(sitting.state), sitting.saved().ended) == (Thanks, "submitted")


def test_over_a_disk_slower_than_60_ms_a_press_closes_as_soon_as_it_is_saved():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.now += 0.5

    sitting.save_all()

    assert (type(sitting.state), sitting.state.draft) == (Thanks, None)
    assert sitting.saved().ended == "submitted"


def test_without_undo_s_a_press_can_still_turn_out_to_be_a_slap():
    sitting = one_answer_only(undo_s=0.0)
    sitting.press(4)
    sitting.save_all()
    sitting.happen(TimePassed(sitting.now + 0.01))

    sitting.press(2, after=NEAR_S)
    sitting.leave()

    assert sitting.saved().answers == ()


@pytest.mark.parametrize("is_quick", [True, False], ids=["quick disk", "slow disk"])
def test_a_program_that_ends_within_the_60_ms_leaves_a_submitted_response(is_quick):
    sitting = one_answer_only()
    sitting.press(4)
    if is_quick:
        sitting.save_all()

    (save,) = left_behind(sitting.state)

    assert (save.draft.answers, save.draft.ended) == ((an_answer(4),), "submitted")


def test_a_program_that_ends_after_a_press_with_more_to_ask_has_nothing_to_add():
    sitting = Sitting(a_config(questionnaires=(without_text(),)))
    sitting.press(4)

    assert left_behind(sitting.state) == ()
