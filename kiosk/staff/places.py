"""Where it stands now and stood before: a change that is done, its undo, earlier places. Pure."""

from dataclasses import dataclass, replace

from kiosk.session.events import BackTapped, StaffTouched, TimePassed
from kiosk.staff.dates import moment
from kiosk.staff.effects import Failed, Moved, MoveTo, PlaceSeen, PlacesSeen, UndoMove
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import MOST_TALL_ROWS, NEXT, PREVIOUS, StaffFrame, offer, pages_of
from kiosk.staff.states import Page, Turn
from kiosk.view.model import View

UNDO_S = 120.0
"""So long a change can be taken back with one tap; later it is among the earlier places."""
FAILED = "That did not work. Try again; if it does not help, call support."
ABOUT_THIS_UNIT = "The answers from now on are about this unit."
NOWHERE = "It does not know where it stands. Choose the place."


@dataclass(frozen=True, slots=True)
class Moving(Page):
    """The change is on its way to the disk, then done; it can be undone until `undo_until`."""

    moved: PlaceSeen | None = None
    is_undone: bool = False
    has_failed: bool = False
    is_waiting: bool = True
    undo_until: float | None = None

    @property
    def deadline(self) -> float | None:
        """The end of the undo."""
        return self.undo_until


@dataclass(frozen=True, slots=True)
class History(Page):
    """Earlier places, to go back to one of them."""

    search: Page
    places: PlacesSeen
    number: int = 1


def said_place(seen: PlaceSeen, frame: StaffFrame) -> str:
    """A place as it is said: the unit's name, or its number, and where in the house."""
    unit = frame.named(seen.name) or seen.place.unit or frame.say("Not known")
    return f"{unit}, {seen.place.place}" if seen.place.place else unit


# Done


def reduce_moving(page: Moving, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """Say that it is done; undo it."""
    match event:
        case Told(MoveTo(), Moved(now), at) if page.is_waiting:
            return Turn(Moving(now, is_waiting=False, undo_until=at + UNDO_S))
        case Told(UndoMove(), Moved(now)) if page.is_waiting:
            return Turn(Moving(now, is_undone=True, is_waiting=False))
        case Told(MoveTo() | UndoMove(), Failed()) if page.is_waiting:
            return Turn(replace(page, has_failed=True, is_waiting=False, undo_until=None))
        case StaffTouched("undo") if page.undo_until is not None and not page.is_waiting:
            return Turn(replace(page, is_waiting=True, undo_until=None), (UndoMove(),))
        case TimePassed(now) if page.undo_until is not None and now >= page.undo_until:
            return Turn(replace(page, undo_until=None))
        case StaffTouched("ready") | BackTapped():
            return Turn(None)
    return Turn(page)


def view_moving(page: Moving, frame: StaffFrame) -> View:
    """Where it stands now."""
    ready = offer("ready", frame.say("Done"), is_primary=True)
    if page.is_waiting:
        return frame.list("location:moving", frame.say("One moment"))
    if page.has_failed:
        return frame.list("location:failed", frame.say(FAILED), lamp="bad", actions=(ready,))
    if page.moved is None:
        nothing = frame.say("There was nothing to take back.")
        return frame.list("location:nothing", nothing, actions=(ready,))
    title = "Taken back. It stands here:" if page.is_undone else "It stands here now:"
    undo = (offer("undo", frame.say("Take it back")),) if page.undo_until is not None else ()
    is_known = page.moved.place.unit is not None
    return frame.list(
        f"location:moved:{page.is_undone}",
        f"{frame.say(title)} {said_place(page.moved, frame)}",
        hint=frame.say(ABOUT_THIS_UNIT if is_known else NOWHERE),
        lamp="ok" if is_known else "attention",
        actions=(*undo, ready),
    )


# Earlier places


def reduce_history(page: History, event: PageEvent) -> Turn:
    """Go back to where it stood; a change like any other."""
    last = pages_of(len(page.places.before), MOST_TALL_ROWS)
    match event:
        case StaffTouched(choice) if choice == NEXT and page.number < last:
            return Turn(replace(page, number=page.number + 1))
        case StaffTouched(choice) if choice == PREVIOUS and page.number > 1:
            return Turn(replace(page, number=page.number - 1))
        case StaffTouched(choice):
            chosen = dict(_numbered(page)).get(choice)
            return Turn(page) if chosen is None else _back_to(chosen)
        case BackTapped():
            return Turn(page.search)
    return Turn(page)


def _back_to(seen: PlaceSeen) -> Turn:
    place = seen.place
    if place.unit is None:
        return Turn(None)
    return Turn(Moving(), (MoveTo(place.unit, place.service, place.place, place.county),))


def _numbered(page: History) -> list[tuple[str, PlaceSeen]]:
    return [(f"earlier:{n}", each) for n, each in enumerate(page.places.before, 1)]


def view_history(page: History, frame: StaffFrame) -> View:
    """A row for each, with since when."""
    first = (page.number - 1) * MOST_TALL_ROWS
    rows = _numbered(page)[first : first + MOST_TALL_ROWS]
    return frame.list(
        f"location:earlier:{page.number}",
        frame.say("Earlier places"),
        hint=frame.say("Touch the place where it stands now."),
        answers=[
            offer(name, said_place(each, frame), detail=_since(each, frame)) for name, each in rows
        ],
        page_of=(page.number, pages_of(len(page.places.before), MOST_TALL_ROWS)),
    )


def _since(seen: PlaceSeen, frame: StaffFrame) -> str:
    since = moment(seen.place.since, frame.language)
    return frame.say("Since %(moment)s") % {"moment": since} if since else ""
