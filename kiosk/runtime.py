"""Holds the session's state, carries out effects, arms the deadline. Decides nothing."""

import logging
from collections.abc import Callable
from typing import Protocol, TypeVar

from kiosk.panel.lights import DARK, Lights, lights_of
from kiosk.session.effects import Effect, PressId, Refuse, Stored
from kiosk.session.events import Event
from kiosk.session.reduce import reduce
from kiosk.session.states import State, has_accepted
from kiosk.view.model import View
from kiosk.view.show import show

log = logging.getLogger(__name__)

Of = TypeVar("Of")

DISK_FIRST_S = 0.01
"""So long the picture waits for the disk. Drawing keeps Python's lock to itself: the writer would
stand still for a whole frame. A disk that is quick also saves a frame that nobody need see."""


class Storage(Protocol):
    """What takes effects to the disk; it answers saves with `Saved` or `StorageFailed`."""

    def submit(self, work: Stored, /) -> None:
        """Put it in line."""

    def wait_until_idle(self, longest_s: float, /) -> None:
        """Until the line is empty, or so long."""


class Boxes(Protocol):
    """The panels, as far as the session speaks to them."""

    def refuse(self, press: PressId) -> None:
        """This press cannot be taken now, and may be offered again."""

    def light(self, lights: Lights) -> None:
        """Show this on the buttons."""


class Runtime:
    """One session after another, on one thread.

    `arm` is given the next deadline (CLOCK_BOOTTIME) or None; `draw` a view when it has changed;
    `accepted` is called when an answer has been taken.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the composition root connects it to
        self,
        state: State,
        storage: Storage,
        draw: Callable[[View], None],
        arm: Callable[[float | None], None],
        boxes: Boxes,
        accepted: Callable[[], None] = lambda: None,
    ) -> None:
        self.state = state
        self._storage = storage
        self._draw = draw
        self._arm = arm
        self._boxes = boxes
        self._accepted = accepted
        self._lights = DARK

    def begin(self) -> None:
        """Show the first screen."""
        self._light(self.state)
        self._show(self.state)

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
        if step.effects:
            self._attempt(self._storage.wait_until_idle, DISK_FIRST_S)
        if step.state != before:
            self._attempt(self._arm, step.state.deadline)
            self._attempt(self._light, step.state)
            self._attempt(self._show, step.state)
        if has_accepted(before, step.state):
            self._attempt(lambda _: self._accepted(), None)

    def _attempt(self, action: Callable[[Of], None], of: Of) -> None:
        try:
            action(of)
        except Exception:
            log.exception("the kiosk goes on after an error of ours")

    def _light(self, state: State) -> None:
        lights = lights_of(state)
        if lights != self._lights:
            self._lights = lights
            self._boxes.light(lights)

    def _show(self, state: State) -> None:
        self._draw(show(state))

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Refuse):
            self._boxes.refuse(effect.press)
        else:
            self._storage.submit(effect)
