"""Buttons on GPIO pins, through gpiozero: edges in, debounced by us, presses out."""

import threading
import uuid
from collections.abc import Callable

from gpiozero import DigitalInputDevice, GPIOZeroError

from device_config.clock import boottime
from kiosk.panel.debounce import Contact, edge
from kiosk.panel.panels import PanelNews
from kiosk.session.events import Pressed


class GpioPanel:
    """One button a pin (BCM numbers), worst to best, each closing to ground."""

    kind = "gpio"

    def __init__(
        self,
        pins: tuple[int, ...],
        post: Callable[[Pressed], None],
        report: Callable[[PanelNews], None],
    ) -> None:
        self.id = "gpio:" + ",".join(str(pin) for pin in pins)
        self._pins = pins
        self._post = post
        self._report = report
        self._devices: list[DigitalInputDevice] = []
        self._contacts = [Contact() for _ in pins]
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen to the pins; without them the panel is reported lost."""
        try:
            for number, pin in enumerate(self._pins):
                self._devices.append(self._listen(number, pin))
        except (GPIOZeroError, OSError) as error:
            self.stop()
            self._report(PanelNews(self.kind, self.id, "lost", {"why": str(error)}))
        else:
            self._report(PanelNews(self.kind, self.id, "ok"))

    def _listen(self, number: int, pin: int) -> DigitalInputDevice:
        # gpiozero's own bounce_time drops real presses (gpiozero#1039, #550, #378).
        device = DigitalInputDevice(pin, pull_up=True, bounce_time=None)
        device.when_activated = lambda: self._edge(number, is_closed=True)
        device.when_deactivated = lambda: self._edge(number, is_closed=False)
        return device

    def _edge(self, number: int, is_closed: bool) -> None:
        # lgpio calls us on its own thread, the mock on its caller's; only post from here.
        at = boottime()
        with self._lock:
            self._contacts[number], is_press = edge(self._contacts[number], at, is_closed)
        if is_press:
            fresh_id = str(uuid.uuid4())
            self._post(Pressed(self.id, number + 1, len(self._pins), at, fresh_id))

    def acknowledge(self, number: int) -> None:
        """A wire has nothing to be told."""

    def refuse(self, number: int) -> None:
        """A wire offers nothing again."""

    def stop(self) -> None:
        """Let go of the pins."""
        for device in self._devices:
            device.close()
        self._devices.clear()
