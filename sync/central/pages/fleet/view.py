"""What the fleet's pages show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sync import wire
from sync.central.accounts.access import Visitor
from sync.central.api.problems import ProblemError
from sync.central.behaviour import AlarmKind
from sync.central.errors import UnknownTerminal
from sync.central.fleet.alarms import ALARMS, STANDINGS, Standing
from sync.central.fleet.look import Seen, SeenWhole, look, look_at_one
from sync.central.pages.tree import Choice, choices, chosen_units, visible
from sync.central.scopes import EVERYTHING, Scope
from sync.central.service import Service
from sync.central.store.units import all_units

MOST_ROWS = 200
MOST_PAGES = 1000
MOST_WORDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which terminals somebody wants to see; an empty text is any."""

    scope: Scope = EVERYTHING
    alarm: str = ""
    standing: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Fleet:
    """The terminals that were asked for, and how many there are of each kind without the filter."""

    rows: tuple[Seen, ...]
    fitting: int
    pages: int
    all: int
    by_standing: Mapping[Standing, int]
    by_alarm: Mapping[AlarmKind, int]
    choices: tuple[Choice, ...]


def fleet(service: Service, who: Visitor, wanted: Wanted) -> Fleet:
    """The fleet as this visitor may see it; raises ProblemError with 403 or 404."""
    now = service.now()
    with service.store.reading() as connection:
        units = all_units(connection)
        allowed = who.units(units)
        of = chosen_units(wanted.scope, units, allowed)
        seen = look(connection, now, of)
    raised = Counter(alarm.kind for each in seen for alarm in each.alarms)
    stands = Counter(each.standing for each in seen)
    rows = [each for each in seen if _fits(each, wanted)]
    begin = (wanted.page - 1) * MOST_ROWS
    return Fleet(
        rows=tuple(rows[begin : begin + MOST_ROWS]),
        fitting=len(rows),
        pages=max(1, -(-len(rows) // MOST_ROWS)),
        all=len(seen),
        by_standing={kind: stands[kind] for kind in STANDINGS if stands[kind]},
        by_alarm={kind: raised[kind] for kind in ALARMS if raised[kind]},
        choices=choices(units, allowed),
    )


def _fits(seen: Seen, wanted: Wanted) -> bool:
    if wanted.standing and seen.standing != wanted.standing:
        return False
    if wanted.alarm and wanted.alarm not in {alarm.kind for alarm in seen.alarms}:
        return False
    stands = seen.terminal.location
    names = seen.unit.name.values() if seen.unit else ()
    texts = (seen.terminal.id, seen.terminal.hardware_id, stands.unit, stands.place, *names)
    said = " ".join(each.casefold() for each in texts if each)
    return all(word in said for word in wanted.words.casefold().split())


def one(service: Service, who: Visitor, terminal_id: str) -> tuple[SeenWhole, Sequence[wire.Unit]]:
    """A terminal whole, and the units that the visitor may see.

    Raises ProblemError with 404, or 403 for one that stands elsewhere.
    """
    with service.store.reading() as connection:
        units = all_units(connection)
        try:
            whole = look_at_one(connection, terminal_id, service.now())
        except UnknownTerminal:
            raise ProblemError(HTTPStatus.NOT_FOUND, "no terminal has this name") from None
    allowed = who.units(units)
    if allowed is not None and whole.seen.terminal.location.unit not in allowed:
        raise ProblemError(HTTPStatus.FORBIDDEN, "your account may not see this terminal")
    return whole, visible(units, allowed)
