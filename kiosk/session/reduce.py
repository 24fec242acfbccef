"""The whole behaviour of a session: `reduce(state, event)`. Pure.

Every rule of what a tap, a press or a passing moment means stands here, in `asking`, `thanks` and
`moves`, and nowhere else (docs/interfaces.md, "How a session runs"). Electrical bounce is not: it
belongs to the panels.
"""

from dataclasses import replace

from kiosk.abuse import struck_with
from kiosk.session.asking import asking
from kiosk.session.beginning import has_button
from kiosk.session.effects import CheckStorage, Refuse
from kiosk.session.events import (
    BackTapped,
    ComfortTapped,
    ConfigChanged,
    DoorsChanged,
    Event,
    LanguageChosen,
    Pressed,
    RespondentChosen,
    Saved,
    Sheet,
    SheetOpened,
    StorageFailed,
    StorageReady,
    Tapped,
    TimePassed,
    Touch,
    Woken,
)
from kiosk.session.moves import (
    GUARD_S,
    RETRY_S,
    Step,
    begin,
    defaults,
    fail,
    idle_again,
    is_news,
    languages_of,
    put_aside,
)
from kiosk.session.slap import remembering, slap
from kiosk.session.states import Asking, Idle, Memory, Night, OutOfOrder, State, Thanks
from kiosk.session.thanks import thanks
from sync.wire import Respondent


def reduce(state: State, event: Event) -> Step:
    """What happens when `event` meets `state`; never raises, and ignores what means nothing."""
    if not isinstance(event, Pressed) or not has_button(event):
        return _take(state, event)
    struck = struck_with(state.memory.presses, event)
    if struck:
        return slap(state, event, struck)
    return remembering(event, _take(state, event))


def _take(state: State, event: Event) -> Step:
    match state, event:
        case _, ConfigChanged(config):
            return _take_config(state, replace(state.memory, next_config=config))
        case _, DoorsChanged(at=at):
            return _take_hours(state, _with_doors(state.memory, event), at)
        case _, StorageFailed(save=save, at=at):
            return fail(state, save, at)
        case OutOfOrder(), _:
            return _out_of_order(state, event)
        case _, Pressed() if _is_too_soon(state, event):
            return put_aside(state, event)
        case _, _ if isinstance(event, Touch) and event.at < state.guarded_until:
            return Step(state)
        case Idle(), _:
            return _idle(state, event)
        case Night(), _:
            return _night(state, event)
        case Asking(), _:
            return asking(state, event)
        case Thanks(), _:
            return thanks(state, event)
    return Step(state)


# The start screen, and the night


def _idle(state: Idle, event: Event) -> Step:
    match event:
        case Tapped() | Pressed():
            return begin(state, state.respondent, event)
        case LanguageChosen(language=language, at=at) if language in languages_of(state):
            chosen = replace(state, preferences=state.preferences.in_language(language))
            return Step(_turned(chosen, at))
        case ComfortTapped(comfort=comfort, at=at):
            chosen = replace(state, preferences=state.preferences.toggled(comfort))
            return Step(_turned(chosen, at, sheet=state.sheet))
        case SheetOpened(sheet=sheet, at=at):
            return Step(_turned(state, at, sheet=sheet))
        case BackTapped(at=at) if state.sheet is not None:
            return Step(_turned(state, at))
        case RespondentChosen(respondent=respondent, at=at):
            return Step(_turned(_for_respondent(state, respondent), at))
        case TimePassed(now=now) if state.deadline is not None and now >= state.deadline:
            return Step(idle_again(state.memory, max(state.guarded_until, now + GUARD_S)))
    return Step(state)


def _turned(state: Idle, at: float, *, sheet: Sheet | None = None) -> State:
    """The start screen as somebody chose it, until they answer or have left."""
    config = state.memory.config
    shown = replace(state, sheet=sheet, guarded_until=at + GUARD_S, deadline=None)
    untouched = Idle(state.memory, defaults(state.memory), guarded_until=at + GUARD_S)
    if shown == untouched and state.memory.is_open:
        return idle_again(state.memory, at + GUARD_S)
    return replace(shown, deadline=at + config.idle_timeout_s)


def _for_respondent(state: Idle, respondent: Respondent) -> Idle:
    """Another respondent's form, in a language that it has."""
    form = next(
        (form for form in state.memory.config.forms if form.respondent == respondent), state.form
    )
    languages = state.memory.config.languages_of(form.respondent)
    preferences = state.preferences
    if languages and preferences.language not in languages:
        preferences = preferences.in_language(languages[0])
    return replace(state, respondent=form.respondent, preferences=preferences)


def _night(state: Night, event: Event) -> Step:
    match event:
        case Woken(at=at):
            awake = Idle(state.memory, state.preferences)
            return Step(_turned(awake, at))
        case Pressed():
            return begin(state, "client", event)
    return Step(state)


def _out_of_order(state: OutOfOrder, event: Event) -> Step:
    match event:
        case TimePassed(now=now) if now >= state.deadline:
            later = replace(state, deadline=now + RETRY_S)
            return Step(later, (*state.unsaved, CheckStorage()))
        case Saved(save=save):
            # Room for these is not yet room for the next one: that is what StorageReady says.
            unsaved = tuple(each for each in state.unsaved if not is_news(save, each.draft))
            return Step(replace(state, unsaved=unsaved))
        case StorageReady(at=at) if not state.unsaved:
            return Step(idle_again(state.memory, at + GUARD_S))
        case ComfortTapped(comfort=comfort):
            return Step(replace(state, preferences=state.preferences.toggled(comfort)))
        case Pressed(press=press) if press is not None:
            # Not acknowledged: its box offers it again until it is too old.
            return Step(state, (Refuse(press),))
    return Step(state)


# Settings, hours, guards


def _take_config(state: State, memory: Memory) -> Step:
    """Other settings count at once when nobody is there, else from the next session on."""
    if is_left_alone(state):
        return Step(idle_again(memory, state.guarded_until))
    return Step(replace(state, memory=memory))


def _take_hours(state: State, memory: Memory, at: float) -> Step:
    """The night begins when nobody is there; it ends at once."""
    if is_left_alone(state):
        if memory == state.memory:
            return Step(state)
        return Step(idle_again(memory, max(state.guarded_until, at + GUARD_S)))
    return Step(replace(state, memory=memory))


def _with_doors(memory: Memory, event: DoorsChanged) -> Memory:
    if event.is_open == memory.is_open:
        return memory
    is_closing = event.was_seen and not event.is_open
    return replace(memory, is_open=event.is_open, closed_at=event.at if is_closing else None)


def is_left_alone(state: State) -> bool:
    """Whether nobody has touched the screen since the last sitting."""
    return isinstance(state, Night) or (isinstance(state, Idle) and state.deadline is None)


def _is_too_soon(state: State, event: Pressed) -> bool:
    """Whether a press falls under the guard; under a question it was also made for that one.

    The guard of a warning is for fingers: whoever presses has the question still in mind. What
    counts is then the guard of the question, which the time-out began with.
    """
    if isinstance(state, Asking) and state.seconds_left is not None:
        return event.at < state.closes_at - state.timeout_s + GUARD_S
    moment = event.at if isinstance(state, Asking) else event.now
    return moment < state.guarded_until
