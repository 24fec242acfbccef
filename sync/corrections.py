"""Times that are learnt after the answer: before the first sending in the document, then by event.

docs/interfaces.md, "The response document" and "Clock corrections".
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

import msgspec
from sqlite_utils import Database

from device_config.clock import Reading, rfc3339
from device_config.database import immediate
from device_config.road import entry_now, write_entry
from sync.answered import History, worked_out
from sync.boots import known_boots
from sync.wire import MOST_CORRECTIONS, UNREADABLE, Answered, ClockCorrection, Precision, encode

MOST_AT_ONCE = 1000
"""Rows looked at in one transaction: the kiosk's saves wait for no more than these."""
FRONT = (0, 0)
UNKNOWN, SYNCED = b'"clock":"unknown"', b'"clock":"synced"'
"""Stand in no text: there a quotation mark has a backslash before it.

Where a body or a moment is read here, a CAST sees to its type: a flipped bit may have changed it.
"""
BY_STAFF = b'"channel":"staff-'
"""Staff said when these were given, or nobody knows: the moment of their entry is not told."""
NOT_TOLD = "not-told"
"""Stands for the precision of a moment by which only the age of a row is counted."""


class Timing:
    """Fills in the times of documents within one transaction, right before they are fixed."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._history: History | None = None

    def timed(self, body: bytes, boot_id: str, boottime: float) -> bytes:
        """The document with the time of its first answer, as well as it is known by now."""
        if UNKNOWN not in body or BY_STAFF in body:
            return body
        if self._history is None:
            self._history = History(known_boots(self._conn))
        document = msgspec.json.decode(body)
        precision = _answered_in(body).precision
        document["answered"] = worked_out(self._history, boot_id, boottime, precision)
        return encode(document)

    def remember(self, epoch: int, seq: int, body: bytes, boot_id: str, boottime: float) -> None:
        """Keep in mind what is fixed now and may be known better later."""
        if SYNCED in body:
            return
        answered = _answered_in(body)
        _date(self._conn, epoch, seq, answered)
        if not is_final(answered):
            precision = NOT_TOLD if BY_STAFF in body else answered.precision
            self._conn.execute(
                "INSERT OR IGNORE INTO untimed (epoch, seq, boot_id, boottime, precision)"
                " VALUES (?, ?, ?, ?, ?)",
                (epoch, seq, boot_id, boottime, precision),
            )


def correct_waiting(db: Database, after: tuple[int, int] = FRONT) -> tuple[int, int] | None:
    """Fill in what is known by now in responses that wait and that no sending has fixed yet.

    For whoever looks at what waits; `Outbox.take` would do it in time for the centre. A step at a
    time, from behind the response with this epoch and seq; returns where the next step begins, or
    None when this was the last one.
    """
    with immediate(db) as conn:
        timing = Timing(conn)
        rows = conn.execute(
            "SELECT epoch, seq, CAST(body AS BLOB), boot_id, CAST(boottime AS REAL)"
            " FROM responses WHERE state = 'pending' AND is_fixed = 0"
            " AND (epoch, seq) > (?, ?) ORDER BY epoch, seq LIMIT ?",
            (*after, MOST_AT_ONCE),
        ).fetchall()
        for epoch, seq, body, *moment in rows:
            with suppress(*UNREADABLE):  # a damaged one: `Outbox.take` puts it aside
                timed = timing.timed(body, *moment)
                if timed != body and is_final(_answered_in(timed)):
                    conn.execute(
                        "UPDATE responses SET body = ? WHERE epoch = ? AND seq = ?",
                        (timed, epoch, seq),
                    )
    return rows[-1][:2] if len(rows) == MOST_AT_ONCE else None


def is_final(answered: Answered) -> bool:
    """Whether nothing more will be learnt of this time: it is known, or bounded on both sides."""
    return answered.at is not None or None not in (answered.earliest, answered.latest)


@dataclass(frozen=True, slots=True)
class _Learnt:
    terminal_id: str | None
    epoch: int
    seq: int
    answered: Answered
    is_told: bool


def tell_corrections(db: Database, now: Reading) -> None:
    """Put what was learnt about responses that the centre holds into the journal.

    Called when the clock is right, and that is written down. The events and the end of our own
    remembering are one transaction. What still waits is told when it has been sent, so that the
    centre knows the response when the correction comes.
    """
    if db.conn.execute("SELECT 1 FROM untimed LIMIT 1").fetchone() is None:
        return
    with immediate(db) as conn:
        learnt = _learnt(conn, now.boot_id)
        told = (each for each in learnt if each.is_told and each.answered.clock != "unknown")
        for run in _runs(told):
            correction = ClockCorrection(
                terminal_id=run[0].terminal_id,
                epoch=run[0].epoch,
                first_seq=run[0].seq,
                last_seq=run[-1].seq,
                answered=tuple(each.answered for each in run),
            )
            data = msgspec.to_builtins(correction)
            write_entry(conn, entry_now("clock-correction", data, now))
        for each in learnt:
            if not _date(conn, each.epoch, each.seq, each.answered):
                # Nobody will ever know: its age counts from now, not from what the clock showed.
                _put_wall(conn, each.epoch, each.seq, now.wall)
        conn.executemany(
            "DELETE FROM untimed WHERE epoch = ? AND seq = ?",
            [(each.epoch, each.seq) for each in learnt],
        )


def _learnt(conn: sqlite3.Connection, this_boot: str) -> list[_Learnt]:
    """What is known as well as it will ever be; an earlier boot has no more to tell."""
    history = History(known_boots(conn))
    rows: list[tuple[int, int, str, float, Any, bytes | None]] = conn.execute(
        "SELECT epoch, seq, u.boot_id, u.boottime, precision, CAST(r.body AS BLOB)"
        " FROM untimed AS u"
        " LEFT JOIN responses AS r USING (epoch, seq)"
        " WHERE r.state IS NULL OR r.state = 'sent' ORDER BY epoch, seq LIMIT ?",
        (MOST_AT_ONCE,),
    ).fetchall()
    learnt = []
    for epoch, seq, boot_id, boottime, said, body in rows:
        # A damaged one: the least exact, which claims nothing that it should not.
        precision: Precision = said if said in get_args(Precision) else "day"
        answered = worked_out(history, boot_id, boottime, precision)
        if boot_id != this_boot or is_final(answered):
            is_told = said != NOT_TOLD
            learnt.append(_Learnt(_owner_of(body), epoch, seq, answered, is_told))
    return learnt


def _runs(learnt: Iterable[_Learnt]) -> Iterator[list[_Learnt]]:
    """What follows on each other without a gap, in pieces that an event can carry."""
    run: list[_Learnt] = []
    for each in learnt:
        if run and (not _follows(each, run[-1]) or len(run) == MOST_CORRECTIONS):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _follows(one: _Learnt, other: _Learnt) -> bool:
    numbers = (one.terminal_id, one.epoch, one.seq)
    return numbers == (other.terminal_id, other.epoch, other.seq + 1)


def _date(conn: sqlite3.Connection, epoch: int, seq: int, answered: Answered) -> bool:
    """Let the row's own time be that of its answer, too, if it is known: its age counts from there.

    Returns whether it is known.
    """
    known = answered.at or answered.latest
    if known is not None:
        _put_wall(conn, epoch, seq, datetime.fromisoformat(known).timestamp())
    return known is not None


def _put_wall(conn: sqlite3.Connection, epoch: int, seq: int, wall: float) -> None:
    conn.execute("UPDATE responses SET wall = ? WHERE epoch = ? AND seq = ?", (wall, epoch, seq))


def oldest_waiting_at(db: Database, now: Reading) -> str | None:
    """When the oldest waiting response was given, as RFC 3339.

    In this boot by the clock as it is, right or not, so that its age is right. None for an earlier
    boot while its time is not known, and where the row is damaged.
    """
    row = db.conn.execute(
        "SELECT CAST(body AS BLOB), boot_id, CAST(boottime AS REAL) FROM responses"
        " WHERE state = 'pending' ORDER BY epoch, seq LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    body, boot_id, boottime = row
    if boot_id == now.boot_id:
        # A number that no clock has shown is damaged.
        is_possible = 0 <= boottime <= now.boottime
        return rfc3339(now.wall_at(boottime)) if is_possible else None
    try:
        known = _answered_in(Timing(db.conn).timed(body, boot_id, boottime)).at
        return known and datetime.fromisoformat(known).isoformat()
    except (*UNREADABLE, ValueError):
        return None


class _Timed(msgspec.Struct, frozen=True):
    answered: Answered


def _answered_in(body: bytes) -> Answered:
    return msgspec.json.decode(body, type=_Timed).answered


class _Owned(msgspec.Struct, frozen=True):
    terminal_id: str | None


def _owner_of(body: bytes | None) -> str | None:
    """Whose id stands in a document; None when it is gone, or damaged."""
    if body is None:
        return None
    try:
        return msgspec.json.decode(body, type=_Owned).terminal_id
    except UNREADABLE:
        return None
