"""What is believed of a row that was found in a damaged database. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

import msgspec

from sync.wire import UNREADABLE, Response

COLUMNS = (
    *("epoch", "seq", "id", "state", "body", "is_fixed", "boot_id", "boottime", "wall"),
    *("reason_code", "reason_detail"),
)
"""The columns of `responses` that are saved, in the order in which a row holds them on disk."""

CLOSED = ("pending", "sent", "rejected")


@dataclass(frozen=True, slots=True)
class Row:
    """A response whose document is whole, and says itself where it belongs."""

    epoch: int
    seq: int
    id: str
    state: str
    body: bytes
    is_fixed: bool
    boot_id: str
    boottime: float
    wall: float
    reason_code: str | None
    reason_detail: str | None
    is_state_known: bool = True


def checked_row(columns: Sequence[object]) -> Row | None:
    """A row as it may be believed; None without a whole document that agrees with its keys.

    Beside its document a row holds little; what of it makes no sense is put as it does no harm: a
    response that may have been sent waits, since the centre knows it by its id.
    """
    epoch, seq, response_id, state, body, is_fixed, boot_id, boottime, wall, *why = columns
    response = document_in(body)
    if response is None or (response.epoch, response.seq, response.id) != (epoch, seq, response_id):
        return None
    is_closed = response.ended is not None
    is_state_known = state in CLOSED if is_closed else state == "open"
    # One without the other names no moment.
    is_moment = isinstance(boot_id, str) and _is_finite(boottime)
    code, detail = (each if isinstance(each, str) else None for each in (*why, None, None)[:2])
    return Row(
        epoch=response.epoch,
        seq=response.seq,
        id=response.id,
        state=str(state) if is_state_known else "pending" if is_closed else "open",
        body=_bytes(body),
        # Whoever has named the terminal in it has tried to send it.
        is_fixed=is_fixed == 1 or response.terminal_id is not None,
        boot_id=str(boot_id) if is_moment else "",
        boottime=_number(boottime, 0.0) if is_moment else 0.0,
        wall=_number(wall, _wall_of(response)),
        reason_code=code,
        reason_detail=detail,
        is_state_known=is_state_known,
    )


def row_of_document(body: bytes) -> Row | None:
    """A row for a document that was found without one; None if it is not whole."""
    response = document_in(body)
    if response is None:
        return None
    keys = (response.epoch, response.seq, response.id)
    return checked_row((*keys, None, body, None, None, None, None, None, None))


def document_in(body: object) -> Response | None:
    """The response document in a column's value; None for anything else."""
    try:
        # Whole as a text, too: what stands under a name that we do not know is not looked into.
        return msgspec.json.decode(_bytes(body).decode(), type=Response)
    except (TypeError, *UNREADABLE):
        return None


def _bytes(body: object) -> bytes:
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes):
        return body
    raise TypeError(body)


def _number(value: object, otherwise: float) -> float:
    return float(value) if _is_finite(value) else otherwise


def _is_finite(value: object) -> TypeGuard[float]:
    """Whether it is a number that a row can have: SQLite takes no NaN for one."""
    return isinstance(value, int | float) and math.isfinite(value)


def _wall_of(response: Response) -> float:
    """POSIX time of the first answer as far as the document tells it, else 0."""
    try:
        return datetime.fromisoformat(response.answered.at or "").timestamp()
    except ValueError:
        return 0.0
