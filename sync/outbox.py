"""The responses on their way to the centre: open, pending, sent or rejected.

The kiosk writes a row while it is open; once it is closed, only the agent touches it.
"""

import fcntl
import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlite_utils import Database, Migrations

from device_config.clock import Reading
from device_config.database import MEND, RESCUED, immediate, open_database, saving_locked
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.state import StateDirectory
from device_config.wal import log_of
from sync.boots import note_boot
from sync.corrections import SYNCED, Timing
from sync.high_water import HighWaterMark, Number, forgotten
from sync.outbox_reader import OutboxReader
from sync.outbox_tables import TABLES
from sync.wire import UNREADABLE, Content, Reason, Response, encode

NO_OWNER = b'"terminal_id":null'
"""Stands in no text: there a quotation mark has a backslash before it."""
DAMAGED = (*UNREADABLE, ValueError, OverflowError)
"""What a document raises that is none any more, or a time in it that no clock has shown."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A response as it travels: its bytes never change from the first attempt on."""

    id: str
    body: bytes


def open_outbox(state: StateDirectory, also: tuple[Migrations, ...] = ()) -> "Outbox":
    """The outbox of a state directory, with the caller's own tables beside it.

    Raises StateDamaged or StateNotWritable.
    """
    db = open_database(state.database, (*TABLES, *also), lambda: forgotten(state))
    outbox = Outbox(db, state.database, HighWaterMark.of(state))
    outbox.begin_epoch_after(DurableFile(state.file("epoch")))
    return outbox


class Outbox(OutboxReader):
    """The responses table, read and written over one connection on one thread."""

    def __init__(
        self, db: Database, path: Path | None = None, highest: HighWaterMark | None = None
    ) -> None:
        super().__init__(db)
        self.path = path
        self._highest = highest
        self._inode = _inode(path)

    def is_replaced(self) -> bool:
        """Whether the files on disk are no longer those that are open here."""
        if self.path is None:
            return False
        # 0: it was taken away while we were opening it.
        return self._inode == 0 or _inode(self.path) != self._inode or self._has_lost_log()

    def close(self) -> None:
        """Let go of the database."""
        if self._has_lost_log():
            # What the log held lives on only in our open file: into the database with it.
            with suppress(sqlite3.DatabaseError):
                self.db.conn.execute("PRAGMA wal_checkpoint")
        self.db.conn.close()

    def _has_lost_log(self) -> bool:
        return self.path is not None and _inode(log_of(self.path)) == 0

    # Numbering

    def begin_epoch_after(self, file: DurableFile) -> None:
        """Give a new database an epoch above the last one, and write it beside the database.

        The database comes first: cut short in between, the file is mended at the next opening,
        before any response takes a number.
        """
        try:
            known = int((file.read() or {}).get("epoch", 0))
        except StateDamaged:
            known = 0
        with immediate(self.db) as conn:
            current = conn.execute("SELECT max(epoch) FROM epochs").fetchone()[0]
            if current is None:
                current = known + 1
                conn.execute("INSERT INTO epochs (epoch, last_seq) VALUES (?, 0)", (current,))
        if current != known:
            file.write({"epoch": current})

    def begin_epoch(self, epoch: int, file: DurableFile) -> None:
        """Number from 1 in this epoch, if it is above ours: the centre asks so at enrolment."""
        with immediate(self.db) as conn:
            current = conn.execute("SELECT max(epoch) FROM epochs").fetchone()[0]
            if epoch <= current:
                return
            conn.execute("INSERT INTO epochs (epoch, last_seq) VALUES (?, 0)", (epoch,))
        file.write({"epoch": epoch})

    # The kiosk's side

    def put(
        self,
        content: Content,
        moment: Reading,
        along: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> None:
        """Write a session's response: its first answer, each further one, and its closing.

        `moment` holds the clocks at the first answer; `along` writes more in the same transaction.
        When this returns, all is on disk. A response that is already closed is left as it is.
        """
        state = "open" if content.ended is None else "pending"
        given = None
        with immediate(self.db) as conn:
            row = conn.execute(
                "SELECT epoch, seq, state FROM responses WHERE id = ?", (content.id,)
            ).fetchone()
            if row is None:
                given = self._insert(conn, content, state, moment)
            elif row[2] == "open":
                conn.execute(
                    "UPDATE responses SET body = ?, state = ? WHERE epoch = ? AND seq = ?",
                    (encode(_numbered(content, row[0], row[1])), state, row[0], row[1]),
                )
            along(conn)
        if given is not None and self._highest is not None:
            self._highest.raise_to(given)

    def _insert(
        self, conn: sqlite3.Connection, content: Content, state: str, moment: Reading
    ) -> Number:
        note_boot(conn, moment.boot_id)
        epoch, seq = conn.execute(
            "UPDATE epochs SET last_seq = last_seq + 1"
            " WHERE epoch = (SELECT max(epoch) FROM epochs) RETURNING epoch, last_seq"
        ).fetchone()
        conn.execute(
            "INSERT INTO responses (epoch, seq, id, state, body, boot_id, boottime, wall)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                epoch,
                seq,
                content.id,
                state,
                encode(_numbered(content, epoch, seq)),
                moment.boot_id,
                moment.boottime,
                moment.wall,
            ),
        )
        return Number(epoch, seq)

    def close_abandoned(self) -> int:
        """Close as `restart` what a program that died had open; returns how many.

        Only for whoever holds the kiosk's place in the state directory. Raises StateDamaged.
        """
        with immediate(self.db) as conn:
            rows = conn.execute(
                "SELECT epoch, seq, body FROM responses WHERE state = 'open'"
            ).fetchall()
            conn.executemany(
                "UPDATE responses SET state = 'pending', body = ? WHERE epoch = ? AND seq = ?",
                [(_closed(body, "restart"), epoch, seq) for epoch, seq, body in rows],
            )
        return len(rows)

    # The agent's side

    def take(
        self, most: int, most_bytes: int, terminal_id: str, after: str | None = None
    ) -> tuple[Parcel, ...]:
        """The oldest waiting responses, ready to travel; at least one if any waits.

        With `after` only those that stand behind the response with this id. Their bytes are fixed
        on disk before this returns, `terminal_id` and the time of the first answer filled in where
        missing. Raises StateInUse while the file is being saved, StateDamaged once it has been.
        """
        with self._unsaved(), immediate(self.db) as conn:
            rows = conn.execute(
                "SELECT epoch, seq, CAST(id AS TEXT), CAST(body AS BLOB), is_fixed,"
                " CAST(boot_id AS TEXT), CAST(boottime AS REAL) FROM responses"
                " WHERE state = 'pending' AND (epoch, seq) >"
                " (SELECT coalesce(max(epoch), 0), coalesce(max(seq), 0) FROM responses"
                " WHERE id = ?) ORDER BY epoch, seq LIMIT ?",
                (after, most),
            ).fetchall()
            timing = Timing(conn)
            parcels: list[Parcel] = []
            newly: list[tuple[bytes, int, int]] = []
            unreadable: list[tuple[str, int, int]] = []
            size = 0
            for epoch, seq, response_id, body, is_fixed, *moment in rows:
                try:
                    fixed = body if is_fixed else _owned(timing.timed(body, *moment), terminal_id)
                    if not _names(response_id, fixed):
                        raise ValueError("the row and its document have different ids")
                    if parcels and size + len(fixed) >= most_bytes:
                        break
                    if not (is_fixed or _is_complete(body)):
                        timing.remember(epoch, seq, fixed, *moment)
                        newly.append((fixed, epoch, seq))
                except DAMAGED as error:
                    unreadable.append((str(error), epoch, seq))
                else:
                    size += len(fixed) + 1
                    parcels.append(Parcel(response_id, fixed))
            conn.executemany(
                "UPDATE responses SET body = ?, is_fixed = 1 WHERE epoch = ? AND seq = ?", newly
            )
            # Damaged on the disk: dead letters, so that they do not hold up the others.
            conn.executemany(
                "UPDATE responses SET state = 'rejected', reason_code = 'unreadable',"
                " reason_detail = ? WHERE epoch = ? AND seq = ?",
                unreadable,
            )
        if parcels or not unreadable:
            return tuple(parcels)
        return self.take(most, most_bytes, terminal_id, after)

    @contextmanager
    def _unsaved(self) -> Iterator[None]:
        """Nobody saves this file into a new one now, nor has done so."""
        if self.path is None:
            yield
            return
        with saving_locked(self.path, fcntl.LOCK_SH):
            is_old = self.path.with_name(self.path.name + RESCUED).exists()
            if is_old or _inode(self.path) != self._inode:
                raise StateDamaged(f"{self.path}: another file takes its place; {MEND}")
            yield

    def settle(self, sent: Iterable[str], rejected: Iterable[tuple[str, Reason]] = ()) -> None:
        """Write down the centre's verdicts; an id that is not waiting is left alone."""
        with immediate(self.db) as conn:
            conn.executemany(
                "UPDATE responses SET state = 'sent' WHERE id = ? AND state = 'pending'",
                [(response_id,) for response_id in sent],
            )
            conn.executemany(
                "UPDATE responses SET state = 'rejected', reason_code = ?, reason_detail = ?"
                " WHERE id = ? AND state = 'pending'",
                [(reason.code, reason.detail, response_id) for response_id, reason in rejected],
            )

    def requeue(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Put these rejected responses back in line, or all if none is named.

        Returns the ids that no rejected response has; then nothing is changed.
        """
        with immediate(self.db) as conn:
            rejected = {
                row[0] for row in conn.execute("SELECT id FROM responses WHERE state = 'rejected'")
            }
            unknown = tuple(each for each in ids if each not in rejected)
            if not unknown:
                conn.executemany(
                    "UPDATE responses SET state = 'pending', reason_code = NULL,"
                    " reason_detail = NULL WHERE id = ?",
                    [(each,) for each in ids or rejected],
                )
        return unknown

    def delete_sent(self, most: int, before_wall: float = math.inf) -> int:
        """Delete the oldest of what the centre holds, answered before this time.

        While a time may still be learnt it is not before any. At most so many in one transaction;
        returns how many.
        """
        with immediate(self.db) as conn:
            return conn.execute(
                "DELETE FROM responses WHERE (epoch, seq) IN (SELECT epoch, seq FROM responses AS r"
                " WHERE state = 'sent' AND (? = ? OR wall < ? AND NOT EXISTS"
                " (SELECT 1 FROM untimed AS u WHERE u.epoch = r.epoch AND u.seq = r.seq))"
                " ORDER BY epoch, seq LIMIT ?)",
                (before_wall, math.inf, before_wall, most),
            ).rowcount


def _inode(path: Path | None) -> int:
    try:
        return path.stat().st_ino if path is not None else 0
    except OSError:
        return 0


def _numbered(content: Content, epoch: int, seq: int) -> Response:
    return Response(epoch=epoch, seq=seq, **msgspec.structs.asdict(content))


def _closed(body: bytes, ended: str) -> bytes:
    try:
        document = msgspec.json.decode(body)
    except UNREADABLE as error:
        raise StateDamaged(
            f"the document of an open response is damaged: {error}; {MEND}"
        ) from None
    return encode({**document, "ended": ended})


def _names(response_id: str, body: bytes) -> bool:
    """Whether a document has this id: by its verdict on that it is settled."""
    return b'"id":' + encode(response_id) in body


def _is_complete(body: bytes) -> bool:
    """Whether nothing in it is to be filled in: then its bytes are fixed as they are."""
    return NO_OWNER not in body and SYNCED in body


def _owned(body: bytes, terminal_id: str) -> bytes:
    return body.replace(NO_OWNER, b'"terminal_id":' + encode(terminal_id), 1)
