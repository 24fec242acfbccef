"""What an administrator does, as functions: open the store, read units."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from device_config.errors import MOST_SAID
from sync import wire
from sync.central.errors import UnitsUnreadable
from sync.central.numbers.figures import Summary
from sync.central.questionnaires import shipped_questionnaires
from sync.central.store import Store, open_store
from sync.central.store.statistics import summary
from sync.central.store.tallies import STANDINGS, Filter

__all__ = ["database_url", "numbers_of", "open_store", "read_units"]

LANGUAGES = ("fi", "sv", "en")
UNIT_COLUMNS = (
    "unit",
    *(f"name_{language}" for language in LANGUAGES),
    *(f"path_{language}" for language in LANGUAGES),
    "county",
    "service",
)
OID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+", re.ASCII)
"""An object identifier as text (RFC 3061), of two numbers or more."""
COUNTY = re.compile(r"[0-9]{2}", re.ASCII)
MOST_CHARACTERS = 300
"""Of each text of a unit: a terminal takes no longer ones."""


def database_url(state: Path) -> str:
    """The URL of the SQLite file in a state directory."""
    return f"sqlite:///{state.absolute() / 'central.db'}"


def numbers_of(store: Store, unit: str) -> Summary:
    """What all responses about a unit say together, the flagged and the simulated ones, too."""
    wanted = Filter(frozenset({unit}), standings=frozenset(STANDINGS))
    with store.reading() as connection:
        return summary(connection, wanted, shipped_questionnaires().kinds())


def read_units(path: Path) -> tuple[wire.Unit, ...]:
    """The units in a JSON list or a CSV file; raises UnitsUnreadable with every problem."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnitsUnreadable(f"{path}: {error.strerror}; give the path of a file") from None
    return units_in(content, str(path))


def units_in(content: bytes, what: str) -> tuple[wire.Unit, ...]:
    """The units in the bytes of a JSON list or a CSV file; raises as `read_units` does."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnitsUnreadable(f"{what}: not UTF-8; save it as UTF-8") from None
    read = _units_in_json if text.lstrip().startswith("[") else _units_in_csv
    units: list[wire.Unit] = []
    problems: list[str] = []
    for each in read(what, text):
        if isinstance(each, str):
            problems.append(each)
        else:
            units.append(each)
    if problems:
        raise UnitsUnreadable(_told(what, problems))
    return tuple(units)


def _told(what: str, problems: list[str]) -> str:
    """The problems of a file: one in a line, several a line each."""
    if len(problems) == 1:
        return f"{what}: {problems[0]}"
    more = len(problems) - MOST_SAID
    rest = (f"  and {more} more",) if more > 0 else ()
    lines = (f"  {each}" for each in problems[:MOST_SAID])
    return "\n".join((f"{what}: nothing was imported:", *lines, *rest))


def _units_in_json(what: str, text: str) -> Iterator[wire.Unit | str]:
    """Each unit, or what is wrong with it."""
    try:
        units = msgspec.json.decode(text, type=tuple[wire.Unit, ...])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        mend = "write a list of units with unit, name and path"
        raise UnitsUnreadable(f"{what}: {error}; {mend}") from None
    for number, unit in enumerate(units):
        problems = unit_problems(unit)
        yield f"[{number}]: {'; '.join(problems)}" if problems else unit


def _units_in_csv(what: str, text: str) -> Iterator[wire.Unit | str]:
    """Each unit, or what is wrong with it."""
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    try:
        columns = rows.fieldnames or ()
    except csv.Error as error:
        raise UnitsUnreadable(f"{what}: line 1: {error}") from None
    unknown = [name for name in columns if name not in UNIT_COLUMNS]
    if "unit" not in columns or unknown:
        detail = f"unknown column {unknown[0]!r}" if unknown else "no column 'unit'"
        raise UnitsUnreadable(f"{what}: {detail}; the columns are {', '.join(UNIT_COLUMNS)}")
    try:
        for row in rows:
            yield _unit_in_row(row, rows.line_num)
    except csv.Error as error:
        yield f"line {rows.line_num}: {error}"


def _unit_in_row(row: dict[str, str | None], line: int) -> wire.Unit | str:
    try:
        return unit_of(
            oid=row["unit"] or "",
            names={language: row.get(f"name_{language}") for language in LANGUAGES},
            county=row.get("county"),
            service=row.get("service"),
            paths={language: row.get(f"path_{language}") for language in LANGUAGES},
        )
    except ValueError as error:
        return f"line {line}: {error}"


def unit_of(
    oid: str,
    names: dict[str, str | None],
    county: str | None = None,
    service: str | None = None,
    paths: dict[str, str | None] | None = None,
) -> wire.Unit:
    """A unit from what a person wrote; raises ValueError with what is wrong with it."""
    unit = wire.Unit(
        unit=oid.strip(),
        name=_written(names),
        path=_written(paths or {}),
        county=(county or "").strip() or None,
        service=(service or "").strip() or None,
    )
    problems = unit_problems(unit)
    if problems:
        raise ValueError("; ".join(problems))
    return msgspec.convert(msgspec.to_builtins(unit), wire.Unit)


def unit_problems(unit: wire.Unit) -> tuple[str, ...]:
    """What is wrong with a unit that a person wrote."""
    problems = []
    if not unit.unit:
        problems.append("the unit's OID is missing")
    elif not OID.fullmatch(unit.unit):
        problems.append(f"{unit.unit[:40]!r} is no OID, such as 1.2.246.10.2085212.10.1314")
    if not unit.name:
        problems.append(f"unit {unit.unit[:40]} has no name in any language")
    if unit.county is not None and not COUNTY.fullmatch(unit.county):
        problems.append(f"county {unit.county[:20]!r} is no code of two digits, such as 05 or 20")
    texts = (*unit.name.values(), *unit.path.values(), unit.service or "")
    if any(len(text) > MOST_CHARACTERS or not text.isprintable() for text in texts):
        problems.append(f"a text is over {MOST_CHARACTERS} characters, or cannot be shown")
    return tuple(problems)


def _written(texts: dict[str, str | None]) -> dict[str, str]:
    return {code: text.strip() for code, text in texts.items() if text and text.strip()}
