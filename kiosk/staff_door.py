"""The staff's way in and what acts for them, as one part of the running kiosk."""

import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from device_config.clock import boottime, read
from device_config.config_store import ConfigStore
from device_config.state import StateDirectory
from kiosk.front import KNOCK
from kiosk.session.events import StaffTouched
from kiosk.staff.events import Alert, FrontEvent
from kiosk.staff.knock import Knock

if TYPE_CHECKING:
    from kiosk.staff.effects import Asked, Deed
    from kiosk.staff_desk import StaffDesk

MOST_EARLY = 10
"""Deeds that wait for the desk to open, a moment after the first frame."""


class StaffDoor:
    """Hears the knock, and passes on what staff ask for; its desk opens after the first frame.

    `post` takes events, `leave` ends the program, `play` is heard.
    """

    def __init__(
        self,
        state: StateDirectory,
        store: ConfigStore,
        post: Callable[[FrontEvent], None],
        leave: Callable[[], None],
        play: Callable[[], None] = lambda: None,
    ) -> None:
        self._state = state
        self._store = store
        self._post = post
        self._leave = leave
        self._play = play
        self._knock = Knock()
        self._desk: StaffDesk | None = None
        self._early: deque[Deed] = deque(maxlen=MOST_EARLY)
        self._lock = threading.Lock()

    def touched(self, x: float, y: float, size: tuple[float, float]) -> None:
        """A finger came down on the window, in pixels from the lower left."""
        now = boottime()
        self._knock, has_knocked = self._knock.touched(x, y, size, now)
        if has_knocked:
            self._post(StaffTouched(KNOCK, now))

    def open(self, alert: Alert | None) -> None:
        """From now on staff can be served; `alert` is on the screen already."""
        import kiosk.staff.reduce  # noqa: F401 - before anybody waits for it
        from kiosk.staff_deeds import TerminalDeeds
        from kiosk.staff_desk import StaffDesk

        deeds = TerminalDeeds(self._state, self._store, read)
        desk = StaffDesk(deeds, self._post, boottime, alert)
        desk.start()
        with self._lock:
            self._desk = desk
            while self._early:
                desk.ask(self._early.popleft())

    def close(self) -> None:
        """Finish what was asked for."""
        with self._lock:
            desk, self._desk = self._desk, None
        if desk is not None:
            desk.stop()

    def act(self, asked: "Asked") -> None:
        """Do what staff ask for."""
        from kiosk.staff.effects import PlaySound, Restart

        if isinstance(asked, PlaySound):
            self._play()
            return
        if isinstance(asked, Restart):
            self._leave()  # systemd starts what ends with 0, too
            return
        with self._lock:
            if self._desk is None:
                self._early.append(asked)
            else:
                self._desk.ask(asked)
