"""A hand's slap on the buttons: no answer, but an event. Pure.

A press is answered at once, so another button that goes down within `SLAP_S` takes its answer back.
"""

from collections.abc import Iterable
from dataclasses import replace

from kiosk.abuse import SLAP_S, Given, Landed, as_slap, landed, remembered
from kiosk.session.effects import Effect, Refuse, Save, Tell
from kiosk.session.events import Pressed
from kiosk.session.moves import GUARD_S, Step, idle_again, put_aside, take_back, written
from kiosk.session.states import Asking, Memory, OutOfOrder, State, Thanks


def remembering(event: Pressed, step: Step) -> Step:
    """With this press known, and the answer that it gave, should another button follow."""
    state = step.state
    gave = None
    if isinstance(state, Asking) and _saves(step.effects, state):
        draft = state.draft
        gave = Given(draft.id, state.item, draft.revision, is_first=draft.id == event.fresh_id)
    presses = remembered(state.memory.presses, landed(event, gave))
    return replace(step, state=replace(state, memory=replace(state.memory, presses=presses)))


def _saves(effects: Iterable[Effect], state: Asking) -> bool:
    return any(isinstance(each, Save) and each.draft is state.draft for each in effects)


def slap(state: State, event: Pressed, struck: tuple[Landed, ...]) -> Step:
    """Another button went down together with those `struck`: none of them answers anything."""
    presses = as_slap(state.memory.presses, event)
    state = replace(state, memory=replace(state.memory, presses=presses))
    back = next((step for each in struck if (step := _taken_back(state, event, each))), None)
    after = back or Step(state)
    is_told = any(each.is_slap for each in struck)
    told = () if is_told else (_tell(event, struck, is_taken_back=back is not None),)
    return Step(after.state, (*after.effects, *_reply(after.state, event), *told))


def _reply(state: State, event: Pressed) -> tuple[Effect, ...]:
    """While nothing can be stored no press is acknowledged; offered again, it is put aside."""
    if isinstance(state, OutOfOrder):
        return () if event.press is None else (Refuse(event.press),)
    return put_aside(state, event).effects


def _tell(event: Pressed, struck: tuple[Landed, ...], *, is_taken_back: bool) -> Tell:
    first = min(struck, key=lambda each: abs(each.at - event.at))
    is_answered = any(each.gave is not None for each in struck)
    return Tell(
        "slap",
        {
            "limit_ms": round(SLAP_S * 1000),
            "measured_ms": round(abs(first.at - event.at) * 1000),
            "buttons": [first.button, event.button],
            "panels": [first.panel, event.panel],
            # A box may deliver so late that the answer is closed, or the visitor has gone on.
            "answer": "taken-back" if is_taken_back else "stands" if is_answered else "none",
        },
    )


def _taken_back(state: State, event: Pressed, press: Landed) -> Step | None:
    """Without what this press answered; None if there is nothing that can be taken back."""
    gave = press.gave
    if gave is None:
        return None
    if isinstance(state, OutOfOrder):
        # No touch has counted between: what is in hand is what the press answered.
        return _out_of_hand(state, gave) if event.now - press.heard_at < GUARD_S else None
    asking = _still_open(state)
    if asking is None or (asking.draft.id, asking.draft.revision) != (gave.response, gave.revision):
        return None
    if written(asking) is not asking.draft:
        return None
    if not gave.is_first:
        return take_back(asking, gave.item, event.now)
    # Nobody submitted it, and nobody has had enough: of the four words the one that claims nothing.
    draft = asking.draft.without_answer(gave.item).closed("timeout")
    guarded_until = max(state.guarded_until, event.now + GUARD_S)
    return Step(idle_again(_forgetting(asking.memory, gave), guarded_until), (Save(draft),))


def _still_open(state: State) -> Asking | None:
    """The sitting that can still be gone back to, under the settings of now."""
    if isinstance(state, Thanks) and state.pressed is not None:
        return replace(state.pressed, memory=state.memory, preferences=state.preferences)
    return state if isinstance(state, Asking) else None


def _forgetting(memory: Memory, gave: Given) -> Memory:
    """Whoever answers next is not measured against a slap."""
    if not gave.is_first:
        return memory
    firsts = tuple(each for each in memory.firsts if each.id != gave.response)
    return replace(memory, firsts=firsts)


def _out_of_hand(state: OutOfOrder, gave: Given) -> Step | None:
    """What waits for the storage, without that answer."""
    if all(save.draft.id != gave.response for save in state.unsaved):
        return None
    unsaved = tuple(
        replace(save, draft=replace(save.draft.without_answer(gave.item), ended="timeout"))
        if save.draft.id == gave.response
        else save
        for save in state.unsaved
    )
    return Step(replace(state, unsaved=unsaved, memory=_forgetting(state.memory, gave)))
