"""The field that shows what is being written; a tap in it places the cursor."""

from collections.abc import Callable

from kivy.input import MotionEvent
from kivy.properties import ColorProperty, ListProperty, NumericProperty
from kivy.uix.widget import Widget

from kiosk.screens import taps, theme
from kiosk.screens.layout.field import character_at
from kiosk.screens.layout.plan import FieldPlace
from kiosk.screens.letters import measured_once
from kiosk.screens.words import WordsPicture
from kiosk.session.events import Touch
from kiosk.view.model import Field

PostCursor = Callable[[Callable[[float], Touch]], None]


class TextField(Widget):
    """The written lines, and a cursor that does not blink."""

    fill = ColorProperty(theme.LIGHT.card)
    edge = ColorProperty(theme.LIGHT.edge)
    cursor_colour = ColorProperty(theme.LIGHT.accent)
    line = NumericProperty(2.0)
    radius = NumericProperty(14.0)
    cursor_pos = ListProperty([0, 0])
    cursor_size = ListProperty([0, 0])

    def __init__(self, post_cursor: PostCursor, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._post_cursor = post_cursor
        self._field: Field | None = None
        self._place: FieldPlace | None = None
        self._unit = 1.0
        self._lines: list[WordsPicture] = []
        self._placeholder = WordsPicture()

    def show(
        self, field: Field, place: FieldPlace, colours: theme.Palette, metrics: theme.Metrics
    ) -> None:
        """Show what is written, or what is asked while nothing is."""
        self._field, self._place, self._unit = field, place, metrics.unit
        self.pos, self.size = (place.box.x, place.box.y), (place.box.width, place.box.height)
        self.fill, self.edge, self.cursor_colour = colours.card, colours.edge, colours.accent
        self.line, self.radius = metrics.line, metrics.radius
        self.cursor_pos = [round(place.cursor.x), round(place.cursor.y)]
        self.cursor_size = [place.cursor.width, round(place.cursor.height)]
        while len(self._lines) < len(place.lines):
            self._lines.append(WordsPicture())
        shown: list[Widget] = self._lines[: len(place.lines)] if field.text else []
        for picture, line in zip(shown, place.lines, strict=False):
            picture.put_unkept(line.setting, (line.box.x, line.box.y))
            picture.tint(colours.ink)
        if place.placeholder is not None:
            self._placeholder.show(place.placeholder, colours.quiet)
            shown = [self._placeholder]
        if list(reversed(self.children)) != shown:
            self.clear_widgets()
            for widget in shown:
                self.add_widget(widget)

    def forget(self) -> None:
        """Keep nothing of what was written: whoever wrote it may be gone."""
        self._field = self._place = None
        for picture in self._lines:
            picture.clear()

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Hold on to a finger that came down here."""
        if not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """A tap puts the cursor where it was."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if self.collide_point(*touch.pos) and taps.is_tap(touch, self._unit):
            self._put_cursor(touch.x, touch.y)
        return True

    def _put_cursor(self, x: float, y: float) -> None:
        field, place = self._field, self._place
        if field is not None and place is not None:
            index = character_at(place, x, y, measured_once)
            self._post_cursor(lambda at: field.put_cursor(index, at))
