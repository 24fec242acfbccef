"""A window off screen for one size: shows views, and gives their pictures without a file."""

from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from tests.screens import walk


class Stage:
    """Kivy has one window, so there is one of these in a process."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._window, self.screen = walk._open(size)
        from kivy.clock import Clock

        Clock._max_fps = 0  # nobody watches, so no frame waits for its time

    def picture(self, view) -> Image.Image:
        """A view as it is drawn."""
        self.screen.show(view)
        return self.look()

    def look(self) -> Image.Image:
        """What is on the screen now."""
        from kivy.base import EventLoop
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        for _ in range(2):  # what was laid out is drawn with the next frame
            EventLoop.idle()
        size = tuple(self._window.size)
        pixels = glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE)
        return Image.frombytes("RGB", size, pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM)

    @contextmanager
    def everything_pressed(self) -> Iterator[None]:
        """A finger on everything at once: only a test has so many."""
        from kivy.animation import Animation

        buttons = list(self.screen.places().values())
        for button in buttons:
            button.state = "down"
        yield
        for button in buttons:
            button.state = "normal"
            Animation.cancel_all(button, "pressure")
            button.pressure = 0.0
