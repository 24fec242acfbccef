"""What can be touched: each shows one Choice of the view and posts its event when let go."""

from collections.abc import Callable

from kivy.animation import Animation
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout

from kiosk.screens import theme
from kiosk.view import Choice

RELEASE_S = 0.15


class ChoiceButton(ButtonBehavior, BoxLayout):
    """Something to touch. It acts on release inside itself, and answers the finger at once."""

    choice = ObjectProperty(None, allownone=True)
    post = ObjectProperty(None)
    label = StringProperty("")
    sizes = ListProperty([28.0])
    peers = ListProperty([])
    is_chosen = BooleanProperty(False)
    pressure = NumericProperty(0.0)
    gap = NumericProperty(8.0)
    radius = NumericProperty(16.0)
    line = NumericProperty(2.0)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(always_release=False, **kwargs)
        self._turn = 0
        self._touched_turn: int | None = None

    def show(self, choice: Choice, turn: int) -> None:
        """Show another choice in the same place; `turn` counts what the visitor was shown."""
        self._turn = turn
        self.choice = choice
        self.label = choice.label
        self.is_chosen = choice.is_chosen

    def on_state(self, _widget: object, state: str) -> None:
        """Move with the finger: down at once, back softly."""
        Animation.cancel_all(self, "pressure")
        if state == "down":
            self.pressure = 1.0
        else:
            Animation(pressure=0.0, duration=RELEASE_S, t="out_quad").start(self)

    def on_press(self) -> None:
        """A finger came down on what is shown now."""
        self._touched_turn = self._turn

    def on_release(self) -> None:
        """The finger was lifted inside: this was chosen, if it is still what is shown here."""
        post: Callable[[Choice], None] | None = self.post
        is_still_shown = self._touched_turn == self._turn
        if post is not None and self.choice is not None and is_still_shown:
            post(self.choice)


class FaceChoice(ChoiceButton):
    """A face with its label under it."""

    mood = NumericProperty(0.0)
    colour = ColorProperty(theme.FACES[2])
    face_px = NumericProperty(100.0)

    def show(self, choice: Choice, turn: int) -> None:
        """Show a step of the scale; its face and colour follow its mood."""
        super().show(choice, turn)
        self.mood = choice.mood or 0.0
        self.colour = theme.FACES[round((self.mood + 1) / 2 * (len(theme.FACES) - 1))]


class NumberChoice(ChoiceButton):
    """A number on the recommendation scale."""


class TextChoice(ChoiceButton):
    """An action or a language, in words."""

    has_border = BooleanProperty(False)
