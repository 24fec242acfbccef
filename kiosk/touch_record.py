"""The touch watch of a running kiosk: kept over restarts, and told when a panel has gone silent."""

from collections.abc import Callable
from typing import Any

from kiosk.touch_watch import TouchWatch


class TouchRecord:
    """How long the touch panel has been silent. All but `take_up` on one thread.

    `boottime` is CLOCK_BOOTTIME in seconds; `report` is told the presses of a silence that is
    too long.
    """

    def __init__(self, boottime: Callable[[], float], report: Callable[[int], None]) -> None:
        self._boottime = boottime
        self._report = report
        self._watch = TouchWatch(boottime())
        self._kept: Any = None
        self._is_touched = False
        self._has_taken_up = False

    def take_up(self, fact: Any) -> None:
        """Go on with what was kept before a restart, told once; callable from any thread."""
        if not self._has_taken_up:
            self._has_taken_up = True
            self._kept = fact

    def touched(self) -> None:
        """A finger touched the window."""
        self._is_touched = True
        self._watch = self._watch.touched(self._boottime())

    def pressed(self, at: float) -> None:
        """A button was pressed."""
        self._join()
        self._watch, is_too_long = self._watch.pressed(at)
        if is_too_long:
            self._report(self._watch.presses)

    def as_fact(self) -> dict[str, Any]:
        """What to keep over a restart."""
        self._join()
        return self._watch.as_fact(self._boottime())

    def _join(self) -> None:
        """The silence before the restart and the one since are one, unless a finger came."""
        kept, self._kept = self._kept, None
        if kept is not None and not self._is_touched:
            before = TouchWatch.from_fact(kept, self._watch.since)
            presses = before.presses + self._watch.presses
            self._watch = TouchWatch(before.since, presses, before.is_reported)
