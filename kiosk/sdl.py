"""The SDL inside Kivy: its library, and the descriptors that it reads its input from."""

import ctypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

OPEN_FILES = Path("/proc/self/fd")
EVENT_DEVICES = "/dev/input/event"


def library() -> ctypes.CDLL:
    """The SDL that Kivy's window already uses in this process; raises OSError without one."""
    maps = Path("/proc/self/maps").read_text("utf-8")
    found = re.search(r"(/\S*libSDL2-2\S*)", maps)
    if found is None:
        raise OSError("no SDL in this process: the window is not SDL's")
    return ctypes.CDLL(found.group(1))


def input_descriptors(sdl: ctypes.CDLL, window: Any) -> Callable[[], list[int]]:
    """What gives the descriptors to wait on for input, for the driver that SDL draws with.

    Raises OSError for a driver whose input cannot be waited for.
    """
    sdl.SDL_GetCurrentVideoDriver.restype = ctypes.c_char_p
    driver = (sdl.SDL_GetCurrentVideoDriver() or b"no").decode()
    match driver:
        case "x11":
            connection = _x11_connection(window)
            return lambda: [connection]
        case "KMSDRM" | "evdev":
            return event_devices
        case "offscreen" | "dummy":
            return list  # there is no input from outside
    raise OSError(f"what SDL's {driver} driver reads its input from is not known")


def has_events(sdl: ctypes.CDLL) -> bool:
    """Whether input was read that Kivy has not asked for yet; on Kivy's thread only.

    Drawing, too, may have read from the display's connection: such events are in the queue, and
    no descriptor tells of them.
    """
    sdl.SDL_PumpEvents()
    return bool(sdl.SDL_HasEvents(0, 0xFFFF))


def event_devices(folder: Path = OPEN_FILES, devices: str = EVENT_DEVICES) -> list[int]:
    """The kernel's input devices that SDL has open now: they come and go with their cables."""
    return sorted(int(link.name) for link in folder.iterdir() if _target(link).startswith(devices))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # closed in the meantime, such as the descriptor of the listing itself


def _x11_connection(window: Any) -> int:
    information = window.get_window_info()
    if information is None:
        raise OSError("Kivy does not tell its X11 display")
    number = ctypes.CDLL("libX11.so.6").XConnectionNumber
    number.argtypes = [ctypes.c_void_p]
    return int(number(information.display))
