"""Reads a compiled gettext catalogue (.mo) that anyone may have made. Pure.

Python's own reader evaluates a plural formula, takes any encoding, and can be made to copy a
file's bytes many thousand times over; language packs come from outside, so we read them
ourselves. Plural forms and contexts are not used by us and are left out.
"""

import re
import struct
from collections.abc import Iterable

MOST_BYTES = 1024 * 1024
MOST_TEXTS = 5000
MAGIC = 0x950412DE
HEAD_BYTES = 20
CUT = "it was cut short"
# What `text % values` would put something in for; a wrong one would raise.
_PLACEHOLDER = re.compile(r"%(?:\([^)]{0,60}\))?[^a-zA-Z%]{0,20}.?", re.DOTALL)


def read_texts(content: bytes) -> dict[str, str]:
    """The translations by their English texts; raises ValueError for what is no catalogue.

    Left out is what is not translated, what holds a NUL character, and a translation that
    takes other values than its English text, such as `%(count)d`.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"over {MOST_BYTES} bytes: too large")
    try:
        count, keys, values = _tables(content)
        english, translated = (_texts(content, each) for each in (keys, values))
    except UnicodeDecodeError:
        raise ValueError("its texts are not in UTF-8") from None
    pairs = zip(english, translated, strict=True)
    texts = {key: value for key, value in pairs if _can_stand_for(key, value)}
    if count and not texts:
        raise ValueError("nothing in it is translated")
    return texts


def _tables(content: bytes) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """How many texts there are, and (length, offset) after (length, offset) of both tables."""
    if content[:4] not in {MAGIC.to_bytes(4, each) for each in ("little", "big")}:
        raise ValueError("no compiled catalogue (.mo)")
    if len(content) < HEAD_BYTES:
        raise ValueError(CUT)
    order = "<" if content[:4] == MAGIC.to_bytes(4, "little") else ">"
    _, _, count, keys_at, values_at = struct.unpack_from(f"{order}5I", content)
    if count > MOST_TEXTS:
        raise ValueError(f"{count} texts: over {MOST_TEXTS} are too many")
    # Bounds before all else: of a file that was cut the sums are wrong as well.
    if max(keys_at, values_at) + 8 * count > len(content):
        raise ValueError(CUT)
    table = f"{order}{2 * count}I"
    keys = struct.unpack_from(table, content, keys_at)
    values = struct.unpack_from(table, content, values_at)
    ends = (length + at for each in (keys, values) for length, at in _pairs(each))
    if max(ends, default=0) > len(content):
        raise ValueError(CUT)
    if sum(keys[::2]) + sum(values[::2]) > len(content):
        raise ValueError("its texts overlap each other")
    return count, keys, values


def _texts(content: bytes, table: tuple[int, ...]) -> list[str]:
    return [content[at : at + length].decode("utf-8") for length, at in _pairs(table)]


def _pairs(table: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    return zip(table[::2], table[1::2], strict=True)


def _can_stand_for(english: str, translated: str) -> bool:
    if not english or not translated.strip() or "\0" in english + translated:
        return False
    wanted = sorted(_PLACEHOLDER.findall(english))
    return "%(" not in english or sorted(_PLACEHOLDER.findall(translated)) == wanted
