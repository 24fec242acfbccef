"""Which attached keyboards can answer: those that the kernel lists with the keys 1…5."""

import struct
from pathlib import Path

SYSFS = Path("/sys")
WORD_BITS = 8 * struct.calcsize("l")
"""The kernel prints bit masks in words as long as a C long of whoever reads them."""

ROW = (2, 3, 4, 5, 6)
KEYPAD = (79, 80, 81, 75, 76)
"""KEY_1…KEY_5 and KEY_KP1…KEY_KP5 of <linux/input-event-codes.h>."""


def attached_keyboards(sysfs: Path = SYSFS) -> frozenset[str] | None:
    """The event devices that have these keys, by name; None where nobody can know."""
    try:
        devices = list((sysfs / "class" / "input").iterdir())
    except OSError:
        return None
    return frozenset(each.name for each in devices if _has_keys(each))


def _has_keys(device: Path) -> bool:
    if not device.name.startswith("event"):
        return False
    try:
        keys = _mask((device / "device" / "capabilities" / "key").read_text("ascii"))
    except (OSError, ValueError):  # unplugged just now, or not what we think it is
        return False
    return any(all(keys >> key & 1 for key in row) for row in (ROW, KEYPAD))


def _mask(words: str) -> int:
    """The number that the kernel prints in hexadecimal words, highest first, zeros left out."""
    mask = 0
    for word in words.split():
        mask = mask << WORD_BITS | int(word, 16)
    return mask
