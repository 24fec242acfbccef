"""Where terminals stand: what the centre told them, and what they said themselves.

Each change has a revision, the highest that whoever made it had seen plus one. The higher one wins,
and on equal the terminal's own. All are kept.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from sync import wire
from sync.central.store.tables import places, terminals

_SPOT = ("county", "unit", "service", "place")

PlaceRow = Row[*tuple[Any, ...]]
"""A row of `places`; `used_at` is None for what the terminal never said that it took."""


def tell_place(
    connection: Connection, terminal_id: str, location: wire.CentralLocation, now: datetime
) -> None:
    """Write down the centre's own word on where a terminal stands."""
    row = {
        "terminal_id": terminal_id,
        "is_ours": True,
        "set_by": "centre",
        "known_at": now,
        **msgspec.structs.asdict(location),
    }
    connection.execute(insert(places), row)


def hear_place(
    connection: Connection, terminal_id: str, change: wire.LocationChange, now: datetime
) -> None:
    """Write down where a terminal says that it stands, once, however often it does."""
    spot = {name: getattr(change, name) for name in _SPOT}
    # PostgreSQL takes no U+0000, and a heartbeat must not fail for one.
    if any("\0" in text for text in (*spot.values(), change.since, change.set_by) if text):
        return
    same = (
        places.c.terminal_id == terminal_id,
        places.c.revision == change.revision,
        *(places.c[name].is_not_distinct_from(value) for name, value in spot.items()),
    )
    known = connection.execute(select(places).where(*same).limit(1)).one_or_none()
    if known is None:
        row = {
            "terminal_id": terminal_id,
            "revision": change.revision,
            "is_ours": False,
            "known_at": now,
            "used_at": now,
            "since": change.since,
            "set_by": change.set_by,
            **spot,
        }
        connection.execute(insert(places), row)
    else:
        news = {
            "used_at": known.used_at or now,
            "since": change.since or known.since,
            "set_by": known.set_by or change.set_by,
        }
        if any(getattr(known, name) != value for name, value in news.items()):
            connection.execute(update(places).where(places.c.number == known.number).values(news))


def hear_events(
    connection: Connection, terminal_id: str, new: Iterable[wire.Event], now: datetime
) -> None:
    """Write down the places in these events; one that says it badly changes nothing."""
    for event in new:
        if event.kind != "location-changed":
            continue
        try:
            change = msgspec.convert(event.data, wire.LocationChange)
        except msgspec.MsgspecError:
            continue
        hear_place(connection, terminal_id, change, now)


def counting(connection: Connection, *only: ColumnElement[bool]) -> dict[str, PlaceRow]:
    """The place that counts for each terminal of which any was told or heard, by terminal id."""
    # The last of each stays: the highest revision, the terminal's own, the newest.
    in_order = (places.c.revision, places.c.is_ours.desc(), places.c.number)
    rows = connection.execute(select(places).where(*only).order_by(*in_order))
    return {row.terminal_id: row for row in rows}


def counting_for(connection: Connection, terminal_id: str) -> PlaceRow | None:
    """The place that counts for this terminal; None where none was told or heard."""
    return counting(connection, places.c.terminal_id == terminal_id).get(terminal_id)


def history(connection: Connection, terminal_id: str) -> Sequence[PlaceRow]:
    """Everything that was told to a terminal and heard from it, in that order."""
    statement = select(places).where(places.c.terminal_id == terminal_id)
    return connection.execute(statement.order_by(places.c.number)).all()


def next_revision(connection: Connection, terminal_ids: Iterable[str | None]) -> int:
    """A revision above all that these terminals were told or said."""
    ids = [each for each in terminal_ids if each is not None]
    told = select(func.max(terminals.c.location_revision)).where(terminals.c.id.in_(ids))
    heard = select(func.max(places.c.revision)).where(places.c.terminal_id.in_(ids))
    return 1 + max(connection.execute(each).scalar_one() or 0 for each in (told, heard))
