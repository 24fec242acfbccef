"""The units that feedback can be about."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, select

from sync import wire
from sync.central.store.database import dialect_insert
from sync.central.store.tables import units


def put_units(connection: Connection, new: Iterable[wire.Unit]) -> int:
    """Add units, or replace those whose OID is known; returns how many there were."""
    rows = {
        unit.unit: {
            "unit": unit.unit,
            "name": unit.name,
            "path": unit.path,
            "county": unit.county,
            "service": unit.service,
        }
        for unit in new
    }
    if rows:
        statement = dialect_insert(connection, units)
        changed = {name: statement.excluded[name] for name in ("name", "path", "county", "service")}
        statement = statement.on_conflict_do_update(index_elements=["unit"], set_=changed)
        connection.execute(statement, list(rows.values()))
    return len(rows)


def all_units(connection: Connection) -> tuple[wire.Unit, ...]:
    """Every unit, in the order of the OIDs."""
    return tuple(_unit(row) for row in connection.execute(select(units).order_by(units.c.unit)))


def units_of_county(connection: Connection, county: str | None) -> tuple[wire.Unit, ...]:
    """The units of a county, in the order of the OIDs; None for those that are in none."""
    statement = select(units).where(units.c.county.is_not_distinct_from(county))
    return tuple(_unit(row) for row in connection.execute(statement.order_by(units.c.unit)))


def count_by_county(connection: Connection) -> dict[str | None, int]:
    """How many units each county has; None stands for those that are in none."""
    statement = select(units.c.county, func.count().label("units")).group_by(units.c.county)
    return {row.county: row.units for row in connection.execute(statement)}


def find_unit(connection: Connection, oid: str) -> wire.Unit | None:
    """The unit with this OID, or None."""
    row = connection.execute(select(units).where(units.c.unit == oid)).one_or_none()
    return _unit(row) if row else None


def _unit(row: Row[*tuple[Any, ...]]) -> wire.Unit:
    return wire.Unit(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
