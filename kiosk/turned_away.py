"""Who came in vain while the terminal was out of order: counted, and told when it works again."""

from collections.abc import Callable

from kiosk.session.effects import PressId
from kiosk.session.events import Event, Pressed
from kiosk.session.states import OutOfOrder, State

SAME_TOUCH_S = 2.0
"""Touches that come closer together are one attempt."""
OFFERED_S = 10.0
"""For so long a box offers a press again (docs/interfaces.md, "Button panels")."""


class TurnedAway:
    """Counts presses and touches that could not be taken. All on one thread; times in boottime s.

    `report` is told the presses, the touches and the seconds of each time out of order in which
    somebody came. A press that a box may offer again is undecided until it is too old: it may
    still count.
    """

    def __init__(
        self, boottime: Callable[[], float], report: Callable[[int, int, float], None]
    ) -> None:
        self._boottime = boottime
        self._report = report
        self._since: float | None = None
        self._lasted = 0.0
        self._presses = 0
        self._touches = 0
        self._touched_at = float("-inf")
        self._undecided: dict[PressId, float] = {}

    def saw(self, before: State, event: Event, after: State) -> None:
        """An event was dealt with, which may have begun or ended the time out of order."""
        if isinstance(event, Pressed):
            self._saw_press(before, event)
        if isinstance(after, OutOfOrder):
            self._since = self._boottime() if self._since is None else self._since
        elif self._since is not None:
            self._end(self._since)
            self.look()

    def touched(self) -> None:
        """A finger touched the window."""
        now = self._boottime()
        if self._since is not None and now - self._touched_at >= SAME_TOUCH_S:
            self._touches += 1
            self._touched_at = now

    def look(self) -> None:
        """Report, once it works again, and every press is known to have been in vain or not."""
        self._decide()
        if self._since is None and not self._undecided:
            self._tell()

    def tell(self) -> None:
        """The program ends: report what was counted, if anything was."""
        if self._since is not None:
            self._end(self._since)
        self._tell()

    def _end(self, since: float) -> None:
        self._lasted += self._boottime() - since
        self._since = None

    def _tell(self) -> None:
        presses = self._presses + len(self._undecided)
        if presses + self._touches:
            self._report(presses, self._touches, self._lasted)
        self._presses = self._touches = 0
        self._lasted = 0.0
        self._undecided = {}

    def _saw_press(self, before: State, event: Pressed) -> None:
        if not isinstance(before, OutOfOrder):
            if event.press is not None:
                self._undecided.pop(event.press, None)  # it counts, or means nothing
        elif event.press is None:
            self._presses += 1
        elif all(save.press != event.press for save in before.unsaved):  # in hand: it will count
            self._decide()
            self._undecided.setdefault(event.press, self._boottime())

    def _decide(self) -> None:
        """What its box offers no more was in vain."""
        oldest = self._boottime() - OFFERED_S
        late = [press for press, heard_at in self._undecided.items() if heard_at < oldest]
        for press in late:
            del self._undecided[press]
        self._presses += len(late)
