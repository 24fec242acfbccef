"""Panels on their wires, with somebody at the buttons. Holds no tests."""

import os
import queue
import tty
from contextlib import suppress
from pathlib import Path

from gpiozero import Device
from kiosk_builders import eventually

from device_config.clock import boottime
from device_config.settings import PanelSettings
from kiosk.panel import open_panels
from kiosk.panel.debounce import SETTLE_S
from kiosk.panel.keypad import ROW_1
from kiosk.panel.presses import PressMemory
from kiosk.panel.sentences import frame

PATIENCE_S = 10.0
PINS = (5, 6, 13, 19, 26)


def rest(seconds):
    """Let a contact lie for a while: physics, which no polling shortens."""
    until = boottime() + seconds
    eventually(lambda: boottime() >= until)


class Rig:
    """A panel on its wire, with somebody at the buttons."""

    def __init__(self, settings, memory=None):
        self.settings = settings
        self.connect(memory or PressMemory())

    def connect(self, memory):
        """The kiosk's side; again when the kiosk is started anew."""
        self.presses, self.news, self.aside = queue.Queue(), queue.Queue(), queue.Queue()
        self.panels = open_panels(
            (self.settings,), self.presses.put, self.news.put, self.aside.put, memory
        )
        [self.panel] = self.panels.panels

    def start(self):
        """Switch everything on; returns when the panel is there."""
        self.panels.start()
        assert self.heard_of().event in {"ok", "absent"}

    def pressed(self):
        return self.presses.get(timeout=PATIENCE_S)

    def heard_of(self):
        return self.news.get(timeout=PATIENCE_S)

    def stop(self):
        self.panels.stop()


class Keys(Rig):
    def __init__(self, _folder):
        super().__init__(PanelSettings(kind="keypad"))

    def push(self, button):
        self.panels.key(ROW_1 + button - 1, True)
        self.panels.key(ROW_1 + button - 1, False)


class Pins(Rig):
    def __init__(self, _folder):
        super().__init__(PanelSettings(kind="gpio", buttons=PINS))

    def push(self, button):
        pin = Device.pin_factory.pin(PINS[button - 1])
        pin.drive_low()
        rest(SETTLE_S)
        pin.drive_high()
        rest(2 * SETTLE_S)


class SerialRig(Rig):
    """A box on a pseudo-terminal; the name of its port outlives each plugging in."""

    protocol = "palaute/1"

    def __init__(self, folder: Path, memory=None):
        folder.mkdir(exist_ok=True)
        self._port = folder / "box"
        self._ends = ()
        self.read = b""
        settings = PanelSettings(kind="serial", port=str(self._port), protocol=self.protocol)
        super().__init__(settings, memory)

    def plug_in(self):
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends, self.read = (master, slave), b""
        self._port.symlink_to(os.ttyname(slave))

    def unplug(self):
        self._port.unlink()
        for end in self._ends:
            os.close(end)
        self._ends = ()

    def say(self, data):
        """Send this, in pieces if the terminal is slow to take it."""
        while data:
            data = data[eventually(lambda data=data: self._write(data), PATIENCE_S) :]

    def _write(self, data):
        with suppress(BlockingIOError):
            return os.write(self._ends[0], data)

    def listen(self):
        """All that has come over the wire by now."""
        with suppress(BlockingIOError):
            while True:
                self.read += os.read(self._ends[0], 4096)
        return self.read

    def hears(self, sentence):
        """Whether this has come over the wire by now."""
        return sentence in self.listen()

    def stop(self):
        super().stop()
        if self._ends:
            self.unplug()


class Plain(SerialRig):
    protocol = "plain"

    def start(self):
        self.plug_in()
        super().start()

    def push(self, button):
        self.say(b"%d\r\n" % button)


class Box(SerialRig):
    seq = 65_530

    def start(self, buttons=5, name="box-1"):
        self.plug_in()
        self.panels.start()
        self.greet(buttons, name)
        assert self.heard_of().event == "ok"

    def greet(self, buttons=5, name="box-1"):
        eventually(lambda: self.hears(frame("PASK")), PATIENCE_S)
        self.say(frame(f"PHELLO,1,{name},{buttons},1.0"))

    def push(self, button, age_ms=0):
        self.seq = (self.seq + 1) % 65_536
        self.offer(button, age_ms)

    def offer(self, button, age_ms=0):
        """Send the last press, again perhaps."""
        self.say(frame(f"PBTN,{self.seq},{button},{age_ms}"))

    def is_answered(self):
        return self.hears(frame(f"PACK,{self.seq}"))
