"""A central service's database as years of feedback leave it: straight into the tables, in bulk.

A unit's day is one of a few patterns, each a handful of real documents, counted with the service's
own code; so the database can multiply patterns by days and units by itself.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    insert,
    literal,
    select,
    true,
)

from sync import wire
from sync.central.local_time import FINLAND
from sync.central.receiving.checking import GoodResponse
from sync.central.store import Store
from sync.central.store.responses import row_of
from sync.central.store.tables import (
    ALL_UNITS,
    Instant,
    responses,
    sequences,
    tallies,
    terminals,
)
from sync.central.store.tallies import COUNTS, KEY, Tally
from sync.wire import Content, Unit, encode

DAYS = 3 * 365
A_DAY = 18
"""Responses of one unit."""
PATTERNS = 20
SUBTREE = 5
"""The subtree that is asked about has every fifth of the units."""
SUBTREE_PATH = "Esimerkki › Hammashoito"
OTHER_PATH = "Esimerkki › Terveysasemat"
STEP_DAYS = 10

LANGUAGES = {"fi": 88, "sv": 7, "en": 4, "ar": 1}
CHANNELS = {"kiosk-touch": 65, "kiosk-button": 30, "staff-paper": 5}
RESPONDENTS = {"client": 95, "relative": 5}
RULES: dict[wire.Rule | None, int] = {None: 96, "burst": 3, "simulated": 1}

Drawn = TypeVar("Drawn")

_metadata = MetaData()
_MADE_HERE = (
    "id", "terminal_id", "epoch", "seq", "unit", "answered_at", "received_at", "day", "document",
)  # fmt: skip
_OF_PATTERN = tuple(column.name for column in responses.c if column.name not in _MADE_HERE)
_days = Table(
    "bench_days",
    _metadata,
    Column("number", Integer, primary_key=True),
    Column("day", responses.c.day.type),
)
_moments = Table(
    "bench_moments",
    _metadata,
    Column("number", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("at", Instant),
    Column("id", Text),
)
_units = Table(
    "bench_units",
    _metadata,
    Column("number", Integer, primary_key=True),
    Column("unit", Text),
    Column("terminal_id", Text),
    Column("id", Text),
)
_responses = Table(
    "bench_responses",
    _metadata,
    Column("pattern", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("document", Text),
    *(Column(name, responses.c[name].type) for name in _OF_PATTERN),
)
_tallies = Table(
    "bench_tallies",
    _metadata,
    Column("pattern", Integer, index=True),
    *(
        Column(name, tallies.c[name].type)
        for name in (*KEY, *COUNTS)
        if name not in {"unit", "day"}
    ),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What is stored now: the units, those of the subtree, and the last of the days."""

    units: tuple[str, ...]
    subtree: tuple[str, ...]
    last: date
    responses: int


def fill(
    store: Store,
    samples: Sequence[Content],
    stored: int,
    last: date,
    say: Callable[[str], None] = lambda _: None,
) -> Filled:
    """Store about so many responses, of three years up to `last`, in as many units as that takes.

    `store` has nothing in it yet. `say` is told how far it is, now and then.
    """
    a_day = range(max(1, round(stored / (DAYS * A_DAY * PATTERNS))) * PATTERNS)
    random_ids = random.Random(1)  # noqa: S311 - a benchmark's, the same each time
    made = tuple(_unit(number) for number in a_day)
    first = last - timedelta(days=DAYS - 1)
    with store.writing() as connection:
        _metadata.create_all(connection)
        connection.execute(
            insert(_days), [{"number": n, "day": _later(first, n)} for n in range(DAYS)]
        )
        connection.execute(insert(_moments), _moments_from(first, random_ids))
        connection.execute(
            insert(_units), [_unit_row(n, u, random_ids) for n, u in enumerate(made)]
        )
        patterns, counts = _patterns(samples, first)
        connection.execute(insert(_responses), patterns)
        connection.execute(insert(_tallies), counts)
    store.add_units(made)
    _put_terminals(store, last)
    for start in range(0, DAYS, STEP_DAYS):
        with store.writing() as connection:
            among = _days.c.number.between(start, start + STEP_DAYS - 1)
            connection.execute(_responses_of(among))
            connection.execute(_tallies_of(among))
            connection.execute(_sums_of(among))
        say(f"{min(start + STEP_DAYS, DAYS)} days of {DAYS}")
    with store.writing() as connection:
        _metadata.drop_all(connection)
    oids = tuple(unit.unit for unit in made)
    return Filled(oids, oids[::SUBTREE], last, len(made) * DAYS * A_DAY)


def _later(first: date, days: int) -> date:
    return first + timedelta(days=days)


def _unit(number: int) -> Unit:
    path = OTHER_PATH if number % SUBTREE else SUBTREE_PATH
    name = {"fi": f"Esimerkki {number}", "sv": f"Exempel {number}"}
    county = f"{1 + number % 23:02}"
    return Unit(unit=f"1.2.246.10.9.{number}", name=name, path={"fi": path}, county=county)


def _unit_row(number: int, unit: Unit, luck: random.Random) -> dict[str, Any]:
    """The second half of the ids of a unit's responses, and its one terminal."""
    half = f"{luck.getrandbits(64):016x}"
    return {
        "number": number,
        "unit": unit.unit,
        "terminal_id": f"t-{number:05}",
        "id": f"8{half[1:4]}-{half[4:]}",
    }


def _moments_from(first: date, luck: random.Random) -> list[dict[str, Any]]:
    """When the responses of each day come, and the first half of their ids."""
    found = []
    for number in range(DAYS):
        opening = datetime.combine(_later(first, number), time(8), FINLAND)
        for position in range(A_DAY):
            half = f"{luck.getrandbits(64):016x}"
            minutes = position * 8 * 60 // A_DAY + luck.randrange(20)
            found.append(
                {
                    "number": number,
                    "position": position,
                    "at": opening + timedelta(minutes=minutes, seconds=luck.randrange(60)),
                    "id": f"{half[:8]}-{half[8:12]}-4{half[13:]}-",
                }
            )
    return found


def _patterns(
    samples: Sequence[Content], day: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The responses of each pattern of a day, and what they count."""
    luck = random.Random(1)  # noqa: S311 - likewise
    documents, counts = [], []
    for pattern in range(PATTERNS):
        tally = Tally()
        for position in range(A_DAY):
            response = _response(luck.choice(samples), luck)
            good = GoodResponse(response, encode(response).decode(), "valid")
            row = row_of(good, datetime.combine(day, time(12), FINLAND))
            tally.count(response, day, row["standing"])
            chosen = {name: row.get(name) for name in ("document", *_OF_PATTERN)}
            documents.append({"pattern": pattern, "position": position, **chosen})
        for key, numbers in tally.rows(with_all_units=False).items():
            row = dict(zip(KEY, key, strict=True)) | dict(zip(COUNTS, numbers, strict=True))
            del row["unit"], row["day"]
            counts.append({"pattern": pattern, **row})
    return documents, counts


def _response(sample: Content, luck: random.Random) -> wire.Response:
    """What a client might have said; its id, its place and its times stand as marks in it."""
    rule = _drawn(RULES, luck)
    changes = {
        "terminal_id": "@terminal",
        "location": wire.Location(county=None, unit="@unit", service=None, place=None, since=None),
        "language": _drawn(LANGUAGES, luck),
        "channel": _drawn(CHANNELS, luck),
        "respondent": _drawn(RESPONDENTS, luck),
        "flags": (wire.Flag(rule=rule),) if rule else (),
    }
    content = msgspec.structs.replace(sample, **changes)
    return wire.Response(epoch=1, seq=1, **msgspec.structs.asdict(content))


def _drawn(weights: Mapping[Drawn, int], luck: random.Random) -> Drawn:
    return luck.choices([*weights], [*weights.values()])[0]


def _put_terminals(store: Store, day: date) -> None:
    """One terminal in each unit, whose numbers are complete."""
    since = datetime.combine(day, time(0), FINLAND)
    texts = {"software": "-", "location_revision": 1, "enrolled_at": since}
    with store.writing() as connection:
        found = connection.execute(select(_units)).all()
        connection.execute(
            insert(terminals),
            [
                {
                    "id": row.terminal_id,
                    "hardware_id": row.terminal_id,
                    "token_hash": row.terminal_id,
                    "unit": row.unit,
                    **texts,
                }
                for row in found
            ],
        )
        highest = DAYS * A_DAY
        numbers = {"epoch": 1, "lowest": 1, "highest": highest, "count": highest}
        connection.execute(
            insert(sequences), [{"terminal_id": row.terminal_id, **numbers} for row in found]
        )


_is_pattern = (_days.c.number * 13 + _units.c.number * 7) % PATTERNS
_from_patterns = tuple(_responses.c[name] for name in _OF_PATTERN)


def _responses_of(among: ColumnElement[bool]) -> Insert:
    new_id = _moments.c.id + _units.c.id
    document = func.replace(_responses.c.document, "@terminal", _units.c.terminal_id)
    document = func.replace(document, "@unit", _units.c.unit)
    moment = _moments.c.at
    made = (
        new_id,
        _units.c.terminal_id,
        literal(1),
        1 + _days.c.number * A_DAY + _moments.c.position,
        _units.c.unit,
        moment,
        moment,
        _days.c.day,
        document,
    )
    chosen = (
        select(*made, *_from_patterns)
        .select_from(_days)
        .join(_moments, _moments.c.number == _days.c.number)
        .join(_units, true())
        .join(
            _responses,
            (_responses.c.pattern == _is_pattern) & (_responses.c.position == _moments.c.position),
        )
        .where(among)
        .order_by(_days.c.number, _moments.c.position)
    )
    return insert(responses).from_select([*_MADE_HERE, *_OF_PATTERN], chosen)


_other_keys = tuple(name for name in KEY if name not in {"unit", "day"})


def _tallies_of(among: ColumnElement[bool]) -> Insert:
    chosen = (
        select(_units.c.unit, _days.c.day, *(_tallies.c[name] for name in (*_other_keys, *COUNTS)))
        .select_from(_days)
        .join(_units, true())
        .join(_tallies, _tallies.c.pattern == _is_pattern)
        .where(among)
    )
    return insert(tallies).from_select(["unit", "day", *_other_keys, *COUNTS], chosen)


def _sums_of(among: ColumnElement[bool]) -> Insert:
    """What all units count together: each pattern is that of as many units, every day."""
    each = select(func.count() / PATTERNS).select_from(_units).scalar_subquery()
    keys = tuple(_tallies.c[name] for name in _other_keys)
    chosen = (
        select(
            literal(ALL_UNITS),
            _days.c.day,
            *keys,
            *(func.sum(_tallies.c[name]) * each for name in COUNTS),
        )
        .select_from(_days)
        .join(_tallies, true())
        .where(among)
        .group_by(_days.c.day, *keys)
    )
    return insert(tallies).from_select(["unit", "day", *_other_keys, *COUNTS], chosen)
