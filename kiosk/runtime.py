"""Holds the session's state, carries out effects, arms the deadline. Decides nothing."""

import logging
from collections.abc import Callable
from typing import Protocol

from kiosk.events import Event, Saved
from kiosk.session import reduce
from kiosk.states import Acknowledge, CheckStorage, Effect, PressId, Save, State
from kiosk.view import View, show

log = logging.getLogger(__name__)


class Storage(Protocol):
    """What takes saves and answers with `Saved` or `StorageFailed`."""

    def submit(self, work: Save | CheckStorage, /) -> None:
        """Put a save in line."""


class Runtime:
    """One session after another, on one thread.

    `arm` is given the next deadline (CLOCK_BOOTTIME) or None; `draw` a view when it has changed;
    `acknowledge` the presses whose answers are on disk or were knowingly put aside.
    """

    def __init__(
        self,
        state: State,
        storage: Storage,
        draw: Callable[[View], None],
        arm: Callable[[float | None], None],
        acknowledge: Callable[[PressId], None],
    ) -> None:
        self.state = state
        self._storage = storage
        self._draw = draw
        self._arm = arm
        self._acknowledge = acknowledge

    def begin(self) -> None:
        """Show the first screen."""
        self._draw(show(self.state))

    def handle(self, event: Event) -> None:
        """Take one event to its end; an error of ours costs the event, never the loop."""
        try:
            self._handle(event)
        except Exception:
            log.exception("event ignored: %s", type(event).__name__)

    def _handle(self, event: Event) -> None:
        before = self.state
        step = reduce(before, event)
        self.state = step.state
        for effect in step.effects:
            self._carry_out(effect)
        if isinstance(event, Saved) and event.save.press is not None:
            self._acknowledge(event.save.press)
        if step.state != before:
            self._draw(show(step.state))
            self._arm(step.state.deadline)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Save() | CheckStorage():
                self._storage.submit(effect)
            case Acknowledge(press):
                self._acknowledge(press)
