"""The road between the kiosk and the sync agent: orders, facts and the journal.

Three tables in the terminal's database, since the two processes share nothing else.
"""

import json
import logging
import sqlite3
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils import Database, Migrations

from device_config.clock import Reading, rfc3339
from device_config.database import is_full

log = logging.getLogger(__name__)

ROAD = Migrations("device_config")

MOST_JOURNAL_ROWS = 10_000
"""Telemetry is bounded, and goes before any answer does: the oldest entries make room."""
KEPT_LONGER = ("clock-correction", "flag", "salvage")
"""Entries that say something of responses: they stay until twice as many have come."""
DAMAGED = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding a text raises that is not what was written. A CAST sees to it that it is a text: a
flipped bit may have changed a value's type.
"""
FINISHED_ORDERS_KEPT = 100
"""For whoever still looks what came of one; the agent looks for open ones ten times a second."""


@ROAD()
def create_orders_facts_and_journal(db: Database) -> None:
    """The three tables of the road."""
    db.executescript(
        """
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            outcome TEXT
        );
        CREATE TABLE facts (
            process TEXT NOT NULL,
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (process, name)
        ) WITHOUT ROWID;
        CREATE TABLE journal (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            at TEXT,
            clock TEXT NOT NULL,
            data TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'rejected'))
        );
        """
    )


@dataclass(frozen=True, slots=True)
class Order:
    """Something that the kiosk asks of the agent, since only the agent has the network."""

    id: int
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Something that happened, for the centre to know; `at` is RFC 3339 or None."""

    id: str
    kind: str
    at: str | None
    clock: str
    data: dict[str, Any]


def entry_now(kind: str, data: dict[str, Any], now: Reading) -> JournalEntry:
    """Something that happened now; no time rather than one that may be wrong."""
    at = rfc3339(now.wall) if now.is_synced else None
    return JournalEntry(str(uuid.uuid4()), kind, at, "synced" if now.is_synced else "unknown", data)


def leave_order(db: Database, kind: str, body: dict[str, Any]) -> int:
    """Ask the agent for something; returns the order's number."""
    with db.conn:
        cursor = db.conn.execute(
            "INSERT INTO orders (kind, body) VALUES (?, ?)", (kind, json.dumps(body))
        )
    number = cursor.lastrowid
    assert number is not None  # noqa: S101 - an INSERT has a row id
    return number


def open_orders(db: Database) -> tuple[Order, ...]:
    """The orders that nobody has carried out yet, oldest first.

    One whose body is damaged is finished as such, so that it does not hold up the others.
    """
    rows = db.conn.execute(
        "SELECT id, CAST(kind AS TEXT), CAST(body AS TEXT) FROM orders"
        " WHERE outcome IS NULL ORDER BY id"
    ).fetchall()
    orders = []
    for number, kind, text in rows:
        try:
            body = json.loads(text)
        except DAMAGED:
            body = None
        if isinstance(body, dict):
            orders.append(Order(number, kind, body))
        else:
            log.warning("order %d (%s) is damaged", number, kind)
            finish_order(db, number, {"error": "damaged", "detail": kind})
    return tuple(orders)


def count_open_orders(db: Database) -> int:
    """How many orders nobody has carried out yet; writes nothing."""
    (count,) = db.conn.execute("SELECT count(*) FROM orders WHERE outcome IS NULL").fetchone()
    return int(count)


def finish_order(db: Database, number: int, outcome: dict[str, Any]) -> None:
    """Write down what came of an order; the oldest finished ones make room.

    Its body may have held a code or a password: of that nothing stays in the database's files.
    """
    # For this connection: SQLite then overwrites what it frees, whatever it was built with.
    db.conn.execute("PRAGMA secure_delete=ON")
    with db.conn:
        db.conn.execute(
            "UPDATE orders SET outcome = ?, body = '{}' WHERE id = ?",
            (json.dumps(outcome), number),
        )
        db.conn.execute(
            "DELETE FROM orders WHERE outcome IS NOT NULL AND id NOT IN ("
            "SELECT id FROM orders WHERE outcome IS NOT NULL ORDER BY id DESC LIMIT ?)",
            (FINISHED_ORDERS_KEPT,),
        )
    forget_log(db)


def forget_log(db: Database) -> None:
    """Empty the log of what was written before, unless somebody is reading or writing just now."""
    (patience_ms,) = db.conn.execute("PRAGMA busy_timeout").fetchone()
    db.conn.execute("PRAGMA busy_timeout=0")
    try:
        with suppress(sqlite3.OperationalError):
            # The first one does the work without keeping the kiosk from writing.
            for mode in ("PASSIVE", "TRUNCATE"):
                db.conn.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()
    finally:
        db.conn.execute(f"PRAGMA busy_timeout={patience_ms:d}")


def order_outcome(db: Database, number: int) -> dict[str, Any] | None:
    """What came of an order; None while it waits."""
    row = db.conn.execute(
        "SELECT CAST(outcome AS TEXT) FROM orders WHERE id = ?", (number,)
    ).fetchone()
    if row is None or row[0] is None:
        return None
    try:
        outcome: dict[str, Any] = json.loads(row[0])
    except DAMAGED:
        return {"error": "damaged"}
    return outcome


def state_fact(db: Database, process: str, name: str, body: object) -> None:
    """Say how something is now; each process writes its own rows."""
    with db.conn:
        write_fact(db.conn, process, name, body)


def state_fact_if_room(db: Database, process: str, name: str, body: object) -> None:
    """`state_fact` for what is worth less than going on: a full disk keeps what was said before."""
    try:
        state_fact(db, process, name, body)
    except sqlite3.OperationalError as error:
        if not is_full(error):
            raise


def write_fact(conn: sqlite3.Connection, process: str, name: str, body: object) -> None:
    """`state_fact` within a transaction of the caller's."""
    conn.execute(
        "INSERT OR REPLACE INTO facts (process, name, body) VALUES (?, ?, ?)",
        (process, name, json.dumps(body)),
    )


def fact(db: Database, process: str, name: str, kind: Any = Any) -> Any:
    """What a process last said of something, as a `kind` of value.

    None when it never did, or when that can be read no more: it will be said anew.
    """
    row = db.conn.execute(
        "SELECT CAST(body AS TEXT) FROM facts WHERE process = ? AND name = ?", (process, name)
    ).fetchone()
    if row is None:
        return None
    try:
        return msgspec.json.decode(row[0], type=kind)
    except DAMAGED:
        log.warning("what %s said of %s is damaged", process, name)
        return None


def note(db: Database, entry: JournalEntry) -> None:
    """Put an event into the journal, in its place in line for the centre."""
    with db.conn:
        write_entry(db.conn, entry)


def write_entry(conn: sqlite3.Connection, entry: JournalEntry) -> None:
    """`note` within a transaction of the caller's."""
    conn.execute(
        "INSERT INTO journal (id, kind, at, clock, data) VALUES (?, ?, ?, ?, ?)",
        (entry.id, entry.kind, entry.at, entry.clock, json.dumps(entry.data)),
    )
    oldest = "(SELECT max(number) FROM journal)"
    kept_longer = ", ".join("?" * len(KEPT_LONGER))
    dropped = conn.execute(
        f"DELETE FROM journal WHERE number <= {oldest} - ? AND"  # noqa: S608 - our own words
        f" (kind NOT IN ({kept_longer}) OR number <= {oldest} - ?)",
        (MOST_JOURNAL_ROWS, *KEPT_LONGER, 2 * MOST_JOURNAL_ROWS),
    ).rowcount
    if dropped:
        conn.execute(
            "INSERT INTO facts (process, name, body) VALUES ('journal', 'dropped', ?)"
            " ON CONFLICT DO UPDATE SET body = CAST(body AS INTEGER) + excluded.body",
            (str(dropped),),
        )


def dropped_entries(db: Database) -> int:
    """How many of the journal's entries had to make room before the centre took them."""
    return fact(db, "journal", "dropped", int) or 0


def pending_entries(db: Database, most: int, after: str | None = None) -> tuple[JournalEntry, ...]:
    """The journal's entries that the centre has not taken yet, oldest first.

    With `after` only those that stand behind the entry with this id. One whose data is damaged is
    put aside, so that it does not hold up the others.
    """
    rows = db.conn.execute(
        "SELECT number, CAST(id AS TEXT), CAST(kind AS TEXT), CAST(at AS TEXT),"
        " CAST(clock AS TEXT), CAST(data AS TEXT) FROM journal WHERE state = 'pending'"
        " AND number > (SELECT coalesce(max(number), 0) FROM journal WHERE id = ?)"
        " ORDER BY number LIMIT ?",
        (after, most),
    ).fetchall()
    entries, damaged = [], []
    for number, entry_id, kind, at, clock, data in rows:
        try:
            entries.append(JournalEntry(entry_id, kind, at, clock, json.loads(data)))
        except DAMAGED:
            damaged.append((number,))
    if not damaged:
        return tuple(entries)
    with db.conn:
        db.conn.executemany("UPDATE journal SET state = 'rejected' WHERE number = ?", damaged)
    return tuple(entries) or pending_entries(db, most, after)


def refused_entries(db: Database) -> int:
    """How many of the journal's entries were refused, or damaged; they are kept."""
    row = db.conn.execute("SELECT count(*) FROM journal WHERE state = 'rejected'")
    return int(row.fetchone()[0])


def settle_entries(db: Database, taken: list[str], refused: list[str]) -> None:
    """Drop what the centre has taken; put aside what it refused."""
    with db.conn:
        db.conn.executemany("DELETE FROM journal WHERE id = ?", [(each,) for each in taken])
        db.conn.executemany(
            "UPDATE journal SET state = 'rejected' WHERE id = ?", [(each,) for each in refused]
        )
