"""A window with nothing in it, whose loop waits: `python -m tests.loop_probe SCENARIO`.

Nothing is due in it but one event, the end, after END_S; no wait is ended by its own length. So
what happens before the end was noticed by itself. Prints one JSON object.
"""
# ruff: noqa: E402 - Kivy has to be set up before its window is imported

import ctypes
import functools
import json
import logging
import os
import signal
import struct
import sys
import threading
import time

from kiosk import kivy_setup, sdl

kivy_setup.prepare((320, 240), False, 0)

from kivy.animation import Animation
from kivy.app import App
from kivy.base import EventLoop
from kivy.cache import Cache
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.widget import Widget

from kiosk import event_loop

END_S = 2.0
LONG_S = 60.0
SETTLED_S = 0.3
BUTTON = (0x401, 0x402)  # SDL_MOUSEBUTTONDOWN, SDL_MOUSEBUTTONUP


class Probe(App):
    """Runs one scenario, and notes what happened, in order."""

    def __init__(self, scenario):
        super().__init__()
        self.scenario = scenario
        self.happened = []
        self.drawn = 0
        self.turns_before = 0
        self.turns = None

    def build(self):
        Window.bind(on_flip=self._count_drawn, on_touch_down=lambda *_: self.note("touch"))
        return Widget()

    def on_start(self):
        Clock.unschedule(Cache._purge_by_timeout)  # the one thing that Kivy does each second
        library = sdl.library()
        descriptors = sdl.input_descriptors(library, Window)
        if self.scenario == "failing":
            descriptors = _fail
        if self.scenario == "never-silent":
            ours, theirs = os.pipe()
            os.write(theirs, b"unread for ever")
            descriptors = lambda: [ours]  # noqa: E731
        has_events = lambda: sdl.has_events(library)  # noqa: E731
        event_loop.InputWait(Clock, Window, EventLoop, has_events, descriptors, LONG_S).start()
        # From the first turn on: Kivy's time begins before the window is there.
        Clock.schedule_once(lambda _: Clock.schedule_once(self._begin, SETTLED_S))

    def note(self, what):
        self.happened.append(what)

    def _begin(self, _elapsed):
        self.turns_before, self.drawn = Clock.frames, 0
        Clock.schedule_once(self._end, END_S)
        act = getattr(self, "_" + self.scenario.replace("-", "_"), None)
        if act is not None:
            threading.Thread(target=_after_a_while, args=(act,), daemon=True).start()

    def _end(self, _elapsed):
        self.note("end")
        self.turns = Clock.frames - self.turns_before
        EventLoop.quit = True

    def _count_drawn(self, *_):
        self.drawn += 1
        if self.scenario == "redraw" and self.turns_before:
            self.note("drawn")
            if self.drawn == 1:
                Window.canvas.ask_update()  # nothing is scheduled, and something is to be drawn

    # What a thread does in each scenario, while Kivy's own thread waits.

    def _post(self):
        from kiosk.inbox import Inbox

        self.inbox = Inbox(self.note)  # kept: the Clock does not
        self.inbox.post("post")

    def _later(self):
        Clock.schedule_once(lambda _: self.note("too early"), END_S)

    def _signal(self):
        def leave(*_):
            self.note("signal")
            EventLoop.quit = True

        Clock.schedule_once(lambda _: signal.signal(signal.SIGTERM, leave))
        time.sleep(SETTLED_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(END_S / 2)
        self.note("nobody heeded it")

    def _animation(self):
        Clock.schedule_once(lambda _: Animation(x=100, duration=1).start(self.root))

    def _redraw(self):
        Clock.schedule_once(lambda _: Window.canvas.ask_update())

    def _queued(self):
        Clock.schedule_once(lambda _: push_press())

    def _pointer(self):
        press_on_the_display()


def _after_a_while(act):
    time.sleep(SETTLED_S)  # until the loop waits
    act()


def _fail():
    raise OSError("no descriptors")


def push_press():
    """A pointer's press, put into SDL's queue; on Kivy's thread, as the hands do it."""
    library = sdl.library()
    for kind in BUTTON:
        event = struct.pack("<4I4B2i", kind, 0, 0, 0, 1, 0, 1, 0, 9, 9)
        library.SDL_PushEvent(ctypes.create_string_buffer(event, 56))


@functools.cache
def _display():
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    return ctypes.c_void_p(x11.XOpenDisplay(None))


def press_on_the_display():
    """A pointer's press in the middle of the X11 display, as from a device."""
    x11, xtest, display = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXtst.so.6"), _display()
    for is_down in (1, 0):
        xtest.XTestFakeButtonEvent(display, 1, is_down, 0)
    x11.XFlush(display)


class Lines(logging.Handler):
    """Counts what is logged of the loop."""

    count = 0

    def emit(self, _record):
        self.count += 1


def main(scenario):
    lines = Lines()
    event_loop.log.addHandler(lines)
    probe = Probe(scenario)
    probe.run()
    found = {"happened": probe.happened, "turns": probe.turns}
    json.dump({**found, "drawn": probe.drawn, "logged": lines.count}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
