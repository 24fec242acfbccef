"""How far along the visitor is: one short bar a question, the done ones filled."""

from kivy.graphics import Color, SmoothRoundedRectangle
from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.screens import theme


class Steps(Widget):
    """`step` of `steps`; nothing is drawn where there is nothing to go through."""

    step = NumericProperty(0)
    steps = NumericProperty(0)
    bar_px = NumericProperty(8.0)
    gap_px = NumericProperty(8.0)
    longest_px = NumericProperty(44.0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(pos=self._draw, size=self._draw, step=self._draw, steps=self._draw)

    def _draw(self, *_: object) -> None:
        self.canvas.clear()
        if self.step == 0 or self.steps < 2:
            return
        room = (self.width - self.gap_px * (self.steps - 1)) / self.steps
        width = min(room, self.longest_px)
        with self.canvas:
            for number in range(self.steps):
                Color(*(theme.ACCENT if number < self.step else theme.LINE))
                SmoothRoundedRectangle(
                    pos=(self.x + number * (width + self.gap_px), self.center_y - self.bar_px / 2),
                    size=(width, self.bar_px),
                    radius=[self.bar_px / 2],
                )
