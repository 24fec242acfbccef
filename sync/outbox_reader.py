"""What the outbox holds, for whoever only looks: counts, reasons, responses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from sync.wire import Reason


@dataclass(frozen=True, slots=True)
class Counts:
    """How many responses there are in each state, and the newest number given."""

    open: int
    pending: int
    sent: int
    rejected: int
    epoch: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Held:
    """A response as it is held here, whole or damaged; `reason` says why it was refused."""

    epoch: int
    seq: int
    id: str
    state: str
    body: bytes
    reason: Reason | None


BYTES_ON_DISK = """CASE WHEN length(body) + 130 <= 1002
    THEN length(body) + 205
    ELSE 654 + 4096 * ((length(body) + 130 - 1002 + 4091) / 4092) END"""
"""What a response takes, about: its row, of which 130 bytes are not the document, and its entries
in two indexes, in pages of 4096 bytes. Of a row of over 1002 bytes a part goes to pages that no
other row shares. https://sqlite.org/fileformat2.html#cell_payload_overflow_pages
"""


class OutboxReader:
    """The responses table, read over one connection on one thread."""

    def __init__(self, db: Database) -> None:
        self.db = db

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

    def has_waiting_since(self, boot_id: str, boottime: float) -> bool:
        """Whether the newest of what waits was begun in this boot, after this moment."""
        row = self.db.conn.execute(
            "SELECT boot_id, boottime FROM responses WHERE state = 'pending'"
            " ORDER BY epoch DESC, seq DESC LIMIT 1"
        ).fetchone()
        return row is not None and row[0] == boot_id and row[1] > boottime

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

    def held(self) -> Iterator[Held]:
        """The same with its keys and its reason, those too whose letters are damaged."""
        rows = self.db.conn.execute(
            "SELECT epoch, seq, CAST(id AS BLOB), CAST(state AS BLOB), CAST(body AS BLOB),"
            " CAST(reason_code AS BLOB), CAST(reason_detail AS BLOB)"
            " FROM responses ORDER BY epoch, seq"
        )
        for epoch, seq, response_id, state, body, code, detail in rows:
            is_refused = state == b"rejected"
            reason = Reason(_text(code) or "none-given", _text(detail)) if is_refused else None
            yield Held(epoch, seq, _text(response_id), _text(state), body or b"", reason)

    def sent_bytes(self) -> int:
        """About how much of the disk the copies take of what the centre holds already."""
        row = self.db.conn.execute(
            f"SELECT total({BYTES_ON_DISK}) FROM responses WHERE state = 'sent'"  # noqa: S608 - ours
        )
        return int(row.fetchone()[0])


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode(errors="replace")
