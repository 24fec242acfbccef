"""What responses and events share: each is kept once, whoever sends it how often."""

import hashlib
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, Table, select

from sync import wire
from sync.central.receiving.checking import rejected
from sync.central.store.bulk import Values, insert_many

_encode_sorted = msgspec.json.Encoder(order="sorted").encode


def content_hash(content: wire.Response | wire.Event) -> str:
    """The same for the same content, however its JSON was written."""
    return hashlib.sha256(_encode_sorted(content)).hexdigest()


def insert_once(
    connection: Connection, table: Table, rows: Sequence[Values]
) -> tuple[wire.Verdict, ...]:
    """Insert the rows whose id is new; the verdict on each row, in order.

    The rows have the same columns, an `id` and a `content_hash` among them. Another transaction may
    insert the same ids at the same time: one of the two stores them, the other finds duplicates.
    """
    first: dict[str, Values] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    known = _hashes(connection, table, first.keys())
    stored = _insert(connection, table, [first[name] for name in first if name not in known])
    hashes = {name: first[name]["content_hash"] for name in stored} | known
    hashes |= _hashes(connection, table, first.keys() - hashes.keys())
    return tuple(
        _verdict(row, hashes[row["id"]], row["id"] in stored and row is first[row["id"]])
        for row in rows
    )


def _insert(connection: Connection, table: Table, rows: list[Values]) -> set[str]:
    """Insert rows whose ids were not there a moment ago; the ids of those that this stored."""
    if not rows:
        return set()
    # Sorted, so that two transactions with the same rows never wait for each other in a circle.
    rows.sort(key=lambda row: str(row["id"]))
    if connection.dialect.name == "sqlite":  # whose writers never overlap
        insert_many(connection, table, rows)
        return {row["id"] for row in rows}
    return set(
        insert_many(connection, table, rows, "ON CONFLICT DO NOTHING RETURNING id").scalars()
    )


def _hashes(connection: Connection, table: Table, ids: Collection[str]) -> dict[str, str]:
    """The hash of what is stored under each of these ids."""
    if not ids:
        return {}
    statement = select(table.c.id, table.c.content_hash).where(table.c.id.in_(ids))
    return {row.id: row.content_hash for row in connection.execute(statement)}


def _verdict(row: Values, stored_hash: str, is_new: bool) -> wire.Verdict:
    if is_new:
        return wire.Verdict(id=row["id"], status="stored")
    if row["content_hash"] == stored_hash:
        return wire.Verdict(id=row["id"], status="duplicate")
    return rejected(row["id"], "conflict", "another content is stored under this id")
