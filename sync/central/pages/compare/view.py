"""What the page of units shows, gathered in one view of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from device_config.counties import COUNTIES
from sync import wire
from sync.central.behaviour import read_behaviour
from sync.central.local_time import FINLAND, day_of
from sync.central.numbers.comparison import ByItem, add_up
from sync.central.numbers.figures import RESPONSES, summarise
from sync.central.pages.compare.nodes import step_names, tree
from sync.central.pages.compare.sheet import Branch, Column, Row, Sheet, columns_of, sorted_rows
from sync.central.pages.compare.wanted import Comparing
from sync.central.pages.tree import chosen_units, visible
from sync.central.pages.wording import Names, asked_items, names_of
from sync.central.scopes import Scope, own_name, path_of, steps_of
from sync.central.service import Service
from sync.central.store.tallies import STANDINGS, Dimension, Filter, Standing, counts_by_all
from sync.central.store.units import all_units

MOST_ROWS = 100
FEW_UNITS = 40  # so few are counted each time
BY: tuple[Dimension, ...] = ("unit", "standing")


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows; either `root` or `rows` is there."""

    comparing: Comparing
    above: tuple[tuple[str, Names], ...]  # scopes and names, from the root to what is compared
    first: date
    last: date
    minimum_n: int
    counted_at: datetime  # in Finland
    misuse: int  # so many responses in all, whether they are counted or not
    simulated: int
    columns: tuple[Column, ...]
    whole: Row
    root: Branch | None
    rows: tuple[Row, ...]
    units: int
    pages: int


Found = Mapping[tuple[str | date, ...], ByItem]  # by unit and standing


def gather(service: Service, comparing: Comparing, allowed: frozenset[str] | None) -> View:
    """What the page shows of the units that a visitor may see; raises ProblemError."""
    wanted, today = comparing.wanted, day_of(service.now())
    with service.store.reading() as connection:
        known = visible(all_units(connection), allowed)
        chosen = chosen_units(wanted.scope, known, allowed)
        meant = replace(wanted.filter(chosen, today), standings=frozenset(STANDINGS))
        units = [unit for unit in known if chosen is None or unit.unit in chosen]
        found, counted_at = _found(service, connection, meant, len(units))
        minimum_n = read_behaviour(connection).minimum_n
    by_unit = _counted(found, wanted.standings)
    items = asked_items(service.questionnaires, wanted.questionnaire)
    kinds = {name: item.kind for name, item in items.items()}
    whole = summarise(add_up(by_unit.values()), kinds)
    columns = columns_of(items, comparing.measure, whole)
    sheet = Sheet(columns, comparing.measure, kinds)
    is_tree = comparing.shape == "tree"
    rows = () if is_tree else sorted_rows(sheet.rows(units, by_unit), sheet, comparing, minimum_n)
    first_row = (comparing.page - 1) * MOST_ROWS
    return View(
        comparing=comparing,
        above=_above(wanted.scope, units),
        first=wanted.first_day(today),
        last=today,
        minimum_n=minimum_n,
        counted_at=counted_at.astimezone(FINLAND),
        misuse=_responses(found, "misuse"),
        simulated=_responses(found, "simulated"),
        columns=columns,
        whole=sheet.row("", None, {}, whole),
        root=sheet.branch(tree(units, by_unit)) if is_tree else None,
        rows=tuple(rows[first_row : first_row + MOST_ROWS]),
        units=len(units),
        pages=max(1, -(-len(rows) // MOST_ROWS)),
    )


def _found(
    service: Service, connection: Connection, meant: Filter, units: int
) -> tuple[Found, datetime]:
    """The tallies by unit and standing, and when they were counted.

    Those of many units are read for every unit at once and kept a while: it takes a second.
    """
    now = service.now()
    if units <= FEW_UNITS:
        return counts_by_all(connection, meant, BY), now
    everywhere = replace(meant, units=None)
    every = service.comparisons.get(
        everywhere, now, lambda: counts_by_all(connection, everywhere, BY)
    )
    found = every.value
    if meant.units is not None:
        found = {key: counts for key, counts in found.items() if key[0] in meant.units}
    return found, every.at


def _counted(found: Found, standings: frozenset[Standing]) -> dict[str, ByItem]:
    """The tallies of each unit, of these standings together."""
    parts: dict[str, list[ByItem]] = {}
    for (unit, standing), by_item in found.items():
        if standing in standings:
            parts.setdefault(str(unit), []).append(by_item)
    return {unit: add_up(several) for unit, several in parts.items()}


def _responses(found: Found, wanted: Standing) -> int:
    return sum(
        by_item[RESPONSES].given
        for (_, standing), by_item in found.items()
        if standing == wanted and RESPONSES in by_item
    )


def _above(scope: Scope, units: Sequence[wire.Unit]) -> tuple[tuple[str, Names], ...]:
    """The way from the root to a part of the tree, with itself at the end: scopes and names."""
    match scope.kind:
        case "all":
            return ()
        case "county":
            return ((str(scope), COUNTIES.get(scope.value, {"fi": scope.value})),)
        case "path":
            return _steps(units[0], len(steps_of(scope.value))) if units else ()
        case "unit":
            itself = [(str(Scope("unit", unit.unit)), names_of(unit)) for unit in units]
            return (*(_steps(units[0], len(path_of(units[0]))) if units else ()), *itself)


def _steps(unit: wire.Unit, depth: int) -> tuple[tuple[str, Names], ...]:
    path = (*path_of(unit), own_name(unit))[:depth]
    return tuple(
        (str(Scope("path", " › ".join(path[: n + 1]))), step_names(unit, n) or {"fi": step})
        for n, step in enumerate(path)
    )
