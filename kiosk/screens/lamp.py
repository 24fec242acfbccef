"""A lamp: how something is, in a colour and a sign, so that it is not told by colour alone."""

from kivy.graphics import Color, Ellipse, SmoothLine
from kivy.properties import ColorProperty, OptionProperty
from kivy.uix.widget import Widget

from kiosk.screens import theme
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.plan import LampPlace
from kiosk.screens.signs import Sign, SignPicture
from kiosk.view.model import Lamp

LINE, SIGN = 0.045, 0.5
"""How thick the outline is, and how large the sign, in parts of the lamp's side."""
SIGNS: dict[Lamp, Sign] = {"ok": "check", "attention": "exclamation", "bad": "cross"}


class LampPicture(Widget):
    """A disc with a sign on it."""

    lamp = OptionProperty("ok", options=list(SIGNS))
    line_colour = ColorProperty(theme.LIGHT.face_line)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._sign = SignPicture()
        self.add_widget(self._sign)
        draw = self._draw
        self.bind(pos=draw, size=draw, lamp=draw, line_colour=draw)

    def show(self, place: LampPlace, colours: theme.Palette) -> None:
        """Show a lamp in its place."""
        box = place.box.snapped()
        self.pos, self.size = (box.x, box.y), (box.width, box.height)
        self.lamp, self.line_colour = place.lamp, colours.face_line

    def _draw(self, *_: object) -> None:
        fill, ink = theme.LAMPS[self.lamp]
        line = self.line_px
        self.canvas.before.clear()
        with self.canvas.before:
            Color(*fill)
            Ellipse(pos=self.pos, size=self.size)
            Color(*self.line_colour)
            inset = line / 2
            SmoothLine(
                ellipse=(self.x + inset, self.y + inset, self.width - line, self.height - line),
                width=line / 2,
            )
        inside = Box(self.x, self.y, self.width, self.height)
        square = inside.centred(self.width * SIGN, self.height * SIGN)
        self._sign.name, self._sign.colour = SIGNS[self.lamp], ink
        self._sign.pos, self._sign.size = (square.x, square.y), (square.width, square.height)

    @property
    def line_px(self) -> float:
        """How thick the outline is."""
        return float(max(3.0, LINE * self.width))
