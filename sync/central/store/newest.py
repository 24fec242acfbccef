"""The responses that came last, as the live page lists them; never their free text."""

from collections.abc import Sequence
from heapq import nlargest
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select, union_all

from sync.central.store.tables import responses, units
from sync.central.store.tallies import Filter

MOST_LOOKED_AT = 1000
"""So many of the latest are looked through for those that are meant, however many there are."""
UNITS_AT_ONCE = 100
"""SQLite takes 500 parts in one compound select (its SQLITE_MAX_COMPOUND_SELECT)."""

_NOT_SHOWN = ("document", "content_hash", "corrected")
_shown = tuple(column for column in responses.c if column.name not in _NOT_SHOWN)
_place = (responses.c.received_at, responses.c.epoch, responses.c.seq, responses.c.id)
_newest_first = tuple(column.desc() for column in _place[:3])


def newest(connection: Connection, wanted: Filter, most: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The responses received last, newest first, each with its unit's names.

    They may have been answered on any day.
    """
    statement = (
        select(*_shown, units.c.name.label("unit_name"))
        .outerjoin(units, responses.c.unit == units.c.unit)
        .where(responses.c.id.in_(_latest(connection, wanted.units, most)), *_conditions(wanted))
        .order_by(*_newest_first)
        .limit(most)
    )
    return connection.execute(statement).all()


def _latest(connection: Connection, among: frozenset[str] | None, most: int) -> list[str]:
    """The ids of the latest responses of these units, by the index of each unit."""
    if among is None:
        return [row.id for row in connection.execute(_latest_where(None, MOST_LOOKED_AT))]
    each = max(most, MOST_LOOKED_AT // max(len(among), 1))
    found: list[Row[*tuple[Any, ...]]] = []
    ordered = sorted(among)
    for start in range(0, len(ordered), UNITS_AT_ONCE):
        of_units = (
            select(_latest_where(_is_of(unit), each).subquery())
            for unit in ordered[start : start + UNITS_AT_ONCE]
        )
        found.extend(connection.execute(union_all(*of_units)))
    return [row[3] for row in nlargest(MOST_LOOKED_AT, found, key=lambda row: tuple(row[:3]))]


def _latest_where(condition: ColumnElement[bool] | None, most: int) -> Select[*tuple[Any, ...]]:
    statement = select(*_place).order_by(*_newest_first).limit(most)
    return statement if condition is None else statement.where(condition)


def _is_of(unit: str) -> ColumnElement[bool]:
    return responses.c.unit == unit if unit else responses.c.unit.is_(None)


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    # What an older version stored has no standing until it has been counted.
    standing = responses.c.standing
    conditions = [or_(standing.is_(None), standing.in_(sorted(wanted.standings)))]
    for name in ("questionnaire", "respondent", "channel", "language"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(responses.c[name] == value)
    return conditions
