"""What becomes of the reasons when the low answer, the visitor or the storage goes."""

import pytest
from kiosk_builders import (
    FIRST,
    ORDER,
    REASONS,
    Sitting,
    a_config,
    an_answer,
    asked_for_reasons,
    reasons_of,
)

from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    EnoughTapped,
    NextTapped,
    ReasonTapped,
    StorageFailed,
)
from kiosk.session.states import OutOfOrder

# When the low answer goes


@pytest.mark.parametrize("given", ["ticked", "skipped"])
@pytest.mark.parametrize("instead", [5, "skipped", "not-applicable"])
def test_without_any_low_answer_left_the_reasons_go_too(given, instead):
    sitting = asked_for_reasons()
    _ = sitting.say("skipped") if given == "skipped" else sitting.do(ReasonTapped, "help")
    while sitting.state.item != FIRST:
        sitting.do(BackTapped)

    sitting.say(instead)

    assert sitting.saved().answers == (an_answer(instead),)
    assert sitting.state.item == ORDER[1]


def test_after_a_low_answer_that_went_and_came_again_the_reasons_are_asked_again():
    sitting = asked_for_reasons()
    sitting.say("skipped")
    sitting.do(BackTapped)
    sitting.do(BackTapped)
    sitting.say(5)
    sitting.do(BackTapped)

    sitting.say(2)

    assert sitting.state.item == REASONS


def test_the_reasons_stay_while_another_answer_is_low():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "help")
    sitting.do(NextTapped)
    sitting.save_all()
    sitting.say(2)
    for _ in range(3):
        sitting.do(BackTapped)

    sitting.say(5, FIRST)

    assert reasons_of(sitting.saved()) == ("help",)


def test_a_low_answer_taken_back_takes_the_reasons_with_it():
    """Else a visitor who then leaves would have given reasons for an answer that is no more."""
    sitting = Sitting(a_config(undo_s=9.0))
    sitting.say(1)
    sitting.do(ReasonTapped, "help")

    sitting.do(ChangeTapped)
    sitting.leave()

    assert (sitting.saved().answers, sitting.saved().ended) == ((), "timeout")


# Ends


def test_enough_keeps_the_reasons_ticked_so_far():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "help")

    sitting.do(EnoughTapped)
    sitting.save_all()

    assert (reasons_of(sitting.saved()), sitting.saved().ended) == (("help",), "exit")


def test_a_time_out_keeps_the_reasons_ticked_so_far():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "help")

    sitting.leave()

    assert (reasons_of(sitting.saved()), sitting.saved().ended) == (("help",), "timeout")


def test_a_tick_that_cannot_be_saved_leads_out_of_order_and_is_kept():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "help")
    sitting.do(ReasonTapped, "waiting")

    sitting.fail()

    assert isinstance(sitting.state, OutOfOrder)
    [kept] = sitting.state.unsaved
    assert reasons_of(kept.draft) == ("waiting", "help")


def test_between_ticks_a_failing_storage_keeps_the_reasons():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "help")
    sitting.save_all()

    sitting.happen(StorageFailed(None, sitting.now))

    assert reasons_of(sitting.state.unsaved[0].draft) == ("help",)


def test_nothing_goes_on_before_the_reasons_are_on_disk():
    sitting = asked_for_reasons()
    sitting.do(ReasonTapped, "help")
    sitting.do(NextTapped)
    assert sitting.state.item == REASONS

    sitting.save_all()
    assert sitting.state.item == ORDER[1]

    sitting.say(4)

    assert sitting.state.item == ORDER[2]
    assert len(sitting.saved().answers) == 3
