"""A one-time code lets one terminal in."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal

from sqlalchemy import Connection, Row

from sync import wire
from sync.central.store import terminals
from sync.central.store.codes import find_code, note_terminal, take_code
from sync.central.store.secrets import sha256
from sync.central.store.terminals import Terminal

REPEAT_WITHIN = timedelta(minutes=10)
"""A terminal that lost the reply, or its power before the token was on disk, asks again."""

NotEnrolled = Literal["unknown", "used", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A terminal that has just been let in, with what only it may know."""

    terminal: Terminal
    token: str
    epoch: int
    staff_pin_hash: str | None


def enrol(
    connection: Connection, request: wire.EnrolmentRequest, now: datetime, random: Random
) -> Enrolled | NotEnrolled:
    """Use up a code and let its terminal in; or why not.

    Whoever used it may repeat that for ten minutes with the same secret `attempt`: the terminal
    gets another token, and the one before is good no more.
    """
    code = find_code(connection, request.code)
    if code is None:
        return "unknown"
    if code.used_at is None:
        if code.withdrawn_at is not None:
            return "withdrawn"
        if code.expires_at <= now:
            return "expired"
        if take_code(connection, code.code_hash, now):
            return _let_in(connection, request, code, now, random)
        code = find_code(connection, request.code)  # another was quicker
        assert code is not None  # noqa: S101 - codes are not deleted
    return _let_in_again(connection, request, code, now, random) or "used"


def _let_in(
    connection: Connection,
    request: wire.EnrolmentRequest,
    code: Row[*tuple[Any, ...]],
    now: datetime,
    random: Random,
) -> Enrolled:
    terminal, token = terminals.add_terminal(connection, request, code, now, random)
    note_terminal(connection, code.code_hash, terminal.id, request.attempt)
    if code.replaces is not None:
        terminals.revoke(connection, code.replaces, now)
    return _enrolled(connection, terminal, token, code)


def _let_in_again(
    connection: Connection,
    request: wire.EnrolmentRequest,
    code: Row[*tuple[Any, ...]],
    now: datetime,
    random: Random,
) -> Enrolled | None:
    # The other way round, too: of two at once, the later one may have looked at its clock first.
    if code.attempt_hash is None or abs(now - code.used_at) >= REPEAT_WITHIN:
        return None
    if not hmac.compare_digest(code.attempt_hash, sha256(request.attempt or "")):
        return None
    terminal = terminals.find_terminal(connection, code.terminal_id)
    if terminal is None or terminal.revoked_at is not None:
        return None
    token = terminals.new_token(connection, terminal.id, random)
    return _enrolled(connection, terminal, token, code)


def _enrolled(
    connection: Connection, terminal: Terminal, token: str, code: Row[*tuple[Any, ...]]
) -> Enrolled:
    epoch = terminals.next_epoch(connection, terminal.id)
    return Enrolled(terminal, token, epoch, code.staff_pin_hash)
