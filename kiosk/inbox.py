"""One queue for everything that happens: posted from any thread, drained on Kivy's, in order."""

from collections import deque
from collections.abc import Callable

from kivy.clock import Clock

from kiosk.staff.events import FrontEvent


class Inbox:
    """A queue with one Clock trigger; @mainthread would get events out of order."""

    def __init__(self, handle: Callable[[FrontEvent], None]) -> None:
        self._handle = handle
        self._events: deque[FrontEvent] = deque()
        self._trigger = Clock.create_trigger(self._drain)

    def post(self, event: FrontEvent) -> None:
        """Put an event in line; callable from any thread."""
        self._events.append(event)
        self._trigger()

    def _drain(self, _elapsed: float) -> None:
        while self._events:
            self._handle(self._events.popleft())
