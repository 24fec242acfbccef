"""The tallies: counted as responses are stored, uncounted when one proves to be invalid.

A row counts the answers to one item on one day in one unit. Statistics read nothing else.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from msgspec import UNSET
from sqlalchemy import ColumnElement, Connection, func, select

from sync import wire
from sync.central.numbers.figures import RESPONSES, Counts
from sync.central.receiving.checking import options_of
from sync.central.store.bulk import insert_many
from sync.central.store.changes import announce
from sync.central.store.tables import ALL_UNITS, tallies

__all__ = [
    "COUNTS", "KEY", "RESPONSES", "STANDINGS", "VALUES", "Counts", "Dimension", "Filter", "Key",
    "Standing", "Tally", "add", "counts_by", "counts_by_all", "counts_by_item",
    "standing_of",
]  # fmt: skip

Standing = Literal["counted", "misuse", "simulated"]
STANDINGS: tuple[Standing, ...] = ("counted", "misuse", "simulated")

VALUES = tuple(f"n{value}" for value in range(11))
COUNTS = (*VALUES, "skipped", "not_applicable")
KEY = (
    "unit", "day", "standing", "questionnaire", "respondent", "channel", "language", "item",
)  # fmt: skip
Dimension = Literal["unit", "day", "standing", "questionnaire", "respondent", "channel", "language"]

Key = tuple[str, date, str, str, str, str, str, str]
_Group = tuple[str, date, str, str, str, str, str]  # KEY without the item
_Cell = tuple[str, int]  # an item, and the place of a count in COUNTS
_STATUS_PLACE = {"skipped": len(VALUES), "not-applicable": len(VALUES) + 1}


def standing_of(response: wire.Response) -> Standing:
    """How a response counts: as an answer, as likely misuse, or as a rehearsal."""
    return standing_by({flag.rule for flag in response.flags})


def standing_by(rules: Collection[str]) -> Standing:
    """How a response counts that met these rules."""
    if "simulated" in rules:
        return "simulated"
    return "misuse" if rules else "counted"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which responses are meant. `units`: OIDs, "" for none named; None for every response.

    Days are Finnish ones, both included. None is no bound, or every one there is.
    """

    units: frozenset[str] | None = None
    first: date | None = None
    last: date | None = None
    standings: frozenset[Standing] = frozenset({"counted"})
    questionnaire: str | None = None
    respondent: str | None = None
    channel: str | None = None
    language: str | None = None


class Tally:
    """Counts that are to be added to the tallies, gathered from responses one by one."""

    def __init__(self) -> None:
        self._groups: defaultdict[_Group, defaultdict[_Cell, int]] = defaultdict(
            lambda: defaultdict(int)
        )

    def count(self, response: wire.Response, day: date, standing: Standing, times: int = 1) -> None:
        """Count a response as of this day and standing; `times` is -1 to take it back."""
        named = response.location.unit or ""
        cells = self._groups[
            "" if named == ALL_UNITS else named,  # whoever says so must not count twice
            day,
            standing,
            response.questionnaire.id,
            response.respondent,
            response.channel,
            response.language,
        ]
        cells[RESPONSES, 0] += times
        for answer in response.answers:
            for cell in _said(answer):
                cells[cell] += times

    def rows(self, *, with_all_units: bool = True) -> dict[Key, list[int]]:
        """The counts by row, in the order of COUNTS: of each unit, and of all together."""
        rows: defaultdict[Key, list[int]] = defaultdict(lambda: [0] * len(COUNTS))
        for (unit, *rest), cells in self._groups.items():
            for of in (unit, ALL_UNITS) if with_all_units else (unit,):
                for (item, column), count in cells.items():
                    rows[cast("Key", (of, *rest, item))][column] += count
        return {key: counts for key, counts in rows.items() if any(counts)}


def _said(answer: wire.Answer) -> Iterable[_Cell]:
    """Item, and place in COUNTS, of each thing that an answer says."""
    if answer.value is not UNSET:
        return ((answer.item, answer.value),)
    if answer.status is not UNSET:
        return ((answer.item, _STATUS_PLACE[answer.status]),)
    options = options_of(answer) or ()
    return ((answer.item, 0), *((f"{answer.item}/{option}", 0) for option in options))


def add(connection: Connection, more: Mapping[Key, Sequence[int]]) -> None:
    """Add counts, in the order of COUNTS, to rows of the tallies; what is negative takes away."""
    if not more:
        return
    added = ", ".join(f"{name} = tallies.{name} + excluded.{name}" for name in COUNTS)
    ending = f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {added}"
    # Sorted, so that two transactions never wait for each other in a circle.
    names = (*KEY, *COUNTS)
    rows = [dict(zip(names, (*key, *more[key]), strict=True)) for key in sorted(more)]
    insert_many(connection, tallies, rows, ending)
    announce(connection, {unit for unit, *_ in more if unit != ALL_UNITS})


def counts_by_item(connection: Connection, wanted: Filter) -> dict[str, Counts]:
    """What was answered to each item; RESPONSES stands for the responses themselves."""
    statement = select(tallies.c.item, *_sums()).where(*_conditions(wanted))
    rows = connection.execute(statement.group_by(tallies.c.item))
    return {row[0]: _counts(row[1:]) for row in rows}


def counts_by(
    connection: Connection, wanted: Filter, dimension: Dimension
) -> dict[tuple[str | date, str], Counts]:
    """The same, apart for each value of one dimension: by that value and the item.

    By unit, no unit but those that the filter names; every one where it names none.
    """
    found = counts_by_all(connection, wanted, (dimension,))
    return {
        (value, item): each for (value,), items in found.items() for item, each in items.items()
    }


def counts_by_all(
    connection: Connection, wanted: Filter, dimensions: Sequence[Dimension]
) -> dict[tuple[str | date, ...], dict[str, Counts]]:
    """The same by several dimensions at once: for each group of values, by item."""
    by = [tallies.c[name] for name in dimensions]
    conditions = _conditions(wanted)
    if "unit" in dimensions and wanted.units is None:
        conditions = [tallies.c.unit != ALL_UNITS, *conditions[1:]]
    statement = select(*by, tallies.c.item, *_sums()).where(*conditions)
    found: dict[tuple[str | date, ...], dict[str, Counts]] = defaultdict(dict)
    for row in connection.execute(statement.group_by(*by, tallies.c.item)):
        found[tuple(row[: len(by)])][row[len(by)]] = _counts(row[len(by) + 1 :])
    return dict(found)


def _sums() -> list[ColumnElement[int]]:
    return [func.sum(tallies.c[name]) for name in COUNTS]


def _counts(sums: Iterable[int]) -> Counts:
    *values, skipped, not_applicable = (int(count) for count in sums)
    return Counts(tuple(values), skipped, not_applicable)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    units = [ALL_UNITS] if wanted.units is None else sorted(wanted.units)
    conditions: list[ColumnElement[bool]] = [
        tallies.c.unit.in_(units),
        tallies.c.standing.in_(sorted(wanted.standings)),
    ]
    if wanted.first is not None:
        conditions.append(tallies.c.day >= wanted.first)
    if wanted.last is not None:
        conditions.append(tallies.c.day <= wanted.last)
    for name in ("questionnaire", "respondent", "channel", "language"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(tallies.c[name] == value)
    return conditions
