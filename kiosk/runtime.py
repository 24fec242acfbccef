"""Holds the session's state, carries out effects, arms the deadline. Decides nothing."""

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from kiosk.session.effects import Acknowledge, CheckStorage, Effect, PressId, Refuse, Save
from kiosk.session.events import Event, Saved
from kiosk.session.reduce import reduce
from kiosk.session.states import State
from kiosk.view.model import View
from kiosk.view.show import show

log = logging.getLogger(__name__)

Of = TypeVar("Of")


class Storage(Protocol):
    """What takes saves and answers with `Saved` or `StorageFailed`."""

    def submit(self, work: Save | CheckStorage, /) -> None:
        """Put a save in line."""


class Runtime:
    """One session after another, on one thread.

    `arm` is given the next deadline (CLOCK_BOOTTIME) or None; `draw` a view when it has changed;
    `acknowledge` the presses whose answers are on disk or were knowingly put aside, `refuse` those
    that cannot be taken now and may be offered again.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the composition root connects it to
        self,
        state: State,
        storage: Storage,
        draw: Callable[[View], None],
        arm: Callable[[float | None], None],
        acknowledge: Callable[[PressId], None],
        refuse: Callable[[PressId], None],
    ) -> None:
        self.state = state
        self._storage = storage
        self._draw = draw
        self._arm = arm
        self._acknowledge = acknowledge
        self._refuse = refuse

    def begin(self) -> None:
        """Show the first screen."""
        self._draw(show(self.state))

    def handle(self, event: Event) -> None:
        """Take one event to its end; an error of ours costs what failed, never the loop."""
        self._attempt(self._take, event)

    def _take(self, event: Event) -> None:
        before = self.state
        step = reduce(before, event)
        self.state = step.state
        # Each on its own: a screen that cannot be drawn must not cost the answer or the deadline.
        for effect in step.effects:
            self._attempt(self._carry_out, effect)
        if step.state != before:
            self._attempt(self._arm, step.state.deadline)
            self._attempt(self._show, step.state)
        if isinstance(event, Saved) and event.save.press is not None:
            self._attempt(self._acknowledge, event.save.press)

    def _attempt(self, action: Callable[[Of], None], of: Of) -> None:
        try:
            action(of)
        except Exception:
            log.exception("the kiosk goes on after an error of ours")

    def _show(self, state: State) -> None:
        self._draw(show(state))

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Save() | CheckStorage():
                self._storage.submit(effect)
            case Acknowledge(press):
                self._acknowledge(press)
            case Refuse(press):
                self._refuse(press)
