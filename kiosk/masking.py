"""What is taken out of free text before it is written anywhere. Pure.

Finnish personal identity codes are known by their check character (Digital and Population Data
Services Agency: the number before it, divided by 31, leaves its place in the row of characters);
e-mail addresses and phone numbers by their form. What this misses or takes too much of is not
measured yet (docs/state.md).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sync.wire import Masked

_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_DASHES = "\u2010-\u2015\u2212"
_CODE = re.compile(
    rf"([0-9]{{6}})(?:\s?[-+A-FU-Y{_DASHES}]\s?|\s)([0-9]{{3}})([0-9A-Y])", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.+-]{1,64}\s?@\s?[\w-]{1,63}(?:\.[\w-]{1,63})+")
# Finnish numbers begin with 0, others with their country's code; letters may stand right before
# or after, but 5,0123456 has decimals.
_GAP = rf"[ \-(){_DASHES}]{{0,3}}"
_PHONE = re.compile(
    rf"(?<![0-9])(?<![0-9][.,])(?:(?:\+|00)(?:{_GAP}[0-9]){{7,15}}|0(?:{_GAP}[0-9]){{6,11}})(?![0-9])"
)


@dataclass(frozen=True, slots=True)
class MaskedText:
    """A text as it may be written, and what was taken out of it, in text order."""

    text: str
    kinds: tuple[Masked, ...] = ()


Mask = Callable[[str], MaskedText]


def mask(text: str) -> MaskedText:
    """The text with a mark, such as `[phone]`, in the place of each thing taken out."""
    parts, kinds = [], []
    for part, kind in _parts(text):
        parts.append(part)
        if kind is not None:
            parts.append(f"[{kind}]")
            kinds.append(kind)
    return MaskedText("".join(parts), tuple(kinds))


def _parts(text: str) -> Iterator[tuple[str, Masked | None]]:
    """What is left of the text, piece by piece, and what was taken out after each piece.

    What stands on both sides of something taken out is looked at anew, as a text of its own.
    """
    rest: str | None = text
    while rest is not None:
        found = next(_found(rest), None)
        if found is None:
            yield rest, None
            return
        kind, start, end = found
        *before, (last, _) = _parts(rest[:start])
        yield from before
        yield last, kind
        rest = rest[end:]


def _found(text: str) -> Iterator[tuple[Masked, int, int]]:
    """What is to be taken out, the surest kind first; one may begin within what was none."""
    for kind, pattern, is_one in _KINDS:
        match = pattern.search(text)
        while match is not None:
            if is_one(match):
                yield kind, *match.span()
            match = pattern.search(text, match.start() + 1)


def _has_right_check(match: re.Match[str]) -> bool:
    number = int(match[1] + match[2])
    return _CHECKS[number % 31] == match[3].upper()


def _always(_match: re.Match[str]) -> bool:
    return True


_KINDS: tuple[tuple[Masked, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    ("identity-code", _CODE, _has_right_check),
    ("email", _EMAIL, _always),
    ("phone", _PHONE, _always),
)
