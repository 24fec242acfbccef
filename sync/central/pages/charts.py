"""Draws trends as SVG: a line with its interval, gaps where nobody answered, labels apart. Pure.

A chart is drawn for one width in pixels; the page holds a wide and a narrow one. No styles: the
page's own style sheet says how a class looks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from markupsafe import Markup, escape

from sync.central.numbers.figures import Figure

LEFT, RIGHT, TOP, BOTTOM = 46, 12, 10, 26  # around the plot, for what is written there
LETTER = 7.5  # a digit of 13 pixels is no wider
BETWEEN = 14  # two labels are never nearer
DOTS_FROM = 12  # pixels from point to point: nearer ones would become one line of dots


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from its lowest to its highest tick, each with what is written beside it."""

    ticks: tuple[tuple[float, str], ...]

    @property
    def low(self) -> float:
        """The value at the bottom."""
        return self.ticks[0][0]

    @property
    def high(self) -> float:
        """The value at the top."""
        return self.ticks[-1][0]


@dataclass(frozen=True, slots=True)
class Size:
    """How big a chart is, in pixels."""

    width: int
    height: int

    def x(self, number: int, count: int) -> float:
        """Where the point of this number stands, of so many: in the middle of its own step."""
        return LEFT + (number + 0.5) * self.step(count)

    def step(self, count: int) -> float:
        """How far it is from one point to the next."""
        return (self.width - LEFT - RIGHT) / max(count, 1)

    def y(self, value: float, axis: Axis) -> float:
        """How far down a value stands."""
        part = (value - axis.low) / (axis.high - axis.low)
        return TOP + (1 - part) * (self.height - TOP - BOTTOM)


WIDE = Size(640, 200)
NARROW = Size(330, 190)


def trend(labels: Sequence[str], figures: Sequence[Figure], axis: Axis, size: Size) -> Markup:
    """A line through the figures, one a label; broken where there is none."""
    parts = [*_grid(axis, size), *_labels(labels, size)]
    count = len(figures)
    for run in _runs(figures):
        points = [(size.x(number, count), figures[number]) for number in run]
        parts.extend(_run(points, axis, size, has_dots=size.step(count) >= DOTS_FROM))
    return _svg(parts, size)


def columns(labels: Sequence[str], counts: Sequence[int], size: Size) -> Markup:
    """A column for each count, from nought up to a round number."""
    axis = round_axis(max(counts, default=0))
    parts = [*_grid(axis, size), *_labels(labels, size)]
    step = size.step(len(counts))
    width = max(step - max(step / 5, 1), 0.6)
    floor = size.y(0, axis)
    for number, count in enumerate(counts):
        if count:
            top = size.y(count, axis)
            x = size.x(number, len(counts)) - width / 2
            parts.append(
                f'<rect class="column" x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{floor - top:.1f}"/>'
            )
    return _svg(parts, size)


def round_axis(highest: int) -> Axis:
    """From nought to a round number that is no less, in two or more steps of whole numbers."""
    size = 1
    while size * 10 < highest:
        size *= 10
    step = next(
        each
        for each in (size // 4, size // 2, size, 2 * size, 5 * size)
        if each >= 1 and each * 4 >= highest
    )
    count = max(ceil(highest / step), 2)
    return Axis(tuple((step * n, f"{step * n}") for n in range(count + 1)))


def shown_labels(labels: Sequence[str], size: Size) -> tuple[int, ...]:
    """The numbers of the labels that there is room for, at even distances, the first among them."""
    if not labels:
        return ()
    widest = max(len(label) for label in labels) * LETTER + BETWEEN
    every = max(ceil(widest / size.step(len(labels))), 1)
    return tuple(range(0, len(labels), every))


def _runs(figures: Sequence[Figure]) -> Iterator[list[int]]:
    """The numbers of figures in a row that have a value."""
    numbered = groupby(range(len(figures)), key=lambda number: figures[number].value is not None)
    return (list(numbers) for has_value, numbers in numbered if has_value)


def _run(
    points: Sequence[tuple[float, Figure]], axis: Axis, size: Size, *, has_dots: bool
) -> Iterator[str]:
    def at(x: float, value: float | None) -> str:
        return f"{x:.1f},{size.y(value or 0.0, axis):.1f}"

    if len(points) == 1:  # a band of one point is a line
        x, only = points[0]
        yield f'<path class="bounds" d="M{at(x, only.low)}L{at(x, only.high)}"/>'
    else:
        above = [at(x, each.high) for x, each in points]
        below = [at(x, each.low) for x, each in reversed(points)]
        yield f'<path class="band" d="M{"L".join(above + below)}Z"/>'
        yield f'<path class="line" d="M{"L".join(at(x, each.value) for x, each in points)}"/>'
    if has_dots or len(points) == 1:
        for x, each in points:
            place = at(x, each.value).split(",")
            yield f'<circle class="dot" cx="{place[0]}" cy="{place[1]}" r="3.5"/>'


def _grid(axis: Axis, size: Size) -> Iterator[str]:
    for value, text in axis.ticks:
        y = size.y(value, axis)
        kind = "zero" if value == 0 else "rule"
        yield f'<path class="{kind}" d="M{LEFT} {y:.1f}H{size.width - RIGHT}"/>'
        yield f'<text class="tick" x="{LEFT - 8}" y="{y + 4.5:.1f}">{escape(text)}</text>'


def _labels(labels: Sequence[str], size: Size) -> Iterator[str]:
    for number in shown_labels(labels, size):
        half = len(labels[number]) * LETTER / 2
        x = min(max(size.x(number, len(labels)), half), size.width - half)
        text = escape(labels[number])
        yield f'<text class="label" x="{x:.1f}" y="{size.height - 7}">{text}</text>'


def _svg(parts: Sequence[str], size: Size) -> Markup:
    """Hidden from screen readers, which read the table beside it."""
    kind = "wide" if size == WIDE else "narrow"
    start = f'<svg class="chart {kind}" viewBox="0 0 {size.width} {size.height}"'
    return Markup(f'{start} aria-hidden="true" focusable="false">{"".join(parts)}</svg>')  # noqa: S704 - each part is ours or escaped
