"""Everything that can happen to a session, for hypothesis. Holds no tests."""

import warnings
from dataclasses import dataclass
from typing import get_args

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisWarning
from kiosk_builders import (
    LANGUAGES,
    MOST_RINGS,
    REASONS,
    Sitting,
    a_config,
    a_press_id,
    an_answer,
    for_everybody,
    new_id,
    short,
    statements_only,
    without_text,
)

from device_config.notices import Notices
from kiosk.session.config import SessionConfig
from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    CharactersTyped,
    ComfortTapped,
    CommandTyped,
    ConfigChanged,
    CursorPlaced,
    Dismissed,
    DoorsChanged,
    EnoughTapped,
    LanguageChosen,
    MoreTimeTapped,
    NextTapped,
    Pressed,
    ReasonTapped,
    RespondentChosen,
    SheetOpened,
    StorageFailed,
    StorageReady,
    Tapped,
    TimePassed,
    Woken,
)
from kiosk.session.free_text import Command
from kiosk.session.preferences import COMFORTS
from kiosk.session.states import Asking, Idle, Night, OutOfOrder, State
from kiosk.view.model import Choice
from kiosk.view.show import show

ITEMS = [item.id for item in a_config().forms[0].order]
OPTIONS = [option.id for option in a_config().forms[0].item(REASONS).options]


def _configs() -> list[SessionConfig]:
    plain = [
        a_config(follow_up=follow_up, undo_s=undo_s, languages=languages)
        for follow_up in (True, False)
        for undo_s in (0.0, 2.0, 9.0)
        for languages in (LANGUAGES, ("sv",))
    ]
    return [
        a_config(questionnaires=(short(),)),
        a_config(questionnaires=(short(),), undo_s=9.0, idle_timeout_s=2.0),
        *plain,
        a_config(questionnaires=for_everybody(), idle_timeout_s=2.0),
        a_config(questionnaires=for_everybody(), idle_timeout_s=120.0, undo_s=30.0),
        a_config(questionnaires=(without_text(),), notices=Notices(form_url="https://a.example/")),
        a_config(questionnaires=(statements_only(),), idle_timeout_s=7.3),
    ]


CONFIGS = _configs()
FOLLOW_UP = [config for config in CONFIGS if config.follow_up]
MOST_PATIENCE_S = max(config.patience_s for config in CONFIGS)

configs = st.sampled_from(CONFIGS)
wild_times = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(min_value=-100, max_value=100).map(float),
)
answers = st.builds(
    an_answer,
    st.one_of(st.integers(0, 10), st.sampled_from(("skipped", "not-applicable"))),
    st.sampled_from((*ITEMS, REASONS, "unheard-of")),
)
ids = st.builds(new_id)
press_ids = st.none() | st.builds(a_press_id, st.integers(0, 65535))


def touches(times):
    """Whatever a finger can post, wherever it may come from."""
    return st.one_of(
        st.builds(Tapped, answers, times, ids),
        st.builds(ReasonTapped, st.sampled_from((*OPTIONS, "weather")), times),
        st.builds(CharactersTyped, st.text(max_size=3) | st.sampled_from("aå. ß?"), times),
        st.builds(CommandTyped, st.sampled_from(get_args(Command)), times),
        st.builds(CursorPlaced, st.integers(-5, 2000), times),
        st.builds(SheetOpened, st.sampled_from(("languages", "who")), times),
        st.builds(LanguageChosen, st.sampled_from((*LANGUAGES, "ru", "")), times),
        st.builds(RespondentChosen, st.sampled_from(("client", "child", "relative")), times),
        st.builds(ComfortTapped, st.sampled_from(COMFORTS), times),
        *(
            st.builds(event_type, times)
            for event_type in (
                *(BackTapped, NextTapped, EnoughTapped, ChangeTapped),
                *(MoreTimeTapped, Dismissed, Woken),
            )
        ),
    )


def presses(times):
    """Presses of right and of impossible buttons, heard at once or late."""
    buttons = st.integers(-1, 7)
    now = st.just("box")
    return st.builds(Pressed, now, buttons, buttons, times, ids, press_ids) | st.builds(
        Pressed, now, st.integers(1, 5), st.just(5), times, ids, press_ids, times
    )


def happenings(times):
    """Anything that can happen from outside; saves are answered by what asks for them."""
    return st.one_of(
        touches(times),
        presses(times),
        st.builds(TimePassed, times),
        st.builds(ConfigChanged, configs),
        st.builds(DoorsChanged, st.booleans(), times),
        st.builds(StorageFailed, st.none(), times),
        st.builds(StorageReady, times),
    )


@dataclass(frozen=True)
class Finger:
    """A touch on something that is really there: a choice of a group, by its number."""

    group: str
    number: int
    after: float


GROUPS = ("answers", "answers", "actions", "back", "keys", "comforts", "languages", "whole", "text")

fingers = st.builds(
    Finger,
    st.sampled_from(GROUPS),
    st.integers(0, 40),
    st.sampled_from((0.0, 0.1, 0.5, 1.0, 6.0)),
)


sittings = st.lists(st.one_of(fingers, fingers, happenings(st.floats(0, 200))), max_size=30)
"""What may go before: half of it on what is there, half of it anything."""


def touch(sitting: Sitting, finger: Finger):
    """What the finger posts; None where there is nothing under it."""
    view = show(sitting.state)
    sitting.now += finger.after
    if finger.group == "text":
        return None if view.field is None else view.field.put_cursor(finger.number, sitting.now)
    choices: tuple[Choice | None, ...] = {
        "answers": view.answers,
        "actions": view.actions,
        "back": (view.back,),
        "keys": tuple(key for row in view.keys for key in row),
        "comforts": view.comforts,
        "languages": (*view.languages, view.more_languages),
        "whole": (view.whole_screen,),
    }[finger.group]
    there = [choice for choice in choices if choice is not None]
    return there[finger.number % len(there)].event(sitting.now, new_id()) if there else None


def take(sitting: Sitting, what) -> None:
    """Let an event or a finger happen; no clock goes back."""
    event = touch(sitting, what) if isinstance(what, Finger) else what
    if event is not None:
        sitting.happen(event)
        sitting.now = max(sitting.now, *(getattr(event, name, 0.0) for name in ("at", "now")))


def is_untouched(state: State) -> bool:
    """Whether nobody is there, and nothing of anybody is on the screen."""
    return isinstance(state, Night) or (isinstance(state, Idle) and state.deadline is None)


def run_home(sitting: Sitting) -> int:
    """Ring at every deadline and answer every save, until nothing waits; how often it rang."""
    rings = 0
    while not is_untouched(sitting.state) or sitting.waiting:
        sitting.save_all()
        if isinstance(sitting.state, OutOfOrder):
            sitting.happen(StorageReady(sitting.now))
        if not is_untouched(sitting.state):
            rings += 1
            assert rings <= MOST_RINGS, sitting.state
            sitting.ring()
    return rings


def is_caught(check, *strategies, examples: int = 300) -> bool:
    """Whether a property fails: for a check of the checks."""
    run = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=[Phase.generate],
    )(given(*strategies)(check))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # our settings are long to print
        try:
            run()
        except AssertionError:
            return True
    return False


def text_in_field(state: State) -> tuple[str, str | None] | None:
    """The response that is open and what stands in its text field, sent or not."""
    last = state if isinstance(state, Asking) else getattr(state, "last", None)
    return None if last is None else (last.draft.id, last.writing.text.strip() or None)
