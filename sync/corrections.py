"""Times that are learnt after the answer: before the first sending in the document, then by event.

docs/interfaces.md, "The response document" and "Clock corrections".
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlite_utils import Database

from device_config.clock import Reading, rfc3339
from device_config.database import immediate
from device_config.road import entry_now, write_entry
from sync.answered import Boot, worked_out
from sync.boots import known_boots
from sync.wire import MOST_CORRECTIONS, Answered, ClockCorrection, Precision, encode

MOST_AT_ONCE = 1000
UNKNOWN, SYNCED = b'"clock":"unknown"', b'"clock":"synced"'
"""Stand in no text: there a quotation mark has a backslash before it."""


class Timing:
    """Fills in the times of documents within one transaction, right before they are fixed."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self._boots: tuple[Boot, ...] | None = None

    def timed(self, body: bytes, boot_id: str, boottime: float) -> bytes:
        """The document with the time of its first answer, as well as it is known by now."""
        if UNKNOWN not in body:
            return body
        if self._boots is None:
            self._boots = known_boots(self._conn)
        document = msgspec.json.decode(body)
        precision = _answered_in(body).precision
        document["answered"] = worked_out(self._boots, boot_id, boottime, precision)
        return encode(document)

    def remember(self, epoch: int, seq: int, body: bytes, boot_id: str, boottime: float) -> None:
        """Keep in mind what is fixed now and may be known better later."""
        if SYNCED in body:
            return
        answered = _answered_in(body)
        _date(self._conn, epoch, seq, answered)
        if not is_final(answered):
            self._conn.execute(
                "INSERT OR IGNORE INTO untimed (epoch, seq, boot_id, boottime, precision)"
                " VALUES (?, ?, ?, ?, ?)",
                (epoch, seq, boot_id, boottime, answered.precision),
            )


def correct_waiting(db: Database) -> None:
    """Fill in what is known by now in everything that no sending has fixed yet.

    For whoever looks at what waits; `Outbox.take` would do it in time for the centre. In steps, so
    that the kiosk's saves come in between.
    """
    after: tuple[int, int] | None = (0, 0)
    while after is not None:
        with immediate(db) as conn:
            after = _correct_some(conn, after)


def _correct_some(conn: sqlite3.Connection, after: tuple[int, int]) -> tuple[int, int] | None:
    timing = Timing(conn)
    rows = conn.execute(
        "SELECT epoch, seq, body, boot_id, boottime FROM responses WHERE state = 'pending'"
        " AND is_fixed = 0 AND (epoch, seq) > (?, ?) AND instr(body, ?)"
        " ORDER BY epoch, seq LIMIT ?",
        (*after, UNKNOWN, MOST_AT_ONCE),
    ).fetchall()
    for epoch, seq, body, *moment in rows:
        timed = timing.timed(body, *moment)
        if is_final(_answered_in(timed)):
            conn.execute(
                "UPDATE responses SET body = ? WHERE epoch = ? AND seq = ?", (timed, epoch, seq)
            )
    return rows[-1][:2] if rows else None


def is_final(answered: Answered) -> bool:
    """Whether nothing more will be learnt of this time: it is known, or bounded on both sides."""
    return answered.at is not None or None not in (answered.earliest, answered.latest)


@dataclass(frozen=True, slots=True)
class _Learnt:
    epoch: int
    seq: int
    answered: Answered


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
        for run in _runs(each for each in learnt if each.answered.clock != "unknown"):
            correction = ClockCorrection(
                epoch=run[0].epoch,
                first_seq=run[0].seq,
                last_seq=run[-1].seq,
                answered=tuple(each.answered for each in run),
            )
            data = msgspec.to_builtins(correction)
            write_entry(conn, entry_now("clock-correction", data, now))
            for each in run:
                _date(conn, each.epoch, each.seq, each.answered)
        conn.executemany(
            "DELETE FROM untimed WHERE epoch = ? AND seq = ?",
            [(each.epoch, each.seq) for each in learnt],
        )


def _learnt(conn: sqlite3.Connection, this_boot: str) -> list[_Learnt]:
    """What is known as well as it will ever be; an earlier boot has no more to tell."""
    boots = known_boots(conn)
    rows: list[tuple[int, int, str, float, Precision]] = conn.execute(
        "SELECT epoch, seq, u.boot_id, u.boottime, precision FROM untimed AS u"
        " LEFT JOIN responses AS r USING (epoch, seq)"
        " WHERE r.state IS NULL OR r.state = 'sent' ORDER BY epoch, seq LIMIT ?",
        (MOST_AT_ONCE,),
    ).fetchall()
    learnt = []
    for epoch, seq, boot_id, boottime, precision in rows:
        answered = worked_out(boots, boot_id, boottime, precision)
        if boot_id != this_boot or is_final(answered):
            learnt.append(_Learnt(epoch, seq, answered))
    return learnt


def _runs(learnt: Iterable[_Learnt]) -> Iterator[list[_Learnt]]:
    """What follows on each other without a gap, in pieces that an event can carry."""
    run: list[_Learnt] = []
    for each in learnt:
        follows = run and (each.epoch, each.seq) == (run[-1].epoch, run[-1].seq + 1)
        if run and (not follows or len(run) == MOST_CORRECTIONS):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _date(conn: sqlite3.Connection, epoch: int, seq: int, answered: Answered) -> None:
    """Let the row's own time be that of its answer, too: its age counts from there."""
    known = answered.at or answered.latest
    if known is not None:
        conn.execute(
            "UPDATE responses SET wall = ? WHERE epoch = ? AND seq = ?",
            (datetime.fromisoformat(known).timestamp(), epoch, seq),
        )


def oldest_waiting_at(db: Database, now: Reading) -> str | None:
    """When the oldest waiting response was given, as RFC 3339.

    In this boot by the clock as it is, right or not, so that its age is right. None for an earlier
    boot while its time is not known.
    """
    row = db.conn.execute(
        "SELECT body, boot_id, boottime FROM responses WHERE state = 'pending'"
        " ORDER BY epoch, seq LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    body, boot_id, boottime = row
    if boot_id == now.boot_id:
        return rfc3339(now.wall_at(boottime))
    return _answered_in(Timing(db.conn).timed(body, boot_id, boottime)).at


class _Timed(msgspec.Struct, frozen=True):
    answered: Answered


def _answered_in(body: bytes) -> Answered:
    return msgspec.json.decode(body, type=_Timed).answered
