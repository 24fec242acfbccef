"""What clients wrote: the responses with a text, newest first, from any point on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, text, union_all

from sync.central.store.tables import responses, units
from sync.central.store.tallies import Standing

UNITS_AT_ONCE = 100
"""SQLite takes 500 parts in one compound select (its SQLITE_MAX_COMPOUND_SELECT)."""

_has_text = text("has_text")  # as the partial indexes say it, or SQLite would not use them
_newest_first = (responses.c.received_at.desc(), responses.c.id.desc())


@dataclass(frozen=True, slots=True)
class Place:
    """A point in the order of the texts: those below it come next."""

    received_at: datetime
    id: str


def texts(
    connection: Connection,
    among: frozenset[str] | None,
    standings: frozenset[Standing],
    most: int,
    below: Place | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Responses with a text of these units, each with its unit's names.

    "" stands for no unit named; None for all.
    """
    conditions = _conditions(standings, below)
    statement = (
        select(responses, units.c.name.label("unit_name"))
        .outerjoin(units, responses.c.unit == units.c.unit)
        .where(responses.c.id.in_(_ids(connection, among, conditions, most)))
        .order_by(*_newest_first)
    )
    return connection.execute(statement).all()


def _ids(
    connection: Connection,
    among: frozenset[str] | None,
    conditions: Sequence[ColumnElement[bool]],
    most: int,
) -> list[str]:
    """By the index of each unit, so that a small unit is not looked for among all the others."""
    if among is None:
        return [row.id for row in connection.execute(_latest(conditions, most))]
    found: list[Row[*tuple[Any, ...]]] = []
    ordered = sorted(among)
    for start in range(0, len(ordered), UNITS_AT_ONCE):
        of_units = (
            select(_latest([_is_of(unit), *conditions], most).subquery())
            for unit in ordered[start : start + UNITS_AT_ONCE]
        )
        found.extend(connection.execute(union_all(*of_units)))
    return [row[1] for row in nlargest(most, found, key=lambda row: (row[0], row[1]))]


def _latest(conditions: Sequence[ColumnElement[bool]], most: int) -> Select[*tuple[Any, ...]]:
    columns = (responses.c.received_at, responses.c.id)
    statement = select(*columns).where(_has_text, *conditions)
    return statement.order_by(*_newest_first).limit(most)


def _is_of(unit: str) -> ColumnElement[bool]:
    return responses.c.unit == unit if unit else responses.c.unit.is_(None)


def _conditions(standings: frozenset[Standing], below: Place | None) -> list[ColumnElement[bool]]:
    # What an older version stored has no standing until it has been counted.
    standing = responses.c.standing
    conditions = [or_(standing.is_(None), standing.in_(sorted(standings)))]
    if below is not None:
        at = responses.c.received_at
        is_below = or_(at < below.received_at, responses.c.id < below.id)
        conditions.append(and_(at <= below.received_at, is_below))
    return conditions
