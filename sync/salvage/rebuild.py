"""A new database, filled with what could be read of the damaged one."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlite_utils import Database, Migrations

from device_config.database import immediate, open_database
from device_config.road import JournalEntry, note
from device_config.wal import log_of
from sync.high_water import Known
from sync.outbox_tables import TABLES
from sync.salvage.beside import bring_along, bring_along_from_pages
from sync.salvage.pages import open_pages, rows_in_file, rows_in_log
from sync.salvage.reading import LARGEST_NUMBER, UNREADABLE, last_numbers, reading_only, rows_by_key
from sync.salvage.rows import COLUMNS, Row

CHUNK = 1000
"""Rows a transaction: memory and the log stay small however large the database is."""
MOST_RANGES = 100
"""Runs of missing numbers that are told one by one; the rest is counted."""
INSERT = (
    f"INSERT OR IGNORE INTO responses ({', '.join(COLUMNS)})"  # noqa: S608 - our own names
    f" VALUES ({', '.join('?' * len(COLUMNS))})"
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of it. A number that was not found may be of an answer that the centre holds."""

    new_epoch: int
    by_state: dict[str, int]
    state_unknown: int
    not_found: list[dict[str, int]]
    not_found_count: int
    last_numbers: dict[int, int]


def rebuild(
    damaged: Path,
    new: Path,
    also: tuple[Migrations, ...],
    known: Known,
    entry: Callable[[Saved], JournalEntry],
) -> Saved:
    """Fill a new database; when this returns it is one whole file on disk, without a log.

    `entry` says for the journal what came of it. Raises StateNotWritable, OSError or sqlite3.Error,
    also where there is room for all of it in the log alone.
    """
    with closing(open_database(new, (*TABLES, *also)).conn) as conn:
        filling = _Filling(Database(conn), known)
        with open_pages(damaged, log_of(damaged), filling.is_known) as pages:
            # What stands behind a fault in the log SQLite does not see; it is newer than the rest.
            filling.take(rows_in_log(pages, after=pages.whole_log_bytes))
            beside: frozenset[str] = frozenset()
            with suppress(*UNREADABLE), reading_only(damaged) as old:
                last = last_numbers(old)
                filling.expect(last)
                filling.take(rows_by_key(old, last or {known.epoch or 1: LARGEST_NUMBER}))
                beside = bring_along(Database(conn), old, pages)
            filling.take(rows_in_log(pages))
            filling.take(rows_in_file(pages))
            bring_along_from_pages(Database(conn), pages, beside)
        saved = filling.finish()
        note(Database(conn), entry(saved))
        # SQLite does this at the end, too, but says nothing when there is no room for it.
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return saved


class _Filling:
    """The new database while it is filled: of each response the first row that comes counts."""

    def __init__(self, db: Database, known: Known) -> None:
        self._db = db
        self._known = known
        self._state_unknown = 0
        self._highest: dict[int, int] = {}
        self._last: dict[int, int] = {}
        if known.highest is not None:
            self.expect(dict([known.highest]))

    def expect(self, last: dict[int, int]) -> None:
        """By epoch, a number that was given."""
        for epoch, seq in last.items():
            self._last[epoch] = max(seq, self._last.get(epoch, 0))

    def is_known(self, epoch: int, seq: int) -> bool:
        """Whether this response is there already."""
        row = self._db.conn.execute(
            "SELECT 1 FROM responses WHERE epoch = ? AND seq = ?", (epoch, seq)
        )
        return row.fetchone() is not None

    def take(self, rows: Iterator[Row]) -> None:
        """Put in what is not there yet."""
        while chunk := list(islice(rows, CHUNK)):
            with immediate(self._db) as conn:
                for row in chunk:
                    if self._is_credible(row):
                        self._put(conn, row)

    def _is_credible(self, row: Row) -> bool:
        """Whether its epoch has begun at all; a damaged number would leave a gap for ever."""
        return not self._known.epoch or row.epoch <= max(self._known.epoch, *self._last)

    def _put(self, conn: sqlite3.Connection, row: Row) -> None:
        if row.epoch not in self._highest:
            conn.execute("INSERT INTO epochs (epoch, last_seq) VALUES (?, 0)", (row.epoch,))
        self._highest[row.epoch] = max(row.seq, self._highest.get(row.epoch, 0))
        is_news = conn.execute(INSERT, [getattr(row, name) for name in COLUMNS]).rowcount > 0
        self._state_unknown += is_news and not row.is_state_known

    def finish(self) -> Saved:
        """Begin the new epoch, and say what is there and what is not."""
        last = {
            epoch: max(self._last.get(epoch, 0), self._highest.get(epoch, 0))
            for epoch in sorted({*self._last, *self._highest})
        }
        new_epoch = max(self._known.epoch, *last, 0) + 1
        with immediate(self._db) as conn:
            conn.executemany(
                "INSERT OR REPLACE INTO epochs (epoch, last_seq) VALUES (?, ?)",
                [*last.items(), (new_epoch, 0)],
            )
        gaps = list(self._gaps(last))
        by_state = self._db.conn.execute("SELECT state, count(*) FROM responses GROUP BY state")
        return Saved(
            new_epoch=new_epoch,
            by_state=dict(by_state.fetchall()),
            state_unknown=self._state_unknown,
            not_found=gaps[:MOST_RANGES],
            not_found_count=sum(gap["last_seq"] - gap["first_seq"] + 1 for gap in gaps),
            last_numbers=last,
        )

    def _gaps(self, last: dict[int, int]) -> Iterator[dict[str, int]]:
        for epoch, beyond in last.items():
            following = 1
            rows = self._db.conn.execute(
                "SELECT seq FROM responses WHERE epoch = ? ORDER BY seq", (epoch,)
            )
            for (seq,) in (*rows, (beyond + 1,)):
                if seq > following:
                    yield {"epoch": epoch, "first_seq": following, "last_seq": seq - 1}
                following = seq + 1
