"""The keys of the keyboard on the screen, by language: data in assets/keyboards.

A layout is a file `<language>.json` with rows of letters, the keys of a row with a space
between. Layouts in the state directory go before the shipped ones.
"""

import logging
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec import Struct

from device_config.assets import asset_path
from device_config.catalogue import LANGUAGE
from device_config.durable_file import file_fingerprint
from device_config.plain_file import read_plain

log = logging.getLogger(__name__)

Rows = tuple[tuple[str, ...], ...]

FALLBACK = "en"
MOST_BYTES = 64 * 1024
MOST_ROWS = 4
MOST_KEYS = 12  # more in a row, and a key is narrower than a fingertip on 800 px


class KeyboardLayout(Struct, frozen=True):
    """The letters of one language, in lower case, row by row from the top.

    `language` is that of the layout, which for a language without one is not the one asked for.
    """

    language: str
    rows: Rows


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    rows: tuple[str, ...]
    language: str = ""


def keyboard_for(language: str, folder: Path | None = None) -> KeyboardLayout:
    """The layout of a language, from `folder` if it has one, else the shipped one.

    `fi-x-easy` without a layout takes that of `fi`; a language without any takes the English one.
    A layout that cannot be used is logged and passed over. Never raises.
    """
    for each in (language, language.partition("-")[0]):
        for place in (folder, asset_path("keyboards")):
            layout = _layout_in(place, each) if place is not None else None
            if layout is not None:
                return layout
    return layout_from(_shipped(FALLBACK), FALLBACK)


def number_rows() -> Rows:
    """Digits and signs, row by row: one layer for all languages."""
    return _rows(msgspec.json.decode(_shipped("numbers"), type=_File))


def layout_from(content: bytes, language: str) -> KeyboardLayout:
    """The layout that a file's bytes hold; raises ValueError with what is wrong."""
    try:
        body = msgspec.json.decode(content, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no keyboard layout: {error}") from None
    problem = next(_problems(body, language), None)
    if problem is not None:
        raise ValueError(problem)
    return KeyboardLayout(language, _rows(body))


def _problems(body: _File, language: str) -> Iterator[str]:
    if body.language != language:
        yield f"language: {body.language!r}, but the file is named for {language!r}"
    rows = _rows(body)
    if not 1 <= len(rows) <= MOST_ROWS:
        yield f"rows: {len(rows)} rows; 1 to {MOST_ROWS} fit on the screen"
    seen: set[str] = set()
    for number, row in enumerate(rows):
        if not 1 <= len(row) <= MOST_KEYS:
            yield f"rows[{number}]: {len(row)} keys; 1 to {MOST_KEYS} fit on the screen"
        for key in row:
            if len(key) > 3 or not key.isprintable() or key != key.lower():
                yield f"rows[{number}]: {key[:10]!r} is no letter in lower case"
            if key in seen:
                yield f"rows[{number}]: {key!r} is there twice"
            seen.add(key)


def _rows(body: _File) -> Rows:
    return tuple(tuple(row.split()) for row in body.rows)


def _layout_in(folder: Path, language: str) -> KeyboardLayout | None:
    if not LANGUAGE.fullmatch(language):
        return None
    path = folder / f"{language}.json"
    fingerprint = file_fingerprint(path)
    return None if fingerprint == (0, 0) else _read(path, language, fingerprint)


@lru_cache(maxsize=64)
def _read(path: Path, language: str, _fingerprint: tuple[int, int]) -> KeyboardLayout | None:
    try:
        return layout_from(read_plain(path, MOST_BYTES), language)
    except (OSError, ValueError) as error:
        log.warning("%s: %s; this layout is passed over", path, error)
        return None


def _shipped(name: str) -> bytes:
    return read_plain(asset_path("keyboards", f"{name}.json"), MOST_BYTES)
