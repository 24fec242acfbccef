"""The latest heartbeat of each terminal."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.places import hear_place
from sync.central.store.tables import heartbeats


def keep_heartbeat(
    connection: Connection, terminal_id: str, heartbeat: wire.Heartbeat, now: datetime
) -> None:
    """Keep a terminal's latest heartbeat, in place of the one before; and where it stands."""
    if heartbeat.location is not None and 1 <= heartbeat.location_revision <= wire.MOST_REVISION:
        stands = wire.LocationChange(
            revision=heartbeat.location_revision, **msgspec.structs.asdict(heartbeat.location)
        )
        hear_place(connection, terminal_id, stands, now)
    news = {
        "received_at": now,
        "state": heartbeat.state,
        "document": wire.encode(heartbeat).decode(),
    }
    statement = dialect_insert(connection, heartbeats).values(terminal_id=terminal_id, **news)
    connection.execute(statement.on_conflict_do_update(index_elements=["terminal_id"], set_=news))


def last_seen(connection: Connection) -> dict[str, datetime]:
    """When each terminal's latest heartbeat came, by terminal id."""
    rows = connection.execute(select(heartbeats.c.terminal_id, heartbeats.c.received_at))
    return {row.terminal_id: row.received_at for row in rows}
