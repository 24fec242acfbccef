"""Properties of the session rules: any events, any order, any times.

What each promise is worth is shown beside it: rules broken on purpose are caught.
"""

import math
from dataclasses import replace

import kiosk_builders
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiosk_builders import (
    REASONS,
    TEXT,
    Sitting,
    a_press_id,
    new_id,
)
from session_strategies import (
    MOST_PATIENCE_S,
    configs,
    fingers,
    happenings,
    is_caught,
    is_untouched,
    presses,
    run_home,
    sittings,
    take,
    touches,
    wild_times,
)

from kiosk.session import asking, moves
from kiosk.session import reduce as rules
from kiosk.session.effects import CheckStorage, Save
from kiosk.session.events import (
    CharactersTyped,
    ConfigChanged,
    DoorsChanged,
    NextTapped,
    Pressed,
    ReasonTapped,
    Saved,
    StorageFailed,
    Tapped,
    TimePassed,
)
from kiosk.session.moves import READING_S, SAVE_PATIENCE_S, Step
from kiosk.session.preferences import Preferences
from kiosk.session.reduce import reduce
from kiosk.session.states import Asking, Idle, Night, OutOfOrder, Thanks, start
from kiosk.view.show import show


@pytest.fixture
def break_rules(monkeypatch):
    """Puts something else in the place of the rules, for one test."""

    def break_rules(broken):
        monkeypatch.setattr(kiosk_builders, "reduce", broken)

    return break_rules


# Never raise


@settings(max_examples=300, deadline=None)
@given(configs, st.lists(happenings(wild_times) | fingers, max_size=30), st.data())
def test_any_events_in_any_order_at_any_times_never_raise(config, events, data):
    sitting = Sitting(config)
    for event in events:
        take(sitting, event)
        show(sitting.state)
        if sitting.saves and data.draw(st.booleans()):
            save = data.draw(st.sampled_from(sitting.saves))  # any of them, late, twice or never
            answer = data.draw(st.sampled_from((Saved, StorageFailed)))
            sitting.happen(answer(save, data.draw(wild_times)))
            show(sitting.state)

    finite = [sitting.state.deadline] if sitting.state.deadline is not None else []
    assert all(math.isfinite(deadline) for deadline in finite)


# Home again


def comes_home(config, events):
    sitting = Sitting(config)
    for event in events:
        take(sitting, event)
    began = sitting.now

    run_home(sitting)

    assert isinstance(sitting.state, Idle if sitting.state.memory.is_open else Night)
    assert sitting.state.preferences == Preferences(sitting.state.memory.config.languages[0])
    assert all(draft.ended is not None for draft in sitting.disk.values())
    assert sitting.now - began <= MOST_PATIENCE_S + SAVE_PATIENCE_S + READING_S + 60.0


@settings(max_examples=300, deadline=None)
@given(configs, sittings)
def test_every_path_returns_to_the_start_screen_or_the_night_by_its_deadlines(config, events):
    comes_home(config, events)


def deaf_to(kind):
    """The rules, but for time that passes in a state of this kind."""
    return lambda state, event: (
        Step(state)
        if isinstance(state, kind) and isinstance(event, TimePassed)
        else reduce(state, event)
    )


@pytest.mark.parametrize("kind", [Asking, Thanks, Idle])
def test_a_state_that_did_not_hear_its_deadline_would_be_caught(kind, break_rules):
    break_rules(deaf_to(kind))

    assert is_caught(comes_home, configs, sittings)


def test_a_session_that_ended_without_closing_its_response_would_be_caught(monkeypatch):
    def just_leave(state, _ended, at):
        return Step(moves.idle_again(state.memory, at))

    monkeypatch.setattr(asking, "close", just_leave)

    assert is_caught(comes_home, configs, sittings)


# One finger, one answer


@given(configs, st.integers(3, 5), st.integers(1, 3), st.floats(0, 1e6), st.booleans())
def test_a_press_on_an_unguarded_start_screen_is_exactly_one_answer(
    config, buttons, button, at, is_open
):
    press = Pressed("box", button, buttons, at, new_id(), a_press_id(1))
    state = reduce(start(config), DoorsChanged(is_open, at - 1.0)).state

    step = reduce(state, press)

    [save] = step.effects
    assert len(save.draft.answers) == 1
    assert save.press == press.press


ANSWERING = (Tapped, Pressed, ReasonTapped, NextTapped)


@settings(max_examples=300, deadline=None)
@given(configs, sittings, happenings(wild_times))
def test_one_event_makes_at_most_one_answer_and_only_an_answer_makes_one(config, before, event):
    sitting = Sitting(config)
    for each in before:
        take(sitting, each)
        sitting.save_all()
    was = _answers_of(sitting)

    step = sitting.happen(event)

    saves = [] if isinstance(event, TimePassed) else _saves(step)
    new = {(save.draft.id, answer) for save in saves for answer in save.draft.answers} - was
    assert len(new) <= 1
    assert not new or isinstance(event, ANSWERING)
    if isinstance(event, NextTapped):
        assert all((answer.item, answer.status) == (TEXT, "skipped") for _, answer in new)


def _saves(step):
    return [effect for effect in step.effects if isinstance(effect, Save)]


def _answers_of(sitting):
    return {(draft.id, answer) for draft in sitting.disk.values() for answer in draft.answers}


PALM = touches(st.just(0.0)) | presses(st.just(0.0))
palms = st.lists(st.tuples(PALM | fingers, st.floats(0, 0.29)), min_size=2, max_size=12)
UNGUARDED = (ReasonTapped, CharactersTyped)


def counts_a_palm_once(config, before, palm):
    sitting = Sitting(config)
    for each in before:
        take(sitting, each)
        sitting.save_all()
    lands_at = sitting.now + 1.0
    was, known = _answers_of(sitting), len(sitting.saves)
    moments = sorted(after for _, after in palm)
    for (each, _), after in zip(palm, moments, strict=True):
        sitting.now = lands_at + after
        _land(sitting, each)

    made = [(each.draft.id, one) for each in sitting.saves[known:] for one in each.draft.answers]
    # Ticks may follow each other as fast as keys do; they are taken away as easily.
    assert len({(id_, one) for id_, one in made if one.item != REASONS} - was) <= 1


def _land(sitting, each):
    """One of many touches at once, on what is there or on what is not; the disk is quick."""
    if hasattr(each, "group"):
        take(sitting, replace(each, after=0.0))
    elif not isinstance(each, UNGUARDED):
        at = {"at": sitting.now} | ({"heard_at": None} if isinstance(each, Pressed) else {})
        take(sitting, replace(each, **at))
    sitting.save_all()


@settings(max_examples=300, deadline=None)
@given(configs, sittings, palms)
def test_a_palm_two_fingers_or_a_cloth_make_at_most_one_answer(config, before, palm):
    counts_a_palm_once(config, before, palm)


def test_rules_without_a_guard_would_be_caught(monkeypatch):
    for module in (moves, asking, rules):
        monkeypatch.setattr(module, "GUARD_S", 0.0)

    assert is_caught(counts_a_palm_once, configs, sittings, palms)


# Settings, storage


@settings(max_examples=200, deadline=None)
@given(configs, sittings)
def test_settings_change_only_between_sessions(config, events):
    sitting = Sitting(config)
    for event in events:
        before = sitting.state
        take(sitting, event)
        is_between = is_untouched(before) or isinstance(sitting.state, Idle | Night)
        is_new_response = _draft_id(before) != _draft_id(sitting.state)
        is_same = sitting.state.memory.config == before.memory.config
        assert is_between or is_new_response or is_same
        if isinstance(event, ConfigChanged) and not is_untouched(before):
            assert is_same


def _draft_id(state):
    draft = getattr(state, "draft", None)
    return draft.id if draft else None


def test_a_check_of_the_storage_is_asked_for_with_every_retry():
    sitting = Sitting()
    sitting.happen(StorageFailed(None, 0.0))
    assert isinstance(sitting.state, OutOfOrder)

    assert CheckStorage() in sitting.ring().effects
