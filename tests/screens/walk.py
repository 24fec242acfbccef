"""Shows every screen in one window of one size: what is wrong, and pictures if wanted.

    python -m tests.screens.walk 800x480 --languages fi sv --pictures FOLDER

Prints one JSON line a view that has problems, and at the end how many views were shown.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from tests.screens.staff import wanted_staff_views
from tests.screens.views import LANGUAGES, MODES, wanted_views


def walk(size, views, folder: Path | None) -> tuple[int, dict[str, list[str]]]:
    """How many views were shown, and what is wrong with those where something is."""
    window, screen = _open(size)
    shown, wrong = 0, {}
    for name, view in views:
        screen.show(view)
        shown += 1
        if found := screen.problems():
            wrong[name] = found
        if folder is not None:
            _draw(window, folder / f"{size[0]}x{size[1]}-{name}.png")
    return shown, wrong


def _open(size):
    """A window off screen with the terminal's screen in it."""
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    from kiosk.kivy_setup import prepare

    prepare(size, is_fullscreen=False, rotation=0)
    from kivy.base import EventLoop
    from kivy.core.window import Window

    from kiosk.screens.root import TerminalScreen, load_styles

    load_styles()
    screen = TerminalScreen(lambda _choice: None, lambda _event: None)
    Window.add_widget(screen)
    screen.size = Window.size
    EventLoop.start()
    EventLoop.idle()
    return Window, screen


def _draw(window, path: Path) -> None:
    from kivy.base import EventLoop

    for _ in range(2):  # what was laid out is drawn with the next frame
        EventLoop.idle()
    Path(window.screenshot(name=str(path))).replace(path)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--languages", nargs="+", choices=LANGUAGES, default=LANGUAGES)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--screens", nargs="+", default=())
    parser.add_argument("--staff", action="store_true", help="the pages for staff instead")


def views_of(asked: argparse.Namespace):
    """(name, view) of every screen that was asked for."""
    wanted = wanted_staff_views if asked.staff else wanted_views
    return wanted(asked.languages, asked.modes, asked.screens)


def size_of(text: str) -> tuple[int, int]:
    """(800, 480) of "800x480"."""
    width, height = text.split("x")
    return int(width), int(height)


def main() -> None:
    """One size, one process: Kivy has one window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=size_of)
    parser.add_argument("--pictures", type=Path)
    add_choices(parser)
    asked = parser.parse_args()
    shown, wrong = walk(asked.size, views_of(asked), asked.pictures)
    lines = [{"view": name, "problems": found} for name, found in wrong.items()]
    for line in (*lines, {"shown": shown}):
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
