"""The terminals that were let in, and whose successors they are."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.places import (
    PlaceRow,
    counting,
    counting_for,
    next_revision,
    tell_place,
)
from sync.central.store.secrets import sha256
from sync.central.store.tables import responses, terminals, units
from sync.central.store.units import find_unit

ID_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
NO_HARDWARE_ID = "unknown"
"""What a machine says that has no name of its own: it is nobody's successor."""


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
    replaces: str | None
    enrolled_at: datetime
    revoked_at: datetime | None
    retired_at: datetime | None
    location: wire.CentralLocation
    """Where it stands: the newest of what it was told and what it said."""


def add_terminal(
    connection: Connection,
    request: wire.EnrolmentRequest,
    code: Row[*tuple[Any, ...]],
    now: datetime,
    random: Random,
) -> tuple[Terminal, str]:
    """A new terminal as its code says, and its token, which is kept nowhere."""
    token = _random_token(random)
    predecessor = _newest_of_hardware(connection, request.hardware_id)
    row = {
        "hardware_id": request.hardware_id,
        "software": request.software,
        "token_hash": sha256(token),
        "unit": code.unit,
        "place": code.place,
        # The code says where it stands from now on, whatever the terminal before it was told.
        "location_revision": next_revision(connection, (predecessor, code.replaces)),
        "predecessor": predecessor,
        "replaces": code.replaces,
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
    tell_place(connection, new_id, terminal.location, now)
    return terminal, token


def move(
    connection: Connection, terminal_id: str, unit: str, place: str | None, now: datetime
) -> bool:
    """Tell a terminal where it stands from now on; False when there is no such terminal."""
    # Of two at once the second waits here, and gives its place a revision above the first one's.
    locked = select(terminals.c.id).where(terminals.c.id == terminal_id).with_for_update()
    if connection.execute(locked).first() is None:
        return False
    news = {
        "unit": unit,
        "place": place,
        "location_revision": next_revision(connection, [terminal_id]),
    }
    connection.execute(update(terminals).where(terminals.c.id == terminal_id).values(news))
    told = connection.execute(_joined.where(terminals.c.id == terminal_id)).one()
    tell_place(connection, terminal_id, _told(told), now)
    return True


def known_spot(connection: Connection, terminal: Terminal) -> tuple[str, str | None]:
    """Unit and place where a terminal stands; what it was told if we do not know that unit."""
    stands = terminal.location
    if stands.unit is not None and find_unit(connection, stands.unit) is not None:
        return stands.unit, stands.place
    return terminal.unit, terminal.place


def new_token(connection: Connection, terminal_id: str, random: Random) -> str:
    """Another token for a terminal; the one before is good no more."""
    token = _random_token(random)
    statement = update(terminals).where(terminals.c.id == terminal_id)
    connection.execute(statement.values(token_hash=sha256(token)))
    return token


def _random_token(random: Random) -> str:
    return random.randbytes(32).hex()


def _newest_of_hardware(connection: Connection, hardware_id: str) -> str | None:
    if hardware_id == NO_HARDWARE_ID:
        return None
    statement = select(terminals.c.id).where(terminals.c.hardware_id == hardware_id)
    newest_first = statement.order_by(terminals.c.number.desc()).limit(1)
    return connection.execute(newest_first).scalar_one_or_none()


def next_epoch(connection: Connection, terminal_id: str) -> int:
    """An epoch above all that came from a terminal and those before it."""
    line = lineage(connection, terminal_id)
    statement = select(func.max(responses.c.epoch)).where(responses.c.terminal_id.in_(line))
    return 1 + (connection.execute(statement).scalar_one() or 0)


def lineage(connection: Connection, terminal_id: str) -> frozenset[str]:
    """A terminal, its predecessors and those it replaces: the ids whose responses it may send."""
    columns = (terminals.c.id, terminals.c.predecessor, terminals.c.replaces)
    line = select(*columns).where(terminals.c.id == terminal_id).cte("line", recursive=True)
    before = select(*columns).join(
        line, (terminals.c.id == line.c.predecessor) | (terminals.c.id == line.c.replaces)
    )
    return frozenset(connection.execute(select(line.union(before).c.id)).scalars())


_joined = select(terminals, units.c.county, units.c.service).join(
    units, terminals.c.unit == units.c.unit
)


def _terminal(row: Row[*tuple[Any, ...]], stands: PlaceRow | None) -> Terminal:
    members = {name: getattr(row, name) for name in Terminal.__slots__ if name != "location"}
    location = _told(row)
    if stands is not None and stands.revision >= location.revision:
        location = wire.CentralLocation(
            **{name: getattr(stands, name) for name in wire.CentralLocation.__struct_fields__}
        )
    return Terminal(**members, location=location)


def _told(row: Row[*tuple[Any, ...]]) -> wire.CentralLocation:
    """What a terminal was told last."""
    return wire.CentralLocation(
        revision=row.location_revision,
        county=row.county,
        unit=row.unit,
        service=row.service,
        place=row.place,
    )


def find_terminal(connection: Connection, terminal_id: str) -> Terminal | None:
    """The terminal with this id, or None."""
    row = connection.execute(_joined.where(terminals.c.id == terminal_id)).one_or_none()
    return _terminal(row, counting_for(connection, row.id)) if row else None


def authenticate(connection: Connection, token: str) -> Terminal | None:
    """Whose token this is; None for an unknown or revoked one."""
    token_hash = sha256(token)
    row = connection.execute(_joined.where(terminals.c.token_hash == token_hash)).one_or_none()
    if row is None or not hmac.compare_digest(row.token_hash, token_hash):
        return None
    return _terminal(row, counting_for(connection, row.id)) if row.revoked_at is None else None


def all_terminals(connection: Connection) -> tuple[Terminal, ...]:
    """Every terminal, in the order of enrolment."""
    rows: Sequence[Row[*tuple[Any, ...]]] = connection.execute(
        _joined.order_by(terminals.c.number)
    ).all()
    stands = counting(connection)
    return tuple(_terminal(row, stands.get(row.id)) for row in rows)


def revoke(connection: Connection, terminal_id: str, now: datetime) -> bool:
    """Refuse this terminal's token from now on; False when there is no such terminal."""
    moment = func.coalesce(terminals.c.revoked_at, now)
    statement = update(terminals).where(terminals.c.id == terminal_id).values(revoked_at=moment)
    return connection.execute(statement).rowcount > 0


def retire(connection: Connection, terminal_id: str, now: datetime) -> bool:
    """Take a terminal out of use: refused, and no alarm any more; False when there is none."""
    news = {
        "revoked_at": func.coalesce(terminals.c.revoked_at, now),
        "retired_at": func.coalesce(terminals.c.retired_at, now),
    }
    statement = update(terminals).where(terminals.c.id == terminal_id).values(news)
    return connection.execute(statement).rowcount > 0


def successors(connection: Connection, terminal_id: str) -> tuple[str, ...]:
    """The terminals that were let in after this one, on its machine or in its place."""
    after = (terminals.c.predecessor == terminal_id) | (terminals.c.replaces == terminal_id)
    statement = select(terminals.c.id).where(after).order_by(terminals.c.number)
    return tuple(connection.execute(statement).scalars())
