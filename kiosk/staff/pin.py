"""The way in: how the pages open, and the PIN on our own keypad. Pure."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from kiosk.session.events import StaffTouched, TimePassed
from kiosk.staff.effects import AskWay, Failed, Refused, TryPin, Ways
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import StaffFrame, offer, typed_rows
from kiosk.staff.states import Page, Turn
from kiosk.view.model import Choice, View

LONGEST_PIN = 12
IDLE_S = 30.0
"""Shorter than that of other pages: whoever came here by chance leaves the screen to the next."""
KEYPAD = (("1", "2", "3"), ("4", "5", "6"), ("7", "8", "9"))

Said = Literal["", "wrong", "failed"]


@dataclass(frozen=True, slots=True)
class Opening(Page):
    """Nobody knows yet how the pages open."""

    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class PinPage(Page):
    """The PIN is asked for. While `is_checking`, and before `wait_until`, no key counts."""

    digits: str = ""
    is_checking: bool = False
    said: Said = ""
    left: int | None = None
    wait_until: float | None = None
    seconds_left: int = 0

    def __repr__(self) -> str:
        """Without the PIN."""
        return f"PinPage({len(self.digits)} digits, {self.said!r}, {self.wait_until})"

    @property
    def deadline(self) -> float | None:
        """Each second of a wait."""
        return None if self.wait_until is None else self.wait_until - (self.seconds_left - 1)


def reduce_opening(page: Opening, event: PageEvent) -> Turn:
    """Wait for the answer; a failed look can be taken again."""
    match event:
        case Told(AskWay(), Ways() as ways, at):
            return Turn(_waiting(PinPage(), ways.wait_s, at))
        case Told(AskWay(), Failed()):
            return Turn(Opening(has_failed=True))
        case StaffTouched("again") if page.has_failed:
            return Turn(Opening(), (AskWay(),))
    return Turn(page)


def view_opening(page: Opening, frame: StaffFrame) -> View:
    """One moment."""
    if not page.has_failed:
        return frame.list("opening", frame.say("One moment"))
    again = offer("again", frame.say("Try again"), is_primary=True)
    return frame.list("opening:failed", frame.say("That did not work."), actions=(again,))


def reduce(page: PinPage, event: PageEvent) -> Turn:
    """Type, try, wait."""
    match event:
        case Told(TryPin(), outcome, at) if page.is_checking:
            return Turn(_after(outcome, at))
        case TimePassed(now) if page.wait_until is not None:
            return Turn(_waiting(page, page.wait_until - now, now))
        case StaffTouched("pin-ok") if _takes_keys(page) and page.digits:
            return Turn(PinPage(page.digits, is_checking=True), (TryPin(page.digits),))
        case StaffTouched("pin-delete") if _takes_keys(page):
            return Turn(replace(page, digits=page.digits[:-1]))
        case StaffTouched(choice) if choice.startswith("key:") and _takes_keys(page):
            return Turn(_typed(page, choice.removeprefix("key:")))
    return Turn(page)


def _takes_keys(page: PinPage) -> bool:
    return not page.is_checking and page.wait_until is None


def _typed(page: PinPage, digit: str) -> PinPage:
    if len(page.digits) >= LONGEST_PIN or not (digit.isascii() and digit.isdigit()):
        return page
    return replace(page, digits=(page.digits + digit)[:LONGEST_PIN], said="")


def _after(outcome: object, at: float) -> PinPage:
    if isinstance(outcome, Refused):
        return _waiting(PinPage(said="wrong", left=outcome.left), outcome.wait_s, at)
    return PinPage(said="failed")


def _waiting(page: PinPage, seconds: float, now: float) -> PinPage:
    """The page with so long to wait from now; without a wait it takes keys."""
    if seconds <= 0:
        said: Said = "" if page.wait_until is not None else page.said
        return replace(page, wait_until=None, seconds_left=0, said=said)
    return replace(page, digits="", wait_until=now + seconds, seconds_left=math.ceil(seconds))


def view(page: PinPage, frame: StaffFrame) -> View:
    """The keypad, and what is to be known before the next try."""
    return frame.keys(
        "pin",
        frame.say("PIN code"),
        hint=_hint(page, frame),
        dots=len(page.digits),
        rows=_rows(frame),
        has_back=False,
    )


def _rows(frame: StaffFrame) -> tuple[tuple[Choice, ...], ...]:
    delete = offer("pin-delete", frame.say("Delete"), icon="backspace")
    ready = offer("pin-ok", frame.say("Open"), is_primary=True)
    zero = offer("key:0", "0")
    return (*typed_rows(KEYPAD), (delete, zero, ready))


def _hint(page: PinPage, frame: StaffFrame) -> str:
    if page.is_checking:
        return frame.say("Checking")
    if page.wait_until is not None:
        minutes, seconds = divmod(page.seconds_left, 60)
        words = frame.say("Too many wrong codes. Wait %(minutes)d min %(seconds)02d s.")
        return words % {"minutes": minutes, "seconds": seconds}
    if page.said == "failed":
        return frame.say("That did not work. Try again; if it does not help, call support.")
    if page.said == "wrong":
        words = frame.say("Wrong code. Tries left before a wait: %(count)d")
        return words % {"count": page.left or 0}
    return frame.say("The unit's supervisor knows it.")
