"""What the live page shows, gathered in one view of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Row

from device_config.questionnaire import Kind
from sync import wire
from sync.central.questionnaires import Questionnaires
from sync.central.store import Statistics, Store
from sync.central.store.responses import newest
from sync.central.store.statistics import statistics, statistics_by_unit, units_with_responses
from sync.central.store.units import all_units

MOST_ROWS = 20
MOST_UNITS = 50


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One of the newest responses; never its free text."""

    id: str
    received: str
    answered: str | None
    clock: str
    unit: str | None
    first_kind: Kind | None
    first_value: int | None
    first_status: str | None
    answer_count: int
    channel: str
    language: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """The numbers of one unit; its name is None when the unit is unknown."""

    oid: str
    name: str | None
    numbers: Statistics


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows of one unit, or of all."""

    unit: str | None
    name: str | None
    choices: tuple[tuple[str, str], ...]
    numbers: Statistics
    by_unit: tuple[UnitRow, ...]
    hidden_units: int
    newest: tuple[ResponseRow, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: in which language, when, and by which clock on the wall."""

    language: str
    now: datetime
    zone: tzinfo | None  # None: this machine's own


def gather(store: Store, questionnaires: Questionnaires, unit: str | None, reader: Reader) -> View:
    """What the page shows of one unit, or of all."""
    with store.reading() as connection:
        names = {u.unit: in_language(u.name, reader.language) for u in all_units(connection)}
        by_unit = {} if unit else statistics_by_unit(connection, MOST_UNITS)
        with_responses = 0 if unit else units_with_responses(connection)
        numbers = statistics(connection, unit)
        rows = newest(connection, unit, MOST_ROWS)
    return View(
        unit=unit,
        name=names.get(unit) if unit else None,
        choices=tuple(sorted(names.items(), key=lambda choice: choice[1].casefold())),
        numbers=numbers,
        by_unit=tuple(UnitRow(oid, names.get(oid), found) for oid, found in by_unit.items()),
        hidden_units=with_responses - len(by_unit),
        newest=tuple(_row(row, questionnaires, reader) for row in rows),
    )


def in_language(names: Mapping[str, str], language: str) -> str:
    """A name in this language, else in the first of fi, sv, en that there is."""
    for wanted in (language, "fi", "sv", "en", *names):
        if names.get(wanted):
            return names[wanted]
    return "–"


def _row(row: Row[*tuple[Any, ...]], questionnaires: Questionnaires, reader: Reader) -> ResponseRow:
    return ResponseRow(
        id=row.id,
        received=_time_of_day(row.received_at, reader),
        answered=_answered(row.answered_at, row.precision, reader),
        clock=row.clock,
        unit=in_language(row.unit_name, reader.language) if row.unit_name else None,
        first_kind=questionnaires.kind_of(row.first_item),
        first_value=row.first_value,
        first_status=row.first_status,
        answer_count=row.answer_count,
        channel=row.channel,
        language=row.language,
        flags=tuple(row.flags.split()),
    )


def _time_of_day(moment: datetime, reader: Reader) -> str:
    local = moment.astimezone(reader.zone)
    if local.date() == reader.now.astimezone(reader.zone).date():
        return f"{local:%H:%M:%S}"
    return f"{local.day}.{local.month}. {local:%H:%M:%S}"


def _answered(moment: datetime | None, precision: wire.Precision, reader: Reader) -> str | None:
    """When it was answered, no finer than the response says."""
    if moment is None:
        return None
    local = moment.astimezone(reader.zone)
    is_this_year = local.year == reader.now.astimezone(reader.zone).year
    day = f"{local.day}.{local.month}." + ("" if is_this_year else str(local.year))
    match precision:
        case "day":
            return day
        case "hour":
            return f"{day} {local:%H}–{(local.hour + 1) % 24:02}"
        case "minute":
            return f"{day} {local:%H:%M}"
