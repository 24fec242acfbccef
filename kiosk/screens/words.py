"""Text on the screen: the lines that the layout broke, as one picture."""

from functools import lru_cache

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget
from PIL import Image

from kiosk.screens.layout.lines import Align, Setting
from kiosk.screens.layout.plan import Words
from kiosk.screens.letters import BLEED, drawn, rise_px
from kiosk.screens.theme import Colour

MOST_KEPT = 256
"""Pictures of text that are kept: what is shown again needs no new room in graphics memory."""


class WordsPicture(Widget):
    """A text. `words` is what the layout made of it."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.words: Words | None = None
        with self.canvas:
            self._colour = Color(1, 1, 1, 1)
            self._picture = Rectangle()

    def show(self, words: Words, colour: Colour) -> None:
        """Show a text in a colour."""
        if self.words != words:
            self.words = words
            self.put(words.setting, words.align, (words.box.x, words.box.y))
        self._colour.rgba = colour

    def put(self, setting: Setting, align: Align, place: tuple[float, float]) -> None:
        """Show lines of text with their lower left corner here."""
        self._put(_kept_texture(setting, align), place, rise_px(setting))

    def put_unkept(self, setting: Setting, place: tuple[float, float]) -> None:
        """Show what somebody writes: its picture is not kept."""
        self._put(_texture(setting, "left"), place, rise_px(setting))

    def clear(self) -> None:
        """Let go of what `put_unkept` has shown."""
        self._picture.texture = None

    def tint(self, colour: Colour) -> None:
        """Change the colour only."""
        self._colour.rgba = colour

    def _put(self, texture: Texture, place: tuple[float, float], rise: int) -> None:
        self.pos = place
        self.size = (texture.width - 2 * BLEED, texture.height - 2 * rise)
        self._picture.texture = texture
        self._picture.pos = (round(place[0]) - BLEED, round(place[1]) - rise)
        self._picture.size = texture.size


def _texture(setting: Setting, align: Align) -> Texture:
    image = drawn(setting, align)
    white = Image.new("L", image.size, 255)
    picture = Image.merge("RGBA", (white, white, white, image))
    texture = Texture.create(size=image.size, colorfmt="rgba")
    texture.blit_buffer(picture.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


@lru_cache(maxsize=MOST_KEPT)
def _kept_texture(setting: Setting, align: Align) -> Texture:
    return _texture(setting, align)
