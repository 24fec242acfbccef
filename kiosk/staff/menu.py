"""The menu: what staff can do here, a screenful at a time. Pure."""

from dataclasses import dataclass, replace

from kiosk.session.events import StaffTouched
from kiosk.staff.entries import ENTRIES
from kiosk.staff.events import PageEvent
from kiosk.staff.frame import MOST_ROWS, NEXT, PREVIOUS, StaffFrame, offer, pages_of
from kiosk.staff.states import Access, Entry, Page, Turn
from kiosk.view.model import View


@dataclass(frozen=True, slots=True)
class Menu(Page):
    """What can be done with this access; `number` is the screenful that is shown, from 1."""

    access: Access
    has_pin: bool = True
    number: int = 1


def entries_for(access: Access) -> tuple[Entry, ...]:
    """What may be opened."""
    return tuple(each for each in ENTRIES if access in each.opens_for)


def reduce(page: Menu, event: PageEvent) -> Turn:
    """Open an entry, or turn over."""
    entries = entries_for(page.access)
    last = pages_of(len(entries), MOST_ROWS)
    match event:
        case StaffTouched(choice) if choice == NEXT and page.number < last:
            return Turn(replace(page, number=page.number + 1))
        case StaffTouched(choice) if choice == PREVIOUS and page.number > 1:
            return Turn(replace(page, number=page.number - 1))
        case StaffTouched(choice) if any(each.id == choice for each in entries):
            return Turn(choice)
    return Turn(page)


def view(page: Menu, frame: StaffFrame) -> View:
    """The entries."""
    entries = entries_for(page.access)
    first = (page.number - 1) * MOST_ROWS
    shown = entries[first : first + MOST_ROWS]
    return frame.list(
        f"menu:{page.number}",
        frame.say(TITLES[page.access]),
        hint=frame.say(HINTS[page.access]) if HINTS[page.access] else "",
        answers=[offer(each.id, frame.say(each.label)) for each in shown],
        has_back=False,
        page_of=(page.number, pages_of(len(entries), MOST_ROWS)),
    )


TITLES: dict[Access, str] = {
    "none": "",
    "set-up": "This terminal is not set up",
    "support": "This terminal has no PIN code",
    "all": "What would you like to do?",
}
HINTS: dict[Access, str] = {
    "none": "",
    "set-up": "Enter the code that you were given. Answers are kept meanwhile.",
    "support": "Ask support for a new set-up code: a PIN code comes with it.",
    "all": "",
}
