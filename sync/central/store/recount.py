"""Counts the documents again, and says where the tallies or the numbers that came differ."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select, text

from sync import wire
from sync.central.store.bulk import insert_many
from sync.central.store.tables import ALL_UNITS, is_invalid, responses, sequences, tallies
from sync.central.store.tallies import COUNTS, KEY, Key, Tally

log = logging.getLogger(__name__)

Counted = dict[Key, list[int]]
"""Counts in the order of COUNTS, by row."""


def stop_counting(connection: Connection) -> None:
    """Let nobody else change the tallies until the transaction ends."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        # In the order in which responses are stored, and waiting for those that have only locked
        # a row so far: nobody waits in a circle.
        connection.execute(text("LOCK TABLE sequences, tallies IN EXCLUSIVE MODE"))


def counted_units(connection: Connection) -> tuple[str, ...]:
    """Every unit that the tallies or the responses name, "" for none."""
    told = select(tallies.c.unit).where(tallies.c.unit != ALL_UNITS)
    named = select(func.coalesce(responses.c.unit, ""))
    found = connection.execute(told.union(named)).scalars()
    return tuple(sorted({"" if unit == ALL_UNITS else unit for unit in found}))


def unit_differences(connection: Connection, unit: str) -> Counted:
    """What the tallies of a unit lack, negative for what they have too much of."""
    anew = Tally()
    columns = (responses.c.id, responses.c.document, responses.c.day, responses.c.standing)
    counting = select(*columns).where(_of(unit), responses.c.day.is_not(None), ~is_invalid)
    for row in connection.execute(counting.execution_options(yield_per=500)):
        try:
            response = msgspec.json.decode(row.document, type=wire.Response)
        except wire.UNREADABLE:
            log.warning("response %s cannot be read, and does not count", row.id)
            continue
        anew.count(response, row.day, row.standing)
    stored = select(*_row_columns()).where(tallies.c.unit == unit)
    return _differences(anew.rows(with_all_units=False), _rows(connection.execute(stored)))


def _of(unit: str) -> ColumnElement[bool]:
    if unit:
        return responses.c.unit == unit
    return or_(responses.c.unit.is_(None), responses.c.unit.in_(["", ALL_UNITS]))


def counted_days(connection: Connection) -> tuple[date, ...]:
    """Every day of the tallies."""
    statement = select(tallies.c.day).distinct().order_by(tallies.c.day)
    return tuple(connection.execute(statement).scalars())


def day_differences(connection: Connection, day: date) -> Counted:
    """What the tallies of all units together lack on a day, beside those of each unit."""
    keys = [tallies.c[name] for name in KEY if name != "unit"]
    sums = (func.sum(tallies.c[name]) for name in COUNTS)
    by_unit = (
        select(text(f"'{ALL_UNITS}'"), *keys, *sums)
        .where(tallies.c.day == day, tallies.c.unit != ALL_UNITS)
        .group_by(*keys)
    )
    together = select(*_row_columns()).where(tallies.c.day == day, tallies.c.unit == ALL_UNITS)
    return _differences(_rows(connection.execute(by_unit)), _rows(connection.execute(together)))


def _row_columns() -> Iterator[ColumnElement[object]]:
    return (tallies.c[name] for name in (*KEY, *COUNTS))


def _rows(found: Iterable[tuple[object, ...]]) -> Counted:
    return {row[: len(KEY)]: [int(n) for n in row[len(KEY) :]] for row in map(tuple, found)}  # type: ignore[misc, call-overload]


def _differences(right: Mapping[Key, list[int]], found: Mapping[Key, list[int]]) -> Counted:
    nothing = [0] * len(COUNTS)
    both = {
        key: [a - b for a, b in zip(right.get(key, nothing), found.get(key, nothing), strict=True)]
        for key in right.keys() | found.keys()
    }
    return {key: lacking for key, lacking in sorted(both.items()) if any(lacking)}


def number_differences(connection: Connection) -> tuple[tuple[str, int], ...]:
    """The terminals and epochs whose numbers are not counted as they came."""
    named = (sequences.c.terminal_id, sequences.c.epoch)
    counted = (sequences.c.lowest, sequences.c.highest, sequences.c.count)
    stored = {tuple(row) for row in connection.execute(select(*named, *counted))}
    anew = {tuple(row) for row in connection.execute(_numbers())}
    return tuple(sorted({(row[0], row[1]) for row in stored ^ anew}))


def count_numbers_anew(connection: Connection) -> None:
    """Count every number that came again; `stop_counting` first."""
    connection.execute(delete(sequences))
    names = ("terminal_id", "epoch", "lowest", "highest", "count")
    rows = [dict(zip(names, row, strict=True)) for row in connection.execute(_numbers())]
    if rows:
        insert_many(connection, sequences, rows)


def _numbers() -> Select[*tuple[Any, ...]]:
    seq = responses.c.seq
    key = (responses.c.terminal_id, responses.c.epoch)
    return select(*key, func.min(seq), func.max(seq), func.count(seq.distinct())).group_by(*key)
