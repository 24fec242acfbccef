"""What the staff pages know: which page is open, for whom, and how long. Pure.

Times are seconds of CLOCK_BOOTTIME.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from kiosk.session.preferences import Preferences
from kiosk.session.states import Memory
from kiosk.staff.effects import Effect
from kiosk.staff.events import PageEvent
from kiosk.staff.frame import StaffFrame
from kiosk.view.model import View

IDLE_S = 120.0
"""A page that nobody has touched for this long closes."""
LET_IN_S = 120.0
"""Whoever is not let in by then has to knock again, however busy their fingers are: a child at
the keypad would keep the screen from everybody else."""
WARN_S = 30.0
"""So long before that the page is told."""

Access = Literal["none", "set-up", "support", "all"]
"""What may be opened: nothing yet; what a terminal without credentials needs; that without the
network, for one that is enrolled and has no PIN; everything."""


@dataclass(frozen=True, slots=True)
class Page:
    """A staff page. A subclass holds what it shows."""

    @property
    def deadline(self) -> float | None:
        """When the page is to be given `TimePassed` next; None when nothing waits.

        The page then has to move it on: the timer rings no more for one that has passed.
        """
        return None

    @property
    def guarded_until(self) -> float:
        """Before this no touch counts; between two kinds of pages there is a guard anyway."""
        return 0.0


class Turn(NamedTuple):
    """Where an event leads. `page`: a page, the id of an entry of the menu, or None: the menu."""

    page: Page | str | None
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What a page does and shows. `reduce` never raises, and ignores what means nothing."""

    reduce: Callable[[Any, PageEvent], Turn]
    view: Callable[[Any, StaffFrame], View]
    idle_s: float = IDLE_S
    takes_presses: bool = False
    """Whether it is given presses; none of them ever counts."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu. `opens_for`: with which access; `label` is English, to be said."""

    id: str
    label: str
    begin: Callable[[Memory, float], Turn]
    opens_for: frozenset[Access] = frozenset({"all"})


@dataclass(frozen=True, slots=True)
class Staff:
    """The pages as they are open. They close at `let_in_by` while there is no access."""

    page: Page
    preferences: Preferences
    closes_at: float
    let_in_by: float
    access: Access = "none"
    terminal_id: str | None = None
    guarded_until: float = 0.0
    is_warned: bool = False

    @property
    def deadline(self) -> float:
        """The page's own, the warning, the end: whichever is first."""
        ring = self.closes_at if self.is_warned else self.closes_at - WARN_S
        own = self.page.deadline
        return ring if own is None else min(ring, own)
