"""The session rules over a disk that is slow and fails, and what the model of it is worth."""

import kiosk_builders
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from kiosk_builders import an_answer
from session_model import SessionOnADisk

from kiosk.session import asking, moves, slap
from kiosk.session import reduce as rules
from kiosk.session.effects import Acknowledge, Save
from kiosk.session.events import Pressed, TimePassed
from kiosk.session.moves import Step
from kiosk.session.reduce import reduce
from kiosk.session.states import Asking, Idle, Night, Thanks


def test_over_a_slow_and_failing_disk_nothing_is_lost_changed_or_thanked_for_too_early():
    run_state_machine_as_test(
        SessionOnADisk,
        settings=settings(max_examples=200, stateful_step_count=40, deadline=None),
    )


# What the model is worth: rules broken on purpose


def is_caught() -> bool:
    """Whether the model objects to the rules as they are now."""
    try:
        run_state_machine_as_test(
            SessionOnADisk,
            settings=settings(
                max_examples=1500,
                stateful_step_count=40,
                deadline=None,
                database=None,
                derandomize=True,
                report_multiple_bugs=False,
                phases=[Phase.generate],
            ),
        )
    except AssertionError:
        return True
    return False


def thanks_too_early(state, event):
    step = reduce(state, event)
    if isinstance(step.state, Asking) and step.state.draft.ended == "exit":
        return Step(moves.thank(step.state, None, event.at), step.effects)
    return step


def drops_a_save_with_a_press(state, event):
    step = reduce(state, event)
    if isinstance(event, Pressed) and isinstance(step.state, Asking):
        return Step(step.state)
    return step


def forgets_to_acknowledge(state, event):
    step = reduce(state, event)
    return Step(
        step.state, tuple(each for each in step.effects if not isinstance(each, Acknowledge))
    )


def closes_twice(state, event):
    step = reduce(state, event)
    if isinstance(state, Thanks) and isinstance(event, TimePassed) and state.last is not None:
        again = state.last.draft.with_answer(an_answer("skipped", "safety")).closed("exit")
        return Step(step.state, (*step.effects, Save(again)))
    return step


def takes_a_press_for_a_change(state, event):
    if isinstance(state, Asking) and isinstance(event, Pressed) and state.draft.answers:
        draft = state.draft.with_answer(an_answer(3, state.draft.answers[0].item))
        return Step(moves.saving(state, draft, event.now), (Save(draft, event.press),))
    return reduce(state, event)


def leaves_open_what_could_be_changed(state, event):
    step = reduce(state, event)
    return Step(step.state) if isinstance(state, Thanks) and state.last is not None else step


def stays_awake_at_night(state, event):
    step = reduce(state, event)
    if isinstance(step.state, Night):
        return Step(Idle(step.state.memory, step.state.preferences), step.effects)
    return step


@pytest.mark.parametrize(
    "broken",
    [
        thanks_too_early,
        drops_a_save_with_a_press,
        forgets_to_acknowledge,
        closes_twice,
        leaves_open_what_could_be_changed,
        takes_a_press_for_a_change,
        stays_awake_at_night,
    ],
)
def test_the_model_catches_rules_that_are_broken(broken, monkeypatch):
    monkeypatch.setattr(kiosk_builders, "reduce", broken)

    assert is_caught()


def test_the_model_catches_a_text_that_is_forgotten(monkeypatch):
    for module in (moves, asking):
        monkeypatch.setattr(module, "written", lambda state: state.draft)

    assert is_caught()


def test_the_model_catches_slaps_that_nobody_notices(monkeypatch):
    monkeypatch.setattr(rules, "struck_with", lambda _presses, _event: ())

    assert is_caught()


def test_the_model_catches_a_slap_that_takes_nothing_back_from_what_is_in_hand(monkeypatch):
    monkeypatch.setattr(slap, "_out_of_hand", lambda _state, _gave: None)

    assert is_caught()
