"""A button box on a serial port, through pyserial: `palaute/1` or `plain`."""

import logging
import threading
import uuid
from collections.abc import Callable
from typing import Literal

import serial

from device_config.clock import boottime
from kiosk.panel.box import MOST_BUTTONS, Box, Press, Settled
from kiosk.panel.panels import PanelNews
from kiosk.panel.sentences import (
    ASK,
    LineReader,
    acknowledgement,
    frame,
    parse,
    plain_button,
)
from kiosk.session.effects import PressId
from kiosk.session.events import Pressed

log = logging.getLogger(__name__)

BAUD = 115200
READ_S = 0.1
SILENT_S = 6.0
FIRST_RETRY_S, LAST_RETRY_S = 0.5, 5.0


class SerialPanel:
    """One box on one port, on a thread of its own that outlives every unplugging."""

    kind = "serial"

    def __init__(
        self,
        port: str,
        protocol: Literal["palaute/1", "plain"],
        post: Callable[[Pressed], None],
        report: Callable[[PanelNews], None],
    ) -> None:
        self.id = port
        self._is_plain = protocol == "plain"
        self._post = post
        self._report = report
        self._box = Box()
        self._port: serial.SerialBase | None = None
        self._is_there: bool | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"panel {port}", daemon=True)

    def start(self) -> None:
        """Look for the box, now and for ever."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the port."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def acknowledge(self, number: int) -> None:
        """The press with this number is on disk, or was knowingly put aside."""
        with self._lock:
            self._box.settle(number)
        self._send(acknowledgement(number))

    def refuse(self, number: int) -> None:
        """The press with this number cannot be taken now; it counts when it is offered again."""
        with self._lock:
            self._box.refuse(number)

    def _run(self) -> None:
        wait_s = FIRST_RETRY_S
        while not self._stopping.is_set():
            try:
                with serial.serial_for_url(self.id, BAUD, timeout=READ_S, write_timeout=1) as port:
                    self._port, wait_s = port, FIRST_RETRY_S
                    self._listen(port)
            except (OSError, ValueError) as error:  # SerialException is an OSError
                self._tell("lost", {"why": str(error)})
            except Exception as error:
                log.exception("panel %s: an error of ours; opening it again", self.id)
                self._tell("lost", {"why": str(error)})
            finally:
                self._port = None
            self._stopping.wait(wait_s)
            wait_s = min(2 * wait_s, LAST_RETRY_S)

    def _listen(self, port: serial.SerialBase) -> None:
        lines = LineReader()
        heard_at = boottime()
        if self._is_plain:
            self._tell("ok")
        else:
            self._send(frame(ASK))
        while not self._stopping.is_set():
            data = port.read(port.in_waiting or 1)  # type: ignore[attr-defined] # stubs lack it
            now = boottime()
            for line in lines.feed(data):
                if self._hear(line, now):
                    heard_at = now
                    self._tell("ok")
            if not self._is_plain and now - heard_at > SILENT_S:
                self._tell("lost", {"why": "silent"})

    def _hear(self, line: bytes, now: float) -> bool:
        """Take one line; returns whether it was a valid sentence."""
        if self._is_plain:
            return self._hear_plain(line, now)
        sentence = parse(line)
        if sentence is None:
            return False
        with self._lock:
            heard = self._box.hear(sentence, now)
        match heard:
            case Press(seq=seq, button=button, buttons=buttons, at=at):
                press = PressId(self.id, seq)
                fresh_id = str(uuid.uuid4())
                self._post(Pressed(self.id, button, buttons, at, fresh_id, press, heard_at=now))
            case Settled(seq=seq, why=why):
                self._send(acknowledgement(seq))
                if why is not None:
                    data = {"seq": seq, "why": why}
                    self._report(PanelNews(self.kind, self.id, "press-put-aside", data))
        return True

    def _hear_plain(self, line: bytes, now: float) -> bool:
        button = plain_button(line)
        if button is None or button > MOST_BUTTONS:
            return False
        self._post(Pressed(self.id, button, MOST_BUTTONS, now, str(uuid.uuid4())))
        return True

    def _send(self, sentence: bytes) -> None:
        port = self._port
        if port is None:
            return  # the box offers the press again when it is back, and is answered then
        try:
            port.write(sentence)
        except OSError as error:
            log.warning("panel %s: not written: %s", self.id, error)

    def _tell(self, state: Literal["ok", "lost"], data: dict[str, str] | None = None) -> None:
        is_there = state == "ok"
        if is_there != self._is_there:
            self._is_there = is_there
            self._report(PanelNews(self.kind, self.id, state, dict(data or {})))
