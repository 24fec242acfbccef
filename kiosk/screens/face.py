"""A face drawn from one number: its mood."""

from kivy.graphics import Color, SmoothEllipse, SmoothLine
from kivy.properties import ColorProperty, NumericProperty
from kivy.uix.widget import Widget

from kiosk.screens import theme

LINE = 0.035
"""How thick the outline is, in parts of the radius."""
REST = 0.95
"""How large a face is while nobody touches it."""


class Face(Widget):
    """A face, sharp at any size; `mood` is -1 to 1, `pressure` 0 to 1 while it is touched."""

    mood = NumericProperty(0.0)
    pressure = NumericProperty(0.0)
    line_colour = ColorProperty(theme.LIGHT.face_line)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        with self.canvas:
            self._line_colour = Color(*self.line_colour)
            self._outline = SmoothEllipse()
            self._skin_colour = Color(*theme.skin(0.0))
            self._skin = SmoothEllipse()
            Color(*theme.FEATURES)
            self._eyes = (SmoothEllipse(), SmoothEllipse())
            self._mouth = SmoothLine()
            self._corners = (SmoothEllipse(), SmoothEllipse())
        draw = self._draw
        self.bind(pos=draw, size=draw, mood=draw, pressure=draw, line_colour=draw)
        self._draw()

    def _draw(self, *_: object) -> None:
        # Not center_x: that alias still has its old value while pos or size dispatch.
        x, y = self.x + self.width / 2, self.y + self.height / 2
        radius = min(self.size) / 2 * (REST + (1 - REST) * self.pressure)
        line = max(LINE * radius, 2.0)
        self._line_colour.rgba = self.line_colour
        self._skin_colour.rgba = theme.skin(self.mood)
        _circle(self._outline, x, y, radius, radius)
        _circle(self._skin, x, y, radius - line, radius - line)
        self._draw_eyes(x, y, radius)
        self._draw_mouth(x, y, radius)

    def _draw_eyes(self, x: float, y: float, radius: float) -> None:
        height = 0.13 * radius * (1 - 0.45 * self.pressure)
        for eye, side in zip(self._eyes, (-1, 1), strict=True):
            _circle(eye, x + side * 0.33 * radius, y + 0.22 * radius, 0.095 * radius, height)

    def _draw_mouth(self, x: float, y: float, radius: float) -> None:
        mood = self.mood * (1 + 0.25 * self.pressure)
        half = (0.44 + 0.05 * self.pressure) * radius
        thickness = max(0.05 * radius, 1.2)
        ends_y = y + (-0.36 + 0.15 * mood) * radius
        deep_y = ends_y - 0.48 * mood * radius
        left, right = x - half, x + half
        inner = 0.55 * half
        self._mouth.width = thickness
        self._mouth.bezier_precision = 60
        self._mouth.bezier = [
            left, ends_y,
            x - inner, deep_y,
            x + inner, deep_y,
            right, ends_y,
        ]  # fmt: skip
        for corner, end_x in zip(self._corners, (left, right), strict=True):
            _circle(corner, end_x, ends_y, thickness, thickness)


def _circle(shape: SmoothEllipse, x: float, y: float, half_w: float, half_h: float) -> None:
    shape.pos = (x - half_w, y - half_h)
    shape.size = (2 * half_w, 2 * half_h)
