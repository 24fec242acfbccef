"""Holds what is in front of people, carries out effects, arms the deadline. Decides nothing."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from kiosk.front import Front, lights, reduce, show
from kiosk.panel.lights import DARK, Lights
from kiosk.session.effects import PressId, Refuse, Stored
from kiosk.session.states import State, has_accepted
from kiosk.staff.events import Alert, FrontEvent
from kiosk.view.model import View

if TYPE_CHECKING:
    from kiosk.staff.effects import Asked, Effect

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
    """One session after another, and the staff pages over them, on one thread.

    `arm` is given the next deadline (CLOCK_BOOTTIME) or None; `draw` a view when it has changed;
    `accepted` is called when an answer has been taken; `act` is given what staff have asked for.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the composition root connects it to
        self,
        state: State,
        storage: Storage,
        draw: Callable[[View], None],
        arm: Callable[[float | None], None],
        boxes: Boxes,
        accepted: Callable[[], None] = lambda: None,
        act: "Callable[[Asked], None]" = lambda _deed: None,
        alert: Alert | None = None,
    ) -> None:
        self.front = Front(state, alert=alert)
        self._storage = storage
        self._draw = draw
        self._arm = arm
        self._boxes = boxes
        self._accepted = accepted
        self._act = act
        self._lights = DARK

    @property
    def state(self) -> State:
        """The session's, whether staff pages are open over it or not."""
        return self.front.session

    def begin(self) -> None:
        """Show the first screen."""
        self._light(self.front)
        self._show(self.front)

    def handle(self, event: FrontEvent) -> None:
        """Take one event to its end; an error of ours costs what failed, never the loop."""
        self._attempt(self._take, event)

    def _take(self, event: FrontEvent) -> None:
        before = self.front
        after, effects = reduce(before, event)
        self.front = after
        # Each on its own: a screen that cannot be drawn must not cost the answer or the deadline.
        for effect in effects:
            self._attempt(self._carry_out, effect)
        if any(isinstance(effect, Stored) for effect in effects):
            self._attempt(self._storage.wait_until_idle, DISK_FIRST_S)
        if after != before:
            self._attempt(self._arm, after.deadline)
            self._attempt(self._light, after)
            self._attempt(self._show, after)
        if has_accepted(before.session, after.session):
            self._attempt(lambda _: self._accepted(), None)

    def _attempt(self, action: Callable[[Of], None], of: Of) -> None:
        try:
            action(of)
        except Exception:
            log.exception("the kiosk goes on after an error of ours")

    def _light(self, front: Front) -> None:
        shown = lights(front)
        if shown != self._lights:
            self._lights = shown
            self._boxes.light(shown)

    def _show(self, front: Front) -> None:
        self._draw(show(front))

    def _carry_out(self, effect: "Effect") -> None:
        if isinstance(effect, Refuse):
            self._boxes.refuse(effect.press)
        elif isinstance(effect, Stored):
            self._storage.submit(effect)
        else:
            self._act(effect)
