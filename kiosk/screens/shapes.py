"""What is shown and cannot be touched: progress, cards, the ring of a countdown, a QR code."""

from functools import lru_cache

import segno
from kivy.graphics import Color, SmoothRoundedRectangle
from kivy.graphics.texture import Texture
from kivy.properties import ColorProperty, ListProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.screens import theme
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.plan import Progress

QUIET_ZONE = 4
"""Free modules around a QR code, as its standard asks."""
AHEAD = 0.45
"""How thick the bars are that are yet to come, in parts of the others."""


class ProgressBars(Widget):
    """One short bar a step: the done ones thick, the others thin."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._drawn: tuple[Progress | None, theme.Palette] | None = None

    def show(self, progress: Progress | None, colours: theme.Palette) -> None:
        """Draw the bars, or none."""
        if self._drawn == (progress, colours):
            return
        self._drawn = (progress, colours)
        self.canvas.clear()
        self.size = (0.0, 0.0)
        if progress is None:
            return
        first, last = sorted((progress.bars[0], progress.bars[-1]), key=lambda bar: bar.x)
        self.pos, self.size = (first.x, first.y), (last.right - first.x, first.height)
        with self.canvas:
            for number, bar in enumerate(progress.bars):
                is_done = number < progress.done
                height = bar.height if is_done else bar.height * AHEAD
                Color(*(colours.accent if is_done else colours.edge))
                shape = bar.centred(bar.width, height)
                SmoothRoundedRectangle(
                    pos=(shape.x, shape.y), size=(shape.width, height), radius=[height / 2]
                )


class Card(Widget):
    """What lies below words that belong together."""

    colour = ColorProperty(theme.LIGHT.card)
    radius = NumericProperty(14.0)


class Ring(Widget):
    """A circle around a number."""

    colour = ColorProperty(theme.LIGHT.accent)
    line = NumericProperty(2.0)


class CodePicture(Widget):
    """A QR code, dark on white in every theme, in whole pixels a module."""

    texture = ObjectProperty(None, allownone=True)
    code_pos = ListProperty([0, 0])
    code_size = ListProperty([0, 0])
    radius = NumericProperty(8.0)

    def show(self, address: str, box: Box) -> None:
        """Draw the code of an address as large as its place allows."""
        self.pos, self.size = (box.x, box.y), (box.width, box.height)
        self.texture = code_texture(address)
        side = self.texture.width
        whole = max(1, int(box.width // side)) * side
        square = box.centred(whole, whole)
        self.code_pos, self.code_size = [round(square.x), round(square.y)], [whole, whole]


@lru_cache(maxsize=2)
def code_texture(address: str) -> Texture:
    """The modules of a QR code with its quiet zone, one pixel each."""
    code = segno.make(address, micro=False)
    rows = [
        bytes(0 if dark else 255 for dark in row) for row in code.matrix_iter(border=QUIET_ZONE)
    ]
    texture = Texture.create(size=(len(rows[0]), len(rows)), colorfmt="rgb")
    grey = b"".join(bytes((value, value, value)) for row in rows for value in row)
    texture.blit_buffer(grey, colorfmt="rgb", bufferfmt="ubyte")
    texture.mag_filter = "nearest"
    texture.flip_vertical()
    return texture
