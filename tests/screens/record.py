"""Records a session as an animation: `python -m tests.screens.record OUT.gif`.

Every picture is the real window's; only the finger is drawn over it.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageDraw

from tests.world import Terminal, go_on

SIZE = (800, 480)
STILL_S = 0.3  # until a released button has come to rest
LOOK_MS, TOUCH_MS, KEY_MS = 1400, 350, 180
FINGER_PX = 26


class Recorder:
    """Pictures of the window, each with how long it stays."""

    def __init__(self, reach, folder):
        self._reach = reach
        self._folder = folder
        self.frames = []

    def look(self, lasting_ms=LOOK_MS):
        """The window as it is."""
        time.sleep(STILL_S)
        self._take(lasting_ms)

    def touch(self, choice, lasting_ms=TOUCH_MS):
        """A finger on a choice, and what comes of it."""
        x, y, width, height = self._reach.ready()["choices"][choice]
        x, y = x + width / 2, y + height / 2
        self._reach.touch_at(x, y, only="down")
        time.sleep(0.05)
        self._take(lasting_ms, finger=(x, SIZE[1] - y))
        self._reach.touch_at(x, y, only="up")
        time.sleep(0.05)
        self._reach.ready()

    def _take(self, lasting_ms, finger=None):
        path = self._reach.picture(self._folder / f"{len(self.frames):03}.png")
        with Image.open(path) as picture:
            frame = picture.convert("RGB")
        if finger is not None:
            _draw_finger(frame, *finger)
        self.frames.append((frame, lasting_ms))


def _draw_finger(frame, x, y):
    veil = Image.new("RGBA", frame.size, (0, 0, 0, 0))
    box = (x - FINGER_PX, y - FINGER_PX, x + FINGER_PX, y + FINGER_PX)
    ImageDraw.Draw(veil).ellipse(box, fill=(20, 30, 40, 90), outline=(255, 255, 255, 230), width=3)
    frame.paste(veil, (0, 0), veil)


def record(target):
    """Somebody was not helped, says why in words, and is thanked."""
    with TemporaryDirectory() as place:
        terminal = Terminal(Path(place), "", f"[screen]\nsize = {list(SIZE)}\n")
        with terminal.window() as reach:
            go_on(reach, "language:en")
            recorder = Recorder(reach, Path(place))
            recorder.look()
            recorder.touch("answer:2")
            recorder.look()
            recorder.touch("reason:waiting")
            recorder.touch("reason:other")
            recorder.look(600)
            recorder.touch("next")
            recorder.look(900)
            for key in "the doors":
                recorder.touch(f"key:{'space' if key == ' ' else key}", KEY_MS)
            recorder.look()
            recorder.touch("next")
            recorder.look()
            recorder.touch("answer:4")
            recorder.look()
            recorder.touch("enough")
            recorder.look(2 * LOOK_MS)
        frames = [frame.quantize(96) for frame, _ in recorder.frames]
        frames[0].save(
            target,
            save_all=True,
            append_images=frames[1:],
            duration=[lasting for _, lasting in recorder.frames],
            loop=0,
            optimize=True,
        )


if __name__ == "__main__":
    record(Path(sys.argv[1]))
