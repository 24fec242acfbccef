"""The whole screen: built once, then only its properties change with each View."""

from collections.abc import Callable, Sequence

from kivy.clock import Clock
from kivy.input import MotionEvent
from kivy.lang import Builder
from kivy.properties import ColorProperty, ListProperty
from kivy.uix.widget import Widget

from kiosk.screens import taps, theme
from kiosk.screens.buttons import ChoiceButton, Post
from kiosk.screens.face import Face
from kiosk.screens.lamp import LampPicture
from kiosk.screens.layout import Plan, arrange
from kiosk.screens.letters import measured, measured_once
from kiosk.screens.problems import clipped_texts, problems
from kiosk.screens.shapes import Card, CodePicture, ProgressBars, Ring
from kiosk.screens.text_field import PostCursor, TextField
from kiosk.screens.words import WordsPicture
from kiosk.view.model import View

MOST_BUTTONS = 64
"""As many as the keyboard of the Skolt Sámi has, with the bar below it."""
BUILD_AHEAD_S, BUILD_EVERY_S = 2.0, 0.05


class Pool:
    """Widgets of one kind, made when first needed and never again."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        self._make = make
        self._made: list[Widget] = []

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._made)

    def take(self, count: int) -> list[Widget]:
        """So many of them, always the same ones first."""
        while len(self._made) < count:
            self._made.append(self._make())
        return self._made[:count]


class TerminalScreen(Widget):
    """Draws views, posts the choices that are touched, and decides nothing."""

    paper = ColorProperty(theme.LIGHT.paper)
    band_colour = ColorProperty(theme.LIGHT.band)
    band_pos, band_size = ListProperty([0, 0]), ListProperty([0, 0])

    def __init__(self, post: Post, post_cursor: PostCursor, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._post = post
        self._view: View | None = None
        self._turn = 0
        self._touched_turn: int | None = None
        self._buttons = Pool(lambda: ChoiceButton(post))
        self._words, self._faces, self._cards = Pool(WordsPicture), Pool(Face), Pool(Card)
        self._lamps = Pool(LampPicture)
        self._progress, self._ring, self._code = ProgressBars(), Ring(), CodePicture()
        self._field = TextField(post_cursor)
        self.bind(size=self._lay_out)
        Clock.schedule_once(self._build_ahead, BUILD_AHEAD_S)

    def _build_ahead(self, _elapsed: float) -> None:
        """Make what the fullest screen needs, a little at a time, before anybody waits for it."""
        count = self._buttons.count
        if count < MOST_BUTTONS:
            self._buttons.take(count + 1)
            Clock.schedule_once(self._build_ahead, BUILD_EVERY_S)

    # Views

    def show(self, view: View) -> None:
        """Draw a view."""
        if self._view is None or view.key != self._view.key:
            self._turn += 1
        self._view = view
        self._lay_out()

    def _lay_out(self, *_: object) -> None:
        view = self._view
        if view is None or min(self.size) < min(theme.SMALLEST):
            return
        size = (int(self.width), int(self.height))
        plan = arrange(view, size, measured, measured_once)
        metrics = theme.Metrics(*size, is_larger=view.preferences.larger)
        colours = theme.palette(view.preferences.contrast or view.screen == "night")
        self.paper, self.band_colour = colours.paper, colours.band
        band = plan.band
        self.band_pos = [band.x, band.y] if band else [0, 0]
        self.band_size = [band.width, band.height] if band else [0, 0]
        self._put(
            [
                *self._shown_cards(plan, colours, metrics),
                *self._shown_shapes(plan, view, colours, metrics),
                *self._shown_faces(plan, colours),
                *self._shown_words(plan, colours),
                *self._shown_field(plan, view, colours, metrics),
                *self._shown_buttons(plan, colours, metrics),
                *self._shown_lamps(plan, colours),
            ]
        )

    def _put(self, widgets: list[Widget]) -> None:
        """Make these the children, without touching them when they are already."""
        if self.children[::-1] != widgets:
            self.clear_widgets()
            for widget in widgets:
                self.add_widget(widget)

    def _shown_cards(
        self, plan: Plan, colours: theme.Palette, metrics: theme.Metrics
    ) -> Sequence[Widget]:
        cards = self._cards.take(len(plan.cards))
        for card, box in zip(cards, plan.cards, strict=True):
            card.pos, card.size = (box.x, box.y), (box.width, box.height)
            card.colour, card.radius = colours.card, metrics.radius
        return cards

    def _shown_shapes(
        self, plan: Plan, view: View, colours: theme.Palette, metrics: theme.Metrics
    ) -> Sequence[Widget]:
        self._progress.show(plan.progress, colours)
        shown: list[Widget] = [self._progress]
        if plan.ring is not None:
            self._ring.pos, self._ring.size = (
                (plan.ring.x, plan.ring.y),
                (plan.ring.width, plan.ring.height),
            )
            self._ring.colour, self._ring.line = colours.accent, metrics.line
            shown.append(self._ring)
        if plan.code is not None and view.code is not None:
            self._code.show(view.code.address, plan.code)
            shown.append(self._code)
        return shown

    def _shown_faces(self, plan: Plan, colours: theme.Palette) -> Sequence[Widget]:
        faces = self._faces.take(len(plan.faces))
        for face, place in zip(faces, plan.faces, strict=True):
            face.pos, face.size = (place.box.x, place.box.y), (place.box.width, place.box.height)
            face.mood, face.line_colour = place.mood, colours.face_line
        return faces

    def _shown_lamps(self, plan: Plan, colours: theme.Palette) -> Sequence[Widget]:
        lamps = self._lamps.take(len(plan.lamps))
        for lamp, place in zip(lamps, plan.lamps, strict=True):
            lamp.show(place, colours)
        return lamps

    def _shown_words(self, plan: Plan, colours: theme.Palette) -> Sequence[Widget]:
        tones = {"ink": colours.ink, "quiet": colours.quiet, "band": colours.on_band}
        pictures = self._words.take(len(plan.words))
        for picture, words in zip(pictures, plan.words, strict=True):
            picture.show(words, tones[words.tone])
        return pictures

    def _shown_field(
        self, plan: Plan, view: View, colours: theme.Palette, metrics: theme.Metrics
    ) -> Sequence[Widget]:
        if plan.field is None or view.field is None:
            self._field.forget()
            return []
        self._field.show(view.field, plan.field, colours, metrics)
        return [self._field]

    def _shown_buttons(
        self, plan: Plan, colours: theme.Palette, metrics: theme.Metrics
    ) -> Sequence[Widget]:
        buttons = self._buttons.take(len(plan.targets))
        for button, target in zip(buttons, plan.targets, strict=True):
            button.show(target, colours, metrics, self._turn)
        return buttons

    # Touches

    def on_touch_down(self, touch: MotionEvent) -> bool:
        """Remember what a finger came down on."""
        self._touched_turn = self._turn
        taps.begin(touch)
        return bool(super().on_touch_down(touch))

    def on_touch_move(self, touch: MotionEvent) -> bool:
        """Follow a finger that wipes."""
        taps.follow(touch)
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        """A tap that no button took, where the view offers the whole screen."""
        taps.follow(touch)
        everywhere = self._view.whole_screen if self._view else None
        is_free = not touch.grab_list and self._touched_turn == self._turn
        if everywhere is not None and is_free and taps.is_tap(touch, self._unit):
            self._post(everywhere)
            return True
        return bool(super().on_touch_up(touch))

    @property
    def _unit(self) -> float:
        return theme.Metrics(int(self.width), int(self.height)).unit

    # Looking at what is drawn

    def places(self) -> dict[str, Widget]:
        """The widgets that can be touched now, by the id of their choice."""
        shown = [each for each in self.children[::-1] if isinstance(each, ChoiceButton)]
        return {each.choice.id: each for each in shown if each.choice is not None}

    def clipped_texts(self) -> list[str]:
        """The texts on the screen that do not fit their place even at their smallest size."""
        return clipped_texts(self)

    def problems(self) -> list[str]:
        """What is wrong with the picture as it is laid out: nothing, if all is well."""
        return [] if self._view is None else problems(self, self._view)


def load_styles() -> None:
    """Read the .kv file, once, after the widgets that it names exist."""
    from device_config.assets import package_file

    Builder.load_file(str(package_file("kiosk.screens", "terminal.kv")))
