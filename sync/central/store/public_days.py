"""The tallies behind the public pages, kept as they were when a day began."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, delete, select

from sync.central.numbers.figures import Counts
from sync.central.store.database import dialect_insert
from sync.central.store.tables import public_days

ByUnit = Mapping[str, Mapping[str, Counts]]


def find_public_day(connection: Connection, county: str, day: date) -> ByUnit | None:
    """The tallies of a county's units, by unit and item; None before they were kept."""
    row = connection.execute(
        select(public_days.c.body).where(public_days.c.county == county, public_days.c.day == day)
    ).scalar_one_or_none()
    if row is None:
        return None
    return {
        unit: {item: Counts(tuple(values)) for item, values in items.items()}
        for unit, items in row.items()
    }


def keep_public_day(connection: Connection, county: str, day: date, found: ByUnit) -> None:
    """Keep the tallies of a day, unless another process was quicker."""
    body = {
        unit: {item: list(counts.values) for item, counts in items.items()}
        for unit, items in found.items()
    }
    statement = dialect_insert(connection, public_days)
    values = {"county": county, "day": day, "body": body}
    connection.execute(statement.values(values).on_conflict_do_nothing())


def forget_public_days(connection: Connection, county: str, before: date) -> None:
    """Forget what was kept of earlier days."""
    connection.execute(
        delete(public_days).where(public_days.c.county == county, public_days.c.day < before)
    )
