"""What is a tap, and what is a cleaning cloth, a palm or a finger that rests."""

from kivy.clock import Clock
from kivy.input import MotionEvent

from kiosk.screens import theme

BEGAN, TRAVEL = "began", "travel"


def begin(touch: MotionEvent) -> None:
    """A finger came down."""
    touch.ud[BEGAN], touch.ud[TRAVEL] = Clock.get_time(), 0.0


def follow(touch: MotionEvent) -> None:
    """It moved: keep how far from its beginning it has been."""
    distance = max(abs(touch.x - touch.ox), abs(touch.y - touch.oy))
    touch.ud[TRAVEL] = max(touch.ud.get(TRAVEL, 0.0), distance)


def is_tap(touch: MotionEvent | None, unit: float) -> bool:
    """Whether it stayed about where it came down, and not for long."""
    if touch is None or BEGAN not in touch.ud:
        return True
    is_still = touch.ud[TRAVEL] <= theme.TAP_TRAVEL * unit
    is_short = Clock.get_time() - touch.ud[BEGAN] <= theme.TAP_S
    return bool(is_still and is_short)
