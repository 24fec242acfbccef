"""The steps that several states share: beginning, going on, ending, failing. Pure."""

from dataclasses import dataclass, replace

from device_config.questionnaire import Item
from kiosk.abuse import SLAP_S, hours_flags, judge
from kiosk.session.beginning import answer_of, first_of, new_draft
from kiosk.session.draft import Draft
from kiosk.session.effects import Acknowledge, Effect, Save
from kiosk.session.events import Pressed, Tapped
from kiosk.session.preferences import Preferences
from kiosk.session.states import Asking, Idle, Memory, Night, OutOfOrder, State, Thanks
from sync.wire import Answer, Ended, Respondent

GUARD_S = 0.3
"""After a change on the screen nothing counts for this long: the same finger, a second one."""
THANKS_S = 4.0
READING_S = 12.0
"""How long the thanks stay when there is more to read, or a code to point a phone at."""
SAVE_PATIENCE_S = 10.0
RETRY_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """Where an event leads, and what is to be done on the way."""

    state: State
    effects: tuple[Effect, ...] = ()


# Beginning and answering


def begin(
    state: Idle | Night | Asking | Thanks,
    respondent: Respondent,
    event: Tapped | Pressed,
    chosen: Preferences | None = None,
) -> Step:
    """A first answer: a response of its own, under the settings of now; the one before closes.

    `chosen` is what whoever answers chose for themselves, where it is not what is shown.
    """
    # On a start screen that somebody has touched, what they answer is what they see.
    memory = state.memory if isinstance(state, Idle) else refreshed(state.memory)
    form = memory.config.form(respondent)
    answer = answer_of(event, form.first_item.id)
    if answer is None or form.first_item.kind != "statement":
        return put_aside(state, event)
    preferences = _as_offered(chosen or state.preferences, memory, respondent)
    verdict = judge(memory.firsts, first_of(event, answer), memory.config.min_interval_s)
    late = () if memory.is_open else hours_flags(memory.closed_at, event.at)
    flags = (*verdict.flags, *late)
    draft = new_draft(memory, preferences.language, respondent, event, flags).with_answer(answer)
    asking = Asking(
        memory=replace(memory, firsts=verdict.firsts),
        preferences=preferences,
        draft=draft,
        item=answer.item,
        guarded_until=0.0,
        closes_at=0.0,
        timeout_s=memory.config.idle_timeout_s,
    )
    before = state.draft if isinstance(state, Asking | Thanks) else None
    step = save_answer(asking, draft, answer, event)
    return Step(step.state, (*closing(before), *step.effects, *verdict.earlier))


def _as_offered(preferences: Preferences, memory: Memory, respondent: Respondent) -> Preferences:
    """In a language that this form can be answered in under the settings of now."""
    languages = memory.config.languages_of(respondent)
    if not languages or preferences.language in languages:
        return preferences
    return preferences.in_language(languages[0])


def save_answer(state: Asking, draft: Draft, answer: Answer, event: Tapped | Pressed) -> Step:
    """An answer goes to the disk; the last one closes the response, unless it can be undone.

    A press cannot be undone, but for a moment it may turn out to be a slap.
    """
    draft = tidied(state, draft)
    shown = answer if isinstance(answer.value, int) else None
    if isinstance(event, Pressed):
        pressed = replace(saving(state, draft, event.now), slap_until=event.now + SLAP_S)
        return Step(replace(pressed, echo=shown), (Save(draft, event.press),))
    can_be_undone = state.memory.config.undo_s > 0 and answer.status != "skipped"
    if not can_be_undone and next_item(state, draft) is None:
        draft = draft.closed("submitted")
    return Step(replace(saving(state, draft, event.now), echo=shown), (Save(draft),))


def tidied(state: Asking, draft: Draft) -> Draft:
    """Without the reasons of a low answer that is no more."""
    reasons = state.form.questionnaire.reasons
    if reasons is None or draft.answer_to(reasons.id) is None or state.form.has_low_answer(draft):
        return draft
    return draft.without_answer(reasons.id)


def saving(state: Asking, draft: Draft, at: float) -> Asking:
    """The same question, while this is on its way to the disk."""
    return replace(
        state,
        draft=draft,
        is_saving=True,
        echo=None,
        slap_until=None,
        seconds_left=None,
        sheet=None,
        guarded_until=at + GUARD_S,
        closes_at=at + SAVE_PATIENCE_S,
    )


# Going on


def next_item(state: Asking, draft: Draft) -> Item | None:
    """What is to be asked after these answers; None when nothing is left."""
    if state.memory.config.follow_up:
        return state.form.next_item(draft)
    first = state.form.first_item
    return None if first.id in draft.settled() else first


def go_on(state: Asking, at: float) -> Step:
    """What was said is on disk: the next question, or thanks."""
    if state.draft.ended is not None:
        return Step(thank(state, None, at))
    item = next_item(state, state.draft)
    if item is None and state.slap_until is not None:
        return _thank_for_press(state, state.slap_until, at)
    if item is None:
        return Step(thank(state, state, at))
    asking = show_item(state, item.id, (*state.trail, state.item), at)
    undo_until = at + state.memory.config.undo_s
    echo = state.echo if undo_until > at else None
    return Step(replace(asking, echo=echo, echo_until=undo_until))


def show_item(state: Asking, item: str, trail: tuple[str, ...], at: float) -> Asking:
    """Another question on the screen."""
    shown = replace(
        state,
        item=item,
        trail=trail,
        is_saving=False,
        echo=None,
        slap_until=None,
        sheet=None,
        guarded_until=max(at + GUARD_S, state.guarded_until),
    )
    return shown.kept_awake(at)


def thank(state: Asking, last: Asking | None, at: float) -> Thanks:
    """The answer is on disk; `last` where it can still be changed."""
    config = state.memory.config
    notices = config.notices
    stay_s = READING_S if notices.said_did or notices.form_url else THANKS_S
    undo_until = at + config.undo_s
    return Thanks(
        memory=state.memory,
        preferences=state.preferences,
        respondent=state.draft.respondent,
        guarded_until=max(at + GUARD_S, state.guarded_until),
        began_at=at,
        leave_at=max(at + stay_s, undo_until),
        echo=state.echo if last is not None or undo_until > at else None,
        undo_until=undo_until,
        last=last,
    )


def _thank_for_press(state: Asking, slap_until: float, at: float) -> Step:
    """Thanks for a press that was all of it; it closes when it can be no slap any more."""
    thanks = thank(state, None, at)
    if at >= slap_until:
        return Step(thanks, closing(state.draft))
    return Step(replace(thanks, pressed=state, slap_until=slap_until))


# Taking back


def take_back(state: Asking, item: str, at: float) -> Step:
    """An answer is taken back, and asked for again."""
    draft = tidied(state, state.draft.without_answer(item))
    trail = state.trail
    if item in trail:
        trail = trail[: trail.index(item)]
    return Step(show_item(replace(state, draft=draft), item, trail, at), (Save(draft),))


# Ending


def save_closed(state: Asking, ended: Ended, at: float) -> Step:
    """Close the response, and wait until that is on disk."""
    draft = written(state).closed(ended)
    return Step(saving(state, draft, at), (Save(draft),))


def close(state: Asking, ended: Ended, at: float) -> Step:
    """Nobody is there any more: close what was answered, and be ready for the next person."""
    draft = written(state).closed(ended)
    return Step(idle_again(state.memory, at + GUARD_S), (Save(draft),))


def written(state: Asking) -> Draft:
    """The draft with what stands in the text field, sent or not."""
    if state.writing.text.strip() == (state.draft.text or ""):
        return state.draft
    return state.draft.with_text(state.writing.text)


def left_behind(state: State) -> tuple[Save, ...]:
    """What is not on its way to the disk yet when the program has to end."""
    if isinstance(state, OutOfOrder):
        return state.unsaved  # there may be room again since the last try
    if isinstance(state, Thanks) and state.pressed is not None:
        return (Save(state.pressed.draft.closed("submitted")),)
    if not isinstance(state, Asking):
        return ()
    draft = written(state)
    if state.slap_until is not None and next_item(state, draft) is None:
        draft = draft.closed("submitted")
    return () if draft is state.draft else (Save(draft),)


def closing(draft: Draft | None) -> tuple[Effect, ...]:
    """The save that closes a response which is still open."""
    if draft is None or draft.ended is not None:
        return ()
    return (Save(draft.closed("submitted")),)


def idle_again(memory: Memory, guarded_until: float) -> State:
    """Ready for the next person, with nothing of the one before; dark when closed."""
    fresh = refreshed(memory)
    preferences = defaults(fresh)
    if not fresh.is_open:
        return Night(fresh, preferences, guarded_until)
    return Idle(fresh, preferences, guarded_until=guarded_until)


def defaults(memory: Memory) -> Preferences:
    """What is shown to somebody who has chosen nothing yet."""
    return Preferences(memory.config.languages[0])


def refreshed(memory: Memory) -> Memory:
    """With the settings that came in while somebody was answering."""
    return replace(memory, config=memory.next_config or memory.config, next_config=None)


# Failing


def fail(state: State, save: Save | None, at: float) -> Step:
    """Out of order: keep in hand all that is not known to be on disk, as it was last.

    Only the response that the state holds is closed: the closing of any other is on its way to
    the disk already, behind what failed.
    """
    known = list(state.unsaved) if isinstance(state, OutOfOrder) else []
    if save is not None:
        known.append(save)
    if isinstance(state, Asking):
        known.append(Save(_cut_short(state.memory, written(state))))
    elif isinstance(state, Thanks) and state.draft is not None:
        known.append(Save(_cut_short(state.memory, state.draft)))
    deadline = state.deadline if isinstance(state, OutOfOrder) else at + RETRY_S
    return Step(OutOfOrder(state.memory, state.preferences, _newest(known), deadline))


def _newest(saves: list[Save]) -> tuple[Save, ...]:
    """One save a draft: its newest revision, with the press that still waits for it."""
    newest: dict[str, Save] = {}
    for save in saves:
        before = newest.get(save.draft.id, save)
        draft = max(before.draft, save.draft, key=lambda draft: draft.revision)
        newest[save.draft.id] = Save(draft, before.press or save.press)
    return tuple(newest.values())


def _cut_short(memory: Memory, draft: Draft) -> Draft:
    """Closed here and now: whoever had answered everything has submitted it."""
    form = memory.config.form(draft.respondent)
    if memory.config.follow_up:
        is_complete = form.next_item(draft) is None
    else:
        is_complete = form.first_item.id in draft.settled()
    return draft.closed("submitted" if is_complete else "timeout")


def put_aside(state: State, event: Tapped | Pressed) -> Step:
    """The event means nothing here; a box is told, so that it does not offer the press again."""
    if isinstance(event, Pressed) and event.press is not None:
        return Step(state, (Acknowledge(event.press),))
    return Step(state)


def is_news(save: Save, draft: Draft) -> bool:
    """Whether what was saved is this draft, as it is now or later."""
    return save.draft.id == draft.id and save.draft.revision >= draft.revision


def languages_of(state: Idle | Asking | Thanks) -> tuple[str, ...]:
    """The languages that can be chosen here."""
    return state.memory.config.languages_of(state.form.respondent)
