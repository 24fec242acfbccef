"""What can be touched: each shows one Choice of the view and posts its event when let go."""

from collections.abc import Callable

from kivy.animation import Animation
from kivy.clock import Clock, ClockEvent
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.widget import Widget

from kiosk.screens import taps, theme
from kiosk.screens.face import Face
from kiosk.screens.layout.box import Box
from kiosk.screens.layout.plan import Target
from kiosk.screens.signs import SignPicture
from kiosk.screens.words import WordsPicture
from kiosk.view.model import Choice

Post = Callable[[Choice], None]


class ChoiceButton(ButtonBehavior, Widget):
    """Something to touch. It acts on release inside itself, and answers the finger at once."""

    pressure = NumericProperty(0.0)
    fill = ColorProperty(theme.CLEAR)
    edge = ColorProperty(theme.CLEAR)
    line = NumericProperty(2.0)
    radius = NumericProperty(14.0)
    is_repeating = BooleanProperty(False)

    def __init__(self, post: Post, **kwargs: object) -> None:
        super().__init__(always_release=False, **kwargs)
        self.choice: Choice | None = None
        self._post = post
        self._target: Target | None = None
        self._colours, self._metrics = theme.LIGHT, theme.Metrics(*theme.SMALLEST)
        self._turn = 0
        self._touched_turn: int | None = None
        self._repeat: ClockEvent | None = None
        self._has_repeated = False
        self._face, self._words, self._number = Face(), WordsPicture(), WordsPicture()
        self._sign, self._check = SignPicture(), SignPicture(name="check")

    def show(
        self, target: Target, colours: theme.Palette, metrics: theme.Metrics, turn: int
    ) -> None:
        """Show a choice in its place; `turn` counts what the visitor was shown."""
        if turn != self._turn:
            Animation.cancel_all(self, "pressure")
            self.pressure = 0.0
        self._turn, self._target, self.choice = turn, target, target.choice
        self._colours, self._metrics = colours, metrics
        self.is_repeating = target.is_repeating
        box = target.box.snapped()
        self.pos, self.size = (box.x, box.y), (box.width, box.height)
        self.radius = min(metrics.radius, box.height / 3)
        self._show_parts(target)
        self._paint()

    def _show_parts(self, target: Target) -> None:
        if target.face is not None:
            self._face.mood = target.face.mood
            self._face.line_colour = self._colours.face_line
        self._sign.name, self._sign.is_mirrored = target.icon or "", target.is_mirrored
        self._put(self._face, target.face.box if target.face else None)
        self._put(self._sign, target.icon_box)
        self._put(self._check, target.check_box if target.choice.is_chosen else None)
        self._put(self._words, target.words.box if target.words else None)
        self._put(self._number, target.number.box if target.number else None)

    def _put(self, part: Widget, box: Box | None) -> None:
        """Make a part be there, in its place, or not at all."""
        if box is None and part.parent is not None:
            self.remove_widget(part)
        elif box is not None and part.parent is None:
            self.add_widget(part)
        if box is not None:
            part.pos, part.size = (box.x, box.y), (box.width, box.height)

    def _paint(self) -> None:
        target = self._target
        if target is None:
            return
        is_pressed = self.state == "down"
        paint = theme.paint(target.look, target.choice.is_chosen, is_pressed, self._colours)
        self.fill, self.edge = paint.fill, paint.edge
        self.line = paint.lines * self._metrics.line
        self._sign.colour, self._check.colour = paint.ink, paint.edge
        if target.words is not None:
            self._words.show(target.words, paint.ink)
        if target.number is not None:
            is_quiet = target.number.tone == "quiet" and not is_pressed
            self._number.show(target.number, self._colours.quiet if is_quiet else paint.ink)

    # Touches

    def on_pressure(self, _widget: object, pressure: float) -> None:
        """The face moves with the finger."""
        self._face.pressure = pressure

    def on_state(self, _widget: object, state: str) -> None:
        """Move with the finger: down at once, back softly."""
        Animation.cancel_all(self, "pressure")
        if state == "down":
            self.pressure = 1.0
        else:
            self._stop_repeating()
            Animation(pressure=0.0, duration=theme.RELEASE_S, t="out_quad").start(self)
        self._paint()

    def on_press(self) -> None:
        """A finger came down on what is shown now."""
        self._touched_turn = self._turn
        self._has_repeated = False
        if self.is_repeating:
            self._repeat = Clock.schedule_once(self._post_again, theme.REPEAT_AFTER_S)

    def on_release(self) -> None:
        """The finger was lifted inside: this was chosen, if it was a tap on what is still here."""
        if not self._has_repeated and taps.is_tap(self.last_touch, self._metrics.unit):
            self._post_if_still_shown()

    def _post_if_still_shown(self) -> None:
        if self.choice is not None and self._touched_turn == self._turn:
            self._post(self.choice)

    def _post_again(self, _elapsed: float) -> None:
        self._has_repeated = True
        if self._touched_turn != self._turn or not taps.is_tap(self.last_touch, self._metrics.unit):
            return
        self._post_if_still_shown()
        self._repeat = Clock.schedule_once(self._post_again, theme.REPEAT_EVERY_S)

    def _stop_repeating(self) -> None:
        if self._repeat is not None:
            self._repeat.cancel()
        self._repeat = None
