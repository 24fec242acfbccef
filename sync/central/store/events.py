"""What happened to the terminals."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from sync import wire
from sync.central.store import tallies
from sync.central.store.bulk import Values
from sync.central.store.corrections import correct_times
from sync.central.store.later_flags import flag_later
from sync.central.store.places import hear_events
from sync.central.store.records import content_hash, insert_once
from sync.central.store.settling import take_turns
from sync.central.store.tables import events
from sync.central.store.tallies import Tally
from sync.central.store.terminals import lineage


def keep_events(
    connection: Connection,
    terminal_id: str,
    new: Sequence[wire.Event],
    received_at: datetime,
) -> tuple[wire.Verdict, ...]:
    """Store the events whose id is new; the verdict on each, in order.

    Times are corrected and responses flagged by them, and places written down.
    """
    rows = [_row(event, terminal_id, received_at) for event in new]
    verdicts = insert_once(connection, events, rows)
    stored = [one for one, verdict in zip(new, verdicts, strict=True) if verdict.status == "stored"]
    tally = Tally()
    senders = lineage(connection, terminal_id)
    take_turns(connection, senders)
    correct_times(connection, terminal_id, senders, stored, tally)
    flag_later(connection, terminal_id, stored, tally)
    hear_events(connection, terminal_id, stored, received_at)
    tallies.add(connection, tally.rows())
    return verdicts


def _row(event: wire.Event, terminal_id: str, received_at: datetime) -> Values:
    return {
        "id": event.id,
        "content_hash": content_hash(event),
        "terminal_id": terminal_id,
        "kind": event.kind,
        "at": event.at,
        "clock": event.clock,
        "received_at": received_at,
        "document": wire.encode(event).decode(),
    }
