"""The whole behaviour of a session: `reduce(state, event)`. Pure.

Every rule of what a tap, a press or a passing moment means stands here and nowhere else
(docs/interfaces.md, "How a session runs"). Electrical bounce is not: it belongs to the panels.
"""

from dataclasses import dataclass, replace

from device_config.questionnaire import Item, next_item
from kiosk.draft import answer_of, new_draft
from kiosk.events import (
    BackTapped,
    ChangeTapped,
    ConfigChanged,
    Dismissed,
    EnoughTapped,
    Event,
    LanguageChosen,
    NextTapped,
    Pressed,
    Saved,
    StorageFailed,
    StorageReady,
    Tapped,
    TimePassed,
    Touch,
)
from kiosk.states import (
    Acknowledge,
    Asking,
    CheckStorage,
    Draft,
    Effect,
    Idle,
    Memory,
    OutOfOrder,
    PressId,
    Refuse,
    Save,
    State,
    Thanks,
)
from sync.wire import Ended

GUARD_S = 0.3
"""After a change on the screen nothing counts for this long: the same finger, a second one."""
THANKS_S = 4.0
SAVE_PATIENCE_S = 10.0
RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """Where an event leads, and what is to be done on the way."""

    state: State
    effects: tuple[Effect, ...] = ()


def reduce(state: State, event: Event) -> Step:
    """What happens when `event` meets `state`; never raises, and ignores what means nothing."""
    match state, event:
        case _, ConfigChanged(config):
            return _take_config(state, replace(state.memory, next_config=config))
        case _, StorageFailed(save=save, at=at):
            return _fail(state, save, at)
        case OutOfOrder(), _:
            return _out_of_order(state, event)
        case _, Pressed() if _is_too_soon(state, event):
            return _put_aside(state, event)
        case _, _ if isinstance(event, Touch) and event.at < state.guarded_until:
            return Step(state)
        case Idle(), _:
            return _idle(state, event)
        case Asking(), _:
            return _asking(state, event)
        case Thanks(), _:
            return _thanks(state, event)
    return Step(state)


def _idle(state: Idle, event: Event) -> Step:
    match event:
        case Tapped() | Pressed():
            return _begin(state, state.language, event)
        case LanguageChosen(language=language, at=at) if _offers(state, language):
            default = state.memory.config.languages[0]
            revert_at = at + state.memory.config.idle_timeout_s
            return Step(
                replace(
                    state,
                    language=language,
                    deadline=None if language == default else revert_at,
                )
            )
        case TimePassed(now=now) if state.deadline is not None and now >= state.deadline:
            return _idle_again(state.memory, state.guarded_until)
    return Step(state)


def _asking(state: Asking, event: Event) -> Step:
    match event:
        case Saved(save=save, at=at) if state.is_saving and _is_news(save, state.draft):
            return _go_on(state, at)
        case TimePassed(now=now) if now >= state.deadline:
            if state.is_saving:
                return _fail(state, None, now)
            return _close(state, "timeout", now)
        case Pressed() if not state.memory.config.follow_up and state.draft.answers:
            return _begin(state, state.draft.language, event)
        case Pressed():
            return _press_answer(state, event)
        case _ if state.is_saving:
            return Step(state)
        case Tapped(answer=answer) if answer.item == state.item:
            return _tap_answer(state, event)
        case BackTapped(at=at):
            return _back(state, at)
        case NextTapped(at=at) if state.draft.answer_to(state.item) is not None:
            return _go_on(state, at)
        case EnoughTapped(at=at):
            return _save_closed(state, "exit", at)
        case LanguageChosen(language=language, at=at) if _offers(state, language):
            return Step(
                replace(
                    state,
                    draft=replace(state.draft, language=language),
                    deadline=_idle_deadline(state, at),
                )
            )
    return Step(state)


def _thanks(state: Thanks, event: Event) -> Step:
    match event:
        case TimePassed(now=now) if now >= state.leave_at:
            return _leave_thanks(state, now)
        case TimePassed(now=now) if state.draft is not None and now >= state.undo_until:
            return Step(replace(state, draft=None), _closing(state.draft))
        case Dismissed(at=at):
            return _leave_thanks(state, at)
        case ChangeTapped(at=at) if state.draft is not None and at < state.undo_until:
            draft = state.draft.without_answers()
            item = state.memory.config.first_item.id
            asking = Asking(state.memory, draft, item, at + GUARD_S, _idle_deadline(state, at))
            return Step(asking, (Save(draft),))
        case Tapped() | Pressed() if not state.memory.config.follow_up:
            return _begin(state, state.language, event)
        case Pressed():
            return _put_aside(state, event)
        case LanguageChosen(language=language) if _offers(state, language):
            spoken = state.draft and replace(state.draft, language=language)
            return Step(replace(state, language=language, draft=spoken))
    return Step(state)


def _out_of_order(state: OutOfOrder, event: Event) -> Step:
    match event:
        case TimePassed(now=now) if now >= state.deadline:
            later = replace(state, deadline=now + RETRY_S)
            return Step(later, (*state.unsaved, CheckStorage()))
        case Saved(save=save, at=at):
            unsaved = tuple(each for each in state.unsaved if not _is_news(save, each.draft))
            if unsaved or unsaved == state.unsaved:
                return Step(replace(state, unsaved=unsaved))
            return _idle_again(state.memory, at + GUARD_S)
        case StorageReady(at=at) if not state.unsaved:
            return _idle_again(state.memory, at + GUARD_S)
        case Pressed(press=press) if press is not None:
            # Not acknowledged: its box offers it again until it is too old.
            return Step(state, (Refuse(press),))
    return Step(state)


# Beginning, answering, going on


def _begin(state: Idle | Asking | Thanks, language: str, event: Tapped | Pressed) -> Step:
    """A first answer: a response of its own, under the settings of now; the one before closes."""
    memory = _refreshed(state.memory)
    answer = answer_of(event, memory.config.first_item.id)
    if answer is None:
        return _put_aside(state, event)
    before = None if isinstance(state, Idle) else state.draft
    draft = new_draft(memory, language, event).with_answer(answer)
    draft = _closed_if_last(memory, draft, event)
    press = event.press if isinstance(event, Pressed) else None
    asking = Asking(
        memory=replace(memory, last_first_at=event.at),
        draft=draft,
        item=answer.item,
        guarded_until=event.now + GUARD_S,
        deadline=event.now + SAVE_PATIENCE_S,
        is_saving=True,
    )
    return Step(asking, (*_closing(before), Save(draft, press)))


def _press_answer(state: Asking, event: Pressed) -> Step:
    """A press answers the statement on the screen, but never changes an answer."""
    is_statement = state.memory.config.item(state.item).kind == "statement"
    is_answered = state.draft.answer_to(state.item) is not None
    answer = answer_of(event, state.item)
    if state.is_saving or not is_statement or is_answered or answer is None:
        return _put_aside(state, event)
    draft = _closed_if_last(state.memory, state.draft.with_answer(answer), event)
    return _save_answer(state, draft, event.now, event.press)


def _tap_answer(state: Asking, event: Tapped) -> Step:
    """A tap answers the question on the screen, also anew."""
    draft = _closed_if_last(state.memory, state.draft.with_answer(event.answer), event)
    return _save_answer(state, draft, event.at, None)


def _closed_if_last(memory: Memory, draft: Draft, event: Tapped | Pressed) -> Draft:
    """The last answer closes the response in the same write, unless it can be taken back."""
    config = memory.config
    can_be_undone = isinstance(event, Tapped) and not config.follow_up and config.undo_s > 0
    return draft if can_be_undone or not _is_complete(memory, draft) else draft.closed("submitted")


def _save_answer(state: Asking, draft: Draft, at: float, press: PressId | None) -> Step:
    return Step(_saving(state, draft, at), (Save(draft, press),))


def _saving(state: Asking, draft: Draft, at: float) -> Asking:
    return replace(
        state,
        draft=draft,
        is_saving=True,
        guarded_until=at + GUARD_S,
        deadline=at + SAVE_PATIENCE_S,
    )


def _go_on(state: Asking, at: float) -> Step:
    """The answer is on disk: the next question, or thanks."""
    config, guarded_until = state.memory.config, max(at + GUARD_S, state.guarded_until)
    if state.draft.ended is not None:
        return _thank(state, None, at)
    item = next_item(_asked(state.memory), state.draft.settled())
    if item is None:
        return _thank(state, state.draft, at)
    deadline = at + config.idle_timeout_s
    return Step(
        Asking(state.memory, state.draft, item.id, guarded_until, deadline),
    )


def _thank(state: Asking, open_draft: Draft | None, at: float) -> Step:
    undo_until = at + state.memory.config.undo_s
    return Step(
        Thanks(
            memory=state.memory,
            language=state.draft.language,
            guarded_until=max(at + GUARD_S, state.guarded_until),
            leave_at=at + THANKS_S if open_draft is None else max(at + THANKS_S, undo_until),
            draft=open_draft,
            undo_until=undo_until,
        )
    )


def _asked(memory: Memory) -> tuple[Item, ...]:
    config = memory.config
    return config.order if config.follow_up else config.order[:1]


def _back(state: Asking, at: float) -> Step:
    order = [item.id for item in _asked(state.memory)]
    place = order.index(state.item)
    if place == 0:
        return Step(state)
    return Step(
        replace(
            state,
            item=order[place - 1],
            guarded_until=at + GUARD_S,
            deadline=_idle_deadline(state, at),
        )
    )


# Ending


def _save_closed(state: Asking, ended: Ended, at: float) -> Step:
    draft = state.draft.closed(ended)
    return Step(_saving(state, draft, at), (Save(draft),))


def _close(state: Asking, ended: Ended, at: float) -> Step:
    """Nobody is there any more: close what was answered, and be ready for the next person."""
    draft = state.draft.closed(ended)
    idle = _idle_again(state.memory, at + GUARD_S)
    return Step(idle.state, (Save(draft), *idle.effects))


def _leave_thanks(state: Thanks, at: float) -> Step:
    idle = _idle_again(state.memory, at + GUARD_S)
    return Step(idle.state, (*_closing(state.draft), *idle.effects))


def _closing(draft: Draft | None) -> tuple[Effect, ...]:
    if draft is None or draft.ended is not None:
        return ()
    return (Save(draft.closed("submitted")),)


def _idle_again(memory: Memory, guarded_until: float) -> Step:
    fresh = _refreshed(memory)
    return Step(Idle(fresh, fresh.config.languages[0], guarded_until))


def _refreshed(memory: Memory) -> Memory:
    """With the settings that came in while somebody was answering."""
    return replace(memory, config=memory.next_config or memory.config, next_config=None)


def _take_config(state: State, memory: Memory) -> Step:
    """Other settings count at once when nobody is there, else from the next session on."""
    if isinstance(state, Idle):
        return _idle_again(memory, state.guarded_until)
    return Step(replace(state, memory=memory))


def _fail(state: State, save: Save | None, at: float) -> Step:
    """Out of order: keep in hand all that is not known to be on disk, as it was last."""
    known = list(state.unsaved) if isinstance(state, OutOfOrder) else []
    if save is not None:
        known.append(save)
    if isinstance(state, Asking | Thanks) and state.draft is not None:
        known.append(Save(state.draft))
    deadline = state.deadline if isinstance(state, OutOfOrder) else at + RETRY_S
    return Step(OutOfOrder(state.memory, _newest_closed(state.memory, known), deadline))


def _newest_closed(memory: Memory, saves: list[Save]) -> tuple[Save, ...]:
    """One save a draft: its newest revision, closed, with the press that still waits for it."""
    newest: dict[str, Save] = {}
    for save in saves:
        before = newest.get(save.draft.id, save)
        draft = max(before.draft, save.draft, key=lambda draft: draft.revision)
        newest[save.draft.id] = Save(draft, before.press or save.press)
    return tuple(Save(_cut_short(memory, each.draft), each.press) for each in newest.values())


def _cut_short(memory: Memory, draft: Draft) -> Draft:
    """Closed here and now: whoever had answered everything has submitted it."""
    return draft.closed("submitted" if _is_complete(memory, draft) else "timeout")


# Small words


def _is_too_soon(state: State, event: Pressed) -> bool:
    """Whether a press falls under the guard; under a question it was also made for that one."""
    moment = event.at if isinstance(state, Asking) else event.now
    return moment < state.guarded_until


def _put_aside(state: State, event: Tapped | Pressed) -> Step:
    """The event means nothing here; a box is told, so that it does not offer the press again."""
    if isinstance(event, Pressed) and event.press is not None:
        return Step(state, (Acknowledge(event.press),))
    return Step(state)


def _is_news(save: Save, draft: Draft) -> bool:
    """Whether what was saved is this draft, as it is now or later."""
    return save.draft.id == draft.id and save.draft.revision >= draft.revision


def _offers(state: State, language: str) -> bool:
    return language in state.memory.config.languages


def _is_complete(memory: Memory, draft: Draft) -> bool:
    """Whether nothing is left to ask."""
    return next_item(_asked(memory), draft.settled()) is None


def _idle_deadline(state: Asking | Thanks, at: float) -> float:
    return at + state.memory.config.idle_timeout_s
