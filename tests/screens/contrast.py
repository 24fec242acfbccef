"""Contrast as WCAG 2 counts it, measured in a picture: of text, signs and outlines. No Kivy.

Boxes are (left, top, right, bottom) in pixels of the picture.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin

from PIL import Image

Box = tuple[int, int, int, int]
Colour = tuple[int, int, int]
Start = tuple[tuple[int, int], tuple[float, float]]
"""A place on an outline, and the way inwards from there."""

TEXT, SHAPE = 7.0, 3.0
"""What is asked of words, and of shapes that mean something."""
CORE = 0.1
"""The part of the inked pixels that counts as ink; the others may be the smoothed edges of it."""
LEAST_INK, LEAST_PIECE = 0.004, 0.08
"""Less ink than this part of a place is no writing; less in a piece is the end of a letter."""
AWAY_PX = 3
"""How far from an outline that is what it is seen against."""
STEP_PX, DISC_STEPS = 5, 60
"""How close together the places are at which an outline is measured."""


@lru_cache(maxsize=65536)
def luminance(colour: Colour) -> float:
    """The relative luminance of a colour of the screen."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@lru_cache(maxsize=262144)
def ratio(one: Colour, other: Colour) -> float:
    """From 1, the same, to 21, black and white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ink_ratio(picture: Image.Image, box: Box, least: float = LEAST_INK) -> float:
    """The contrast of what is drawn in a place with what it is drawn on.

    The ground is the most common colour, the ink what stands out most from it: the tenth of all
    other pixels with the highest contrast, so that smoothed edges do not count. 1 where nothing
    is drawn.
    """
    crop = picture.crop(box)
    colours = sorted(crop.getcolors(crop.width * crop.height), reverse=True)
    (_, ground), *others = colours
    inked = sum(count for count, _ in others)
    if inked < least * crop.width * crop.height:
        return 1.0
    wanted, seen = CORE * inked, 0
    for contrast, count in sorted(((ratio(c, ground), n) for n, c in others), reverse=True):
        seen += count
        if seen >= wanted:
            return contrast
    return 1.0


def text_ratio(picture: Image.Image, box: Box, lines: int) -> float:
    """The lowest contrast of any piece of a text: so a text that runs over two grounds is seen.

    1 where a whole line has nothing in it.
    """
    left, top, right, bottom = box
    tops = [round(top + (bottom - top) * number / lines) for number in range(lines + 1)]
    found = []
    for upper, lower in pairwise(tops):
        piece = 3 * (lower - upper)
        count = max(1, round((right - left) / piece))
        edges = [round(left + (right - left) * number / count) for number in range(count + 1)]
        pieces = [(a, upper, b, lower) for a, b in pairwise(edges)]
        ratios = [ink_ratio(picture, each, LEAST_PIECE) for each in pieces]
        whole = ink_ratio(picture, (left, upper, right, lower))
        found.append(min([whole, *(each for each in ratios if each > 1)]))
    return min(found)


def edge_ratio(picture: Image.Image, box: Box, line: int, corner: int) -> float:
    """The lowest contrast along the straight sides of a button's border.

    At each place that of the border with what is outside it or with what is inside it, whichever
    is higher: either shows where the button ends.
    """
    left, top, right, bottom = box
    across = range(left + corner, right - corner, STEP_PX)
    along = range(top + corner, bottom - corner, STEP_PX)
    starts = [((x, top), (0, 1)) for x in across] + [((x, bottom - 1), (0, -1)) for x in across]
    starts += [((left, y), (1, 0)) for y in along] + [((right - 1, y), (-1, 0)) for y in along]
    return min(_step_ratios(picture, starts, line))


def disc_ratio(
    picture: Image.Image, box: Box, line: int, radius: float, ground: Box | None = None
) -> float:
    """The lowest contrast along the outline of a disc in the middle of a box, as edge_ratio has it.

    Of a disc on a button only where it lies on the button's `ground`, and not on its border.
    """
    left, top, right, bottom = box
    x, y = (left + right) / 2, (top + bottom) / 2
    starts = []
    for number in range(DISC_STEPS):
        across, along = (turn(2 * pi * number / DISC_STEPS) for turn in (cos, sin))
        away = radius + AWAY_PX
        if ground is None or _holds(ground, x + away * across, y + away * along):
            at = (round(x + radius * across), round(y + radius * along))
            starts.append((at, (-across, -along)))
    return min(_step_ratios(picture, starts, line)) if len(starts) > DISC_STEPS / 2 else 1.0


def _holds(box: Box, x: float, y: float) -> bool:
    left, top, right, bottom = box
    return left <= x < right and top <= y < bottom


def _step_ratios(picture: Image.Image, starts: Iterable[Start], line: int) -> Iterator[float]:
    """For each place on an outline, from outside to inside: the contrast that shows it."""
    pixels = picture.load()
    depths = (-AWAY_PX, *range(-1, line + 2), line + AWAY_PX)
    for (x, y), (across, along) in starts:
        yield _outline_ratio(
            tuple([pixels[round(x + depth * across), round(y + depth * along)] for depth in depths])
        )


@lru_cache(maxsize=65536)
def _outline_ratio(colours: tuple[Colour, ...]) -> float:
    outside, *band, inside = colours
    return max(ratio(each, side) for each in band for side in (outside, inside))
