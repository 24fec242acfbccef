"""Reads a compiled gettext catalogue (.mo) that anyone may have made. Pure.

Python's own reader evaluates a plural formula, takes any encoding, and can be made to copy a
file's bytes many thousand times over; language packs come from outside, so we read them
ourselves. Plural forms and contexts are not used by us and are left out.
"""

import re
import struct

MOST_BYTES = 1024 * 1024
MOST_TEXTS = 5000
MAGIC = 0x950412DE
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
    except (struct.error, UnicodeDecodeError):
        raise ValueError("no whole compiled catalogue in UTF-8") from None
    pairs = zip(english, translated, strict=True)
    texts = {key: value for key, value in pairs if _can_stand_for(key, value)}
    if count and not texts:
        raise ValueError("nothing in it is translated")
    return texts


def _tables(content: bytes) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """How many texts there are, and (length, offset) after (length, offset) of both tables."""
    order = "<" if content[:4] == MAGIC.to_bytes(4, "little") else ">"
    magic, _, count, keys_at, values_at = struct.unpack_from(f"{order}5I", content)
    if magic != MAGIC:
        raise ValueError("no compiled catalogue (.mo)")
    if count > MOST_TEXTS:
        raise ValueError(f"{count} texts: over {MOST_TEXTS} are too many")
    table = f"{order}{2 * count}I"
    keys = struct.unpack_from(table, content, keys_at)
    values = struct.unpack_from(table, content, values_at)
    if sum(keys[::2]) + sum(values[::2]) > len(content):
        raise ValueError("its texts overlap each other")
    return count, keys, values


def _texts(content: bytes, table: tuple[int, ...]) -> list[str]:
    found = []
    for length, offset in zip(table[::2], table[1::2], strict=True):
        if offset + length > len(content):
            raise ValueError("it was cut short")
        found.append(content[offset : offset + length].decode("utf-8"))
    return found


def _can_stand_for(english: str, translated: str) -> bool:
    if not english or not translated.strip() or "\0" in english + translated:
        return False
    wanted = sorted(_PLACEHOLDER.findall(english))
    return "%(" not in english or sorted(_PLACEHOLDER.findall(translated)) == wanted
