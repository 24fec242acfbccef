"""A button box on a pseudo-terminal: the Pico's own firmware, and somebody at its buttons.

The logic is assets/firmware/pico/box.py, the very file that a box runs; only pins, USB and the
clock are ours. It runs in real time on a thread of its own. Holds no tests.
"""

import os
import threading
import time
import tty
from contextlib import suppress
from pathlib import Path

from assets.firmware.pico.box import TICKS, Box

SAMPLE_S = 0.001
PATIENCE_S = 10.0


class BoxOnALine:
    """A box that appears under `link_path`, as a device under /dev/serial/by-id does."""

    def __init__(self, buttons: int = 5, *, box_id: str = "box-1", first_seq: int = 65_530) -> None:
        self._box = Box(box_id, buttons, "1.0", first_seq)
        self._closed = 0
        self._link: Path | None = None
        self._ends: tuple[int, ...] = ()
        self._unsent = b""
        self._partial = b""
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="box on a line", daemon=True)
        self.acknowledged: list[int] = []
        """The numbers of the presses that the terminal has acknowledged, in that order."""

    def start(self, link_path: Path) -> None:
        """Give it power, and plug it in at this path."""
        self._link = link_path
        self._box.levels(_ticks(), self._closed)
        self.plug_in()
        self._thread.start()

    def stop(self) -> None:
        """Take its power away."""
        self._stopping.set()
        self._thread.join(timeout=5)
        self.unplug()

    def press(self, button: int) -> int | None:
        """Press a button and let it go; the number of the press, None when the queue was full."""
        with self._lock:
            before = self._box.next_seq
        self.hold(button)
        self._wait_until_down(button, True)
        with self._lock:
            after = self._box.next_seq
        self.release(button)
        self._wait_until_down(button, False)
        return None if after == before else before

    def hold(self, button: int) -> None:
        """Close a button's contact; it stays closed."""
        with self._lock:
            self._closed |= 1 << button - 1

    def release(self, button: int) -> None:
        """Open a button's contact."""
        with self._lock:
            self._closed &= ~(1 << button - 1)

    def waiting(self) -> list[int]:
        """The numbers of the presses that the terminal has not acknowledged, oldest first."""
        with self._lock:
            return self._box.waiting()

    @property
    def lights(self) -> tuple[bool, ...]:
        """For each button, worst to best, whether its light is on at this moment."""
        with self._lock:
            mask = self._box.lit(_ticks())
            return tuple(bool(mask >> index & 1) for index in range(self._box.buttons))

    def plug_in(self) -> None:
        """Put the cable in; the box has had power all along, as one with a supply of its own."""
        with self._lock:
            if self._ends or self._link is None:
                return
            ours, theirs = os.openpty()
            tty.setraw(theirs)
            os.set_blocking(ours, False)
            self._ends = (ours, theirs)
            self._link.symlink_to(os.ttyname(theirs))

    def unplug(self) -> None:
        """Pull the cable out."""
        with self._lock:
            if not self._ends or self._link is None:
                return
            self._link.unlink()
            for end in self._ends:
                os.close(end)
            self._ends, self._unsent, self._partial = (), b"", b""

    def _wait_until_down(self, button: int, is_down: bool) -> None:
        until = time.monotonic() + PATIENCE_S
        while bool(self._box.down >> button - 1 & 1) != is_down:
            if time.monotonic() > until:
                raise TimeoutError(f"button {button} of the box did not move")
            time.sleep(SAMPLE_S)

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_S):
            with self._lock:
                self._box.levels(_ticks(), self._closed)
                with suppress(OSError):  # nothing there, or nobody at the other end
                    self._hear()
                self._say()

    def _hear(self) -> None:
        if not self._ends:
            return
        *lines, self._partial = (self._partial + os.read(self._ends[0], 4096)).split(b"\n")
        for line in lines:
            before = self._box.waiting()
            self._box.heard(line + b"\n")
            after = self._box.waiting()
            self.acknowledged += [seq for seq in before if seq not in after]

    def _say(self) -> None:
        if not self._ends:
            return
        self._unsent = self._unsent or self._box.due(_ticks())
        try:
            sent = os.write(self._ends[0], self._unsent) if self._unsent else 0
            self._unsent = self._unsent[sent:]
        except OSError:
            self._unsent = b""  # the age it tells would be wrong later; it is due again by itself


def _ticks() -> int:
    return int(time.monotonic() * 1000) % TICKS
