"""The knock that opens the staff pages: touches in the upper corners, where nothing is. Pure.

Upper left, upper right, left, right, within 5 seconds and with nothing else in between. It needs no
keyboard, shows nothing to anybody, and takes no touch away from what is touched.
"""

from dataclasses import dataclass
from typing import Literal

Corner = Literal["left", "right"]

KNOCK: tuple[Corner, ...] = ("left", "right", "left", "right")
LONGEST_S = 5.0
REACH = 0.18
"""How far a corner reaches along both edges, as a part of the screen's shorter side: in no
language and at no size does anything on the start screen stand there."""


@dataclass(frozen=True, slots=True)
class Knock:
    """The touches that may be the beginning of a knock, each with its CLOCK_BOOTTIME in seconds."""

    touches: tuple[tuple[Corner, float], ...] = ()

    def touched(
        self, x: float, y: float, size: tuple[float, float], at: float
    ) -> tuple["Knock", bool]:
        """A finger came down, in pixels from the lower left; also whether that was the knock."""
        corner = corner_of(x, y, size)
        if corner is None:
            return Knock(), False
        recent = tuple(each for each in self.touches if at - LONGEST_S <= each[1] <= at)
        touches = (*recent, (corner, at))[-len(KNOCK) :]
        if tuple(each for each, _ in touches) == KNOCK:
            return Knock(), True
        return Knock(touches), False


def corner_of(x: float, y: float, size: tuple[float, float]) -> Corner | None:
    """The upper corner that this place is in, or None."""
    width, height = size
    reach = REACH * min(width, height)
    if y < height - reach:
        return None
    if x <= reach:
        return "left"
    return "right" if x >= width - reach else None
