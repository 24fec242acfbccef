"""What the live page shows, gathered in one view of the database."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from device_config.questionnaire import Item, Kind
from sync import wire
from sync.central.local_time import FINLAND, day_of
from sync.central.numbers.figures import (
    Counts,
    Figure,
    Statements,
    Summary,
    summarise,
)
from sync.central.numbers.periods import Period, counts_of
from sync.central.pages.live.wanted import Wanted
from sync.central.pages.tree import Choice, choices, name_of
from sync.central.pages.wording import asked_items, in_words
from sync.central.questionnaires import Questionnaires
from sync.central.recent import Recent
from sync.central.store import Store
from sync.central.store.newest import newest
from sync.central.store.statistics import ByItem, Readings, readings, together
from sync.central.store.tallies import STANDINGS, Filter, counts_by
from sync.central.store.units import all_units

Past = Recent[Readings]
"""The tallies of many units on the days before today, by what was asked for."""

MOST_ROWS = 8
MOST_UNITS = 20
"""More units than these are compared on a page of their own."""
MOST_FRESH = 20 * 31
"""So many days of units are read anew for each picture: a tenth of a second's worth."""
ALL_AS_MANY = 4  # units: the rows of all units together, beside those of one


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One of the newest responses; never its free text."""

    id: str
    received: str
    answered: str | None
    clock: str
    unit: Mapping[str, str] | None
    first_kind: Kind | None
    first_value: int | None
    first_status: str | None
    answer_count: int
    channel: str
    language: str
    flags: tuple[str, ...]
    validity: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement, its wording by language, and what was answered."""

    item: str
    text: Mapping[str, str]
    answers: Statements


@dataclass(frozen=True, slots=True)
class Part:
    """The responses of one channel, language, questionnaire or unit, in short."""

    key: str
    responses: int
    agreeing: Figure
    nps: Figure
    texts: Mapping[str, str] | None = None  # its name; None where we know none


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One day or week."""

    period: Period
    responses: int
    agreeing: Figure
    nps: Figure


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows."""

    wanted: Wanted
    name: Mapping[str, str] | None  # of the part of the tree; None where it is unknown
    choices: tuple[Choice, ...]
    period: Period
    summary: Summary
    misuse: int  # so many responses in all, whether they are counted or not
    simulated: int
    statements: tuple[StatementRow, ...]
    reasons: tuple[tuple[str, Mapping[str, str], int], ...]  # option, its wording, how often
    titles: Mapping[str, Mapping[str, str]]  # of each known questionnaire
    trend: tuple[TrendRow, ...]
    channels: tuple[Part, ...]
    languages: tuple[Part, ...]
    questionnaires: tuple[Part, ...]
    units: tuple[Part, ...]
    newest: tuple[ResponseRow, ...]
    shows_units: bool  # whether the newest may be of several units


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at what, on which day: the same for those who see the same picture.

    `units`: the units shown, None for every one; `allowed`: those that the visitor may see.
    """

    wanted: Wanted
    today: date
    language: str
    units: frozenset[str] | None
    allowed: frozenset[str] | None


def gather(
    store: Store, questionnaires: Questionnaires, past: Past, look: Look, now: datetime
) -> View:
    """What the page shows of the responses that are meant; `past` keeps what takes long to read."""
    wanted, today = look.wanted, look.today
    meant = wanted.filter(look.units, today)
    with store.reading() as connection:
        known = all_units(connection)
        found = _readings(connection, meant, past, now)
        by_unit = _by_unit(connection, meant, len(known))
        rows = newest(connection, meant, MOST_ROWS)
    items = asked_items(questionnaires, wanted.questionnaire)
    kinds = {name: item.kind for name, item in items.items()}
    by_day = found.days(meant.standings)
    total = summarise(together(by_day), kinds)
    names = {unit.unit: unit.name for unit in known}
    titles = {
        each.questionnaire.id: in_words(each.questionnaire.title)
        for each in questionnaires.newest()
    }
    return View(
        wanted=wanted,
        name=name_of(wanted.scope, known, look.allowed),
        choices=choices(known, look.allowed),
        period=Period(wanted.first_day(today), today),
        summary=total,
        misuse=found.responses("misuse"),
        simulated=found.responses("simulated"),
        statements=tuple(
            StatementRow(item, in_words(items[item].text), answers)
            for item, answers in total.statements
        ),
        reasons=_reasons(total, items),
        titles=titles,
        trend=tuple(_trend_row(each, by_day, kinds) for each in wanted.periods(today)),
        channels=_parts(found.each("channel"), kinds),
        languages=_parts(found.each("language"), kinds),
        questionnaires=_parts(found.each("questionnaire"), kinds, titles),
        units=_parts(_nested(by_unit), kinds, names)[:MOST_UNITS],
        newest=tuple(_row(row, questionnaires, now) for row in rows),
        shows_units=look.units is None or len(look.units) > 1,
    )


def _readings(connection: Connection, meant: Filter, past: Past, now: datetime) -> Readings:
    """The tallies that are meant, as they are now.

    Of many units or days, those before today as they were up to a minute ago: they take long to
    read and hardly change, and today's are what is watched.
    """

    def read(wanted: Filter) -> Readings:
        return readings(connection, wanted, replace(wanted, standings=frozenset(STANDINGS)))

    today = day_of(now)
    count = ALL_AS_MANY if meant.units is None else len(meant.units)
    if meant.first is None or count * (today - meant.first).days <= MOST_FRESH:
        return read(meant)
    before = replace(meant, last=today - timedelta(days=1))
    return past.get(before, now, lambda: read(before)).value + read(replace(meant, first=today))


def _reasons(
    total: Summary, items: Mapping[str, Item]
) -> tuple[tuple[str, Mapping[str, str], int], ...]:
    texts = {each.id: in_words(each.text) for item in items.values() for each in item.options}
    return tuple((option, texts.get(option, {}), count) for option, count in total.reasons)


def _by_unit(
    connection: Connection, meant: Filter, known: int
) -> dict[tuple[str | date, str], Counts]:
    """The tallies of each of a few units; none where there is one, or there are many."""
    count = known if meant.units is None else len(meant.units)
    return counts_by(connection, meant, "unit") if 1 < count <= MOST_UNITS else {}


def _nested(found: Mapping[tuple[str | date, str], Counts]) -> dict[str, dict[str, Counts]]:
    nested: dict[str, dict[str, Counts]] = {}
    for (value, item), counts in found.items():
        nested.setdefault(str(value), {})[item] = counts
    return nested


def _parts(
    found: Mapping[str, ByItem],
    kinds: Mapping[str, Kind],
    names: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Part, ...]:
    """The one with most responses first."""
    parts = []
    for key, by_item in found.items():
        total = summarise(by_item, kinds)
        texts = (names or {}).get(key)
        parts.append(
            Part(key, total.responses, total.together.agreeing, total.recommendation.nps, texts)
        )
    return tuple(sorted(parts, key=lambda part: (-part.responses, part.key)))


def _trend_row(
    period: Period, by_day: Mapping[date, ByItem], kinds: Mapping[str, Kind]
) -> TrendRow:
    total = summarise(counts_of(period, by_day), kinds)
    return TrendRow(period, total.responses, total.together.agreeing, total.recommendation.nps)


def _row(row: Row[*tuple[Any, ...]], questionnaires: Questionnaires, now: datetime) -> ResponseRow:
    return ResponseRow(
        id=row.id,
        received=_time_of_day(row.received_at, now),
        answered=_answered(row.answered_at, row.precision, now),
        clock=row.clock,
        unit=row.unit_name,
        first_kind=questionnaires.kind_of(row.first_item),
        first_value=row.first_value,
        first_status=row.first_status,
        answer_count=row.answer_count,
        channel=row.channel,
        language=row.language,
        flags=tuple(row.flags.split()),
        validity=row.validity or "valid",
    )


def _time_of_day(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(FINLAND)
    if local.date() == day_of(now):
        return f"{local:%H:%M:%S}"
    return f"{local.day}.{local.month}. {local:%H:%M:%S}"


def _answered(moment: datetime | None, precision: wire.Precision, now: datetime) -> str | None:
    """When it was answered, no finer than the response says."""
    if moment is None:
        return None
    local = moment.astimezone(FINLAND)
    day = f"{local.day}.{local.month}." + (
        "" if local.year == day_of(now).year else f"{local.year}"
    )
    match precision:
        case "day":
            return day
        case "hour":
            return f"{day} {local:%H}–{(local.hour + 1) % 24:02}"
        case "minute":
            return f"{day} {local:%H:%M}"
