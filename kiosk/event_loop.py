"""Kivy's event loop, made to wait: it turns for input, a post, a signal, or what is due.

Kivy itself turns 60 times a second, whether anything happened or not. A turn is
`EventLoop.idle()` (what the Clock has due, touches, drawing), then `Window.mainloop()` (asks SDL
for events); the wait is between the two, so what woke it is in the very next frame. It comes on
top of Kivy's own limit of 60 turns a second, so whatever goes wrong here, the loop never spins.
"""

import logging
import os
import select
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kiosk import sdl

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 1.0
"""Even a still loop turns as often: SDL notices there that a device was plugged in."""


def wait_for_input(clock: Any, window: Any, loop: Any) -> None:
    """Let Kivy's loop wait from now on; where that is impossible say so, and leave it as it is."""
    try:
        library = sdl.library()
        descriptors = sdl.input_descriptors(library, window)
    except OSError as error:
        log.warning("the window turns 60 times a second even when nothing happens: %s", error)
    else:
        InputWait(clock, window, loop, lambda: sdl.has_events(library), descriptors).start()


def time_to_wait(next_at: float, now: float, longest: float = LONGEST_WAIT_S) -> float:
    """Seconds until the next scheduled event is due: none if it is, and never over `longest`."""
    return min(max(next_at - now, 0.0), longest)


class InputWait:
    """Sleeps before each turn of Kivy's loop for as long as there is nothing to do.

    `has_events` says whether SDL holds events, `descriptors` what to wait on for more. Both may
    fail: then the loop is Kivy's own again.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the three parts of Kivy, and what we know of SDL
        self,
        clock: Any,
        window: Any,
        loop: Any,
        has_events: Callable[[], bool],
        descriptors: Callable[[], list[int]],
        longest: float = LONGEST_WAIT_S,
    ) -> None:
        self._clock = clock
        self._window = window
        self._loop = loop
        self._has_events = has_events
        self._descriptors = descriptors
        self._longest = longest
        self._ask_for_events = window.mainloop
        self._thread = threading.get_ident()
        self._wake_out, self._wake_in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def start(self) -> None:
        """Put the wait into the loop; on Kivy's thread, which is the main one."""
        # A handler in Python runs only once the wait is over: the signal itself has to end it.
        signal.set_wakeup_fd(self._wake_in, warn_on_full_buffer=False)
        self._clock.on_schedule = self._scheduled
        self._window.mainloop = self._turn

    def _scheduled(self, event: Any) -> None:
        """Kivy calls this with its lock held, on the thread that scheduled: it must not fail."""
        if threading.get_ident() != self._thread:
            # Kivy would count from its last frame, and that was before the wait.
            event._last_dt = self._clock.time()  # noqa: SLF001 - as Kivy's own free clock does
            with suppress(OSError):  # a full pipe wakes, too
                os.write(self._wake_in, b"\0")

    def _turn(self) -> None:
        try:
            self._wait()
        except Exception:
            log.exception("waiting for input failed; from now on 60 turns a second")
            self._window.mainloop = self._ask_for_events
        self._ask_for_events()

    def _wait(self) -> None:
        if self._loop.quit or self._window.canvas.needs_redraw or self._has_events():
            return
        clock = self._clock
        seconds = time_to_wait(clock.get_min_timeout(), clock.time(), self._longest)
        if seconds > 0:
            self._sleep(seconds)
            # What is scheduled before the next frame counts from the last one, and an animation
            # would jump: to Kivy that shall not be longer ago than if it had gone on turning.
            frame = 1 / clock._max_fps  # noqa: SLF001 - Kivy has no other name for it
            clock._last_tick = max(clock._last_tick, clock.time() - frame)  # noqa: SLF001

    def _sleep(self, seconds: float) -> None:
        watched = select.poll()
        for descriptor in (self._wake_out, *self._descriptors()):
            watched.register(descriptor, select.POLLIN)
        watched.poll(seconds * 1000)
        with suppress(BlockingIOError):
            os.read(self._wake_out, select.PIPE_BUF)
