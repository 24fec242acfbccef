"""The exports that run, whichever process makes them: how far each is, and how many there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from sync.central.store.tables import exports

State = Literal["running", "done", "broken"]

SILENT_AFTER = timedelta(minutes=10)
"""An export that said nothing for so long has died with its process. A large workbook is silent
for minutes while it is packed."""
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many responses of an export are written, of how many there were at its beginning."""

    done: int
    total: int
    state: State


def begin(  # noqa: PLR0913, PLR0917 - which, whose, how much, when
    connection: Connection, run: str, account_name: str, total: int, now: datetime, most: int
) -> bool:
    """Note that an export begins; False, and nothing noted, where `most` run already.

    `run` is a name that the account gave it: another of the same name takes its place.
    """
    old = (exports.c.touched_at < now - KEPT) | _is_run(run, account_name)
    connection.execute(delete(exports).where(old))
    running = select(func.count()).where(
        exports.c.state == "running", exports.c.touched_at > now - SILENT_AFTER
    )
    if connection.execute(running).scalar_one() >= most:
        return False
    row = {
        "id": run,
        "account_name": account_name,
        "done": 0,
        "total": total,
        "state": "running",
        "made_at": now,
        "touched_at": now,
    }
    connection.execute(insert(exports), row)
    return True


def advance(  # noqa: PLR0913, PLR0917 - which, whose, how far, when
    connection: Connection, run: str, account_name: str, done: int, state: State, now: datetime
) -> None:
    """Note how far an export is."""
    values = {"done": done, "state": state, "touched_at": now}
    connection.execute(update(exports).where(_is_run(run, account_name)).values(values))


def progress_of(
    connection: Connection, run: str, account_name: str, now: datetime
) -> Progress | None:
    """How far an account's export is; None where there is none of this id."""
    row = connection.execute(select(exports).where(_is_run(run, account_name))).one_or_none()
    if row is None:
        return None
    is_dead = row.state == "running" and row.touched_at <= now - SILENT_AFTER
    return Progress(row.done, row.total, "broken" if is_dead else row.state)


def _is_run(run: str, account_name: str) -> ColumnElement[bool]:
    return (exports.c.id == run) & (exports.c.account_name == account_name)
