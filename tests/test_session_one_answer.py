"""Without follow-up one press or tap is the whole response, and the next one is another."""

import pytest
from kiosk_builders import FIRST, Sitting, a_press_id, an_answer, one_answer_only

from kiosk.session.events import ChangeTapped, Dismissed, EnoughTapped
from kiosk.session.states import Asking, Idle, Thanks
from kiosk.view.show import show
from sync.wire import Flag


def pressed_once():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.save_all()
    return sitting


def tapped_once(**changes):
    sitting = one_answer_only(**changes)
    sitting.say(4)
    return sitting


def test_without_follow_up_a_press_closes_as_soon_as_it_can_be_no_slap():
    sitting = pressed_once()
    sitting.settle()

    assert sitting.saved().ended == "submitted"
    assert isinstance(sitting.state, Thanks)
    assert sitting.state.draft is None  # nothing to take back: a press never changes an answer
    assert len(sitting.saves) == 2


@pytest.mark.parametrize("first", ["tap", "press"])
@pytest.mark.parametrize("second", ["tap", "press"])
def test_a_further_answer_closes_the_one_before_and_is_its_own(first, second):
    sitting = tapped_once() if first == "tap" else pressed_once()

    _ = sitting.tap(1, FIRST) if second == "tap" else sitting.press(1)
    sitting.save_all()

    assert [draft.answers[0].value for draft in sitting.disk.values()] == [4, 1]
    assert sitting.saved(0).ended == "submitted"
    assert sitting.saved(0).id != sitting.saved(1).id


def test_a_press_while_a_tap_is_still_being_saved_closes_it_too():
    sitting = one_answer_only()
    sitting.tap(4)

    sitting.press(1, number=5)

    closing, begun = list(sitting.waiting)[1:]
    assert (closing.draft.ended, closing.press) == ("submitted", None)
    assert (begun.draft.answers, begun.press) == ((an_answer(1),), a_press_id(5))
    sitting.save_all()
    assert isinstance(sitting.state, Thanks)


@pytest.mark.parametrize(
    ("after", "flags"),
    [(1.23, (Flag(rule="min-interval", limit=5.0, measured=1.2),)), (5.0, ())],
    ids=["quick", "at the limit"],
)
def test_a_response_sooner_than_the_limit_is_flagged_with_limit_and_measure(after, flags):
    sitting = pressed_once()

    sitting.press(1, after=after)
    sitting.save_all()

    assert [draft.flags for draft in sitting.disk.values()] == [(), flags]


def test_the_interval_counts_from_first_answer_to_first_answer():
    sitting = tapped_once(undo_s=10.0)
    sitting.do(ChangeTapped, after=3)
    sitting.say(3)  # four seconds in, still the first response

    sitting.press(1, after=1.0)
    sitting.save_all()

    assert len(sitting.disk) == 2
    assert sitting.saved(1).flags == ()


def test_the_interval_is_measured_across_sessions_of_many_questions_too():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()
    sitting.do(Dismissed)

    sitting.say(5)

    assert sitting.saved(1).flags[0].measured == 3.0


def test_one_question_is_one_step():
    sitting = one_answer_only()
    start = show(sitting.state)
    sitting.say(4)
    sitting.do(ChangeTapped)

    again = show(sitting.state)

    assert (start.steps, again.step, again.steps) == (1, 1, 1)


@pytest.mark.parametrize("after", [0.5, 3.0, 3.9])
def test_a_press_counts_however_soon_after_the_thanks_came(after):
    sitting = pressed_once()

    sitting.press(2, after=after)
    sitting.save_all()

    assert [draft.answers for draft in sitting.disk.values()] == [(an_answer(4),), (an_answer(2),)]


# Undo


def test_without_undo_a_tap_closes_at_its_commit():
    sitting = one_answer_only(undo_s=0.0)

    sitting.say(4)

    assert sitting.saved().ended == "submitted"
    assert sitting.state.draft is None


def test_touching_the_thanks_away_closes_at_once():
    sitting = tapped_once()

    sitting.do(Dismissed)
    sitting.save_all()

    assert isinstance(sitting.state, Idle)
    assert sitting.saved().ended == "submitted"


def test_an_undo_longer_than_the_thanks_is_kept_open_to_its_end():
    sitting = tapped_once(undo_s=10.0)

    assert sitting.state.deadline == sitting.now + 10.0


def test_change_takes_the_answer_back_and_keeps_the_response():
    sitting = tapped_once()
    first = sitting.saved()

    sitting.do(ChangeTapped)
    sitting.save_all()

    assert sitting.saved().id == first.id
    assert sitting.saved().answers == ()
    assert (type(sitting.state), sitting.state.item) == (Asking, FIRST)


@pytest.mark.parametrize("by", ["tap", "press"])
def test_after_change_the_new_answer_belongs_to_the_same_response(by):
    sitting = tapped_once()
    sitting.do(ChangeTapped)

    _ = sitting.tap(2) if by == "tap" else sitting.press(2, number=1)
    sitting.save_all()
    sitting.ring()
    sitting.save_all()

    assert len(sitting.disk) == 1
    assert sitting.saved().answers == (an_answer(2),)
    assert sitting.saved().ended == "submitted"
    assert sitting.saved().flags == ()


def test_an_answer_taken_back_and_not_replaced_leaves_a_closed_empty_response():
    sitting = tapped_once()
    sitting.do(ChangeTapped)

    sitting.leave()

    assert (sitting.saved().answers, sitting.saved().ended) == ((), "timeout")


def test_change_after_the_undo_has_run_out_means_nothing():
    sitting = tapped_once()

    sitting.do(ChangeTapped, after=2.0)

    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().answers == (an_answer(4),)
