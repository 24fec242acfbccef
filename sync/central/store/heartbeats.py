"""The latest heartbeat of each terminal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.places import hear_place
from sync.central.store.tables import heartbeats


@dataclass(frozen=True, slots=True)
class Beat:
    """What a terminal last said of itself, and when that came.

    `unsynced_since`: when the first heartbeat came, of those in a row that said that the clock was
    not right; None where the last one says that it is.
    """

    received_at: datetime
    unsynced_since: datetime | None
    said: wire.Heartbeat


def keep_heartbeat(
    connection: Connection, terminal_id: str, heartbeat: wire.Heartbeat, now: datetime
) -> None:
    """Keep a terminal's latest heartbeat, in place of the one before; and where it stands."""
    if heartbeat.location is not None and 1 <= heartbeat.location_revision <= wire.MOST_REVISION:
        stands = wire.LocationChange(
            revision=heartbeat.location_revision, **msgspec.structs.asdict(heartbeat.location)
        )
        hear_place(connection, terminal_id, stands, now)
    is_unsynced = heartbeat.clock == "unsynced"
    news: dict[str, Any] = {
        "received_at": now,
        "state": heartbeat.state,
        "document": wire.encode(heartbeat).decode(),
        "unsynced_since": now if is_unsynced else None,
    }
    statement = dialect_insert(connection, heartbeats).values(terminal_id=terminal_id, **news)
    if is_unsynced:
        news["unsynced_since"] = func.coalesce(heartbeats.c.unsynced_since, now)
    connection.execute(statement.on_conflict_do_update(index_elements=["terminal_id"], set_=news))


def last_seen(connection: Connection) -> dict[str, datetime]:
    """When each terminal's latest heartbeat came, by terminal id."""
    rows = connection.execute(select(heartbeats.c.terminal_id, heartbeats.c.received_at))
    return {row.terminal_id: row.received_at for row in rows}


def last_beats(connection: Connection, terminal_id: str | None = None) -> dict[str, Beat]:
    """The latest heartbeat of each terminal, or of one, by terminal id."""
    statement = select(heartbeats)
    if terminal_id is not None:
        statement = statement.where(heartbeats.c.terminal_id == terminal_id)
    return {
        row.terminal_id: Beat(
            row.received_at,
            row.unsynced_since,
            msgspec.json.decode(row.document, type=wire.Heartbeat),
        )
        for row in connection.execute(statement)
    }
