"""Kivy's environment and configuration, set before Kivy opens a window.

By default Kivy reads a user's config file, takes over logging, eats the command line, exits on
Escape and listens to one finger twice.
"""

import logging
import os


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
    logging.getLogger("kivy").addFilter(_is_not_about_mtdev)
    from kivy.config import Config

    graphics = {
        "width": size[0],
        "height": size[1],
        "fullscreen": "auto" if is_fullscreen else 0,
        "rotation": rotation,
        "show_cursor": 0 if is_fullscreen else 1,
        "allow_screensaver": 0,
        "maxfps": 60,
        "multisamples": 4,
    }
    for key, value in graphics.items():
        Config.set("graphics", key, value)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("kivy", "log_level", "warning")
    _use_one_pointer()


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


def _is_not_about_mtdev(record: logging.LogRecord) -> bool:
    """Kivy tries every input provider and prints a traceback for mtdev, which we do not use."""
    return "MTDev" not in record.getMessage()
