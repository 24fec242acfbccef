"""Whether a touch panel has gone silent: nobody touches it for days, and buttons are pressed. Pure.

A terminal with a box of buttons goes on working when its touch panel has died, so nobody would
say so. Times are seconds of CLOCK_BOOTTIME, passed in. Its zero changes at each boot, so what is
kept over a restart is how long the silence has lasted.
"""

from dataclasses import dataclass, replace
from typing import Any

DAY_S = 24 * 3600.0
LONGEST_SILENCE_S = 2 * DAY_S
ENOUGH_PRESSES = 30
A_LIFETIME_S = 100 * 365 * DAY_S


@dataclass(frozen=True, slots=True)
class TouchWatch:
    """A silence of the touch panel: when it began, and the presses of buttons since."""

    since: float
    presses: int = 0
    is_reported: bool = False

    def touched(self, at: float) -> "TouchWatch":
        """The panel was touched: another silence begins."""
        return TouchWatch(at)

    def pressed(self, at: float) -> tuple["TouchWatch", bool]:
        """A button was pressed; also whether the silence is to be reported now: once at most."""
        counted = replace(self, presses=self.presses + 1)
        is_long = at - self.since >= LONGEST_SILENCE_S and counted.presses >= ENOUGH_PRESSES
        if is_long and not self.is_reported:
            return replace(counted, is_reported=True), True
        return counted, False

    def as_fact(self, now: float) -> dict[str, Any]:
        """Plain JSON values to keep over a restart."""
        silent_s = max(now - self.since, 0.0)
        return {"silent_s": silent_s, "presses": self.presses, "is_reported": self.is_reported}

    @classmethod
    def from_fact(cls, fact: Any, now: float) -> "TouchWatch":
        """What was kept, going on from now; a new silence if it cannot be read.

        The time in between does not count: who was switched off could not be touched.
        """
        match fact:
            case {
                "silent_s": int() | float() as silent_s,
                "presses": int() as presses,
                "is_reported": bool() as is_reported,
            } if 0 <= silent_s < A_LIFETIME_S and presses >= 0:
                return cls(now - silent_s, presses, is_reported)
        return cls(now)
