"""What happens while the visitor is thanked. Pure."""

from dataclasses import replace

from kiosk.session.effects import Save
from kiosk.session.events import (
    ChangeTapped,
    ComfortTapped,
    Dismissed,
    Event,
    LanguageChosen,
    Pressed,
    Tapped,
    TimePassed,
)
from kiosk.session.moves import (
    GUARD_S,
    THANKS_S,
    Step,
    begin,
    closing,
    defaults,
    idle_again,
    languages_of,
    put_aside,
    refreshed,
    show_item,
    tidied,
)
from kiosk.session.preferences import Preferences
from kiosk.session.states import Asking, Thanks


def thanks(state: Thanks, event: Event) -> Step:
    """Where an event leads from the thanks."""
    match event:
        case TimePassed(now=now):
            return _ring(state, now)
        case Dismissed(at=at):
            return _leave_thanks(state, at)
        case ChangeTapped(at=at) if state.last is not None and at < state.undo_until:
            return _change_last(state, state.last, at)
        case Tapped() if not state.memory.config.follow_up:
            return begin(state, state.respondent, event)
        case Pressed() if _is_of_the_next(state, event):
            return begin(state, "client", event, defaults(refreshed(state.memory)))
        case Pressed():
            return put_aside(state, event)
        case LanguageChosen(language=language, at=at) if language in languages_of(state):
            return Step(_in_language(state, language, at))
        case ComfortTapped(comfort=comfort, at=at):
            return Step(_read_on(state, state.preferences.toggled(comfort), at))
    return Step(state)


def _ring(state: Thanks, now: float) -> Step:
    """What can be changed, or turn out to be a slap, is that no more; then the thanks are over."""
    if now >= state.leave_at:
        return _leave_thanks(state, now)
    after = state
    if now >= state.slap_until:
        after = replace(after, pressed=None)
    if now >= state.undo_until:
        after = replace(after, echo=None, last=None)
    return Step(after, closing(state.draft) if after.draft is None else ())


def _is_of_the_next(state: Thanks, event: Pressed) -> bool:
    """Whether somebody else pressed: one press is all of it, or there was time to come."""
    return not state.memory.config.follow_up or event.at >= state.began_at + THANKS_S


def _change_last(state: Thanks, last: Asking, at: float) -> Step:
    """Back to the last question, with its answer taken back."""
    draft = tidied(last, last.draft.without_answer(last.item))
    before = replace(
        last, memory=state.memory, preferences=state.preferences, draft=draft, guarded_until=0.0
    )
    return Step(show_item(before, last.item, last.trail, at), (Save(draft),))


def _in_language(state: Thanks, language: str, at: float) -> Thanks:
    last = state.last
    if last is not None:
        last = replace(last, draft=last.draft.in_language(language))
    return _read_on(replace(state, last=last), state.preferences.in_language(language), at)


def _read_on(state: Thanks, preferences: Preferences, at: float) -> Thanks:
    return replace(
        state,
        preferences=preferences,
        guarded_until=at + GUARD_S,
        leave_at=max(state.leave_at, at + THANKS_S),
    )


def _leave_thanks(state: Thanks, at: float) -> Step:
    return Step(idle_again(state.memory, at + GUARD_S), closing(state.draft))
