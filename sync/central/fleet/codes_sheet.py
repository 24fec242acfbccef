"""What is printed for whoever unpacks a terminal: its code, and the boot file that says the same.

The QR code holds the text of a boot file. A phone shows it plainly, code and address; whoever
prepares a card copies it into `palautepiste.toml`. Pure.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import segno

from sync import wire
from sync.central.store.codes import NewCode

QUIET_ZONE = 4
"""Modules of white around it (ISO/IEC 18004)."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One code with all that stands beside it. `address` is empty where none can be printed."""

    made: NewCode
    pin: str
    unit: wire.Unit | None
    place: str | None
    address: str
    replaces: str | None = None

    @property
    def boot_file(self) -> str:
        """The boot file that brings this code."""
        lines = ["[enrolment]", f"code = {json.dumps(self.made.code)}"]
        if self.address:
            lines.append(f"url = {json.dumps(self.address)}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as one SVG path over a square of so many modules, its quiet zone included."""

    size: int
    path: str


def sheets(wanted: Iterable[Sheet]) -> tuple[tuple[Sheet, QrCode], ...]:
    """Each sheet with its QR code."""
    return tuple((sheet, qr_code(sheet.boot_file)) for sheet in wanted)


def qr_code(text: str) -> QrCode:
    """A text as a QR code that a crease of the paper does not spoil."""
    found = segno.make(text, error="m", micro=False)
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
        for y, row in enumerate(found.matrix)
        for x, length in _runs(row)
    )
    return QrCode(len(found.matrix) + 2 * QUIET_ZONE, path)


def _runs(row: Iterable[int]) -> Iterable[tuple[int, int]]:
    """Where each run of dark modules begins, and how long it is."""
    begin = None
    x = -1
    for x, module in enumerate(row):
        if module and begin is None:
            begin = x
        elif not module and begin is not None:
            yield begin, x - begin
            begin = None
    if begin is not None:
        yield begin, x + 1 - begin
