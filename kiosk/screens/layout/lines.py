"""Breaks a text into lines: as few as fit, and about equally long. Pure.

How wide a piece of text is comes in as a function, so that nothing here needs a font.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from kiosk.screens.fonts import Font

Align = Literal["left", "center", "right"]

BALANCING_STEPS = 7
# What ends a paragraph to raqm, which draws only one: within a line it is a space.
_PARAGRAPH_ENDS = re.compile(r"[\n\r\x1c-\x1e\x85\u2029]+")
# A slash between words stays with the first of them.
_LOOSE_SLASH = re.compile(r" / ")
# A number stays with what follows its dash: "13-vuotias", "7–12".
_BREAKABLE = re.compile(r"(?<=/)(?=\w)|(?<=[^\W\d][–-])(?=\w)| ")


@dataclass(frozen=True, slots=True)
class Type:
    """A font at a size."""

    font: Font
    size: int

    @property
    def line_px(self) -> int:
        """The height of a line."""
        return self.font.line_px(self.size)


Measure = Callable[[str, Type], float]
"""How wide a line is, in pixels."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A text broken into lines, in a font and a size."""

    lines: tuple[str, ...]
    type: Type
    width: float
    is_whole: bool = True
    """Whether no word had to be broken."""
    is_alone: bool = False
    """A letter alone, in the middle of its own height: not a line of text."""

    @property
    def height(self) -> float:
        """From the top of the first line to the bottom of the last."""
        if self.is_alone:
            return self.type.font.letter_px(self.type.size)
        return len(self.lines) * self.type.line_px


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is not broken: its text, its width, and that of the space before it."""

    text: str
    width: float
    space: float


def setting_of(
    text: str, type_: Type, width: float, measure: Measure, most_lines: int = 99
) -> Setting | None:
    """The text in as few lines as fit the width, evened out; None if it does not fit."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        pieces = _pieces(paragraph, type_, measure)
        if any(piece.width > width for piece in pieces):
            return None
        count = len(_filled(pieces, width))
        if len(lines) + count > most_lines:
            return None
        lines += [_said(line) for line in _filled(pieces, _evened(pieces, width, count))]
    return set_lines(lines, type_, measure)


def narrowest_setting(text: str, type_: Type, measure: Measure, most_lines: int) -> Setting:
    """The text as narrow as so many lines allow."""
    pieces = _pieces(text, type_, measure)
    width = _evened(pieces, float("inf"), most_lines)
    return set_lines([_said(line) for line in _filled(pieces, width)], type_, measure)


def hard_setting(text: str, type_: Type, width: float, measure: Measure) -> Setting:
    """The text in lines that fit the width, if need be broken within words."""
    lines: list[str] = []
    for word in text.split():
        if lines and measure(f"{lines[-1]} {word}", type_) <= width:
            lines[-1] = f"{lines[-1]} {word}"
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and measure(lines[-1] + letter, type_) > width:
                lines.append("")
            lines[-1] += letter
    return replace(set_lines(lines, type_, measure), is_whole=False)


def set_lines(lines: Sequence[str], type_: Type, measure: Measure) -> Setting:
    """These lines, as they are."""
    width = max((measure(line, type_) for line in lines), default=0.0)
    # Rounded up: the picture of the lines has whole pixels.
    return Setting(tuple(lines), type_, float(-(-width // 1)))


def _evened(pieces: Sequence[_Piece], width: float, count: int) -> float:
    """The smallest width, about, at which the pieces still fill no more than so many lines."""
    whole = sum(piece.space + piece.width for piece in pieces)
    narrow = max(piece.width for piece in pieces)
    wide = min(width, whole)
    for _ in range(BALANCING_STEPS if count > 1 else 0):
        middle = (narrow + wide) / 2
        is_enough = len(_filled(pieces, middle)) <= count
        narrow, wide = (narrow, middle) if is_enough else (middle, wide)
    return wide


def _filled(pieces: Sequence[_Piece], width: float) -> list[list[_Piece]]:
    """The pieces in lines, each as full as it gets."""
    lines, used = [[pieces[0]]], pieces[0].width
    for piece in pieces[1:]:
        if used + piece.space + piece.width <= width:
            lines[-1].append(piece)
            used += piece.space + piece.width
        else:
            lines.append([piece])
            used = piece.width
    return lines


def _said(line: Sequence[_Piece]) -> str:
    said = "".join((" " if piece.space else "") + piece.text for piece in line)
    return said.strip(" ")


@lru_cache(maxsize=2048)
def _pieces(text: str, type_: Type, measure: Measure) -> tuple[_Piece, ...]:
    """A paragraph cut at every place where a line may break."""
    space = measure(" ", type_)
    return tuple(
        _Piece(part.strip(" "), measure(part.strip(" "), type_), space if part[:1] == " " else 0.0)
        for part in _parts(text)
    )


def _parts(text: str) -> list[str]:
    """The parts of a text, each with the space before it."""
    tied = _LOOSE_SLASH.sub("\u00a0/ ", _PARAGRAPH_ENDS.sub(" ", text.strip()))
    parts, start = [], 0
    for each in _BREAKABLE.finditer(tied):
        if each.start() > start:
            parts.append(tied[start : each.start()])
        start = each.start()
    return [*parts, tied[start:]]
