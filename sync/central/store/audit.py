"""Who read comments, and who changed what. Rows are only ever added; the database sees to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from sync.central.accounts.access import Visitor
from sync.central.store.tables import audit

COMMAND = "command"
"""In place of a name: somebody at the service's own machine, through a command."""
ANYBODY = "anybody"
"""In place of a name: whoever looked at a service that was started open."""
MOST_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done. `account_id` is None for a command, and for who is no account."""

    number: int
    at: datetime
    account_id: str | None
    account_name: str
    action: str
    subject: str
    detail: dict[str, Any]


def note(  # noqa: PLR0913, PLR0917 - who, what, to what, how, when
    connection: Connection,
    who: Visitor | None,
    action: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Write down that somebody did something; `who` is None for a command.

    In the transaction of the deed itself, so that neither stands without the other. Never give it
    a text of a client's, a password, a token or a code.
    """
    row = {
        "at": at or datetime.now(UTC),
        "account_id": who.account_id if who else None,
        "account_name": (who.name or ANYBODY) if who else COMMAND,
        "action": action,
        "subject": _plain(subject),
        "detail": _plain(dict(detail or {})),
    }
    connection.execute(insert(audit), row)


def entries(
    connection: Connection,
    most: int,
    before: int | None = None,
    account: str | None = None,
    action: str | None = None,
) -> tuple[Entry, ...]:
    """What was done, the latest first, below number `before`; of one account or kind if named."""
    statement = select(audit).order_by(audit.c.number.desc()).limit(most)
    if before is not None:
        statement = statement.where(audit.c.number < before)
    if account:
        statement = statement.where(audit.c.account_name == account)
    if action:
        statement = statement.where(audit.c.action == action)
    return tuple(Entry(**row._mapping) for row in connection.execute(statement))  # noqa: SLF001


def names_and_actions(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The account names and the actions that the log has, each in order."""
    names = connection.execute(select(audit.c.account_name).distinct()).scalars()
    actions = connection.execute(select(audit.c.action).distinct()).scalars()
    return tuple(sorted(names)), tuple(sorted(actions))


def _plain(value: Any) -> Any:
    """Bounded, and without what PostgreSQL's text cannot hold."""
    match value:
        case str():
            return value.replace("\0", "")[:MOST_CHARACTERS]
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
    return value
