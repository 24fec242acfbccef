"""Where it stands: look for the unit, say the place in the house, done. Pure.

From the menu it is at most four taps and a few letters. What follows a change is in `places.py`.
"""

from dataclasses import dataclass, replace

from device_config.unit_search import path_of
from device_config.units import Unit
from kiosk.session.events import BackTapped, StaffTouched
from kiosk.session.free_text import Writing
from kiosk.session.moves import GUARD_S
from kiosk.session.states import Memory
from kiosk.staff.effects import (
    AgentSilent,
    Failed,
    FindUnits,
    Found,
    LeaveOrder,
    MoveTo,
    OrderDone,
    PlacesSeen,
    ReadPlaces,
)
from kiosk.staff.events import PageEvent, Told
from kiosk.staff.frame import (
    MOST_RESULTS,
    MOST_SUGGESTED,
    StaffFrame,
    offer,
)
from kiosk.staff.places import FAILED, History, Moving, said_place
from kiosk.staff.states import Page, Turn
from kiosk.staff.written import begun_with, written
from kiosk.view.model import Choice, View

FETCH = LeaveOrder("fetch-units", {})


@dataclass(frozen=True, slots=True)
class Search(Page):
    """Looking for the unit. `found` is None until the first answer.

    The rows changed at `found_at`; `before` they were these: a finger may still mean those.
    """

    writing: Writing = Writing()  # noqa: RUF009 - frozen
    found: Found | None = None
    found_at: float = 0.0
    before: tuple[Unit, ...] = ()
    places: PlacesSeen | None = None
    said: str = ""
    """What became of fetching the list, or of looking, in English."""
    is_fetching: bool = False


@dataclass(frozen=True, slots=True)
class PlaceIn(Page):
    """The unit is chosen; where in the house? `suggested`: what it was called there before."""

    search: Search
    unit: Unit
    writing: Writing = Writing()  # noqa: RUF009 - frozen
    suggested: tuple[str, ...] = ()


def begin(_memory: Memory, _at: float) -> Turn:
    """Look where it stands, and which units there are."""
    return Turn(Search(), (ReadPlaces(), FindUnits("")))


# Looking for the unit


def reduce_search(page: Search, event: PageEvent) -> Turn:  # noqa: PLR0911 - a table
    """Each letter looks again; a row is the unit."""
    writing = written(page.writing, event)
    if writing is not None:
        is_other = writing.text != page.writing.text
        looks = (FindUnits(writing.text),) if is_other else ()
        return Turn(replace(page, writing=writing), looks)
    match event:
        case Told() as told:
            return _told(page, told)
        case StaffTouched("fetch") if not page.is_fetching:
            return Turn(replace(page, is_fetching=True, said=""), (FETCH,))
        case StaffTouched("earlier") if page.places is not None and page.places.before:
            return Turn(History(page, page.places))
        case StaffTouched(choice, at):
            unit = _touched(page, choice, at)
            return Turn(page if unit is None else _place_in(page, unit))
        case BackTapped():
            return Turn(None)
    return Turn(page)


def _told(page: Search, told: Told) -> Turn:
    match told:
        case Told(FindUnits(text), Found() as found, at) if text == page.writing.text:
            after = replace(page, found=found)
            if _results(after) != _results(page):
                after = replace(after, found_at=at, before=_results(page))
            return Turn(after)
        case Told(ReadPlaces(), PlacesSeen() as places):
            return Turn(replace(page, places=places))
        case Told(LeaveOrder("fetch-units"), AgentSilent()):
            return Turn(replace(page, said=SILENT))
        case Told(LeaveOrder("fetch-units"), OrderDone(outcome)):
            said = FETCHED if outcome.get("done") is True else NOT_FETCHED
            after = replace(page, said=said, is_fetching=False)
            return Turn(after, (FindUnits(page.writing.text),))
        case Told(_, Failed()):
            return Turn(replace(page, said=FAILED, is_fetching=False))
    return Turn(page)


FETCHED = "The list is here."
NOT_FETCHED = "The list could not be fetched. Check the network and try again."
SILENT = "The sending program does not answer. Restart the terminal; if it goes on, call support."


def _results(page: Search) -> tuple[Unit, ...]:
    return page.found.units[:MOST_RESULTS] if page.found is not None else ()


def _touched(page: Search, choice: str, at: float) -> Unit | None:
    """The unit of a row; none where another stood in its place a moment ago."""
    rows = [f"unit:{each.unit}" for each in _results(page)]
    if choice not in rows:
        return None
    row = rows.index(choice)
    unit = _results(page)[row]
    is_new = page.before[row : row + 1] != (unit,)
    return None if is_new and at < page.found_at + GUARD_S else unit


def _place_in(page: Search, unit: Unit) -> PlaceIn:
    """Where the terminal is known to have stood in this unit is offered again."""
    known = () if page.places is None else (page.places.now, *page.places.before)
    names = [each.place.place for each in known if each.place.unit == unit.unit]
    suggested = tuple(dict.fromkeys(name for name in names if name))[:MOST_SUGGESTED]
    return PlaceIn(page, unit, suggested=suggested)


def view_search(page: Search, frame: StaffFrame) -> View:
    """The field, the best units with their paths, the keyboard."""
    results = [
        offer(f"unit:{u.unit}", frame.named(u.name), detail=path_of(u, frame.language))
        for u in _results(page)
    ]
    actions: list[Choice] = []
    if page.found is not None and not page.found.known:
        actions.append(offer("fetch", frame.say("Fetch the list now"), is_primary=True))
    if page.places is not None and page.places.before:
        actions.append(offer("earlier", frame.say("Earlier places")))
    return frame.keys(
        "location",
        _where(page, frame),
        hint=_search_hint(page, frame),
        writing=page.writing,
        placeholder=frame.say("Unit, service or town"),
        answers=results,
        actions=actions,
    )


def _where(page: Search, frame: StaffFrame) -> str:
    now = None if page.places is None else page.places.now
    if now is None or now.place.unit is None:
        return frame.say("Which unit does it stand in?")
    return frame.say("It stands here: %(place)s") % {"place": said_place(now, frame)}


def _search_hint(page: Search, frame: StaffFrame) -> str:
    if page.is_fetching and not page.said:
        return frame.say("Fetching the list of units")
    if page.said:
        return frame.say(page.said)
    if page.found is None:
        return ""
    if not page.found.known:
        return frame.say("There is no list of units on this terminal yet.")
    if not page.found.units:
        return frame.say("No unit fits. Try fewer letters.")
    return ""


# The place in the house


def reduce_place(page: PlaceIn, event: PageEvent) -> Turn:
    """Write it, or take what it was called before."""
    writing = written(page.writing, event)
    if writing is not None:
        return Turn(replace(page, writing=writing))
    match event:
        case StaffTouched("save"):
            unit, place = page.unit, page.writing.text.strip()
            return Turn(Moving(), (MoveTo(unit.unit, unit.service, place or None, unit.county),))
        case StaffTouched(choice) if choice.startswith("place:"):
            number = choice.removeprefix("place:")
            named = dict(zip("123", page.suggested, strict=False)).get(number)
            return Turn(page if named is None else replace(page, writing=begun_with(named)))
        case BackTapped():
            return Turn(page.search)
    return Turn(page)


def view_place(page: PlaceIn, frame: StaffFrame) -> View:
    """The unit, the field, the keyboard."""
    suggested = [offer(f"place:{n}", name) for n, name in enumerate(page.suggested, 1)]
    return frame.keys(
        f"location:place:{page.unit.unit}",
        frame.say("Where in the house?"),
        hint=frame.named(page.unit.name),
        writing=page.writing,
        placeholder=frame.say("For example: Lobby 1"),
        answers=suggested,
        actions=(offer("save", frame.say("Save"), is_primary=True),),
    )
