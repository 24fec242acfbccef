"""Kivy's environment and configuration, set before Kivy opens a window.

By default Kivy reads a user's config file, takes over logging, eats the command line, exits on
Escape and listens to one finger twice.
"""

import logging
import os
from collections.abc import Mapping

SAID_BY_US = ("MTDev", "Unable to find any valuable Window", "Unable to get a Window")


def prepare(size: tuple[int, int], is_fullscreen: bool, rotation: int) -> None:
    """Set up Kivy; call it before the first import of kivy.core.window."""
    os.environ.update(
        {
            "KIVY_NO_ARGS": "1",
            "KIVY_NO_CONFIG": "1",
            "KIVY_NO_FILELOG": "1",
            "KIVY_LOG_MODE": "PYTHON",
            # Pillow with raqm shapes every script, and has no text leak (kivy#5660).
            "KIVY_TEXT": "pil",
            "KIVY_WINDOW": "sdl2",
        }
    )
    os.environ.setdefault("SDL_VIDEODRIVER", video_driver(os.environ))
    logging.getLogger("kivy").addFilter(_is_worth_a_line)
    from kivy.config import Config

    graphics = {
        "width": size[0],
        "height": size[1],
        "fullscreen": "auto" if is_fullscreen else 0,
        "rotation": rotation,
        "show_cursor": 0 if is_fullscreen else 1,
        "allow_screensaver": 0,
        "maxfps": 60,
        # Every shape smooths its own edge; doing it twice doubles the time of a frame.
        "multisamples": 0,
    }
    for key, value in graphics.items():
        Config.set("graphics", key, value)
    Config.set("kivy", "exit_on_escape", 0)
    _use_one_pointer()


def video_driver(environment: Mapping[str, str]) -> str:
    """What SDL is to draw with, named so that a display that is missing is an error.

    Left to itself SDL quietly takes "offscreen": a healthy process and a black screen.
    """
    if environment.get("DISPLAY"):
        return "x11"
    return "wayland" if environment.get("WAYLAND_DISPLAY") else "kmsdrm"


def _use_one_pointer() -> None:
    """One input provider only: SDL's pointer, which is the mouse and the first finger.

    Kivy 2.3.1 drops SDL's finger events on Linux; SDL makes pointer events of the first finger,
    and of no other. So a second finger, or a palm beside the finger, is no second touch, and no
    touch arrives twice (kivy#8494, #3801).
    """
    from kivy.config import Config

    for option in list(Config["input"]):
        Config.remove_option("input", option)
    Config.set("input", "pointer", "mouse,disable_multitouch")


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Not Kivy's start-up talk, nor a traceback for what we do not use or say in a line of ours."""
    said = record.getMessage()
    return record.levelno >= logging.WARNING and not any(each in said for each in SAID_BY_US)
