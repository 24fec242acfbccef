"""What happens to staff pages besides touches. Pure. Times are seconds of CLOCK_BOOTTIME."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kiosk.session.events import (
    BackTapped,
    CharactersTyped,
    CommandTyped,
    CursorPlaced,
    Event,
    Pressed,
    Saved,
    StaffTouched,
    StorageFailed,
    TimePassed,
)

if TYPE_CHECKING:  # the pages come after the first frame
    from kiosk.staff.effects import Deed, Outcome

Alert = Literal["not-set-up", "no-location", "revoked"]
"""What staff must know before anything else."""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a deed."""

    deed: "Deed"
    outcome: "Outcome"
    at: float


@dataclass(frozen=True, slots=True)
class ClosesSoon:
    """Nobody has touched the page for long; it closes in so many seconds."""

    seconds: float
    at: float


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """What staff must know now; None: nothing."""

    alert: Alert | None


PageTouch = StaffTouched | BackTapped | CharactersTyped | CommandTyped | CursorPlaced
PageEvent = PageTouch | Pressed | Saved | StorageFailed | TimePassed | Told | ClosesSoon
"""What a page is given. `Pressed` only comes to a page whose rules take presses."""

FrontEvent = Event | Told | AlertSeen
"""All that the window's thread deals with."""
