"""A button box on a serial port, through pyserial: what `palaute/1` and `plain` have in common.

One thread reads and outlives every unplugging, another writes: a box that does not listen must
not keep the terminal from hearing it.
"""

import contextlib
import io
import logging
import os
import queue
import select
import threading
from collections.abc import Callable
from typing import Protocol

import serial

from device_config.clock import boottime
from kiosk.panel.protocol import PanelNews, PanelState
from kiosk.panel.sentences import LineReader
from kiosk.panel.tally import Tally, tell_when_due

log = logging.getLogger(__name__)

BAUD = 115200
READ_S = 0.5
WRITE_S = 1.0
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 5.0
MOST_UNSENT = 256
"""Sentences that wait for a box to listen; what is dropped then is said again when it asks."""
USUAL_WRONG_LINES = 3
"""Half a line and some noise are what plugging in sounds like."""


class Talk(Protocol):
    """What a protocol makes of the lines of a port."""

    def begin(self, now: float) -> tuple[bytes, ...]:
        """The port was opened; returns what to say first."""

    def hear(self, line: bytes, now: float) -> bool:
        """Take one line; returns whether it was a right one."""

    def look(self, now: float) -> tuple[PanelState | None, tuple[int, ...]]:
        """How the box is, None while that is not known, and which buttons are held down."""

    def end(self) -> None:
        """The port is closed."""


class SerialLine:
    """One port, for as long as the terminal runs: opened, read, written, opened again."""

    def __init__(self, port: str, talk: Talk, report: Callable[[PanelNews], None]) -> None:
        self._url = port
        self._talk = talk
        self._report = report
        self._port: serial.SerialBase | None = None
        self._told: tuple[PanelState, tuple[int, ...]] | None = None
        self._wrong = Tally(USUAL_WRONG_LINES)
        self._unsent: queue.Queue[bytes | None] = queue.Queue(MOST_UNSENT)
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._reader = threading.Thread(target=self._run, name=f"panel {port}", daemon=True)
        self._writer = threading.Thread(target=self._write_unsent, name=f"to {port}", daemon=True)

    @property
    def wrong_lines(self) -> int:
        """How many lines were no sentence, so far."""
        return self._wrong.total

    def start(self) -> None:
        """Look for the box, now and for ever."""
        self._reader.start()
        self._writer.start()

    def stop(self) -> None:
        """Let go of the port."""
        self._stopping.set()
        with contextlib.suppress(queue.Full):
            self._unsent.put_nowait(None)
        if self._reader.is_alive():
            self._reader.join(timeout=5)

    def say(self, sentence: bytes) -> None:
        """Say it now if the line takes it, else put it in line; from any thread, never waits."""
        if self._said_at_once(sentence):
            return
        with contextlib.suppress(queue.Full):  # the box asks again
            self._unsent.put_nowait(sentence)

    def _said_at_once(self, sentence: bytes) -> bool:
        # Another thread could only write when the one that draws has finished its frame.
        if not self._writing.acquire(blocking=False):
            return False
        try:
            port = self._port
            if port is None or self._unsent.unfinished_tasks:
                return False
            return _write(port.fileno(), sentence, 0)
        except OSError:  # no descriptor to ask, or unplugged: the other thread says so
            return False
        finally:
            self._writing.release()

    def _run(self) -> None:
        wait_s = FIRST_RETRY_S
        while not self._stopping.is_set():
            try:
                with serial.serial_for_url(
                    self._url, BAUD, timeout=READ_S, write_timeout=WRITE_S
                ) as port:
                    wait_s = FIRST_RETRY_S
                    try:
                        self._listen(port)
                    finally:
                        self._port = None
                        with self._writing:  # or a sentence might go where a file is opened next
                            self._talk.end()
            except (OSError, ValueError) as error:  # SerialException is an OSError
                self._tell("lost", why=str(error))
            except Exception as error:
                log.exception("panel %s: an error of ours; opening it again", self._url)
                self._tell("lost", why=str(error))
            self._stopping.wait(wait_s)
            wait_s = min(2 * wait_s, LAST_RETRY_S)

    def _listen(self, port: serial.SerialBase) -> None:
        lines = LineReader()
        self._port = port
        for sentence in self._talk.begin(boottime()):
            self.say(sentence)
        while not self._stopping.is_set():
            data = port.read(port.in_waiting or 1)  # type: ignore[attr-defined] # stubs lack it
            now = boottime()
            overlong = lines.garbage
            wrong = sum(not self._talk.hear(line, now) for line in lines.feed(data))
            self._wrong = self._wrong.add(wrong + lines.garbage - overlong)
            self._tell_of(*self._talk.look(now))
            self._wrong = tell_when_due(self._wrong, now, self._tell_wrong)

    def _tell_of(self, state: PanelState | None, stuck: tuple[int, ...]) -> None:
        if state is not None:
            self._tell(state, stuck, "silent" if state == "lost" else "")

    def _tell_wrong(self, count: int) -> None:
        self._report(PanelNews("serial", self._url, "wrong-sentences", {"count": count}))

    def _tell(self, state: PanelState, stuck: tuple[int, ...] = (), why: str = "") -> None:
        if self._told == (state, stuck):
            return
        self._told = state, stuck
        data = {"why": why} if why else {"buttons": list(stuck)} if stuck else {}
        try:
            self._report(PanelNews("serial", self._url, state, data))
        except Exception:
            log.exception("panel %s: nobody took its news", self._url)

    def _write_unsent(self) -> None:
        while (sentence := self._unsent.get()) is not None:
            with self._writing:
                port = self._port
                if port is not None:  # else the box offers its presses again
                    self._put(port, sentence)
            self._unsent.task_done()
            if self._stopping.is_set() and self._unsent.empty():
                return  # the line was full when the end was to be put into it

    def _put(self, port: serial.SerialBase, sentence: bytes) -> None:
        try:
            try:
                descriptor = port.fileno()
            except io.UnsupportedOperation:  # not every one of pyserial's URLs is a device
                port.write(sentence)
            else:
                _write(descriptor, sentence, WRITE_S)
        except OSError as error:
            log.warning("panel %s: not written: %s", self._url, error)


def _write(descriptor: int, sentence: bytes, within_s: float) -> bool:
    """Whether the line took the whole sentence.

    pyserial's own `write` spins while the line is full, and after writing waits for more room.
    """
    if not select.select([], [descriptor], [], within_s)[1]:
        return False
    return os.write(descriptor, sentence) == len(sentence)
