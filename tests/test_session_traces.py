"""Properties: what is left of a visitor, and what is not: traces, choices, texts, reasons."""

from dataclasses import replace

import kiosk_builders
from hypothesis import given, settings
from hypothesis import strategies as st
from kiosk_builders import (
    MOST_RINGS,
    REASONS,
    TEXT,
    Sitting,
    a_config,
    short,
    shown,
)
from session_strategies import (
    FOLLOW_UP,
    configs,
    is_caught,
    is_untouched,
    run_home,
    sittings,
    take,
)

from kiosk.session import moves
from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    CharactersTyped,
    CommandTyped,
    EnoughTapped,
    NextTapped,
    ReasonTapped,
    StorageFailed,
    TimePassed,
)
from kiosk.session.moves import GUARD_S, Step
from kiosk.session.preferences import Preferences
from kiosk.session.reduce import reduce
from kiosk.session.states import Asking, Idle, Thanks

# No trace


VALUES = st.permutations((3, 4, 5)).map(lambda three: three[:2])


def leaves_no_trace(config, pairs, writing, by_press):
    """Two visitors who do the same things and say different ones leave the same screens."""
    sittings = (Sitting(config), Sitting(config))
    for pair in pairs:
        for sitting, value in zip(sittings, pair, strict=True):
            _say(sitting, value, writing, by_press)
        _look_alike(*sittings)
    for _ in range(MOST_RINGS):
        if is_untouched(sittings[0].state):
            return
        for sitting in sittings:
            sitting.ring()
            sitting.save_all()
        _look_alike(*sittings)
    raise AssertionError(sittings[0].state)


def _say(sitting, value, writing, by_press):
    state = sitting.state
    if isinstance(state, Thanks):
        return
    if isinstance(state, Asking) and state.item == TEXT:
        sitting.write(writing * value)
        sitting.do(NextTapped)
    elif by_press and (isinstance(state, Idle) or state.form.item(state.item).kind == "statement"):
        sitting.press(value)
    else:
        sitting.tap(value)
    sitting.save_all()


def _look_alike(one, other):
    """But for the time in which the answer can be changed, nothing tells them apart."""
    for sitting in (one, other):
        if isinstance(sitting.state, Asking | Thanks) and sitting.state.echo is not None:
            sitting.happen(TimePassed(sitting.now + sitting.state.memory.config.undo_s))
    assert shown(one.state) == shown(other.state)


traces = (configs, st.lists(VALUES, max_size=10), st.sampled_from("ab "), st.booleans())


@settings(max_examples=150, deadline=None)
@given(*traces)
def test_after_undo_s_no_screen_tells_what_was_answered(config, pairs, writing, by_press):
    leaves_no_trace(config, pairs, writing, by_press)


def test_an_answer_that_stayed_on_the_thanks_would_be_caught(monkeypatch):
    def never_fades(state, event):
        step = reduce(state, event)
        if isinstance(state, Thanks) and isinstance(step.state, Thanks):
            return Step(replace(step.state, echo=state.echo), step.effects)
        return step

    monkeypatch.setattr(kiosk_builders, "reduce", never_fades)

    assert is_caught(leaves_no_trace, *traces)


def test_an_answer_that_stayed_on_the_next_question_would_be_caught(monkeypatch):
    def never_fades(state, event):
        step = reduce(state, event)
        is_shown = isinstance(state, Asking) and state.echo is not None
        if is_shown and isinstance(event, TimePassed) and isinstance(step.state, Asking):
            return Step(replace(step.state, echo=state.echo), step.effects)
        return step

    monkeypatch.setattr(kiosk_builders, "reduce", never_fades)

    assert is_caught(leaves_no_trace, *traces)


# What visitors chose ends with them


def forgets_preferences(config, events):
    sitting = Sitting(config)
    for event in events:
        take(sitting, event)
        sitting.save_all()
        _is_as_for_anybody(sitting.state)
    run_home(sitting)
    _is_as_for_anybody(sitting.state)


def _is_as_for_anybody(state):
    if is_untouched(state):
        assert state.preferences == Preferences(state.memory.config.languages[0])
        assert state.form.respondent == "client" if isinstance(state, Idle) else True
        assert state.memory.next_config is None
        assert isinstance(state, Idle) == state.memory.is_open


@settings(max_examples=200, deadline=None)
@given(configs, sittings)
def test_an_untouched_start_screen_is_as_for_anybody(config, events):
    forgets_preferences(config, events)


def test_preferences_that_outlived_the_sitting_would_be_caught(monkeypatch):
    def remembers(state, event):
        step = reduce(state, event)
        if isinstance(step.state, Idle) and not isinstance(state, Idle):
            return Step(replace(step.state, preferences=state.preferences), step.effects)
        return step

    monkeypatch.setattr(kiosk_builders, "reduce", remembers)

    assert is_caught(forgets_preferences, configs, sittings)


# What was written is kept


keys = st.lists(
    st.builds(CharactersTyped, st.sampled_from("aå. ?"), st.just(0.0))
    | st.builds(CommandTyped, st.sampled_from(("backspace", "shift", "numbers")), st.just(0.0)),
    max_size=20,
)
WAYS_OUT = {
    "done": lambda sitting: sitting.do(NextTapped),
    "enough": lambda sitting: sitting.do(EnoughTapped),
    "silence": Sitting.leave,
    "storage": lambda sitting: sitting.happen(StorageFailed(None, sitting.now)),
}


def keeps_the_text(config, typed, way_out):
    sitting = Sitting(config)
    sitting.go_to(sitting.state.form.order[-1].id)
    if sitting.state.item != TEXT:
        return
    sitting.now += GUARD_S
    for key in typed:
        sitting.happen(replace(key, at=sitting.now))
    text = sitting.state.writing.text.strip() or None

    WAYS_OUT[way_out](sitting)
    run_home(sitting)

    assert sitting.saved().text == text


written = (st.sampled_from(FOLLOW_UP), keys, st.sampled_from(sorted(WAYS_OUT)))


@settings(max_examples=100, deadline=None)
@given(*written)
def test_what_stands_in_the_field_is_kept_whichever_way_the_visitor_leaves(config, typed, way_out):
    keeps_the_text(config, typed, way_out)


def test_a_text_forgotten_on_the_way_out_would_be_caught(monkeypatch):
    monkeypatch.setattr(moves, "written", lambda state: state.draft)

    assert is_caught(keeps_the_text, *written)


# Reasons belong to a low answer


STEPS = {
    "low": lambda sitting: sitting.say(1),
    "high": lambda sitting: sitting.say(5),
    "skip": lambda sitting: sitting.say("skipped"),
    "tick": lambda sitting: sitting.do(ReasonTapped, "help"),
    "back": lambda sitting: sitting.do(BackTapped),
    "change": lambda sitting: sitting.do(ChangeTapped),
    "next": lambda sitting: sitting.do(NextTapped),
}


def asks_for_reasons_of_a_low_answer_alone(steps):
    sitting = Sitting(a_config(questionnaires=(short(),), undo_s=9.0))
    for step in ("low", *steps):
        if not isinstance(sitting.state, Thanks):
            STEPS[step](sitting)
        draft = sitting.state.draft
        assert draft is None or draft.answer_to(REASONS) is None or _is_low(draft)


def _is_low(draft):
    return any(answer.value in {1, 2} for answer in draft.answers)


ways = st.lists(st.sampled_from(sorted(STEPS)), max_size=12)


@settings(max_examples=100, deadline=None)
@given(ways)
def test_there_are_no_reasons_without_a_low_answer(steps):
    asks_for_reasons_of_a_low_answer_alone(steps)


def test_reasons_that_outlived_the_low_answer_would_be_caught(monkeypatch):
    monkeypatch.setattr(moves, "tidied", lambda _, draft: draft)

    assert is_caught(asks_for_reasons_of_a_low_answer_alone, ways)
