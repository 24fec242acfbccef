"""Who came in vain while the terminal was out of order: counted, and told when it works again."""

from collections.abc import Callable

from kiosk.session.effects import PressId
from kiosk.session.events import Event, Pressed
from kiosk.session.states import OutOfOrder, State

SAME_TOUCH_S = 2.0
"""Touches that come closer together are one attempt."""


class TurnedAway:
    """Counts presses and touches that could not be taken. All on one thread; times in boottime s.

    `report` is told the presses, the touches and the seconds of each time out of order in which
    somebody came.
    """

    def __init__(
        self, boottime: Callable[[], float], report: Callable[[int, int, float], None]
    ) -> None:
        self._boottime = boottime
        self._report = report
        self._since: float | None = None
        self._presses = 0
        self._touches = 0
        self._touched_at = float("-inf")
        self._known: tuple[PressId, ...] = ()

    def saw(self, before: State, event: Event, after: State) -> None:
        """An event was dealt with, which may have begun or ended the time out of order."""
        if isinstance(before, OutOfOrder) and isinstance(event, Pressed):
            self._count(event)
        if isinstance(after, OutOfOrder):
            self._since = self._boottime() if self._since is None else self._since
        elif self._since is not None:
            self.tell()
            self._since = None

    def touched(self) -> None:
        """A finger touched the window."""
        now = self._boottime()
        if self._since is not None and now - self._touched_at >= SAME_TOUCH_S:
            self._touches += 1
            self._touched_at = now

    def tell(self) -> None:
        """Report what was counted, if anything was."""
        if self._since is not None and self._presses + self._touches:
            self._report(self._presses, self._touches, self._boottime() - self._since)
        self._presses = self._touches = 0
        self._known = ()

    def _count(self, event: Pressed) -> None:
        # A box offers a press that was not taken again and again.
        if event.press is None or event.press not in self._known:
            self._presses += 1
        if event.press is not None:
            self._known = (*self._known[-9:], event.press)
