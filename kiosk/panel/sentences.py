"""The sentences of `palaute/1`: bytes in, sentences out. Pure.

One sentence a line, `$BODY*HH`, HH the XOR of BODY's bytes in hexadecimal: the framing of
NMEA 0183. What is not a sentence is counted and dropped.
"""

from dataclasses import dataclass
from functools import reduce
from operator import xor
from string import hexdigits

MOST_BYTES = 80
"""Of a sentence, its line end included."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A box says who it is."""

    box: str
    buttons: int
    firmware: str


@dataclass(frozen=True, slots=True)
class Button:
    """One press, in the box's own numbering, and how old it is."""

    seq: int
    button: int
    age_ms: int


@dataclass(frozen=True, slots=True)
class Alive:
    """A box is there; bits of `pressed` are buttons that are down."""

    uptime_s: int
    pressed: int


Sentence = Hello | Button | Alive

ASK = "PASK"


def frame(body: str) -> bytes:
    """A sentence as it goes over the line."""
    return f"${body}*{_checksum(body.encode('ascii')):02X}\r\n".encode("ascii")


def acknowledgement(seq: int) -> bytes:
    """The sentence that tells a box that its press is settled."""
    return frame(f"PACK,{seq}")


def light(button: int, *, is_on: bool) -> bytes:
    """The sentence that turns a button's light on or off; button 0 is all of them."""
    return frame(f"PLED,{button},{'on' if is_on else 'off'}")


class LineReader:
    """Cuts a stream of bytes into lines; its memory stays within one sentence."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._is_overlong = False
        self.garbage = 0
        """Lines dropped so far because they were too long."""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete, without their ends."""
        lines = []
        for byte in data:
            if byte == ord("\n"):
                if not self._is_overlong:
                    lines.append(bytes(self._line).rstrip(b"\r"))
                self._begin()
            elif len(self._line) + len(b"\n") >= MOST_BYTES:
                self.garbage += not self._is_overlong
                self._is_overlong = True
            else:
                self._line.append(byte)
        return lines

    def _begin(self) -> None:
        self._line.clear()
        self._is_overlong = False


def parse(line: bytes) -> Sentence | None:
    """The sentence on a line; None for anything else."""
    # Half a line may stand before a whole sentence when the box was plugged in just now.
    _, dollar, framed = line.rpartition(b"$")
    body, star, checksum = framed.rpartition(b"*")
    if not dollar or not star or len(checksum) != len(b"HH"):
        return None
    try:
        if _hexadecimal(checksum.decode("ascii")) != _checksum(body):
            return None
        return _sentence(body.decode("ascii").split(","))
    except ValueError:
        return None


def _sentence(words: list[str]) -> Sentence | None:
    match words:
        case ["PHELLO", "1", box, buttons, firmware] if box and buttons in ("3", "4", "5"):
            return Hello(box, int(buttons), firmware)
        case ["PBTN", seq, button, age_ms]:
            return Button(_number(seq, 65535), _number(button, 99), _number(age_ms, 2**32))
        case ["PALIVE", uptime_s, pressed]:
            return Alive(_number(uptime_s, 2**32), _hexadecimal(pressed))
    return None


def _number(word: str, most: int) -> int:
    if not (word.isascii() and word.isdigit()) or int(word) > most:
        raise ValueError(word)
    return int(word)


def _hexadecimal(word: str) -> int:
    # int() alone would take a sign, spaces and underscores, too.
    if not set(word) <= set(hexdigits):
        raise ValueError(word)
    return int(word, 16)


def plain_button(line: bytes) -> int | None:
    """The button that a line of the `plain` protocol names; None for anything else."""
    word = line.strip()
    return int(word) if len(word) == 1 and word.isdigit() and word != b"0" else None


def _checksum(body: bytes) -> int:
    return reduce(xor, body, 0)
