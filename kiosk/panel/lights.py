"""The lights in the buttons: they invite, confirm, and else are dark. Pure."""

from dataclasses import dataclass

from kiosk.session.beginning import STEPS
from kiosk.session.states import Asking, Idle, State, Thanks


@dataclass(frozen=True, slots=True)
class Lights:
    """What the lights of every panel say: `invites` lights all, `confirms` that one step alone."""

    invites: bool = False
    confirms: int | None = None


DARK = Lights()


def lights_of(state: State) -> Lights:
    """What the lights say in this state of the session."""
    match state:
        case Asking(echo=echo) | Thanks(echo=echo) if echo is not None:
            return Lights(confirms=echo.value if isinstance(echo.value, int) else None)
        case Idle():
            return Lights(invites=True)
        case Asking() if _can_be_pressed(state):
            return Lights(invites=True)
        case Thanks(memory=memory) if not memory.config.follow_up:
            return Lights(invites=True)
    return DARK


def _can_be_pressed(state: Asking) -> bool:
    is_statement = state.form.item(state.item).kind == "statement"
    return is_statement and not state.is_saving and state.draft.answer_to(state.item) is None


def lit(lights: Lights, buttons: int) -> tuple[bool, ...]:
    """For each of a box's buttons, worst to best, whether its light is on."""
    steps = STEPS.get(buttons, ())
    return tuple(lights.invites or step == lights.confirms for step in steps)
