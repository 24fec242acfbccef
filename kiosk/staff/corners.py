"""Trying out the touch panel: five spots to touch, and which of them were felt. Pure."""

from dataclasses import dataclass, replace

from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.states import Memory
from kiosk.staff.events import PageEvent
from kiosk.staff.frame import StaffFrame, offer
from kiosk.staff.states import Page, Turn
from kiosk.view.model import View

SPOTS = tuple(f"spot:{number}" for number in range(1, 6))
"""Upper left and right, the middle, lower left and right: the order in which they are placed."""


@dataclass(frozen=True, slots=True)
class Corners(Page):
    """The spots that were felt."""

    felt: frozenset[str] = frozenset()


def begin(_memory: Memory, _at: float) -> Turn:
    """None was felt yet."""
    return Turn(Corners())


def reduce(page: Corners, event: PageEvent) -> Turn:
    """A spot was felt."""
    match event:
        case StaffTouched(choice) if choice in SPOTS:
            return Turn(Corners(page.felt | {choice}))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def view(page: Corners, frame: StaffFrame) -> View:
    """The spots, those marked that were felt."""
    is_whole = len(page.felt) == len(SPOTS)
    shown = frame.screen(
        "staff-corners", "corners", frame.say(ALL_FELT if is_whole else "Touch the five spots")
    )
    count = frame.say("%(count)d of 5 were felt") % {"count": len(page.felt)}
    return replace(
        shown,
        hint=frame.say("The screen works.") if is_whole else count,
        answers=tuple(
            replace(offer(each, str(number)), is_chosen=each in page.felt)
            for number, each in enumerate(SPOTS, 1)
        ),
    )


ALL_FELT = "All five spots were felt"
