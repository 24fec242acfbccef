"""How a session runs: every clause of docs/interfaces.md, from the first tap to the thanks."""

from dataclasses import replace

import pytest
from kiosk_builders import FIRST, NPS, Sitting, a_config, an_answer, press, tap

from kiosk.events import (
    BackTapped,
    ChangeTapped,
    ConfigChanged,
    Dismissed,
    EnoughTapped,
    LanguageChosen,
    NextTapped,
    Saved,
    StorageFailed,
    StorageReady,
    TimePassed,
)
from kiosk.session import GUARD_S, RETRY_S, SAVE_PATIENCE_S, THANKS_S
from kiosk.states import (
    Acknowledge,
    Asking,
    CheckStorage,
    Idle,
    OutOfOrder,
    PressId,
    Refuse,
    Save,
    Thanks,
)
from sync.wire import Flag, Location, QuestionnaireRef

ORDER = [item.id for item in a_config().order]


def one_answer_only(**changes):
    return Sitting(a_config(follow_up=False, **changes))


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
    assert save.press == PressId("box", 7)
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
    assert sitting.put_aside == [PressId("box", 1)]


def test_a_tap_that_speaks_of_another_item_means_nothing_on_the_start_screen():
    sitting = Sitting()

    sitting.tap(5, "safety")

    assert isinstance(sitting.state, Idle)
    assert not sitting.waiting


# The guard


def test_a_second_press_within_the_guard_is_put_aside():
    sitting = Sitting()
    sitting.press(5, number=1)

    sitting.press(1, after=GUARD_S - 0.01, number=2)

    assert sitting.put_aside == [PressId("box", 2)]
    assert len(sitting.saves) == 1


def test_a_touch_within_the_guard_after_the_next_question_appeared_does_not_count():
    sitting = Sitting()
    sitting.say()
    before = sitting.state

    sitting.tap(1, after=GUARD_S - 0.01)
    sitting.do(EnoughTapped, after=0)
    sitting.do(BackTapped, after=0)
    sitting.do(LanguageChosen, "sv", after=0)

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
    sitting.ring()

    sitting.tap(1, FIRST, after=GUARD_S - 0.01)

    assert isinstance(sitting.state, Idle)


# Follow-up


def test_the_other_items_follow_in_their_order_and_the_last_closes_as_submitted():
    sitting = Sitting()
    seen = [FIRST]

    sitting.say(5)
    while isinstance(sitting.state, Asking):
        seen.append(sitting.state.item)
        sitting.say(9 if sitting.state.item == NPS else 3)

    assert seen == ORDER
    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().ended == "submitted"
    assert [answer.item for answer in sitting.saved().answers] == ORDER
    assert sitting.saved().answer_to(NPS).value == 9


def test_the_last_answer_and_the_closing_are_one_save():
    sitting = Sitting()
    sitting.say()
    while sitting.state.item != ORDER[-1]:
        sitting.say(3)

    sitting.tap(10)

    [save] = sitting.waiting
    assert save.draft.answer_to(NPS).value == 10
    assert save.draft.ended == "submitted"


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
    sitting.do(BackTapped)
    sitting.do(BackTapped)

    sitting.say(1)

    assert sitting.state.item == ORDER[2]
    assert sitting.saved().answer_to(FIRST).value == 1


def test_a_press_answers_the_statement_on_the_screen():
    sitting = Sitting()
    sitting.say(5)

    sitting.press(2, number=8)
    save = sitting.save()

    assert save.press == PressId("box", 8)
    assert sitting.saved().answer_to(ORDER[1]).value == 2
    assert sitting.saved().channel == "kiosk-touch"  # of the first answer


def test_a_press_never_changes_an_answer():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(BackTapped)

    sitting.press(1, number=3)

    assert sitting.state.draft.answers == (an_answer(5),)
    assert sitting.put_aside == [PressId("box", 3)]
    assert not sitting.waiting


def test_a_press_does_not_answer_a_question_from_0_to_10():
    sitting = Sitting()
    sitting.say()
    while sitting.state.item != NPS:
        sitting.say(3)

    sitting.press(5, number=3)

    assert sitting.put_aside == [PressId("box", 3)]
    assert sitting.state.item == NPS


def test_enough_closes_as_exit_and_keeps_what_was_answered():
    sitting = Sitting()
    sitting.say(5)
    sitting.say(2)

    sitting.do(EnoughTapped)
    sitting.save_all()

    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().ended == "exit"
    assert sitting.saved().answers == (an_answer(5), an_answer(2, ORDER[1]))


def test_silence_closes_as_timeout_and_keeps_what_was_answered():
    sitting = Sitting()
    sitting.say(5)
    deadline = sitting.state.deadline
    assert deadline == sitting.now + 20.0

    sitting.happen(TimePassed(deadline - 0.001))
    assert isinstance(sitting.state, Asking)
    sitting.happen(TimePassed(deadline))
    sitting.save_all()

    assert isinstance(sitting.state, Idle)
    assert sitting.saved().ended == "timeout"
    assert sitting.saved().answers == (an_answer(5),)


def test_going_back_gives_the_visitor_time_again():
    sitting = Sitting()
    sitting.say(5)

    sitting.do(BackTapped, after=15)

    assert sitting.state.deadline == sitting.now + 20.0


@pytest.mark.parametrize("last", ["tap", "enough"])
def test_thanks_come_only_after_the_closing_is_on_disk(last):
    sitting = Sitting()
    sitting.say(5)
    if last == "tap":
        while sitting.state.item != NPS:
            sitting.say(3)
        sitting.tap(9)
    else:
        sitting.do(EnoughTapped)

    assert isinstance(sitting.state, Asking)
    sitting.happen(Saved(Save(sitting.saves[0].draft), sitting.now))  # an older one is no news
    assert isinstance(sitting.state, Asking)
    sitting.save_all()

    assert isinstance(sitting.state, Thanks)


def test_thanks_pass_by_themselves_or_at_a_touch():
    for leave in ("time", "touch"):
        sitting = Sitting()
        sitting.say(5)
        sitting.do(EnoughTapped)
        sitting.save_all()
        saves = len(sitting.saves)
        assert sitting.state.deadline == sitting.now + THANKS_S

        _ = sitting.ring() if leave == "time" else sitting.do(Dismissed)

        assert isinstance(sitting.state, Idle)
        assert len(sitting.saves) == saves


def test_a_press_on_the_thanks_after_many_questions_is_put_aside():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()

    sitting.press(1, number=2)

    assert isinstance(sitting.state, Thanks)
    assert sitting.put_aside == [PressId("box", 2)]


# Languages


def test_another_language_counts_from_the_start_screen_to_the_thanks():
    sitting = Sitting()

    sitting.do(LanguageChosen, "sv")
    assert sitting.state.language == "sv"
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()

    assert sitting.saved().language == "sv"
    assert sitting.state.language == "sv"


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

    sitting.ring()
    sitting.save_all()

    assert sitting.saved().language == "en"


def test_the_thanks_can_be_read_in_another_language():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()

    sitting.do(LanguageChosen, "sv")

    assert sitting.state.language == "sv"


def test_after_the_session_the_default_language_is_back():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")
    sitting.say(5)

    sitting.ring()

    assert (type(sitting.state), sitting.state.language) == (Idle, "fi")


def test_a_language_that_nobody_answers_in_gives_way_to_the_default_one():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")
    assert sitting.state.deadline == sitting.now + 20.0

    sitting.ring()

    assert (sitting.state.language, sitting.state.deadline) == ("fi", None)


def test_the_default_language_waits_for_nothing():
    sitting = Sitting()
    sitting.do(LanguageChosen, "sv")

    sitting.do(LanguageChosen, "fi")

    assert sitting.state.deadline is None


def test_a_language_that_is_not_offered_means_nothing():
    for sitting in (Sitting(), Sitting()):
        before = sitting.state

        sitting.do(LanguageChosen, "ru")

        assert sitting.state == before


# Without follow-up


def test_without_follow_up_a_press_closes_at_its_commit():
    sitting = one_answer_only()

    sitting.press(4, number=1)
    sitting.save_all()

    assert sitting.saved().ended == "submitted"
    assert isinstance(sitting.state, Thanks)
    assert sitting.state.draft is None  # nothing to take back: a press never changes an answer


def test_without_follow_up_a_tap_closes_after_undo_s():
    sitting = one_answer_only()
    sitting.say(4)
    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().ended is None

    assert sitting.state.deadline == sitting.now + 2.0
    sitting.ring()
    sitting.save_all()

    assert sitting.saved().ended == "submitted"
    assert isinstance(sitting.state, Thanks)
    sitting.ring()
    assert isinstance(sitting.state, Idle)


def test_without_undo_a_tap_closes_at_its_commit():
    sitting = one_answer_only(undo_s=0.0)

    sitting.say(4)

    assert sitting.saved().ended == "submitted"
    assert sitting.state.draft is None


def test_touching_the_thanks_away_closes_at_once():
    sitting = one_answer_only()
    sitting.say(4)

    sitting.do(Dismissed)
    sitting.save_all()

    assert isinstance(sitting.state, Idle)
    assert sitting.saved().ended == "submitted"


def test_an_undo_longer_than_the_thanks_is_kept_open_to_its_end():
    sitting = one_answer_only(undo_s=10.0)
    sitting.say(4)

    assert sitting.state.deadline == sitting.now + 10.0


def test_change_takes_the_answer_back_and_keeps_the_response():
    sitting = one_answer_only()
    sitting.say(4)
    first = sitting.saved()

    sitting.do(ChangeTapped)
    sitting.save_all()

    assert sitting.saved().id == first.id
    assert sitting.saved().answers == ()
    assert (type(sitting.state), sitting.state.item) == (Asking, FIRST)


@pytest.mark.parametrize("by", ["tap", "press"])
def test_after_change_the_new_answer_belongs_to_the_same_response(by):
    sitting = one_answer_only()
    sitting.say(4)
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
    sitting = one_answer_only()
    sitting.say(4)
    sitting.do(ChangeTapped)

    sitting.ring()
    sitting.save_all()

    assert (sitting.saved().answers, sitting.saved().ended) == ((), "timeout")


def test_change_after_the_undo_has_run_out_means_nothing():
    sitting = one_answer_only()
    sitting.say(4)

    sitting.do(ChangeTapped, after=2.0)

    assert isinstance(sitting.state, Thanks)
    assert sitting.saved().answers == (an_answer(4),)


@pytest.mark.parametrize("first", ["tap", "press"])
@pytest.mark.parametrize("second", ["tap", "press"])
def test_a_further_answer_closes_the_one_before_and_is_its_own(first, second):
    sitting = one_answer_only()
    _ = sitting.tap(4) if first == "tap" else sitting.press(4)
    sitting.save_all()

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
    assert (begun.draft.answers, begun.press) == ((an_answer(1),), PressId("box", 5))
    sitting.save_all()
    assert isinstance(sitting.state, Thanks)


def test_a_quick_second_response_is_flagged_with_limit_and_measure():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.save_all()

    sitting.press(1, after=1.23)
    sitting.save_all()

    assert sitting.saved(0).flags == ()
    assert sitting.saved(1).flags == (Flag(rule="min-interval", limit=5.0, measured=1.2),)


def test_the_interval_counts_from_first_answer_to_first_answer():
    sitting = one_answer_only(undo_s=10.0)
    sitting.say(4)
    sitting.do(ChangeTapped, after=3)
    sitting.say(3)  # four seconds in, still the first response

    sitting.press(1, after=1.0)
    sitting.save_all()

    assert len(sitting.disk) == 2
    assert sitting.saved(1).flags == ()


def test_a_response_at_the_limit_is_not_flagged():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.save_all()

    sitting.press(1, after=5.0)
    sitting.save_all()

    assert sitting.saved(1).flags == ()


def test_the_interval_is_measured_across_sessions_of_many_questions_too():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(EnoughTapped)
    sitting.save_all()
    sitting.do(Dismissed)

    sitting.say(5)

    assert sitting.saved(1).flags[0].measured == 3.0


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


# Out of order


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


def test_the_start_screen_is_back_when_all_that_was_in_hand_is_on_disk():
    sitting = Sitting()
    sitting.tap(3)
    sitting.fail()

    sitting.ring()
    sitting.save_all()

    assert isinstance(sitting.state, Idle)
    assert sitting.saved().answers == (an_answer(3),)
    assert sitting.saved().ended == "timeout"


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

    assert sitting.waiting[0].press == PressId("box", 6)
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


def test_an_answer_that_can_be_taken_back_is_submitted_also_when_storage_fails():
    sitting = one_answer_only()
    sitting.say(4)

    sitting.happen(StorageFailed(None, sitting.now))

    assert [kept.draft.ended for kept in sitting.state.unsaved] == ["submitted"]


def test_a_closing_that_fails_after_the_visitor_has_gone_is_kept():
    sitting = Sitting()
    sitting.say(5)
    sitting.ring()
    assert isinstance(sitting.state, Idle)

    failed = sitting.fail()

    assert sitting.state.unsaved == (failed,)


# Settings


def test_other_settings_count_at_once_when_nobody_is_there():
    sitting = Sitting()

    sitting.happen(ConfigChanged(a_config(languages=("sv", "fi"))))

    assert (type(sitting.state), sitting.state.language) == (Idle, "sv")


def test_other_settings_wait_for_the_end_of_the_session():
    sitting = Sitting()
    sitting.say(5)

    sitting.happen(ConfigChanged(a_config(follow_up=False, idle_timeout_s=60.0)))
    sitting.say(4)
    assert sitting.state.memory.config == a_config()
    sitting.ring()

    assert isinstance(sitting.state, Idle)
    assert not sitting.state.memory.config.follow_up


def test_of_two_changes_during_a_session_the_later_counts():
    sitting = Sitting()
    sitting.say(5)
    sitting.happen(ConfigChanged(a_config(undo_s=1.0)))
    sitting.happen(ConfigChanged(a_config(undo_s=3.0)))

    sitting.ring()

    assert sitting.state.memory.config.undo_s == 3.0


def test_settings_that_change_while_out_of_order_count_afterwards():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))
    sitting.happen(ConfigChanged(a_config(languages=("en",))))

    sitting.happen(StorageReady(6.0))

    assert sitting.state.language == "en"


def test_the_interval_is_remembered_across_a_change_of_settings():
    sitting = one_answer_only()
    sitting.press(4)
    sitting.save_all()
    sitting.ring()
    sitting.happen(ConfigChanged(a_config(follow_up=False, min_interval_s=60.0)))

    sitting.press(2)
    sitting.save_all()

    assert sitting.saved(1).flags == (Flag(rule="min-interval", limit=60.0, measured=5.0),)


def test_an_early_timer_or_a_stray_save_changes_nothing():
    sitting = Sitting()
    sitting.say(5)
    before = sitting.state

    sitting.happen(TimePassed(before.deadline - 1))
    sitting.happen(Saved(sitting.saves[0], sitting.now))
    sitting.happen(tap(5, "no-such-item", at=sitting.now + 5))

    assert sitting.state == before


def test_next_leaves_a_given_answer_as_it_is_and_goes_on():
    sitting = Sitting()
    sitting.say(5)
    sitting.do(BackTapped)

    step = sitting.do(NextTapped)

    assert step.effects == ()
    assert sitting.state.item == a_config().order[1].id
    assert sitting.state.draft.answer_to(FIRST).value == 5


def test_next_means_nothing_on_a_question_without_an_answer():
    sitting = Sitting()
    sitting.say(5)
    before = sitting.state

    sitting.do(NextTapped)

    assert sitting.state == before


def test_a_press_while_out_of_order_may_be_offered_again_and_then_counts():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))
    refused = sitting.press(4, number=7)
    sitting.ring()
    sitting.happen(StorageReady(sitting.now))
    recovered_at = sitting.now

    late = replace(press(4, at=recovered_at - 3, number=7), heard_at=recovered_at + 1)
    step = sitting.happen(late)

    assert refused.effects == (Refuse(PressId("box", 7)),)
    assert step.effects[0].draft.first_at == recovered_at - 3
    assert step.effects[0].press == PressId("box", 7)


def test_an_old_press_gives_the_disk_as_much_time_as_a_fresh_one():
    sitting = Sitting()

    sitting.happen(replace(press(4, at=0.0), heard_at=9.9))

    assert sitting.state.deadline == 9.9 + SAVE_PATIENCE_S


def test_a_press_that_was_made_before_the_question_came_does_not_answer_it():
    sitting = Sitting()
    sitting.say(5)
    came_at = sitting.now

    step = sitting.happen(replace(press(2, at=came_at - 1, number=3), heard_at=came_at + 1))

    assert step.effects == (Acknowledge(PressId("box", 3)),)


def test_a_response_that_begins_during_the_thanks_is_under_the_settings_of_then():
    sitting = Sitting(a_config(follow_up=False))
    sitting.press(5)
    sitting.save_all()
    moved = replace(a_config(follow_up=False), location=Location(unit="1.2.3"))
    sitting.happen(ConfigChanged(moved))

    sitting.press(4)

    assert sitting.state.draft.location.unit == "1.2.3"


def test_a_language_chosen_during_the_thanks_stays_when_the_answer_is_changed():
    sitting = Sitting(a_config(follow_up=False))
    sitting.tap(2)
    sitting.save_all()

    sitting.do(LanguageChosen, "sv", after=0.5)
    sitting.do(ChangeTapped, after=0.5)

    assert sitting.state.draft.language == "sv"
