"""What responses and events share: each is kept once, whoever sends it how often."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from sync import wire
from sync.central.checking import rejected
from sync.central.store.database import dialect_insert

Values = dict[str, Any]  # of one row, by column

_encode_sorted = msgspec.json.Encoder(order="sorted").encode


def content_hash(content: wire.Response | wire.Event) -> str:
    """The same for the same content, however its JSON was written."""
    return hashlib.sha256(_encode_sorted(content)).hexdigest()


def insert_once(
    connection: Connection, table: Table, rows: Sequence[Values]
) -> tuple[wire.Verdict, ...]:
    """Insert the rows whose id is new; the verdict on each row, in order.

    The rows have an `id` and a `content_hash`. Another transaction may insert the same ids at the
    same time: one of the two stores them, the other finds duplicates.
    """
    first: dict[str, Values] = {}
    for row in rows:
        first.setdefault(row["id"], row)
    stored = _insert(connection, table, list(first.values()))
    hashes = {name: row["content_hash"] for name, row in first.items() if name in stored}
    hashes |= _hashes(connection, table, first.keys() - stored)
    return tuple(
        _verdict(row, hashes[row["id"]], row["id"] in stored and row is first[row["id"]])
        for row in rows
    )


def _insert(connection: Connection, table: Table, rows: list[Values]) -> set[str]:
    if not rows:
        return set()
    statement = dialect_insert(connection, table).on_conflict_do_nothing().returning(table.c.id)
    # Sorted, so that two transactions with the same rows never wait for each other in a circle.
    in_order = sorted(rows, key=lambda row: str(row["id"]))
    return set(connection.execute(statement, in_order).scalars())


def _hashes(connection: Connection, table: Table, ids: set[str]) -> dict[str, str]:
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
