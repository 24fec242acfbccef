"""Enrolment codes: made for a unit, good for a time, used once."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from sync.central.store.secrets import sha256
from sync.central.store.tables import codes

# Without 0 O Q, 1 I L, 2 Z, 5 S, 8 B, 6 G and U V: read aloud or from paper, none is another.
CODE_ALPHABET = "ACDEFHJKMNPRTWXY3479"
ID_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFor:
    """What a code is for: a terminal of this unit, maybe instead of another terminal."""

    unit: str
    place: str | None = None
    staff_pin_hash: str | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """A code as the centre knows it: everything but the code. `id` is None for one of before."""

    id: str | None
    unit: str
    place: str | None
    replaces: str | None
    made_at: datetime | None
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
    terminal_id: str | None

    def standing(self, now: datetime) -> Literal["open", "used", "withdrawn", "expired"]:
        """What becomes of whoever brings it."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "open" if now < self.expires_at else "expired"


def normal_code(code: str) -> str:
    """A code as people type it, without case, hyphens and spaces."""
    return "".join(c for c in code.upper() if c.isalnum())


def hash_of(code: str) -> str:
    """What is stored of a code, and by which it is found."""
    return sha256(normal_code(code))


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was just made: its id, and itself as it is shown, `XXXX-XXXX`."""

    id: str
    code: str


def add_code(
    connection: Connection, wanted: CodeFor, now: datetime, expires_at: datetime, random: Random
) -> NewCode:
    """A new one-time code. Only its hash is kept."""
    code = "".join(random.choices(CODE_ALPHABET, k=8))
    new_id = "c-" + "".join(random.choices(ID_ALPHABET, k=6))
    row = {
        "code_hash": sha256(code),
        "id": new_id,
        "unit": wanted.unit,
        "place": wanted.place,
        "staff_pin_hash": wanted.staff_pin_hash,
        "replaces": wanted.replaces,
        "made_at": now,
        "expires_at": expires_at,
    }
    connection.execute(insert(codes), row)
    return NewCode(new_id, f"{code[:4]}-{code[4:]}")


def find_code(connection: Connection, code: str) -> Row[*tuple[Any, ...]] | None:
    """The row of a code that somebody typed, or None."""
    return connection.execute(select(codes).where(codes.c.code_hash == hash_of(code))).one_or_none()


def take_code(connection: Connection, code_hash: str, now: datetime) -> bool:
    """Use a code up; False when another was quicker. The one UPDATE decides, on any database."""
    is_open = (codes.c.used_at.is_(None), codes.c.withdrawn_at.is_(None))
    statement = update(codes).where(codes.c.code_hash == code_hash, *is_open).values(used_at=now)
    return connection.execute(statement).rowcount > 0


def note_terminal(
    connection: Connection, code_hash: str, terminal_id: str, attempt: str | None
) -> None:
    """Write down whom a code let in, and by what it is known again."""
    row = {"terminal_id": terminal_id, "attempt_hash": sha256(attempt) if attempt else None}
    connection.execute(update(codes).where(codes.c.code_hash == code_hash).values(row))


def all_codes(connection: Connection) -> tuple[Code, ...]:
    """Every code, the one that expires first at the front."""
    columns = [codes.c[name] for name in Code.__slots__]
    rows = connection.execute(select(*columns).order_by(codes.c.expires_at, codes.c.id))
    return tuple(Code(*row) for row in rows)


def withdraw(connection: Connection, id_or_code: str, now: datetime) -> str | None:
    """Let nobody in with this code, named by its id or itself; which it was, or None."""
    is_it = (codes.c.id == id_or_code) | (codes.c.code_hash == hash_of(id_or_code))
    is_open = (codes.c.used_at.is_(None), codes.c.withdrawn_at.is_(None))
    statement = update(codes).where(is_it, *is_open).values(withdrawn_at=now)
    gone = connection.execute(statement.returning(codes.c.id)).first()
    return None if gone is None else gone.id or ""
