"""Enrolment codes and the terminals that they let in."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.tables import codes, responses, terminals, units

# Without 0 O Q, 1 I L, 2 Z, 5 S, 8 B, 6 G and U V: read aloud or from paper, none is another.
CODE_ALPHABET = "ACDEFHJKMNPRTWXY3479"
ID_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal as the centre knows it."""

    id: str
    unit: str
    place: str | None
    location_revision: int
    county: str | None
    service: str | None
    hardware_id: str
    software: str
    predecessor: str | None
    enrolled_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A terminal that has just been let in, with what only it may know."""

    terminal: Terminal
    token: str
    epoch: int


NotEnrolled = Literal["unknown", "used", "expired"]


def sha256(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def normal_code(code: str) -> str:
    """A code as people type it, without case, hyphens and spaces."""
    return "".join(c for c in code.upper() if c.isalnum())


def add_code(
    connection: Connection, unit: str, place: str | None, expires_at: datetime, random: Random
) -> str:
    """A new one-time code, as it is shown: `XXXX-XXXX`. Only its hash is kept."""
    code = "".join(random.choices(CODE_ALPHABET, k=8))
    row = {"code_hash": sha256(code), "unit": unit, "place": place, "expires_at": expires_at}
    connection.execute(insert(codes), row)
    return f"{code[:4]}-{code[4:]}"


def enrol(
    connection: Connection, request: wire.EnrolmentRequest, now: datetime, random: Random
) -> Enrolled | NotEnrolled:
    """Use up a code and let its terminal in; or why not."""
    code_hash = sha256(normal_code(request.code))
    code = connection.execute(select(codes).where(codes.c.code_hash == code_hash)).one_or_none()
    if code is None:
        return "unknown"
    if code.expires_at <= now:
        return "expired"
    take = update(codes).where(codes.c.code_hash == code_hash, codes.c.used_at.is_(None))
    if connection.execute(take.values(used_at=now)).rowcount == 0:
        return "used"
    return _add_terminal(connection, request, code, now, random)


def _add_terminal(
    connection: Connection,
    request: wire.EnrolmentRequest,
    code: Row[*tuple[Any, ...]],
    now: datetime,
    random: Random,
) -> Enrolled:
    predecessor = _newest_of_hardware(connection, request.hardware_id)
    token = random.randbytes(32).hex()
    row = {
        "hardware_id": request.hardware_id,
        "software": request.software,
        "token_hash": sha256(token),
        "unit": code.unit,
        "place": code.place,
        "location_revision": 1,
        "predecessor": predecessor,
        "enrolled_at": now,
    }
    new_id = None
    while new_id is None:  # an id that is taken is drawn again
        row["id"] = "t-" + "".join(random.choices(ID_ALPHABET, k=5))
        statement = dialect_insert(connection, terminals).on_conflict_do_nothing(
            index_elements=["id"]
        )
        new_id = connection.execute(statement.returning(terminals.c.id), row).scalar_one_or_none()
    terminal = find_terminal(connection, new_id)
    assert terminal is not None  # noqa: S101 - inserted three lines above
    return Enrolled(terminal, token, _next_epoch(connection, predecessor))


def _newest_of_hardware(connection: Connection, hardware_id: str) -> str | None:
    statement = select(terminals.c.id).where(terminals.c.hardware_id == hardware_id)
    newest_first = statement.order_by(terminals.c.number.desc()).limit(1)
    return connection.execute(newest_first).scalar_one_or_none()


def _next_epoch(connection: Connection, predecessor: str | None) -> int:
    if predecessor is None:
        return 1
    line = lineage(connection, predecessor)
    statement = select(func.max(responses.c.epoch)).where(responses.c.terminal_id.in_(line))
    return 1 + (connection.execute(statement).scalar_one() or 0)


def lineage(connection: Connection, terminal_id: str) -> frozenset[str]:
    """A terminal and all its predecessors: the ids whose responses it may send."""
    line = (
        select(terminals.c.id, terminals.c.predecessor)
        .where(terminals.c.id == terminal_id)
        .cte("line", recursive=True)
    )
    before = select(terminals.c.id, terminals.c.predecessor).join(
        line, terminals.c.id == line.c.predecessor
    )
    return frozenset(connection.execute(select(line.union(before).c.id)).scalars())


_joined = select(terminals, units.c.county, units.c.service).join(
    units, terminals.c.unit == units.c.unit
)


def _terminal(row: Row[*tuple[Any, ...]]) -> Terminal:
    return Terminal(**{name: getattr(row, name) for name in Terminal.__slots__})


def find_terminal(connection: Connection, terminal_id: str) -> Terminal | None:
    """The terminal with this id, or None."""
    row = connection.execute(_joined.where(terminals.c.id == terminal_id)).one_or_none()
    return _terminal(row) if row else None


def authenticate(connection: Connection, token: str) -> Terminal | None:
    """Whose token this is; None for an unknown or revoked one."""
    token_hash = sha256(token)
    row = connection.execute(_joined.where(terminals.c.token_hash == token_hash)).one_or_none()
    if row is None or not hmac.compare_digest(row.token_hash, token_hash):
        return None
    return _terminal(row) if row.revoked_at is None else None


def all_terminals(connection: Connection) -> tuple[Terminal, ...]:
    """Every terminal, in the order of enrolment."""
    rows: Sequence[Row[*tuple[Any, ...]]] = connection.execute(
        _joined.order_by(terminals.c.number)
    ).all()
    return tuple(_terminal(row) for row in rows)


def revoke(connection: Connection, terminal_id: str, now: datetime) -> bool:
    """Refuse this terminal's token from now on; False when there is no such terminal."""
    moment = func.coalesce(terminals.c.revoked_at, now)
    statement = update(terminals).where(terminals.c.id == terminal_id).values(revoked_at=moment)
    return connection.execute(statement).rowcount > 0
