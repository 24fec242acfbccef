"""The lines of the text field, its cursor, and where in the text a place is. Pure."""

import math
from bisect import bisect_left
from dataclasses import dataclass

from kiosk.screens.layout.box import Box
from kiosk.screens.layout.lines import Measure, Setting, Type
from kiosk.screens.layout.page import Page, Wanted
from kiosk.screens.layout.plan import FieldPlace, Line, Words

CURSOR = 3
"""How thick the cursor is."""
WRITTEN, ENOUGH_LINES = 1.15, 5
"""The largest type of what is written, where so many lines of it can be seen."""
SHORT = 1.35
"""The largest type of a few words."""


def field_height(page: Page, lines: int) -> float:
    """How high a field with so many lines is."""
    return lines * page.line_px() + 2 * page.metrics.pad


@dataclass(frozen=True, slots=True)
class Span:
    """A line of what is written, as a part of it."""

    start: int
    end: int


def spans(text: str, type_: Type, width: float, measure: Measure) -> list[Span]:
    """Lines that fit the width, broken at spaces or, in a long word, anywhere.

    A space at which a line breaks stays at its end, so that every place of the cursor is seen.
    """
    made, start = [], 0
    while start < len(text):
        end = _longest(text, start, type_, width, measure)
        if end < len(text):
            space = text.rfind(" ", start, end + 1)
            end = space + 1 if space > start else end
        made.append(Span(start, end))
        start = end
    return made or [Span(0, 0)]


def _longest(text: str, start: int, type_: Type, width: float, measure: Measure) -> int:
    """The end of the longest piece from `start` that fits; at least one character."""
    lengths = range(start + 1, len(text) + 1)
    fitting = bisect_left(lengths, True, key=lambda end: measure(text[start:end], type_) > width)
    return max(start + fitting, start + 1)


def field_at(page: Page, box: Box, is_asking: bool, is_short: bool = False) -> FieldPlace | None:
    """The lines around the cursor, or the last ones, as many as the field shows.

    `is_asking`: while it is empty it says what is asked, as there is no title. `is_short`: for a
    few words, which stand in the middle of its height.
    """
    field = page.view.field
    if field is None:
        return None
    metrics = page.metrics
    is_turned = page.view.direction == "rtl"
    inside = box.inset(metrics.pad * 1.5, metrics.pad * 0.5)
    type_ = _short_type(page, inside) if is_short else _type(page, box)
    written = spans(field.text, type_, inside.width - CURSOR, page.measure_written)
    asked = _asked(page, inside) if is_asking and not field.text else None
    if is_short and asked is not None:
        type_ = asked.type
    count = max(1, int(inside.height // type_.line_px))
    if is_short:
        count = min(count, len(asked.lines) if asked else len(written))
        inside = inside.centred(inside.width, count * type_.line_px)
    at = _line_of(written, field.cursor)
    first = min(at, max(0, len(written) - count))
    rows = inside.stacked([type_.line_px] * count, 0)
    lines = tuple(
        _line(page, type_, field.text, span, row)
        for span, row in zip(written[first:], rows, strict=False)
    )
    before = page.measure_written(field.text[written[at].start : field.cursor], type_)
    row = rows[at - first]
    x = row.right - before - CURSOR if is_turned else row.x + before
    cursor = Box(x, row.y, CURSOR, row.height).inset(0, row.height * 0.1)
    placeholder = None
    if asked is not None:
        y = max(inside.y, rows[0].top - asked.height)
        place = Box(inside.x, y, inside.width, asked.height)
        placeholder = Words("placeholder", asked, place, "left", "quiet")
    return FieldPlace(box, lines, cursor, is_turned, placeholder)


def _type(page: Page, box: Box) -> Type:
    """The largest type in which the field shows a few lines."""
    assert page.view.field is not None  # noqa: S101 - only asked for where there is a field
    text = (page.view.field.text, "")
    types = [page.type_of(text, False, "usual", size) for size in page.sizes(WRITTEN)]
    return next((each for each in types if each.line_px * ENOUGH_LINES <= box.height), types[-1])


def _short_type(page: Page, inside: Box) -> Type:
    """The largest type in which a few words are one line."""
    assert page.view.field is not None  # noqa: S101 - only asked for where there is a field
    text = page.view.field.text
    types = [page.type_of((text, ""), False, "usual", size) for size in page.sizes(SHORT)]
    return next(
        (
            each
            for each in types
            if each.line_px <= inside.height
            and page.measure_written(text, each) <= inside.width - CURSOR
        ),
        types[-1],
    )


def _line_of(written: list[Span], cursor: int) -> int:
    """Which line the cursor is in: at a break, the line that begins there."""
    return max(number for number, span in enumerate(written) if span.start <= cursor)


def _line(page: Page, type_: Type, text: str, span: Span, row: Box) -> Line:
    is_turned = page.view.direction == "rtl"
    said = text[span.start : span.end].rstrip(" ")
    width = float(math.ceil(page.measure_written(said, type_)))
    x = row.right - width if is_turned else row.x
    setting = Setting((said,), type_, width)
    return Line(setting, said, span.start, Box(x, row.y, width, row.height))


def _asked(page: Page, inside: Box) -> Setting:
    """What is asked, for as long as nothing is written; it begins on the first line."""
    assert page.view.field is not None  # noqa: S101 - only placed where there is a field
    wanted = Wanted(page.sizes(1.0), most_lines=2)
    return page.set_one(page.view.field.placeholder, wanted, inside.width, inside.height)


def character_at(place: FieldPlace, x: float, y: float, measure: Measure) -> int:
    """Before which character a tap at this place puts the cursor."""
    lines = place.lines
    line = next((each for each in lines if y >= each.box.y), lines[-1])
    said = line.text
    along = line.box.right - x if place.is_turned else x - line.box.x
    ends = [measure(said[:number], line.setting.type) for number in range(len(said) + 1)]
    nearest = min(range(len(ends)), key=lambda number: abs(ends[number] - along))
    return line.start + nearest
