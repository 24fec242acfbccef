"""Out of order: nothing can be stored, nothing is lost, and it is tried again."""

from dataclasses import replace

from kiosk_builders import (
    FIRST,
    ORDER,
    REASONS,
    Sitting,
    a_press_id,
    an_answer,
    one_answer_only,
    press,
)

from kiosk.session.effects import CheckStorage, Refuse
from kiosk.session.events import (
    ChangeTapped,
    EnoughTapped,
    LanguageChosen,
    ReasonTapped,
    Saved,
    StorageFailed,
    StorageReady,
    TimePassed,
    Woken,
)
from kiosk.session.moves import GUARD_S, RETRY_S, SAVE_PATIENCE_S, left_behind
from kiosk.session.states import Idle, OutOfOrder


def test_a_save_that_fails_leads_out_of_order_and_keeps_the_answers():
    sitting = Sitting()
    sitting.say(5)
    sitting.tap(2)

    sitting.fail()

    assert isinstance(sitting.state, OutOfOrder)
    [kept] = sitting.state.unsaved
    assert kept.draft.answers == (an_answer(5), an_answer(2, ORDER[1]))
    assert kept.draft.ended == "timeout"


def test_storage_that_cannot_be_used_at_all_leads_out_of_order():
    sitting = Sitting()

    sitting.happen(StorageFailed(None, 1.0))

    assert isinstance(sitting.state, OutOfOrder)
    assert sitting.state.deadline == 1.0 + RETRY_S


def test_between_questions_a_failing_storage_keeps_the_session_in_hand():
    sitting = Sitting()
    sitting.say(5)

    sitting.happen(StorageFailed(None, sitting.now))

    [kept] = sitting.state.unsaved
    assert kept.draft.answers == (an_answer(5),)


def test_while_out_of_order_presses_are_not_acknowledged():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))

    sitting.press(5, number=1)
    sitting.tap(5, FIRST)

    assert isinstance(sitting.state, OutOfOrder)
    assert not sitting.put_aside
    assert not sitting.saves


def test_a_press_while_out_of_order_may_be_offered_again_and_then_counts():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))
    refused = sitting.press(4, number=7)
    sitting.ring()
    sitting.happen(StorageReady(sitting.now))
    recovered_at = sitting.now

    late = replace(press(4, at=recovered_at - 3, number=7), heard_at=recovered_at + 1)
    step = sitting.happen(late)

    assert refused.effects == (Refuse(a_press_id(7)),)
    assert step.effects[0].draft.first_at == recovered_at - 3
    assert step.effects[0].press == a_press_id(7)


def test_out_of_order_tries_again_and_again():
    sitting = Sitting()
    sitting.tap(5)
    sitting.fail()

    for _ in range(3):
        step = sitting.ring()
        assert step.effects == (*sitting.state.unsaved, CheckStorage())
        sitting.fail()
        sitting.happen(StorageFailed(None, sitting.now))

    assert len(sitting.state.unsaved) == 1


def test_a_timer_that_rings_early_tries_nothing():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))

    step = sitting.happen(TimePassed(RETRY_S - 0.01))

    assert step.effects == ()


def test_what_was_in_hand_is_on_disk_but_nobody_is_asked_before_the_storage_is_ready():
    """Room for the answers in hand is not yet room for those of the next one."""
    sitting = Sitting()
    sitting.tap(3)
    sitting.fail()

    sitting.ring()
    sitting.save()

    assert sitting.saved().answers == (an_answer(3),)
    assert sitting.saved().ended == "timeout"
    assert isinstance(sitting.state, OutOfOrder)
    assert sitting.state.unsaved == ()
    sitting.happen(StorageFailed(None, sitting.now))
    assert isinstance(sitting.state, OutOfOrder)
    sitting.happen(StorageReady(sitting.now))
    assert isinstance(sitting.state, Idle)


def test_a_program_that_has_to_end_while_out_of_order_leaves_nothing_in_hand():
    sitting = Sitting()
    sitting.say(5)
    sitting.tap(2)
    sitting.fail()

    [left] = left_behind(sitting.state)

    assert left.draft.answers == (an_answer(5), an_answer(2, ORDER[1]))


def test_with_nothing_in_hand_the_start_screen_is_back_when_the_storage_is_ready():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))

    sitting.happen(StorageReady(9.0))

    assert (type(sitting.state), sitting.state.guarded_until) == (Idle, 9.0 + GUARD_S)


def test_storage_that_is_ready_does_not_lose_what_is_still_in_hand():
    sitting = Sitting()
    sitting.tap(3)
    sitting.fail()

    sitting.happen(StorageReady(9.0))

    assert isinstance(sitting.state, OutOfOrder)
    assert len(sitting.state.unsaved) == 1


def test_a_disk_that_never_answers_leads_out_of_order_after_its_patience():
    sitting = Sitting()
    sitting.press(3, number=1)
    assert sitting.state.deadline == sitting.now + SAVE_PATIENCE_S

    sitting.ring()

    assert isinstance(sitting.state, OutOfOrder)
    assert sitting.state.unsaved[0].draft.answers == (an_answer(3),)


def test_a_save_that_comes_late_while_out_of_order_does_not_drop_the_closing():
    sitting = Sitting()
    sitting.tap(3)
    sitting.ring()

    sitting.save()  # the open one, late
    assert isinstance(sitting.state, OutOfOrder)
    sitting.ring()
    sitting.save_all()

    assert isinstance(sitting.state, Idle)
    assert sitting.saved().ended == "timeout"


def test_of_older_and_newer_failures_the_newest_is_kept_in_either_order():
    for order in ((0, 1), (1, 0)):
        sitting = one_answer_only()
        sitting.say(4)
        sitting.do(ChangeTapped)
        sitting.tap(2)
        saves = list(sitting.waiting)

        for number in order:
            sitting.happen(StorageFailed(saves[number], sitting.now))

        [kept] = sitting.state.unsaved
        assert kept.draft.answers == (an_answer(2),)
        assert kept.draft.ended == "submitted"


def test_an_old_save_that_arrives_late_does_not_drop_a_newer_one():
    sitting = one_answer_only()
    sitting.say(4)
    sitting.do(ChangeTapped)
    sitting.tap(2)
    older, newer = list(sitting.waiting)
    sitting.happen(StorageFailed(newer, sitting.now))

    sitting.happen(Saved(older, sitting.now))

    assert [kept.draft.answers for kept in sitting.state.unsaved] == [(an_answer(2),)]


def test_a_press_that_failed_is_kept_with_its_answer_and_acknowledged_by_the_retry():
    sitting = one_answer_only()
    sitting.press(4, number=6)
    sitting.fail()

    sitting.ring()

    assert sitting.waiting[0].press == a_press_id(6)
    assert not sitting.put_aside


def test_two_responses_that_fail_are_both_kept():
    sitting = one_answer_only()
    sitting.tap(4)
    sitting.press(1, number=2)

    while sitting.waiting:
        sitting.fail()

    assert [kept.draft.answers for kept in sitting.state.unsaved] == [
        (an_answer(4),),
        (an_answer(1),),
    ]
    sitting.ring()
    sitting.save_all()
    assert isinstance(sitting.state, Idle)
    assert [draft.ended for draft in sitting.disk.values()] == ["submitted", "submitted"]


def test_a_closing_that_fails_after_the_visitor_has_gone_is_kept():
    sitting = Sitting()
    sitting.say(5)
    sitting.silence()
    assert isinstance(sitting.state, Idle)

    failed = sitting.fail()

    assert sitting.state.unsaved == (failed,)


def test_an_answer_taken_back_that_cannot_be_saved_stays_taken_back():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(ChangeTapped)

    sitting.fail()

    [kept] = sitting.state.unsaved
    assert (kept.draft.answers, kept.draft.ended) == ((), "timeout")


def test_while_out_of_order_no_touch_is_an_answer_or_an_end():
    sitting = Sitting()
    sitting.say(5)
    sitting.tap(4)
    sitting.fail()
    before = sitting.state

    sitting.tap(1, FIRST)
    sitting.do(ChangeTapped)
    sitting.do(EnoughTapped)
    sitting.do(Woken)

    assert sitting.state == before


def test_what_fails_after_the_visitor_has_gone_does_not_come_between_and_cut_the_response_short():
    """What failed is older than the closing that waits behind it, which alone is whole."""
    sitting = Sitting()
    sitting.say(1)
    sitting.do(ReasonTapped, "waiting")
    sitting.do(ReasonTapped, "help")
    sitting.silence()
    sitting.fail()

    sitting.ring()  # the first is tried again, in line behind the others
    sitting.fail()
    sitting.fail()
    sitting.save_all()
    sitting.leave()

    assert sitting.saved().answer_to(REASONS).options == ("waiting", "help")
    assert (len(sitting.disk), sitting.saved().ended) == (1, "timeout")


def test_a_language_chosen_while_a_tick_is_on_its_way_is_that_of_what_is_kept():
    sitting = Sitting()
    sitting.say(1)
    sitting.do(ReasonTapped, "help")
    sitting.do(LanguageChosen, "sv")

    sitting.fail()

    assert sitting.state.unsaved[0].draft.language == "sv"
