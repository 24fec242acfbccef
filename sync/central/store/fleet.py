"""What happened at a terminal, for whoever looks at it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync import wire
from sync.central.store.tables import events

NOT_SHOWN = ("clock-correction",)
"""These tell of single responses, and there can be thousands."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event that a terminal told; `at` is as it said it, None where its clock was not right."""

    kind: str
    at: str | None
    received_at: datetime
    detail: dict[str, Any]


def newest_happenings(connection: Connection, terminal_id: str, most: int) -> tuple[Happening, ...]:
    """The events that came last from a terminal, the newest first."""
    statement = (
        select(events.c.kind, events.c.at, events.c.received_at, events.c.document)
        .where(events.c.terminal_id == terminal_id, events.c.kind.not_in(NOT_SHOWN))
        .order_by(events.c.received_at.desc(), events.c.id)
        .limit(most)
    )
    return tuple(
        Happening(
            row.kind,
            row.at,
            row.received_at,
            msgspec.json.decode(row.document, type=wire.Event).data,
        )
        for row in connection.execute(statement)
    )
