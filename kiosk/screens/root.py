"""The whole screen: built once, then only its properties change with each View."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from kivy.input import MotionEvent
from kivy.lang import Builder
from kivy.properties import NumericProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk.screens import theme
from kiosk.screens.choices import ChoiceButton, FaceChoice, NumberChoice, TextChoice
from kiosk.screens.face import Face
from kiosk.screens.fitted_label import FittedLabel, fitting_size, wrapped_height
from kiosk.screens.steps import Steps
from kiosk.view import Choice, View

__all__ = ["Face", "FittedLabel", "Steps", "TerminalScreen"]  # the .kv file names them

MOST_FACES, MOST_NUMBERS, MOST_ACTIONS = 5, 11, 4

Post = Callable[[Choice], None]
Button = TypeVar("Button", bound=ChoiceButton)


class Part(BoxLayout):
    """A part of the screen with its lengths in pixels."""

    gap = NumericProperty(12.0)
    rest_share = NumericProperty(0.35)
    hint_px = NumericProperty(48.0)
    number_px = NumericProperty(110.0)
    ends_px = NumericProperty(80.0)
    face_px = NumericProperty(150.0)
    words_px = NumericProperty(100.0)

    def say(self, view: View) -> None:
        """Show the words of a view, and find room for them."""
        self.ids.title.text = view.title
        if "hint" in self.ids:
            self.ids.hint.text = view.hint
        self._trigger_layout()

    def size_title(self) -> None:
        """Give the title the height that it needs, up to its share."""
        title = self.ids.title
        title.height = _title_height(title, self.width, self.height * self.title_share)


class FacesScreen(Part):
    """A statement and its five faces; also the start screen."""

    title_share = NumericProperty(0.3)

    def do_layout(self, *_: object) -> None:
        """The title takes what it needs, and the faces get the rest."""
        self.size_title()
        super().do_layout()
        self._size_faces()

    def _size_faces(self) -> None:
        """Faces as large as their column and the room above the longest label allow."""
        buttons = self.ids.answers.children
        width = self.ids.answers.width / MOST_FACES
        room = self.ids.answers.height - 3 * self.gap
        labels = [_label_height(button, int(width - 3 * self.gap)) for button in buttons]
        face_px = round(max(min(width * 0.8, room - max(labels)), room * 0.3))
        for button in buttons:
            button.face_px = face_px


def _title_height(title: FittedLabel, width: float, most: float) -> float:
    """The height of a title at the largest size that fits, with a little air."""
    style, box = (title.font_name, title.line_height), (int(width), int(most))
    size = fitting_size(title.text, style, tuple(title.sizes), box)
    height = wrapped_height(title.text, style, size, box[0])
    return most if height == float("inf") else min(most, height + size / 2)


def _label_height(button: FaceChoice, width: int) -> float:
    """The height of a face's label at the largest size whose words fit the column."""
    for size in button.sizes:
        height = wrapped_height(button.label, (theme.REGULAR, 1.0), size, width)
        if height < float("inf"):
            return height
    return 0.0


class NumbersScreen(Part):
    """The recommendation question, 0 to 10."""

    title_share = NumericProperty(0.45)

    def do_layout(self, *_: object) -> None:
        """The title takes what it needs."""
        self.size_title()
        super().do_layout()


class WordsScreen(Part):
    """A few words and a face: thanks, or out of order."""


class TerminalScreen(BoxLayout):
    """Languages above, the question in the middle, the ways on below: always in the same place."""

    margin = NumericProperty(24.0)
    gap = NumericProperty(12.0)
    bar_px = NumericProperty(80.0)
    language_px = NumericProperty(160.0)

    def __init__(self, post: Post, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._post = post
        self._view: View | None = None
        self._turn = 0
        self._touched_turn: int | None = None
        self._faces, self._numbers, self._words = FacesScreen(), NumbersScreen(), WordsScreen()
        self._face_choices = self._fill(self._faces.ids.answers, FaceChoice, MOST_FACES)
        self._number_choices = self._fill(self._numbers.ids.answers, NumberChoice, MOST_NUMBERS)
        self._action_choices = [
            self._made(TextChoice, has_border=True) for _ in range(MOST_ACTIONS)
        ]
        self._languages: list[TextChoice] = []
        self.bind(size=self._measure)

    def show(self, view: View) -> None:
        """Draw a view."""
        if self._view is None or view.key != self._view.key:
            self._turn += 1
        self._view = view
        part = self._part(view)
        if part.parent is None:
            self.ids.body.clear_widgets()
            self.ids.body.add_widget(part)
        part.say(view)
        self._show_languages(view)
        self._show_actions(view)
        self.ids.steps.step, self.ids.steps.steps = view.step, view.steps

    def on_touch_down(self, touch: object) -> bool:
        """Remember what a finger came down on."""
        self._touched_turn = self._turn
        return bool(super().on_touch_down(touch))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """A touch that no button took, where the view offers the whole screen."""
        everywhere = self._view.whole_screen if self._view else None
        is_free = not touch.grab_list and self._touched_turn == self._turn
        if is_free and everywhere is not None:
            self._post(everywhere)
            return True
        return bool(super().on_touch_up(touch))

    def places(self) -> dict[str, Widget]:
        """The widgets that can be touched now, by the id of their choice."""
        shown = [
            *self._face_choices,
            *self._number_choices,
            *self._action_choices,
            *self._languages,
        ]
        return {
            button.choice.id: button
            for button in shown
            if button.choice is not None and button.get_parent_window() is not None
        }

    def clipped_texts(self) -> list[str]:
        """The texts on the screen that do not fit their place even at their smallest size."""
        labels = (widget for widget in self.walk() if isinstance(widget, FittedLabel))
        return [label.text for label in labels if label.is_clipped()]

    # One kind of thing to show each

    def _part(self, view: View) -> Part:
        match view.screen:
            case "faces":
                _show_all(self._face_choices, view.answers, self._turn)
                for button in self._face_choices:
                    button.peers = [choice.label for choice in view.answers]
                return self._faces
            case "numbers":
                _show_all(self._number_choices, view.answers, self._turn)
                low, high = self._numbers.ids.low, self._numbers.ids.high
                low.text, high.text = f"0 = {view.ends[0]}", f"10 = {view.ends[1]}"
                return self._numbers
            case "thanks" | "out-of-order":
                is_fine = view.screen == "thanks"
                self._words.ids.face.mood = 1.0 if is_fine else -0.5
                self._words.ids.face.colour = theme.FACES[4 if is_fine else 1]
                return self._words

    def _show_languages(self, view: View) -> None:
        while len(self._languages) < len(view.languages):
            self._languages.append(self._made(TextChoice))
            self._measure()
        shown = self._languages[: len(view.languages)]
        _put_children(self.ids.languages, shown)
        _show_all(shown, view.languages, self._turn)

    def _show_actions(self, view: View) -> None:
        shown = self._action_choices[: len(view.actions)]
        _put_children(self.ids.actions, shown)
        _show_all(shown, view.actions, self._turn)
        for button in shown:
            button.size_hint_x = max(len(button.label), theme.SHORT_LABEL)

    # Building and measuring

    def _fill(self, box: BoxLayout, kind: type[Button], count: int) -> list[Button]:
        buttons = [self._made(kind) for _ in range(count)]
        for button in buttons:
            box.add_widget(button)
        return buttons

    def _made(self, kind: type[Button], **kwargs: object) -> Button:
        return kind(post=self._post, **kwargs)

    def _measure(self, *_: object) -> None:
        """Turn the design's lengths into this screen's."""
        scale = theme.Scale.of(*self.size)
        _measure_root(self, scale)
        for part in (self._faces, self._numbers, self._words):
            _measure_part(part, scale)
        for button in (*self._face_choices, *self._number_choices):
            button.gap, button.radius = scale.px(10), scale.px(20)
        labels = [scale.type_px(size, theme.LEAST_TYPE) for size in theme.LABEL]
        for button in self._face_choices:
            button.sizes = labels
        for button in self._number_choices:
            button.sizes = [scale.type_px(theme.NUMBER, theme.LEAST_TYPE)]
        for button in (*self._action_choices, *self._languages):
            button.gap, button.radius = scale.px(8), scale.px(16)
            button.sizes = labels


def _measure_root(root: TerminalScreen, scale: theme.Scale) -> None:
    root.margin, root.gap = scale.px(26), scale.px(14)
    root.bar_px = scale.target_px(92)
    root.language_px = scale.px(190)
    steps = root.ids.steps
    steps.bar_px, steps.gap_px, steps.longest_px = scale.px(10), scale.px(10), scale.px(56)


def _measure_part(part: Part, scale: theme.Scale) -> None:
    part.gap = scale.px(14)
    part.ids.title.sizes = [scale.type_px(each, theme.LEAST_TITLE) for each in theme.TITLE]
    part.face_px = scale.px(220)
    part.hint_px, part.words_px = scale.px(56), scale.px(110)
    part.number_px, part.ends_px = scale.target_px(150), scale.px(70)
    hints = [scale.type_px(each, theme.LEAST_TYPE) for each in theme.LABEL]
    for name in ("hint", "low", "high"):
        if name in part.ids:
            part.ids[name].sizes = hints


def _show_all(buttons: Sequence[ChoiceButton], choices: tuple[Choice, ...], turn: int) -> None:
    for button, choice in zip(buttons, choices, strict=True):
        button.show(choice, turn)


def _put_children(box: BoxLayout, widgets: Sequence[Widget]) -> None:
    """Make these the box's children, without touching them when they are already."""
    if list(reversed(box.children)) != list(widgets):
        box.clear_widgets()
        for widget in widgets:
            box.add_widget(widget)


def load_styles() -> None:
    """Read the .kv file, once, after the widgets that it names exist."""
    from device_config.assets import package_file

    Builder.load_file(str(package_file("kiosk.screens", "terminal.kv")))
