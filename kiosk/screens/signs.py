"""The signs on buttons, drawn as lines so that they are sharp at any size."""

from dataclasses import dataclass
from typing import Literal

from kivy.graphics import Color, Ellipse, SmoothLine
from kivy.properties import BooleanProperty, ColorProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.screens import theme
from kiosk.view.model import Icon

THICKNESS = 0.045
CHECK_THICKNESS = 0.09
"""Half of a line's thickness, in parts of the sign's side."""
BOLD = frozenset({"check", "exclamation", "cross"})


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points, in parts of the sign's side from the lower left."""

    points: tuple[float, ...]
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Oval:
    """An oval around the middle, or the part of it between two angles from the top."""

    width: float
    height: float
    start: float = 0
    end: float = 360
    is_filled: bool = False


Sign = Icon | Literal["check", "exclamation", "cross"]

_A_SMALL = (Stroke((0.02, 0.14, 0.17, 0.54, 0.32, 0.14)), Stroke((0.075, 0.27, 0.265, 0.27)))
_A_LARGE = (Stroke((0.42, 0.14, 0.70, 0.88, 0.98, 0.14)), Stroke((0.52, 0.38, 0.88, 0.38)))

_CROSS = (Stroke((0.14, 0.14, 0.86, 0.86)), Stroke((0.14, 0.86, 0.86, 0.14)))

SIGNS: dict[Sign, tuple[Stroke | Oval, ...]] = {
    "back": (Stroke((0.92, 0.5, 0.1, 0.5)), Stroke((0.44, 0.84, 0.1, 0.5, 0.44, 0.16))),
    "contrast": (Oval(0.92, 0.92), Oval(0.92, 0.92, 180, 360, is_filled=True)),
    "larger": (*_A_SMALL, *_A_LARGE),
    "lowered": (
        Stroke((0.5, 0.96, 0.5, 0.3)),
        Stroke((0.24, 0.56, 0.5, 0.3, 0.76, 0.56)),
        Stroke((0.1, 0.06, 0.9, 0.06)),
    ),
    "language": (
        Oval(0.92, 0.92),
        Oval(0.42, 0.92),
        Stroke((0.04, 0.5, 0.96, 0.5)),
        Stroke((0.13, 0.74, 0.87, 0.74)),
        Stroke((0.13, 0.26, 0.87, 0.26)),
    ),
    "backspace": (
        Stroke((0.0, 0.5, 0.3, 0.86, 1.0, 0.86, 1.0, 0.14, 0.3, 0.14), is_closed=True),
        Stroke((0.5, 0.66, 0.8, 0.34)),
        Stroke((0.5, 0.34, 0.8, 0.66)),
    ),
    "shift": (
        Stroke(
            (0.5, 0.94, 0.92, 0.5, 0.68, 0.5, 0.68, 0.1, 0.32, 0.1, 0.32, 0.5, 0.08, 0.5),
            is_closed=True,
        ),
    ),
    "space": (Stroke((-0.3, 0.52, -0.3, 0.3, 1.3, 0.3, 1.3, 0.52)),),
    "check": (Stroke((0.1, 0.5, 0.4, 0.2, 0.92, 0.82)),),
    "exclamation": (Stroke((0.5, 0.96, 0.5, 0.42)), Stroke((0.5, 0.14, 0.5, 0.04))),
    "cross": _CROSS,
    "close": _CROSS,
}


class SignPicture(Widget):
    """One of the signs. `is_mirrored` turns those that point along the line of reading."""

    name = StringProperty("")
    colour = ColorProperty(theme.LIGHT.ink)
    is_mirrored = BooleanProperty(False)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        draw = self._draw
        self.bind(pos=draw, size=draw, name=draw, is_mirrored=draw, colour=self._tint)
        self._colour: Color | None = None

    def _tint(self, *_: object) -> None:
        if self._colour is not None:
            self._colour.rgba = self.colour

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if not self.name:
            return
        with self.canvas:
            self._colour = Color(*self.colour)
            for part in SIGNS[self.name]:
                if isinstance(part, Stroke):
                    self._draw_stroke(part)
                else:
                    self._draw_oval(part)

    def _draw_stroke(self, stroke: Stroke) -> None:
        along = [1 - x if self.is_mirrored else x for x in stroke.points[::2]]
        points: list[float] = []
        for x, y in zip(along, stroke.points[1::2], strict=True):
            points += [self.x + x * self.width, self.y + y * self.height]
        SmoothLine(
            points=points, width=self._thickness, close=stroke.is_closed, joint="round", cap="round"
        )

    def _draw_oval(self, oval: Oval) -> None:
        width, height = oval.width * self.width, oval.height * self.height
        x, y = self.x + (self.width - width) / 2, self.y + (self.height - height) / 2
        if oval.is_filled:
            Ellipse(pos=(x, y), size=(width, height), angle_start=oval.start, angle_end=oval.end)
        else:
            SmoothLine(ellipse=(x, y, width, height, 0, 360), width=self._thickness)

    @property
    def _thickness(self) -> float:
        share = CHECK_THICKNESS if self.name in BOLD else THICKNESS
        return max(1.2, share * float(self.height))
