"""The responses on their way to the centre: open, pending, sent or rejected.

The kiosk writes a row while it is open; once it is closed, only the agent touches it.
"""

import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlite_utils import Database, Migrations

from device_config.clock import Reading
from device_config.database import MEND, immediate, open_database
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged
from device_config.road import ROAD
from device_config.state import StateDirectory
from device_config.wal import log_of
from sync.boots import CLOCK, note_boot
from sync.corrections import Timing
from sync.wire import UNREADABLE, Content, Reason, Response, encode

RESPONSES = Migrations("sync")


@RESPONSES()
def create_epochs_and_responses(db: Database) -> None:
    """The numbering and the responses; a row keeps the clocks at its first answer."""
    db.executescript(
        """
        CREATE TABLE epochs (
            epoch INTEGER PRIMARY KEY,
            last_seq INTEGER NOT NULL
        );
        CREATE TABLE responses (
            epoch INTEGER NOT NULL REFERENCES epochs,
            seq INTEGER NOT NULL,
            id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('open', 'pending', 'sent', 'rejected')),
            body BLOB NOT NULL,
            is_fixed INTEGER NOT NULL DEFAULT 0,
            boot_id TEXT NOT NULL,
            boottime REAL NOT NULL,
            wall REAL NOT NULL,
            reason_code TEXT,
            reason_detail TEXT,
            PRIMARY KEY (epoch, seq)
        ) WITHOUT ROWID;
        CREATE INDEX responses_by_state ON responses (state, epoch, seq);
        """
    )


TABLES = (ROAD, RESPONSES, CLOCK)
"""What a terminal's database holds, whoever opens it."""

NO_OWNER = b'"terminal_id":null'
"""Stands in no text: there a quotation mark has a backslash before it."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A response as it travels: its bytes never change from the first attempt on."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How many responses there are in each state, and the newest number given."""

    open: int
    pending: int
    sent: int
    rejected: int
    epoch: int
    last_seq: int


def open_outbox(state: StateDirectory, also: tuple[Migrations, ...] = ()) -> "Outbox":
    """The outbox of a state directory, with the caller's own tables beside it.

    Raises StateDamaged or StateNotWritable.
    """
    db = open_database(state.database, (*TABLES, *also))
    outbox = Outbox(db, state.database)
    outbox.begin_epoch_after(DurableFile(state.file("epoch")))
    return outbox


class Outbox:
    """The responses table, behind one connection on one thread."""

    def __init__(self, db: Database, path: Path | None = None) -> None:
        self.db = db
        self.path = path
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
        with immediate(self.db) as conn:
            row = conn.execute(
                "SELECT epoch, seq, state FROM responses WHERE id = ?", (content.id,)
            ).fetchone()
            if row is None:
                self._insert(conn, content, state, moment)
            elif row[2] == "open":
                conn.execute(
                    "UPDATE responses SET body = ?, state = ? WHERE epoch = ? AND seq = ?",
                    (encode(_numbered(content, row[0], row[1])), state, row[0], row[1]),
                )
            along(conn)

    def _insert(
        self, conn: sqlite3.Connection, content: Content, state: str, moment: Reading
    ) -> None:
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
        missing.
        """
        with immediate(self.db) as conn:
            rows = conn.execute(
                "SELECT epoch, seq, id, body, is_fixed, boot_id, boottime FROM responses"
                " WHERE state = 'pending' AND (epoch, seq) >"
                " (SELECT coalesce(max(epoch), 0), coalesce(max(seq), 0) FROM responses"
                " WHERE id = ?) ORDER BY epoch, seq LIMIT ?",
                (after, most),
            ).fetchall()
            timing = Timing(conn)
            parcels: list[Parcel] = []
            newly: list[tuple[bytes, int, int]] = []
            unreadable: list[tuple[str, Reason]] = []
            size = 0
            for epoch, seq, response_id, body, is_fixed, *moment in rows:
                try:
                    fixed = body if is_fixed else _owned(timing.timed(body, *moment), terminal_id)
                except UNREADABLE as error:
                    unreadable.append((response_id, Reason("unreadable", str(error))))
                    continue
                size += len(fixed) + 1
                if parcels and size > most_bytes:
                    break
                if not is_fixed:
                    newly.append((fixed, epoch, seq))
                    timing.remember(epoch, seq, fixed, *moment)
                parcels.append(Parcel(response_id, fixed))
            conn.executemany(
                "UPDATE responses SET body = ?, is_fixed = 1 WHERE epoch = ? AND seq = ?", newly
            )
        if not unreadable:
            return tuple(parcels)
        # Damaged on the disk: a dead letter, so that it does not hold up the others.
        self.settle((), unreadable)
        return tuple(parcels) or self.take(most, most_bytes, terminal_id, after)

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

        At most so many in one transaction; returns how many.
        """
        with immediate(self.db) as conn:
            return conn.execute(
                "DELETE FROM responses WHERE (epoch, seq) IN (SELECT epoch, seq FROM responses"
                " WHERE state = 'sent' AND wall < ? ORDER BY epoch, seq LIMIT ?)",
                (before_wall, most),
            ).rowcount

    def sent_bytes(self) -> int:
        """How much the documents take that the centre holds already."""
        row = self.db.conn.execute("SELECT total(length(body)) FROM responses WHERE state = 'sent'")
        return int(row.fetchone()[0])

    # For everyone

    def numbers_of(self, ids: Sequence[str]) -> tuple[tuple[int, int], ...]:
        """(epoch, seq) of those of these responses that are here, lowest first."""
        marks = ",".join("?" * len(ids))
        rows = self.db.conn.execute(
            f"SELECT epoch, seq FROM responses WHERE id IN ({marks}) ORDER BY epoch, seq",  # noqa: S608 - marks only
            tuple(ids),
        )
        return tuple(rows.fetchall())

    def has_pending(self) -> bool:
        """Whether anything waits to be sent."""
        row = self.db.conn.execute("SELECT 1 FROM responses WHERE state = 'pending' LIMIT 1")
        return row.fetchone() is not None

    def counts(self) -> Counts:
        """How many responses there are, by state."""
        conn = self.db.conn
        by_state = dict(conn.execute("SELECT state, count(*) FROM responses GROUP BY state"))
        epoch, last_seq = conn.execute(
            "SELECT epoch, last_seq FROM epochs ORDER BY epoch DESC LIMIT 1"
        ).fetchone()
        return Counts(
            open=by_state.get("open", 0),
            pending=by_state.get("pending", 0),
            sent=by_state.get("sent", 0),
            rejected=by_state.get("rejected", 0),
            epoch=epoch,
            last_seq=last_seq,
        )

    def refusals(self) -> dict[str, Reason]:
        """Why the centre refused a response, by the response's id."""
        rows = self.db.conn.execute(
            "SELECT id, reason_code, coalesce(reason_detail, '') FROM responses"
            " WHERE state = 'rejected'"
        )
        return {row[0]: Reason(row[1] or "none-given", row[2]) for row in rows}

    def refused_by_reason(self, most: int = 20) -> dict[str, int]:
        """How many responses the centre refused for which reason, the commonest ones first."""
        rows = self.db.conn.execute(
            "SELECT coalesce(reason_code, 'none-given') AS code, count(*) FROM responses"
            " WHERE state = 'rejected' GROUP BY code ORDER BY count(*) DESC, code LIMIT ?",
            (most,),
        )
        return dict(rows.fetchall())

    def data_version(self) -> int:
        """A number that changes when another connection commits; cheap enough to ask often."""
        version: int = self.db.conn.execute("PRAGMA data_version").fetchone()[0]
        return version

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Every response here as (state, document), in the order of seq."""
        yield from self.db.conn.execute("SELECT state, body FROM responses ORDER BY epoch, seq")


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


def _owned(body: bytes, terminal_id: str) -> bytes:
    return body.replace(NO_OWNER, b'"terminal_id":' + encode(terminal_id), 1)
