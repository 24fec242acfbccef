"""What happens while a question is on the screen. Pure."""

import math
from dataclasses import replace

from kiosk.session.beginning import answer_of
from kiosk.session.draft import TEXT
from kiosk.session.effects import Save
from kiosk.session.events import (
    BackTapped,
    ChangeTapped,
    CharactersTyped,
    ComfortTapped,
    CommandTyped,
    CursorPlaced,
    EnoughTapped,
    Event,
    LanguageChosen,
    MoreTimeTapped,
    NextTapped,
    Pressed,
    ReasonTapped,
    Saved,
    SheetOpened,
    Tapped,
    TimePassed,
    Writes,
)
from kiosk.session.free_text import Writing
from kiosk.session.moves import (
    GUARD_S,
    Step,
    begin,
    close,
    defaults,
    fail,
    go_on,
    is_news,
    languages_of,
    next_item,
    put_aside,
    refreshed,
    save_answer,
    save_closed,
    saving,
    show_item,
    take_back,
    written,
)
from kiosk.session.states import Asking
from sync.wire import Answer


def asking(state: Asking, event: Event) -> Step:
    """Where an event leads from a question."""
    match event:
        case Saved(save=save, at=at) if state.is_saving and is_news(save, state.draft):
            return go_on(state, at)
        case TimePassed(now=now):
            return _ring(state, now)
        case Pressed() if not state.memory.config.follow_up and state.draft.answers:
            return begin(state, "client", event, defaults(refreshed(state.memory)))
        case Pressed():
            return _press_answer(state, event)
        case _ if state.is_saving:
            return Step(state)
        case Tapped(answer=answer) if answer.item == state.item:
            emptied = replace(state, writing=Writing()) if answer.item == TEXT else state
            return save_answer(emptied, state.draft.with_answer(answer), answer, event)
        case ReasonTapped(option=option, at=at):
            return _tick(state, option, at)
        case BackTapped(at=at) if state.sheet is not None:
            return Step(_seen(replace(state, sheet=None), at))
        case BackTapped(at=at) if state.trail:
            return _back(state, at)
        case NextTapped(at=at):
            return _next(state, at)
        case EnoughTapped(at=at):
            return save_closed(state, "exit", at)
        case ChangeTapped(at=at) if state.echo is not None and at < state.echo_until:
            return take_back(state, state.echo.item, at)
        case MoreTimeTapped(at=at):
            patient = replace(state, timeout_s=state.memory.config.patience_s)
            return Step(_seen(patient, at))
        case _ if isinstance(event, Writes):
            return _write(state, event)
        case SheetOpened(sheet="languages", at=at):
            return Step(_seen(replace(state, sheet="languages"), at))
        case LanguageChosen(language=language, at=at) if language in languages_of(state):
            spoken = replace(
                state,
                draft=state.draft.in_language(language),
                preferences=state.preferences.in_language(language),
                sheet=None,
            )
            return Step(_seen(spoken, at))
        case ComfortTapped(comfort=comfort, at=at):
            return Step(_seen(replace(state, preferences=state.preferences.toggled(comfort)), at))
    return Step(state)


def _ring(state: Asking, now: float) -> Step:
    """The echo fades, the warning begins and counts down, the time is out."""
    if now >= state.closes_at:
        return fail(state, None, now) if state.is_saving else close(state, "timeout", now)
    if state.is_saving:
        return Step(state)
    if state.echo is not None and now >= state.echo_until:
        state = replace(state, echo=None)
    if now >= state.warn_at:
        begins = state.seconds_left is None
        guard = now + GUARD_S if begins else state.guarded_until
        seconds_left = math.ceil(state.closes_at - now)
        state = replace(
            state, seconds_left=seconds_left, echo=None, sheet=None, guarded_until=guard
        )
        # The warning says that what was given so far is saved.
        kept = written(state)
        if kept is not state.draft:
            return Step(replace(state, draft=kept), (Save(kept),))
    return Step(state)


def _seen(state: Asking, at: float) -> Asking:
    """The picture changed under the visitor's finger, who is there."""
    return replace(state.kept_awake(at), guarded_until=at + GUARD_S)


def _press_answer(state: Asking, event: Pressed) -> Step:
    """A press answers the statement on the screen, but never changes an answer."""
    is_statement = state.form.item(state.item).kind == "statement"
    is_answered = state.draft.answer_to(state.item) is not None
    answer = answer_of(event, state.item)
    if state.is_saving or not is_statement or is_answered or answer is None:
        return put_aside(state, event)
    return save_answer(state, state.draft.with_answer(answer), answer, event)


def _tick(state: Asking, option: str, at: float) -> Step:
    """A reason is ticked or unticked; each is kept at once, whatever comes next."""
    item = state.form.questionnaire.reasons
    known = () if item is None else tuple(each.id for each in item.options)
    if item is None or state.item != item.id or option not in known:
        return Step(state)
    answer = state.draft.answer_to(item.id)
    before = answer.options if answer is not None else ()
    ticked = set(before if isinstance(before, tuple) else ()) ^ {option}
    options = tuple(each for each in known if each in ticked)
    if options:
        draft = state.draft.with_answer(Answer(item=item.id, options=options))
    else:
        draft = state.draft.without_answer(item.id)
    return Step(replace(state, draft=draft).kept_awake(at), (Save(draft),))


def _next(state: Asking, at: float) -> Step:
    """On, leaving what was said as it is; from the text, with what was written."""
    draft = state.draft
    if state.item == TEXT:
        draft = draft.with_text(state.writing.text)
        if draft.text is None:
            draft = draft.with_answer(Answer(item=TEXT, status="skipped"))
    elif draft.answer_to(state.item) is None:
        return Step(state)
    ahead = next_item(state, draft)
    if ahead is None:
        draft = draft.closed("submitted")
    # A tick may still be on its way to the disk; nothing goes on before it is there.
    if draft.revision != state.draft.revision or state.form.item(state.item).kind == "reasons":
        return Step(saving(state, draft, at), (Save(draft),))
    return go_on(replace(state, echo=None), at)


def _back(state: Asking, at: float) -> Step:
    """The question before; a text that was settled, and now differs, counts as it stands."""
    is_settled = state.item == TEXT and TEXT in state.draft.settled()
    draft = written(state) if is_settled else state.draft
    asking = show_item(replace(state, draft=draft), state.trail[-1], state.trail[:-1], at)
    return Step(asking, () if draft is state.draft else (Save(draft),))


def _write(state: Asking, event: Writes) -> Step:
    if state.item != TEXT:
        return Step(state)
    writing = state.writing
    match event:
        case CharactersTyped(characters=characters):
            writing = writing.typed(characters)
        case CommandTyped(command=command):
            writing = writing.commanded(command)
        case CursorPlaced(cursor=cursor):
            writing = writing.placed(cursor)
    return Step(replace(state, writing=writing).kept_awake(event.at))
