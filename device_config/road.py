"""The road between the kiosk and the sync agent: orders, facts and the journal.

Three tables in the terminal's database, since the two processes share nothing else.
"""

import json
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database, Migrations

from device_config.clock import Reading, rfc3339

ROAD = Migrations("device_config")

MOST_JOURNAL_ROWS = 10_000
"""Telemetry is bounded, and goes before any answer does: the oldest entries make room."""
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
    """The orders that nobody has carried out yet, oldest first."""
    rows = db.conn.execute("SELECT id, kind, body FROM orders WHERE outcome IS NULL ORDER BY id")
    return tuple(Order(number, kind, json.loads(body)) for number, kind, body in rows)


def finish_order(db: Database, number: int, outcome: dict[str, Any]) -> None:
    """Write down what came of an order; the oldest finished ones make room."""
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


def order_outcome(db: Database, number: int) -> dict[str, Any] | None:
    """What came of an order; None while it waits."""
    row = db.conn.execute("SELECT outcome FROM orders WHERE id = ?", (number,)).fetchone()
    outcome: dict[str, Any] | None = json.loads(row[0]) if row and row[0] else None
    return outcome


def state_fact(db: Database, process: str, name: str, body: object) -> None:
    """Say how something is now; each process writes its own rows."""
    with db.conn:
        db.conn.execute(
            "INSERT OR REPLACE INTO facts (process, name, body) VALUES (?, ?, ?)",
            (process, name, json.dumps(body)),
        )


def fact(db: Database, process: str, name: str) -> Any:
    """What a process last said of something; None when it never did."""
    row = db.conn.execute(
        "SELECT body FROM facts WHERE process = ? AND name = ?", (process, name)
    ).fetchone()
    return json.loads(row[0]) if row else None


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
    conn.execute(
        "DELETE FROM journal WHERE number <= (SELECT max(number) FROM journal) - ?",
        (MOST_JOURNAL_ROWS,),
    )


def pending_entries(db: Database, most: int) -> tuple[JournalEntry, ...]:
    """The journal's entries that the centre has not taken yet, oldest first."""
    rows = db.conn.execute(
        "SELECT id, kind, at, clock, data FROM journal WHERE state = 'pending'"
        " ORDER BY number LIMIT ?",
        (most,),
    )
    return tuple(
        JournalEntry(entry_id, kind, at, clock, json.loads(data))
        for entry_id, kind, at, clock, data in rows
    )


def settle_entries(db: Database, taken: list[str], refused: list[str]) -> None:
    """Drop what the centre has taken; put aside what it refused."""
    with db.conn:
        db.conn.executemany("DELETE FROM journal WHERE id = ?", [(each,) for each in taken])
        db.conn.executemany(
            "UPDATE journal SET state = 'rejected' WHERE id = ?", [(each,) for each in refused]
        )
