"""Measures the contrast of all that is on a screen: `python -m tests.screens.seen 800x480`.

Prints a JSON line: how many pictures, the lowest contrast of each kind with where it was, and
everything below what is asked for.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kiosk.screens import theme
from tests.screens.contrast import (
    SHAPE,
    TEXT,
    Box,
    disc_ratio,
    edge_ratio,
    ink_ratio,
    ratio,
    text_ratio,
)
from tests.screens.stage import Stage
from tests.screens.walk import add_choices, size_of, views_of

ROOM_PX = 4
"""Around a sign or a ring, so that more of its place is ground than ink."""


@dataclass(frozen=True)
class Measured:
    """The contrast of one thing on a screen."""

    is_text: bool
    what: str
    ratio: float

    @property
    def is_enough(self) -> bool:
        """As much as is asked for."""
        return self.ratio >= (TEXT if self.is_text else SHAPE)


class Seen:
    """A picture together with the widgets that are in it."""

    def __init__(self, picture, screen):
        self.picture, self.screen = picture, screen

    def everything(self) -> Iterator[Measured]:
        """All words, and all shapes that mean something."""
        from kiosk.screens.buttons import ChoiceButton
        from kiosk.screens.face import Face
        from kiosk.screens.lamp import LampPicture
        from kiosk.screens.shapes import CodePicture, ProgressBars, Ring
        from kiosk.screens.signs import SignPicture
        from kiosk.screens.text_field import TextField
        from kiosk.screens.words import WordsPicture

        measures = {
            WordsPicture: self._words,
            ChoiceButton: self._button,
            Face: self._face,
            LampPicture: self._lamp,
            SignPicture: self._sign,
            ProgressBars: self._progress,
            Ring: self._ring,
            CodePicture: self._code,
            TextField: self._field,
        }
        for widget in self.screen.walk(restrict=True):
            if widget.width > 0 and type(widget) in measures:
                yield from measures[type(widget)](widget)

    def _box(self, widget, room=0) -> Box:
        x, top = widget.x, self.picture.height - widget.top
        return (
            round(x) - room,
            round(top) - room,
            round(x + widget.width) + room,
            round(top + widget.height) + room,
        )

    def _words(self, widget):
        if widget.words is not None:
            lines = widget.words.setting.lines
            yield Measured(
                True, " ".join(lines), text_ratio(self.picture, self._box(widget), len(lines))
            )

    def _button(self, widget):
        if widget.edge[3]:
            yield Measured(False, f"border of {widget.choice.id}", self._border(widget))

    def _border(self, widget):
        line, corner = round(widget.line), round(widget.radius)
        return edge_ratio(self.picture, self._box(widget), line, corner)

    def _face(self, face):
        from kiosk.screens.face import LINE, REST

        radius = min(face.size) / 2 * (REST + (1 - REST) * face.pressure)
        line = round(max(LINE * radius, 2))
        name = f"face {face.mood:+.1f}"
        around = disc_ratio(self.picture, self._box(face), line, radius, self._ground(face.parent))
        yield Measured(False, f"outline of {name}", around)
        left, top, right, bottom = self._box(face)
        x, y = (left + right) / 2, (top + bottom) / 2
        parts = {
            "left eye": (-0.6, -0.5, -0.1, 0.05),
            "right eye": (0.1, -0.5, 0.6, 0.05),
            "mouth": (-0.55, 0.1, 0.55, 0.7),
        }
        for part, (x1, y1, x2, y2) in parts.items():
            box = tuple(
                round(middle + share * radius)
                for middle, share in zip((x, y, x, y), (x1, y1, x2, y2), strict=True)
            )
            yield Measured(False, f"{part} of {name}", ink_ratio(self.picture, box))

    def _lamp(self, lamp):
        line, radius = round(lamp.line_px), lamp.width / 2
        around = disc_ratio(self.picture, self._box(lamp), line, radius - 1)
        yield Measured(False, f"outline of lamp {lamp.lamp}", around)

    def _ground(self, button):
        """What is inside a button's border, where it has one."""
        if button is self.screen or not button.edge[3]:
            return None
        return self._box(button, -round(button.line) - 2)

    def _sign(self, sign):
        if sign.name:
            found = ink_ratio(self.picture, self._box(sign, ROOM_PX))
            yield Measured(False, f"sign {sign.name}", found)

    def _ring(self, ring):
        line, radius = round(2 * ring.line), ring.width / 2
        found = disc_ratio(self.picture, self._box(ring), 2 * line, radius)
        yield Measured(False, "ring", found)

    def _code(self, code):
        yield Measured(False, "QR code", ink_ratio(self.picture, self._box(code)))

    def _progress(self, progress):
        drawn = progress._drawn[0]
        for number, bar in enumerate(drawn.bars):
            x, y = round(bar.middle[0]), round(self.picture.height - bar.middle[1])
            above = self.picture.getpixel((x, round(self.picture.height - bar.top) - 3))
            name = "done" if number < drawn.done else "to come"
            yield Measured(False, f"progress {name}", ratio(self.picture.getpixel((x, y)), above))

    def _field(self, field):
        yield Measured(False, "border of the text field", self._border(field))
        inside = self.picture.crop(self._box(field))
        ground = max(inside.getcolors(inside.width * inside.height))[1]
        left, bottom = map(round, field.cursor_pos)
        width, height = map(round, field.cursor_size)
        top = self.picture.height - bottom - height
        cursor = self.picture.crop((left, top, left + max(1, width), top + height))
        colour = max(cursor.getcolors(cursor.width * cursor.height))[1]
        yield Measured(False, "cursor", ratio(colour, ground))
        for line, picture in zip(field._place.lines, field._lines, strict=False):
            if line.text.strip() and field._field.text:
                found = text_ratio(self.picture, self._box(picture), 1)
                yield Measured(True, f"written: {line.text}", found)


def shown(stage: Stage, name, view) -> Iterator[tuple[str, Measured]]:
    """All that is measured of a view, at rest and with a finger on everything."""
    yield from _named(name, Seen(stage.picture(view), stage.screen))
    with stage.everything_pressed():
        yield from _named(f"{name}, pressed", Seen(stage.look(), stage.screen))


def _named(name, seen):
    return ((name, each) for each in seen.everything())


def kind(name: str, each: Measured) -> str:
    """Light or dark, text or shape."""
    is_dark = "contrast" in name or name.startswith("night")
    return f"{'dark' if is_dark else 'light'} {'text' if each.is_text else 'shape'}"


def repaint(changes: list[str]) -> None:
    """Give both themes other colours, such as "ink=BBBBBB": to see that it is noticed."""
    colours = {name: theme._hex(code) for name, code in (each.split("=") for each in changes)}
    themes = {is_dark: theme.palette(is_dark) for is_dark in (False, True)}
    if "skin" in colours:
        theme.FACES = (colours.pop("skin"),) * len(theme.FACES)
    themes = {is_dark: replace(each, **colours) for is_dark, each in themes.items()}
    theme.palette = themes.__getitem__


def main() -> None:
    """One size, one process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=size_of)
    parser.add_argument("--colours", nargs="+", default=(), help="such as ink=BBBBBB")
    add_choices(parser)
    asked = parser.parse_args()
    repaint(asked.colours)
    stage = Stage(asked.size)
    lowest: dict[str, tuple[float, str, str]] = {}
    low, count = [], 0
    for view_name, view in views_of(asked):
        count += 2
        for name, each in shown(stage, view_name, view):
            found = (round(each.ratio, 2), name, each.what)
            lowest[kind(name, each)] = min(found, lowest.get(kind(name, each), found))
            if not each.is_enough:
                low.append((*found, kind(name, each)))
    result = {"pictures": count, "lowest": lowest, "low": low}
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
