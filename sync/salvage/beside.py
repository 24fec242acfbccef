"""The tables beside the responses: brought along where they can be read, never guessed.

Nobody's answer is in them, but the times of answers hang on two of them: `boots`, with the moments
at which the clock was right, and `untimed`, what travelled without a time.
"""

import json
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, get_args

from sqlite_utils import Database

from device_config.clock_trust import EARLIEST, LATEST
from device_config.database import immediate
from sync.answered import NOTHING, Anchor, within
from sync.salvage.pages import Pages, current_records
from sync.salvage.reading import UNREADABLE
from sync.wire import Precision

BESIDE = ("facts", "presses", "journal", "boots", "untimed")
FROM_PAGES = ("journal", "boots", "untimed")
"""Of which rows are also looked for in the pages: an event that comes again has the same id, an
anchor that was right once stays so. A fact is soon stated anew."""
JSON_COLUMNS = (("facts", "body"), ("journal", "data"))
KINDS = {"INTEGER": int, "REAL": int | float, "TEXT": str}
LARGEST_NUMBER = 2**63
CHUNK = 1000
"""Rows a transaction, so that memory and the log stay small."""


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of the new database: its columns, and the SQL that puts a row into it."""

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    is_needed: tuple[bool, ...]
    has_rowid: bool
    """Its first column is the row's number, which a record on disk does not repeat."""

    @property
    def select(self) -> str:
        return f"SELECT {', '.join(self.columns)} FROM {self.name}"  # noqa: S608 - our own names

    @property
    def insert(self) -> str:
        into = f"INSERT OR IGNORE INTO {self.name} ({', '.join(self.columns)})"
        marks = f" VALUES ({', '.join('?' * len(self.columns))})"
        return into + marks + NEWER.get(self.name, "")


NEWER = {
    "boots": " ON CONFLICT (boot_id) DO UPDATE SET first_boottime = excluded.first_boottime,"
    " first_wall = excluded.first_wall, last_boottime = excluded.last_boottime,"
    " last_wall = excluded.last_wall WHERE excluded.last_boottime > coalesce(last_boottime, -1)"
}
"""Of two images of a boot's row the one with the later anchor is the newer."""


def bring_along(new: Database, old: sqlite3.Connection, pages: Pages) -> frozenset[str]:
    """Copy what SQLite can read of these tables; returns those that are whole in `new` now.

    After a fault in the log SQLite shows the events and the times as they were before it: those are
    left to `bring_along_from_pages`.
    """
    whole: set[str] = set()
    for table in _tables(new, BESIDE):
        if table.name in FROM_PAGES and pages.has_faulty_log:
            continue
        with suppress(*UNREADABLE), immediate(new) as conn:
            # Row by row until one cannot be read; those before it stay.
            rows = _until_unreadable(old, table, whole)
            conn.executemany(table.insert, (row for row in rows if _is_sensible(table, row)))
    return frozenset(whole)


def _until_unreadable(
    old: sqlite3.Connection, table: _Table, whole: set[str]
) -> Iterator[tuple[Any, ...]]:
    with suppress(*UNREADABLE):
        yield from old.execute(table.select)
        whole.add(table.name)


def bring_along_from_pages(new: Database, pages: Pages, whole: frozenset[str]) -> None:
    """Add what the pages hold of the tables that are not whole yet."""
    tables = _tables(new, tuple(name for name in FROM_PAGES if name not in whole))
    found = _rows_in(tables, pages)
    while chunk := list(islice(found, CHUNK)):
        with immediate(new) as conn:
            for table, row in chunk:
                conn.execute(table.insert, row)


def _rows_in(tables: Sequence[_Table], pages: Pages) -> Iterator[tuple[_Table, tuple[object, ...]]]:
    """Records that have the shape of a row of one of these tables."""
    for rowid, values in current_records(pages) if tables else ():
        for table in tables:
            if len(values) == len(table.columns) and table.has_rowid == (rowid is not None):
                row = (rowid, *values[1:]) if table.has_rowid else tuple(values)
                if _is_sensible(table, row):
                    yield table, row


def _tables(new: Database, names: Sequence[str]) -> tuple[_Table, ...]:
    """Those of these tables that the new database has."""
    found = []
    for name in names:
        info = new.conn.execute(f"PRAGMA table_info({name})").fetchall()
        if info:
            _, columns, kinds, is_needed, _, in_key = zip(*info, strict=True)
            has_rowid = kinds[0] == "INTEGER" and sum(map(bool, in_key)) == 1
            found.append(_Table(name, columns, kinds, is_needed, has_rowid))
    return tuple(found)


def _is_sensible(table: _Table, row: Sequence[object]) -> bool:
    """Whether the values are of their columns' kinds, and say something that can be so."""
    shape = zip(row, table.kinds, table.is_needed, strict=True)
    if not all(_is_of_kind(value, kind, is_needed) for value, kind, is_needed in shape):
        return False
    by_name = dict(zip(table.columns, row, strict=True))
    if any(not _is_json(by_name[column]) for name, column in JSON_COLUMNS if name == table.name):
        return False
    if table.name == "boots":
        return _is_boot(by_name)
    if table.name == "untimed":
        return _is_untimed(by_name)
    return True


def _is_boot(row: Mapping[str, Any]) -> bool:
    """Whether a boot has no anchors, or two that are possible and do not contradict each other."""
    if row["number"] < 1 or not row["boot_id"]:
        return False
    first = row["first_boottime"], row["first_wall"]
    last = row["last_boottime"], row["last_wall"]
    if None in (*first, *last):
        return set(first + last) == {None}
    is_possible = 0 <= first[0] <= last[0] and EARLIEST <= first[1] <= last[1] < LATEST
    return is_possible and within((Anchor(*first), Anchor(*last)), last[0]) != NOTHING


def _is_untimed(row: Mapping[str, Any]) -> bool:
    return (
        row["epoch"] > 0
        and row["seq"] > 0
        and row["boot_id"] != ""
        and 0 <= row["boottime"] < math.inf
        and row["precision"] in get_args(Precision)
    )


def _is_of_kind(value: Any, kind: str, is_needed: bool) -> bool:
    if value is None:
        return not is_needed
    if not isinstance(value, KINDS[kind]):
        return False
    # A number of a damaged row may be larger than any that SQLite takes.
    return not isinstance(value, int) or abs(value) < LARGEST_NUMBER


def _is_json(value: object) -> bool:
    with suppress(ValueError, RecursionError):
        json.loads(str(value))
        return True
    return False
