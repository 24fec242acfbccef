"""The units that a terminal can stand in: the centre's list, checked as hostile, kept for offline.

Nobody's answers are in it and the centre gives it again, so one checksummed copy is enough.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from device_config.catalogue import LANGUAGE
from device_config.disk import mend, mend_reading, replace_file, say_once
from device_config.durable_file import file_fingerprint
from device_config.errors import StateNotWritable
from device_config.plain_file import read_plain
from device_config.state import StateDirectory

log = logging.getLogger(__name__)

MOST_BYTES = 8 * 1024 * 1024
"""Of the list as it travels."""
MOST_UNITS = 20_000
MOST_CHARACTERS = 300
MOST_LANGUAGES = 40
_REPLACED = "the next fetch replaces it"
MAGIC = b"palautepiste-units/1 "
# A unit is kept with the members that it came without.
_MOST_KEPT_BYTES = MOST_BYTES + 100 * MOST_UNITS

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_Code = Annotated[str, Meta(min_length=1, max_length=100)]


class Unit(Struct, frozen=True, kw_only=True):
    """A unit that feedback can be about; names and paths by language."""

    unit: _Code
    name: dict[str, str]
    path: dict[str, str]
    county: _Code | None = None
    service: _Code | None = None


class UnitList(Struct, frozen=True, kw_only=True):
    """The units as they were last fetched: the centre's ETag, and when (RFC 3339, or None)."""

    units: tuple[Unit, ...] = ()
    etag: str | None = None
    fetched_at: str | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class UnitsFile:
    """The list of units in a terminal's state directory."""

    path: Path

    @classmethod
    def of(cls, state: StateDirectory) -> "UnitsFile":
        """The units file of a state directory."""
        return cls(state.file("units"))

    def read(self) -> UnitList:
        """The list; an empty one before the first fetch, or when the file is damaged. No raise."""
        try:
            head, _, body = read_plain(self.path, _MOST_KEPT_BYTES).partition(b"\n")
            if head == _head(body):
                return msgspec.json.decode(body, type=UnitList)
            say_once(f"{self.path}: damaged; {_REPLACED}")
        except FileNotFoundError:
            pass
        except OSError as error:
            what = mend_reading(error, self.path, _REPLACED)
            say_once(f"{self.path}: {error.strerror}; {what}")
        except (*_UNREADABLE, ValueError) as error:
            say_once(f"{self.path}: {error}; {_REPLACED}")
        return UnitList()

    def write(self, units: UnitList) -> None:
        """Keep a list; when this returns it is on disk. Raises StateNotWritable.

        Whatever fails, the file is as it was, or the new one whole.
        """
        body = msgspec.json.encode(units)
        try:
            replace_file(self.path, _head(body) + b"\n" + body, 0o644)
        except OSError as error:
            mended = mend(error, self.path)
            raise StateNotWritable(f"{self.path}: {error.strerror}; {mended}") from None

    def fingerprint(self) -> tuple[int, ...]:
        """Numbers that change whenever the list is written."""
        return file_fingerprint(self.path)


def units_in(body: bytes) -> tuple[tuple[Unit, ...], int]:
    """The good units of a centre's list, and how many were left out.

    Left out: what is no unit, or has no name, a text that is too long or cannot be shown, or an OID
    that was there before; and all beyond MOST_UNITS. Raises ValueError for what is no list.
    """
    if len(body) > MOST_BYTES:
        raise ValueError(f"over {MOST_BYTES} bytes: too large")
    try:
        entries = msgspec.json.decode(body, type=list[msgspec.Raw])
    except _UNREADABLE as error:
        raise ValueError(f"no list: {error}") from None
    units: dict[str, Unit] = {}
    for unit in _good(entries[:MOST_UNITS]):
        units.setdefault(unit.unit, unit)
    return tuple(units.values()), len(entries) - len(units)


def in_language(texts: dict[str, str], language: str) -> str:
    """A text in this language, else in Finnish, Swedish, English or any; empty if there is none."""
    for each in (language, "fi", "sv", "en"):
        if texts.get(each):
            return texts[each]
    return next(iter(texts.values()), "")


def _good(entries: Iterable[msgspec.Raw]) -> Iterator[Unit]:
    for entry in entries:
        try:
            yield _tidy(msgspec.json.decode(entry, type=Unit))
        except (*_UNREADABLE, ValueError) as error:
            log.debug("a unit is left out: %s", error)


def _tidy(unit: Unit) -> Unit:
    """The unit with its texts as they can be shown; raises ValueError where they cannot."""
    name, path = (dict(_tidy_texts(texts)) for texts in (unit.name, unit.path))
    if not name:
        raise ValueError(f"{unit.unit!r} has no name")
    for code in (unit.unit, unit.county or "", unit.service or ""):
        if not code.isprintable() or code != code.strip():
            raise ValueError(f"{code!r} cannot be shown")
    return msgspec.structs.replace(unit, name=name, path=path)


def _tidy_texts(texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    if len(texts) > MOST_LANGUAGES:
        raise ValueError(f"{len(texts)} languages; at most {MOST_LANGUAGES} are taken")
    for language, text in texts.items():
        if not LANGUAGE.fullmatch(language) or len(language) > 20:
            raise ValueError(f"{language[:20]!r} is no language")
        if len(text) > MOST_CHARACTERS:
            raise ValueError(f"a text is over {MOST_CHARACTERS} characters")
        shown = " ".join(text.split())
        if not shown.isprintable():
            raise ValueError("a text cannot be shown")
        if shown:
            yield language, shown


def _head(body: bytes) -> bytes:
    return MAGIC + hashlib.sha256(body).hexdigest().encode()
