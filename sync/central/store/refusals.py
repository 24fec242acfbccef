"""What was refused of what terminals sent, and why; never its content."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from sync import wire
from sync.central.store.tables import refusals

MOST_OF_A_TERMINAL = 1000
"""More than that, and its oldest go."""
LONGEST_DETAIL = 300

Kind = Literal["response", "event"]
Number = tuple[int, int]
"""Epoch and seq."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was not taken. `epoch` and `seq` where it was a response that said them."""

    terminal_id: str
    kind: Kind
    record_id: str
    code: str
    detail: str
    epoch: int | None
    seq: int | None
    received_at: datetime


def note_refusals(  # noqa: PLR0913, PLR0917 - what is known of them
    connection: Connection,
    terminal_id: str,
    kind: Kind,
    verdicts: Iterable[wire.Verdict],
    received_at: datetime,
    numbers: Mapping[str, Number] | None = None,
) -> None:
    """Write down which records of a terminal these verdicts refuse; the others change nothing.

    One that comes again is written down once, as the latest. `numbers`: of responses, by id.
    """
    rows = {}
    for verdict in verdicts:
        if verdict.reason is not None:
            epoch, seq = (numbers or {}).get(verdict.id, (None, None))
            rows[verdict.id, verdict.reason.code] = {
                "terminal_id": terminal_id,
                "kind": kind,
                "record_id": verdict.id.replace("\0", "\N{REPLACEMENT CHARACTER}"),
                "code": verdict.reason.code,
                "detail": _without_content(verdict.reason),
                "epoch": epoch,
                "seq": seq,
                "received_at": received_at,
            }
    if not rows:
        return
    named = {row["record_id"] for row in rows.values()}
    own = refusals.c.terminal_id == terminal_id
    connection.execute(
        delete(refusals).where(own, refusals.c.kind == kind, refusals.c.record_id.in_(named))
    )
    connection.execute(insert(refusals), list(rows.values()))
    newest_first = select(refusals.c.number).where(own).order_by(refusals.c.number.desc())
    too_old = newest_first.offset(MOST_OF_A_TERMINAL).limit(1).scalar_subquery()
    connection.execute(delete(refusals).where(own, refusals.c.number <= too_old))


def _without_content(reason: wire.Reason) -> str:
    """The detail; of what could not be decoded without the pieces of it that the detail quotes."""
    detail = reason.detail.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if reason.code == "malformed":
        detail = _QUOTED.sub("…", detail)
    return detail[:LONGEST_DETAIL]


def all_refusals(
    connection: Connection, terminal_id: str | None = None, most: int = MOST_OF_A_TERMINAL
) -> Sequence[Refusal]:
    """What was refused of one terminal, or of all, the latest first."""
    columns = [refusals.c[name] for name in Refusal.__slots__]
    statement = select(*columns).order_by(refusals.c.number.desc()).limit(most)
    if terminal_id is not None:
        statement = statement.where(refusals.c.terminal_id == terminal_id)
    return tuple(Refusal(*row) for row in connection.execute(statement))
