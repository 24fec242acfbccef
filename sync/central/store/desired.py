"""What terminals should be, by parts of the tree of units, as administrators set it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from sync.central.fleet.desired import Wish
from sync.central.scopes import Scope, parse_scope
from sync.central.store.database import dialect_insert
from sync.central.store.tables import desired


def wishes_at(connection: Connection, scopes: Iterable[Scope]) -> tuple[Wish, ...]:
    """What is set at these scopes: a look at an index for each, however much is set elsewhere."""
    named = [str(scope) for scope in scopes]
    return _wishes(connection.execute(select(desired).where(desired.c.scope.in_(named))))


def all_wishes(connection: Connection, kind: str | None = None) -> tuple[Wish, ...]:
    """Everything that is set, or all of one kind, in the order of the scopes' texts."""
    statement = select(desired).order_by(desired.c.scope, desired.c.kind)
    if kind is not None:
        statement = statement.where(desired.c.kind == kind)
    return _wishes(connection.execute(statement))


def put_wish(connection: Connection, wish: Wish) -> None:
    """Set something at a scope, in place of what was there."""
    news = {"body": wish.body, "made_at": wish.made_at}
    statement = dialect_insert(connection, desired).values(
        scope=str(wish.scope), kind=wish.kind, **news
    )
    connection.execute(statement.on_conflict_do_update(index_elements=["scope", "kind"], set_=news))


def remove_wish(connection: Connection, scope: Scope, kind: str) -> bool:
    """Take away what is set at a scope; False when nothing is."""
    is_it = (desired.c.scope == str(scope), desired.c.kind == kind)
    return connection.execute(delete(desired).where(*is_it)).rowcount > 0


def _wishes(rows: Iterable[Row[Any]]) -> tuple[Wish, ...]:
    found = ((parse_scope(row.scope), row) for row in rows)
    return tuple(
        Wish(scope, row.kind, row.body, row.made_at) for scope, row in found if scope is not None
    )
