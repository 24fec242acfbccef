"""How the service behaves where that differs from its defaults: a value by name."""

from typing import Any

from sqlalchemy import Connection, delete, select

from sync.central.store.database import dialect_insert
from sync.central.store.tables import options


def stored_options(connection: Connection) -> dict[str, Any]:
    """What somebody has set, by name."""
    rows = connection.execute(select(options.c.name, options.c.value))
    return {row.name: row.value for row in rows}


def put_option(connection: Connection, name: str, value: object) -> None:
    """Keep a value, in place of the one before."""
    statement = dialect_insert(connection, options).values(name=name, value=value)
    news = {"value": statement.excluded.value}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=news))


def remove_option(connection: Connection, name: str) -> None:
    """Go back to what is so without it."""
    connection.execute(delete(options).where(options.c.name == name))
