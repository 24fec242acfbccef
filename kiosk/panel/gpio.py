"""Buttons on GPIO pins, through gpiozero: edges in with the kernel's times, presses out.

gpiozero calls back on a thread of its pin driver, which must never wait or fail: `_Line` puts the
edge into a queue. One thread of ours takes it out, and does everything else.
"""

import logging
import queue
import threading
import uuid
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from gpiozero import LED, Device, DigitalInputDevice, Factory, PinFactoryFallback

from device_config.clock import boottime
from kiosk.panel import contacts as wired
from kiosk.panel import stuck
from kiosk.panel.debounce import Press, due
from kiosk.panel.lights import DARK, Lights, lit
from kiosk.panel.protocol import PanelNews, PanelState, RawEdge
from kiosk.session.effects import PressId
from kiosk.session.events import Pressed

log = logging.getLogger(__name__)

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 5.0
LOOK_S = 0.1
"""This long after an edge its pin is read: a driver that is flooded loses edges."""
OLDEST_EDGE_S = 60.0
"""An edge that says it is older was timed by a clock that we do not know."""
TOGETHER_S = 0.0001
MOST_READINGS = 5
"""Two clocks are read again when more than `TOGETHER_S` went by between them."""
MOST_EDGES = 4096
"""Waiting in the queue; more are lost, and made good by reading the pin."""


class _Line:
    """One button's pin, reserved, with its edges on their way into the queue."""

    def __init__(
        self, panel: str, button: int, pin: int, edges: "queue.Queue[RawEdge | None]"
    ) -> None:
        self._panel = panel
        self.button = button
        self.look_at: float | None = None
        """When to read the pin once more."""
        self.is_doubted = False
        """The pin did not say what its last edge said: another edge is on its way, or lost."""
        self.late_s = 0.0
        """How late its last edge was heard; the next one may be on its way for as long."""
        self._edges = edges
        # gpiozero's own bounce_time drops real presses (gpiozero#1039, #550, #378).
        self._device = DigitalInputDevice(pin, pull_up=True, bounce_time=None)
        # Its when_activated comes without the time of the edge. gpiozero keeps a weak reference.
        self._device.pin.when_changed = self._changed

    def is_closed(self) -> bool:
        """What the pin says now."""
        return bool(self._device.value)

    def close(self) -> None:
        """Let go of the pin."""
        if not self._device.closed:
            self._device.pin.when_changed = None  # lgpio's close() leaves its callback in place
            self._device.close()

    def _changed(self, ticks: float, state: int) -> None:
        factory = self._device.pin_factory
        now, ticks_now = _clocks(factory)
        age_s = factory.ticks_diff(ticks_now, ticks)
        at = now - (age_s if 0 <= age_s <= OLDEST_EDGE_S else 0.0)
        with suppress(queue.Full):
            self._edges.put_nowait(RawEdge(self._panel, self.button, at, not state))


def _clocks(factory: Factory) -> tuple[float, float]:
    """CLOCK_BOOTTIME and the driver's ticks at one moment, however often we are interrupted."""
    for _ in range(MOST_READINGS):
        before, ticks, behind = boottime(), factory.ticks(), boottime()
        if behind - before < TOGETHER_S:
            break
    return before, ticks


class GpioPanel:
    """One button a pin (BCM numbers), worst to best, each closing to ground; with LEDs or not.

    `watch` gets every raw edge, on the panel's thread.
    """

    kind = "gpio"

    def __init__(
        self,
        pins: tuple[int, ...],
        leds: tuple[int, ...],
        post: Callable[[Pressed], None],
        report: Callable[[PanelNews], None],
        watch: Callable[[RawEdge], None] | None = None,
    ) -> None:
        self.id = "gpio:" + ",".join(str(pin) for pin in pins)
        self._pins = pins
        self._led_pins = leds
        self._post = post
        self._report = report
        self._watch = watch
        self._lines: list[_Line] = []
        self._leds: dict[int, LED] = {}
        self._contacts = wired.Contacts(())
        self._edges: queue.Queue[RawEdge | None] = queue.Queue(MOST_EDGES)
        self._lights = self._shown = DARK
        self._told: tuple[PanelState, frozenset[int]] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"panel {self.id}", daemon=True)

    def start(self) -> None:
        """Listen to the pins; those that cannot be had are asked for again and again."""
        # It would name each library that it tried in vain; what it comes to is told as "lost".
        warnings.simplefilter("ignore", PinFactoryFallback)
        self._thread.start()

    def acknowledge(self, press: PressId) -> None:
        """A wire has nothing to be told."""

    def refuse(self, press: PressId) -> None:
        """A wire offers nothing again."""

    def light(self, lights: Lights) -> None:
        """Show this on the LEDs; callable from any thread, never waits."""
        self._lights = lights
        self._wake()

    def stop(self) -> None:
        """Let go of the pins; nothing is posted any more."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _wake(self) -> None:
        with suppress(queue.Full):  # then the thread is awake
            self._edges.put_nowait(None)

    def _run(self) -> None:
        wait_s = FIRST_RETRY_S
        while not self._stopping.is_set():
            opened_at = boottime()
            try:
                self._open()
            except Exception as error:  # noqa: BLE001 - lgpio's errors have no kind of their own
                self._tell("lost", why=str(error))
            else:
                self._survive_listening()
            finally:
                self._close()
            if boottime() - opened_at > LAST_RETRY_S:
                wait_s = FIRST_RETRY_S
            self._stopping.wait(wait_s)
            wait_s = min(2 * wait_s, LAST_RETRY_S)

    def _survive_listening(self) -> None:
        try:
            self._listen()
        except Exception as error:
            log.exception("panel %s: opening it again", self.id)
            self._tell("lost", why=str(error))

    def _open(self) -> None:
        with suppress(queue.Empty):
            while True:
                self._edges.get_nowait()  # of pins that were open before
        now = boottime()
        for button, pin in enumerate(self._pins, start=1):
            self._lines.append(_Line(self.id, button, pin, self._edges))
        self._contacts = wired.at_start(now, tuple(line.is_closed() for line in self._lines))
        for button, pin in enumerate(self._led_pins, start=1):
            try:
                self._leds[button] = LED(pin)
            except Exception as error:  # noqa: BLE001 - as above; buttons work without a light
                log.warning("panel %s: no light on pin %d: %s", self.id, pin, error)
        self._shown = DARK
        self._tell("ok")

    def _close(self) -> None:
        closings = [each.close for each in (*self._lines, *self._leds.values())]
        self._lines.clear()
        self._leds.clear()
        if Device.pin_factory is not None:
            # gpiozero keeps a note of each failed attempt until somebody releases the pin.
            pins = (*self._pins, *self._led_pins)
            closings.append(partial(Device.pin_factory.release_pins, None, *pins))
        for close in closings:
            try:
                close()
            except Exception as error:  # noqa: BLE001 - as above; the others are closed anyhow
                log.warning("panel %s: a pin was not let go of: %s", self.id, error)

    def _listen(self) -> None:
        looked_at = boottime()
        while not self._stopping.is_set():
            self._show_lights()
            edge = self._next_edge()
            if edge is not None:
                self._take(edge)
            now = boottime()
            # What is due counts on there being no edge before it; in a flood that must not starve.
            if self._edges.empty() or now - looked_at > LOOK_S:
                looked_at = now
                self._look(now)
            self._tell("stuck" if self._contacts.stuck.stuck else "ok")

    def _next_edge(self) -> RawEdge | None:
        """The next edge; None when something is due, or somebody woke us."""
        times = [self._due(line) for line in self._lines]
        times.append(stuck.due(self._contacts.stuck))
        wake_at = min((each for each in times if each is not None), default=None)
        timeout_s = None if wake_at is None else max(0.0, wake_at - boottime())
        try:
            return self._edges.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _due(self, line: _Line) -> float | None:
        falls_due = None if line.is_doubted else due(self._contacts.of(line.button))
        if falls_due is None or line.look_at is None:
            return falls_due or line.look_at
        return min(falls_due + line.late_s, line.look_at)

    def _take(self, edge: RawEdge) -> None:
        line = self._lines[edge.button - 1]
        now = boottime()
        line.look_at, line.is_doubted, line.late_s = now + LOOK_S, False, now - edge.at
        if self._watch is not None:
            self._call(self._watch, edge)
        self._contacts, press = wired.edge(self._contacts, edge.button, edge.at, edge.is_closed)
        self._hand_on(edge.button, press)

    def _look(self, now: float) -> None:
        """Do what is due, if the pins agree that no edge is missing."""
        for line in self._lines:
            due_at = self._due(line)
            if due_at is None or now < due_at:
                continue
            is_closed = line.is_closed()
            line.is_doubted = is_closed != self._contacts.of(line.button).is_closed
            is_lost = line.look_at is not None and now >= line.look_at
            if is_lost:
                line.look_at = None
            if line.is_doubted and is_lost:
                self._take(RawEdge(self.id, line.button, now, is_closed))
            elif not line.is_doubted:
                self._contacts, press = wired.tick(self._contacts, line.button, now)
                self._hand_on(line.button, press)
        self._contacts = wired.at(self._contacts, now)

    def _hand_on(self, button: int, press: Press | None) -> None:
        if press is not None and not self._stopping.is_set():
            fresh_id = str(uuid.uuid4())
            self._call(self._post, Pressed(self.id, button, len(self._pins), press.at, fresh_id))

    def _show_lights(self) -> None:
        lights = self._lights
        if lights == self._shown:
            return
        self._shown = lights
        for button, is_lit in enumerate(lit(lights, len(self._pins)), start=1):
            led = self._leds.get(button)
            try:
                if led is not None:
                    led.value = is_lit
            except Exception as error:  # noqa: BLE001 - as above; buttons work without a light
                del self._leds[button]
                log.warning("panel %s: light %d does not work: %s", self.id, button, error)

    def _tell(self, state: PanelState, **data: str) -> None:
        stuck_ones = self._contacts.stuck.stuck if state == "stuck" else frozenset()
        if (state, stuck_ones) == self._told or self._stopping.is_set():
            return
        self._told = (state, stuck_ones)
        more = {"buttons": sorted(stuck_ones)} if stuck_ones else {}
        self._call(self._report, PanelNews(self.kind, self.id, state, {**data, **more}))

    def _call(self, listener: Callable[[Any], None], news: Pressed | PanelNews | RawEdge) -> None:
        try:
            listener(news)
        except Exception:
            log.exception("panel %s: nobody took %s", self.id, news)
