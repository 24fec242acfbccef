"""Text that takes the largest of a few sizes at which it fits its place."""

from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.properties import ListProperty
from kivy.uix.label import Label


class FittedLabel(Label):
    """A label whose `sizes` (pixels, largest first) are tried until all of the text fits.

    `peers` are texts of neighbours in places of the same size: all take the size that fits each.
    """

    sizes = ListProperty([28.0])
    peers = ListProperty([])

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bind(text=self._fit, size=self._fit, sizes=self._fit, peers=self._fit)

    def _fit(self, *_: object) -> None:
        box = (int(self.width), int(self.height))
        self.text_size = box
        style, sizes = (self.font_name, self.line_height), tuple(self.sizes)
        texts = [self.text, *self.peers]
        self.font_size = min(fitting_size(text, style, sizes, box) for text in texts)

    def is_clipped(self) -> bool:
        """Whether the text does not fit even at the smallest size."""
        style = (self.font_name, self.line_height)
        box = (int(self.width), int(self.height))
        return bool(self.text) and not _fits(self.text, style, self.font_size, box)


def fitting_size(
    text: str, style: tuple[str, float], sizes: tuple[float, ...], box: tuple[int, int]
) -> float:
    """The largest size at which the text, wrapped, fits the box; else the smallest of all.

    `style` is the font's file and its line height, `box` a width and height in pixels.
    """
    return next((size for size in sizes if _fits(text, style, size, box)), sizes[-1])


def _fits(text: str, style: tuple[str, float], size: float, box: tuple[int, int]) -> bool:
    return wrapped_height(text, style, size, box[0]) <= box[1]


@lru_cache(maxsize=4096)
def wrapped_height(text: str, style: tuple[str, float], size: float, width: int) -> float:
    """How high the text gets when wrapped to a width; infinite if a word is wider than that."""
    if width <= 0:
        return float("inf")
    options = {"text": text, "font_name": style[0], "line_height": style[1], "font_size": size}
    one_line = CoreLabel(**options)
    if any(one_line.get_extents(word)[0] > width for word in text.split()):
        return float("inf")
    return float(CoreLabel(**options, text_size=(width, None)).render()[1])
