"""Many rows in one statement, at the speed of the database's driver.

SQLAlchemy's own way takes longer to write the statement for 500 rows than the database to carry it
out. Here SQLite gets one prepared statement and a tuple a row, PostgreSQL the rows as JSON.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, CursorResult, Table

Values = dict[str, Any]
"""Of one row, by column."""


def insert_many(
    connection: Connection, table: Table, rows: Sequence[Values], ending: str = ""
) -> CursorResult[Any]:
    """Insert rows, one or more, that have the same columns in the same order.

    `ending` is the rest of the statement, such as ON CONFLICT. The rows are gone through in their
    order.
    """
    names = ", ".join(rows[0])
    into = f"INSERT INTO {table.name} ({names})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        adapted = _as_sqlite_takes_them(connection, table, rows)
        return connection.exec_driver_sql(f"{into} VALUES ({marks}) {ending}", adapted)
    sent = f"json_populate_recordset(NULL::{table.name}, %s::json)"
    statement = f"{into} SELECT {names} FROM {sent} {ending}"  # noqa: S608 - names of ours
    return connection.exec_driver_sql(statement, (msgspec.json.encode(rows).decode(),))


def _as_sqlite_takes_them(
    connection: Connection, table: Table, rows: Sequence[Values]
) -> list[tuple[Any, ...]]:
    dialect = connection.dialect
    adapters = [
        (place, adapt)
        for place, name in enumerate(rows[0])
        if (adapt := table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    adapted = []
    for row in rows:
        values = list(row.values())
        for place, adapt in adapters:
            values[place] = adapt(values[place])
        adapted.append(tuple(values))
    return adapted
