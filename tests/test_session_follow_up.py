"""With follow-up: one question after another, back and forth, to the last one or to "enough"."""

import pytest
from kiosk_builders import (
    FIRST,
    NPS,
    ORDER,
    TEXT,
    Sitting,
    a_config,
    a_press_id,
    an_answer,
    shown,
)

from kiosk.session.effects import Save
from kiosk.session.events import (
    BackTapped,
    EnoughTapped,
    LanguageChosen,
    NextTapped,
    Saved,
)
from kiosk.session.states import Asking, Thanks

# One after another


def test_the_other_items_follow_in_their_order_and_the_last_closes_as_submitted():
    sitting = Sitting()
    seen = [FIRST]

    sitting.say(5)
    while sitting.state.item != TEXT:
        seen.append(sitting.state.item)
        sitting.say(9 if sitting.state.item == NPS else 3)
    sitting.say("skipped")

    assert [*seen, TEXT] == list(ORDER)
    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().ended == "submitted"
    assert [answer.item for answer in sitting.saved().answers] == list(ORDER)
    assert sitting.saved().answer_to(NPS).value == 9


@pytest.mark.parametrize("last", ["skip", "done"])
def test_the_last_answer_and_the_closing_are_one_save(last):
    sitting = Sitting()
    sitting.go_to(sitting.state.form.order[-1].id)
    saves = len(sitting.saves)

    _ = {
        "skip": lambda: sitting.tap("skipped"),
        "done": lambda: sitting.do(NextTapped),
    }[last]()

    [save] = sitting.saves[saves:]
    assert len(save.draft.answers) == len(sitting.state.form.order)
    assert save.draft.ended == "submitted"
    sitting.save_all()
    assert (type(sitting.state), sitting.state.draft) == (Thanks, None)


def test_each_answer_is_on_its_way_to_the_disk_before_the_next_question():
    sitting = Sitting()

    sitting.tap(4)
    assert sitting.state.item == FIRST
    sitting.save_all()

    assert sitting.state.item == ORDER[1]
    assert sitting.saved().answers == (an_answer(4),)


def test_while_an_answer_is_being_saved_another_tap_means_nothing():
    sitting = Sitting()
    sitting.tap(4)

    sitting.tap(1, FIRST)
    sitting.do(EnoughTapped)
    sitting.do(BackTapped)
    sitting.do(LanguageChosen, "sv")

    assert len(sitting.saves) == 1
    assert sitting.state.draft.language == "fi"


def test_a_question_can_be_skipped_and_that_is_written():
    sitting = Sitting()
    sitting.say()

    sitting.say("skipped", ORDER[1])

    assert sitting.saved().answer_to(ORDER[1]) == an_answer("skipped", ORDER[1])
    assert sitting.state.item == ORDER[2]


def test_an_item_can_be_said_not_to_apply():
    sitting = Sitting()
    sitting.say()

    sitting.say("not-applicable", ORDER[1])

    assert sitting.saved().answer_to(ORDER[1]).status == "not-applicable"


def test_how_far_along_one_is_is_counted_over_what_is_asked_of_everybody():
    sitting = Sitting()
    sitting.say(1)
    reasons = sitting.state
    sitting.say("skipped")

    form = sitting.state.form
    assert form.step_of(reasons.item, reasons.trail) == 1
    assert form.step_of(sitting.state.item, sitting.state.trail) == 2
    assert form.step_of(TEXT, tuple(ORDER[:-1])) == len(ORDER)


# Back and forth


def test_back_and_another_tap_change_an_answer_in_its_place():
    sitting = Sitting()
    sitting.say(5)
    sitting.say(2, ORDER[1])

    sitting.do(BackTapped)
    assert sitting.state.item == ORDER[1]
    sitting.say(4)

    assert sitting.saved().answers == (an_answer(5), an_answer(4, ORDER[1]))
    assert sitting.state.item == ORDER[2]


def test_back_leads_as_far_as_the_first_question_and_no_further():
    sitting = Sitting()
    sitting.say(5)

    sitting.do(BackTapped)
    sitting.do(BackTapped)

    assert sitting.state.item == FIRST
    assert sitting.state.draft.answers == (an_answer(5),)


def test_after_going_back_two_the_next_question_is_the_first_unanswered_one():
    sitting = Sitting()
    sitting.say(5)
    sitting.say(2, ORDER[1])
    sitting.say("skipped")  # the reasons
    sitting.do(BackTapped)
    sitting.do(BackTapped)
    sitting.do(BackTapped)

    sitting.say(4)

    assert sitting.state.item == ORDER[2]
    assert sitting.saved().answer_to(FIRST).value == 4


def test_back_goes_the_way_one_came():
    sitting = Sitting()
    for value in (5, 4, 3):
        sitting.say(value)
    seen = []

    for _ in range(4):
        seen.append(sitting.state.item)
        sitting.do(BackTapped)

    assert seen == [ORDER[3], ORDER[2], ORDER[1], FIRST]


def test_a_question_that_was_skipped_can_be_gone_back_to_and_answered():
    sitting = Sitting()
    sitting.say(5)
    sitting.say("skipped")
    sitting.do(BackTapped)

    sitting.say(4)

    assert sitting.saved().answers == (an_answer(5), an_answer(4, ORDER[1]))


def test_next_leaves_a_given_answer_as_it_is_and_goes_on():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(BackTapped)

    step = sitting.do(NextTapped)

    assert step.effects == ()
    assert sitting.state.item == a_config().forms[0].order[1].id
    assert sitting.state.draft.answer_to(FIRST).value == 5


def test_next_means_nothing_on_a_question_without_an_answer():
    sitting = Sitting()
    sitting.say(5)
    before = sitting.state

    sitting.do(NextTapped)
    sitting.save_all()

    assert sitting.state == before


# Presses


def test_a_press_answers_the_statement_on_the_screen():
    sitting = Sitting()
    sitting.say(5)

    sitting.press(2, number=8)
    save = sitting.save()

    assert save.press == a_press_id(8)
    assert sitting.saved().answer_to(ORDER[1]).value == 2
    assert sitting.saved().channel == "kiosk-touch"  # of the first answer


def test_a_press_never_changes_an_answer():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(BackTapped)

    sitting.press(1, number=3)

    assert sitting.state.draft.answers == (an_answer(5),)
    assert sitting.put_aside == [a_press_id(3)]
    assert not sitting.waiting


def test_a_press_does_not_answer_a_question_from_0_to_10():
    sitting = Sitting()
    sitting.say()
    while sitting.state.item != NPS:
        sitting.say(3)

    sitting.press(5, number=3)

    assert sitting.put_aside == [a_press_id(3)]
    assert sitting.state.item == NPS


def test_a_press_does_not_answer_the_reasons_or_the_text():
    sitting = Sitting()
    sitting.say(1)
    sitting.press(5, number=1)
    sitting.say("skipped")
    sitting.go_to(TEXT)
    before, saves = shown(sitting.state), len(sitting.saves)

    sitting.press(5, number=2)

    assert sitting.put_aside == [a_press_id(1), a_press_id(2)]
    assert (shown(sitting.state), len(sitting.saves)) == (before, saves)


def test_a_press_while_an_answer_is_being_saved_is_put_aside():
    sitting = Sitting()
    sitting.say(5)
    sitting.tap(4)

    sitting.press(1, number=3)

    assert sitting.put_aside == [a_press_id(3)]
    assert len(sitting.waiting) == 1


# Ending


def test_enough_closes_as_exit_and_keeps_what_was_answered():
    sitting = Sitting()
    sitting.say(5)
    sitting.say(4)

    sitting.do(EnoughTapped)
    sitting.save_all()

    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().ended == "exit"
    assert sitting.saved().answers == (an_answer(5), an_answer(4, ORDER[1]))


@pytest.mark.parametrize("last", ["skip", "enough"])
def test_thanks_come_only_after_the_closing_is_on_disk(last):
    sitting = Sitting()
    sitting.say(5)
    if last == "skip":
        sitting.go_to(TEXT)
        sitting.tap("skipped")
    else:
        sitting.do(EnoughTapped)

    assert isinstance(sitting.state, Asking)
    sitting.happen(Saved(Save(sitting.saves[0].draft), sitting.now))  # an older one is no news
    assert isinstance(sitting.state, Asking)
    sitting.save_all()

    assert isinstance(sitting.state, Thanks)


# Languages


def test_the_language_can_change_between_questions_and_is_saved_with_the_next_answer():
    sitting = Sitting()
    sitting.say(5)

    sitting.do(LanguageChosen, "en")
    sitting.say(4)

    assert sitting.saved().language == "en"
    assert sitting.saved().answers == (an_answer(5), an_answer(4, ORDER[1]))


def test_a_language_chosen_at_the_end_is_that_of_the_closed_response():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(LanguageChosen, "en")

    sitting.leave()

    assert sitting.saved().language == "en"
