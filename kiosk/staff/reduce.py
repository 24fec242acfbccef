"""The staff pages as a whole: opening, closing by themselves, passing on what happens. Pure."""

from dataclasses import replace
from typing import NamedTuple

from kiosk.session.events import LanguageChosen, Pressed, StaffTouched, TimePassed, Touch
from kiosk.session.moves import GUARD_S
from kiosk.session.preferences import Preferences
from kiosk.session.states import Memory
from kiosk.staff.effects import AskWay, Deed, Effect, Opened, TryPin, Way, Ways
from kiosk.staff.entries import ENTRIES
from kiosk.staff.events import ClosesSoon, PageEvent, PageTouch, Told
from kiosk.staff.frame import CLOSE, LANGUAGES, StaffFrame
from kiosk.staff.menu import Menu, entries_for
from kiosk.staff.pages import RULES
from kiosk.staff.pin import Opening, PinPage
from kiosk.staff.states import LET_IN_S, WARN_S, Access, Page, Staff, Turn
from kiosk.view.model import View

ACCESS: dict[Way, Access] = {"pin": "none", "no-pin": "support", "not-set-up": "set-up"}


class Onward(NamedTuple):
    """The pages after an event, None when they closed, and what is to be done."""

    staff: Staff | None
    effects: tuple[Effect, ...] = ()


def open_pages(memory: Memory, preferences: Preferences, at: float) -> Onward:
    """Somebody knows the way in."""
    staff = Staff(
        Opening(),
        _in_words(memory, preferences),
        closes_at=at + RULES[Opening].idle_s,
        let_in_by=at + LET_IN_S,
        guarded_until=at + GUARD_S,
    )
    return Onward(staff, (AskWay(),))


def _in_words(memory: Memory, preferences: Preferences) -> Preferences:
    """In a language in which the pages are written, where one is offered.

    That of before may be offered no more: staff can switch it off.
    """
    offered = memory.config.languages
    if preferences.language in LANGUAGES and preferences.language in offered:
        return preferences
    otherwise = preferences.language if preferences.language in offered else offered[0]
    written = (each for each in offered if each in LANGUAGES)
    return preferences.in_language(next(written, otherwise))


def reduce(  # noqa: PLR0911 - a table
    staff: Staff, memory: Memory, event: PageEvent | Touch
) -> Onward:
    """What happens on the pages; `memory` is that of the session behind them."""
    if isinstance(event, Touch):
        return _touched(staff, memory, event)
    match event:
        case TimePassed(now) if now >= staff.closes_at:
            return Onward(None)
        case TimePassed(now) if not staff.is_warned and now >= staff.closes_at - WARN_S:
            return _warned(staff, memory, event)
        case Pressed() if not RULES[type(staff.page)].takes_presses:
            return Onward(staff)
        case Told(AskWay(), Ways() as ways, _) if isinstance(staff.page, Opening):
            return _opened(replace(staff, terminal_id=ways.terminal_id), memory, ways, event)
        case Told(TryPin() as tried, Opened(), at) if tried == _tried(staff):
            return Onward(_on_page(replace(staff, access="all"), Menu("all"), at))
    return _onward(staff, memory, event)


def _touched(staff: Staff, memory: Memory, event: Touch) -> Onward:
    """A finger: it keeps the pages open, and closes them by `close`."""
    if event.at < staff.guarded_until:
        return Onward(staff)
    staff = _kept_open(staff, event.at)
    match event:
        case StaffTouched(choice) if choice == CLOSE:
            return Onward(None)
        case LanguageChosen(language):
            known = language in memory.config.languages and language in LANGUAGES
            chosen = staff.preferences.in_language(language) if known else staff.preferences
            return Onward(replace(staff, preferences=chosen))
    return _onward(staff, memory, event) if isinstance(event, PageTouch) else Onward(staff)


def _warned(staff: Staff, memory: Memory, event: TimePassed) -> Onward:
    """The page hears that it closes soon, and then what time it is."""
    soon = ClosesSoon(staff.closes_at - event.now, event.now)
    told = _onward(replace(staff, is_warned=True), memory, soon)
    if told.staff is None:
        return told
    after = _onward(told.staff, memory, event)
    return Onward(after.staff, (*told.effects, *after.effects))


def _kept_open(staff: Staff, at: float) -> Staff:
    """Somebody is there: the time until the pages close begins anew."""
    closes_at = at + RULES[type(staff.page)].idle_s
    if staff.access == "none":
        closes_at = min(closes_at, staff.let_in_by)
    return replace(staff, closes_at=closes_at, is_warned=False)


def _tried(staff: Staff) -> Deed | None:
    """The try that the page waits for, if it waits for one."""
    page = staff.page
    return TryPin(page.digits) if isinstance(page, PinPage) and page.is_checking else None


def _opened(staff: Staff, memory: Memory, ways: Ways, event: Told) -> Onward:
    """With a PIN it is asked for; without one there is a menu of little."""
    if ways.way == "pin":
        return _onward(staff, memory, event)
    access = ACCESS[ways.way]
    return Onward(_on_page(replace(staff, access=access), Menu(access), event.at))


def _onward(staff: Staff, memory: Memory, event: PageEvent) -> Onward:
    turn = RULES[type(staff.page)].reduce(staff.page, event)
    at = event.now if isinstance(event, TimePassed | Pressed) else event.at
    return _turned(staff, memory, turn, at)


def _turned(staff: Staff, memory: Memory, turn: Turn, at: float) -> Onward:
    if isinstance(turn.page, str):
        entry = next((each for each in ENTRIES if each.id == turn.page), None)
        if entry is None or entry not in entries_for(staff.access):
            return Onward(staff)
        return _turned(staff, memory, entry.begin(memory, at), at)
    page = Menu(staff.access) if turn.page is None else turn.page
    if isinstance(page, Opening):
        # Who may do what is to be seen anew.
        staff = replace(staff, access="none", let_in_by=at + LET_IN_S)
    return Onward(_on_page(staff, page, at), turn.effects)


def _on_page(staff: Staff, page: Page, at: float) -> Staff:
    """Another page, under a guard: a finger that is still there means nothing on it."""
    if type(page) is type(staff.page):
        guarded_until = max(staff.guarded_until, page.guarded_until)
        return replace(staff, page=page, guarded_until=guarded_until)
    closes_at = max(staff.closes_at, at + RULES[type(page)].idle_s)
    return replace(staff, page=page, closes_at=closes_at, guarded_until=at + GUARD_S)


def view(staff: Staff, memory: Memory) -> View:
    """The page that is open."""
    has_menu = staff.access != "none"
    preferences = _in_words(memory, staff.preferences)
    frame = StaffFrame.of(memory, preferences, staff.terminal_id, has_menu)
    return RULES[type(staff.page)].view(staff.page, frame)
