"""A pair of hands for the window: touches and keys through SDL's own event queue.

The demo's pretend clients and the tests drive the real kiosk with it. It listens only on a socket
that the starting program hands over, so nobody else can reach it. One JSON object a line each
way: `{"do": "look" | "touch" | "finger" | "key" | "picture", …}`.
"""

import ctypes
import json
import logging
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window

from device_config.clock import boottime
from kiosk import sdl
from kiosk.app import KioskApp
from kiosk.front import show
from kiosk.runtime import Runtime
from kiosk.screens.root import TerminalScreen
from kiosk.screens.text_field import TextField
from kiosk.session.states import Asking
from kiosk.view.model import View

log = logging.getLogger(__name__)

# SDL_events.h
MOUSE_MOTION, MOUSE_DOWN, MOUSE_UP = 0x400, 0x401, 0x402
KEY_DOWN, KEY_UP = 0x300, 0x301
FINGER_DOWN, FINGER_UP = 0x700, 0x701
TOUCH_MOUSE = 0xFFFFFFFF  # SDL_TOUCH_MOUSEID: a pointer event made of a finger's
EVENT_BYTES = 56


class _Pointer(ctypes.Structure):
    """SDL_MouseButtonEvent."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("timestamp", ctypes.c_uint32),
        ("window", ctypes.c_uint32),
        ("which", ctypes.c_uint32),
        ("button", ctypes.c_uint8),
        ("state", ctypes.c_uint8),
        ("clicks", ctypes.c_uint8),
        ("padding", ctypes.c_uint8),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
    )


class _Motion(ctypes.Structure):
    """SDL_MouseMotionEvent."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("timestamp", ctypes.c_uint32),
        ("window", ctypes.c_uint32),
        ("which", ctypes.c_uint32),
        ("buttons", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
        ("dx", ctypes.c_int32),
        ("dy", ctypes.c_int32),
    )


class _Key(ctypes.Structure):
    """SDL_KeyboardEvent with its SDL_Keysym."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("timestamp", ctypes.c_uint32),
        ("window", ctypes.c_uint32),
        ("state", ctypes.c_uint8),
        ("repeat", ctypes.c_uint8),
        ("padding", ctypes.c_uint16),
        ("scancode", ctypes.c_int32),
        ("symbol", ctypes.c_int32),
        ("modifiers", ctypes.c_uint16),
        ("unused", ctypes.c_uint32),
    )


class _Finger(ctypes.Structure):
    """SDL_TouchFingerEvent: what SDL tells of each finger, besides the pointer of the first."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("timestamp", ctypes.c_uint32),
        ("device", ctypes.c_int64),
        ("finger", ctypes.c_int64),
        ("x", ctypes.c_float),
        ("y", ctypes.c_float),
        ("dx", ctypes.c_float),
        ("dy", ctypes.c_float),
        ("pressure", ctypes.c_float),
        ("window", ctypes.c_uint32),
    )


class _Event(ctypes.Union):
    """SDL_Event, as far as we make any."""

    _fields_ = (
        ("pointer", _Pointer),
        ("motion", _Motion),
        ("key", _Key),
        ("finger", _Finger),
        ("whole", ctypes.c_uint8 * EVENT_BYTES),
    )


class Hands:
    """Carries out what comes over a socket, each on Kivy's thread."""

    def __init__(self, descriptor: int, app: KioskApp, runtime: Runtime) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._app = app
        self._runtime = runtime
        self._sdl = sdl.library()
        self._deeds: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "look": self._look,
            "touch": self._touch,
            "finger": self._finger,
            "key": self._key,
            "picture": self._picture,
        }

    def start(self) -> None:
        """Begin to listen."""
        threading.Thread(target=self._listen, name="hands", daemon=True).start()

    def _listen(self) -> None:
        with self._socket.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                order = json.loads(line)
                Clock.schedule_once(lambda _, order=order: self._carry_out(order))
        # Whoever held the other end is gone, and with it the reason for this window.
        Clock.schedule_once(lambda _: self._app.stop())

    def _carry_out(self, order: dict[str, Any]) -> None:
        try:
            answer = self._deeds[order["do"]](order)
        except Exception as error:
            log.exception("hands")
            answer = {"error": str(error)}
        self._socket.sendall(json.dumps(answer).encode() + b"\n")

    def _look(self, _order: dict[str, Any]) -> dict[str, Any]:
        """What is on the screen, where it can be touched, and whether a touch counts yet."""
        state, front = self._runtime.state, self._runtime.front
        view = show(front)
        screen = self._app.screen
        places = screen.places() if screen is not None else {}
        return {
            "screen": view.screen,
            "key": view.key,
            "seen": _seen(view),
            "title": view.title,
            "language": view.language,
            "item": state.item if isinstance(state, Asking) else None,
            "is_ready": not (isinstance(state, Asking) and state.is_saving)
            and boottime() >= front.guarded_until,
            "choices": {name: list(_box(widget)) for name, widget in places.items()},
            "chosen": [choice.id for choice in view.choices() if choice.is_chosen],
            "anywhere": view.whole_screen.id if view.whole_screen is not None else None,
            "written": view.field.text if view.field is not None else None,
            "cursor": view.field.cursor if view.field is not None else None,
            "field": _field(screen),
            "echo": view.echo.label if view.echo is not None else None,
            "seconds_left": view.seconds_left,
            "code": view.code.address if view.code is not None else None,
            "hint": view.hint,
            "lamp": view.lamp,
            "facts": {fact.label: fact.value for fact in view.facts},
            "labels": {choice.id: choice.label for choice in view.choices()},
            "dots": view.dots,
            "clipped": screen.clipped_texts() if screen is not None else [],
            "size": list(Window.size),
            "turns": Clock.frames,
        }

    def _touch(self, order: dict[str, Any]) -> dict[str, Any]:
        """A finger down and up at a place, in pixels from the lower left.

        With `only` "down" it rests there; with "move" it slides to the place, with "up" it does so
        and is lifted.
        """
        x, y, only = int(order["x"]), int(Window.height - 1 - order["y"]), order.get("only")
        if only in (None, "down"):
            self._push(pointer=_Pointer(MOUSE_DOWN, 0, 0, TOUCH_MOUSE, 1, 1, 1, 0, x, y))
        else:
            self._push(motion=_Motion(MOUSE_MOTION, 0, 0, TOUCH_MOUSE, 1, x, y, 0, 0))
        if only in (None, "up"):
            self._push(pointer=_Pointer(MOUSE_UP, 0, 0, TOUCH_MOUSE, 1, 0, 1, 0, x, y))
        return {"done": True}

    def _finger(self, order: dict[str, Any]) -> dict[str, Any]:
        """A further finger, down and up: SDL tells of it, and makes no pointer of it."""
        x, y = order["x"] / Window.width, 1 - order["y"] / Window.height
        for kind in (FINGER_DOWN, FINGER_UP):
            self._push(finger=_Finger(kind, 0, 1, 2, x, y, 0, 0, 1, 0))
        return {"done": True}

    def _key(self, order: dict[str, Any]) -> dict[str, Any]:
        """A key down and up."""
        for kind, state in ((KEY_DOWN, 1), (KEY_UP, 0)):
            self._push(key=_Key(kind, 0, 0, state, 0, 0, 0, int(order["code"]), 0, 0))
        return {"done": True}

    def _picture(self, order: dict[str, Any]) -> dict[str, Any]:
        """What is drawn, as a PNG file."""
        made = Path(Window.screenshot(name=str(order["path"])))
        made.replace(order["path"])
        return {"path": order["path"]}

    def _push(self, **parts: ctypes.Structure) -> None:
        event = _Event(**parts)
        if self._sdl.SDL_PushEvent(ctypes.byref(event)) != 1:
            raise OSError("SDL did not take the event")


def _seen(view: View) -> list[Any]:
    """All that differs between two looks of one screen: what is chosen, what is written."""
    chosen = [choice.id for choice in view.choices() if choice.is_chosen]
    written = view.field.text if view.field is not None else None
    return [view.key, chosen, written]


def _field(screen: TerminalScreen | None) -> list[float] | None:
    """Where the field that is written in stands."""
    shown = [] if screen is None else screen.children
    return next((list(_box(each)) for each in shown if isinstance(each, TextField)), None)


def _box(widget: Any) -> tuple[float, float, float, float]:
    x, y = widget.to_window(*widget.pos)
    return (x, y, widget.width, widget.height)
