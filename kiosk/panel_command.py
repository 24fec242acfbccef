"""`palautepiste panel`: the button panels live, for whoever wires them. Nothing is stored."""

import contextlib
import os
import queue
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import msgspec

from device_config.clock import boottime
from device_config.config_store import ConfigStore
from device_config.errors import StateInUse, UsageProblem
from device_config.settings import PanelSettings
from device_config.settings_rules import panels_problems
from device_config.state import StateDirectory, hold, open_state
from kiosk.panel import Panels, open_panels
from kiosk.panel.lights import Lights
from kiosk.panel.presses import PressMemory
from kiosk.panel.protocol import PanelNews, RawEdge
from kiosk.panel_monitor import Monitor, news_line
from kiosk.session.beginning import STEPS
from kiosk.session.effects import Acknowledge
from kiosk.session.events import Pressed

LOOK_S = 0.05
CONFIRMED_S = 1.0
INVITING = Lights(invites=True)

Happening = Pressed | PanelNews | RawEdge


def run_panel(
    state: Path, config: Path | None, tried: tuple[PanelSettings, ...], live_s: float | None
) -> None:
    """Show what happens at `tried`, or at the panels of the settings, until Ctrl-C or `live_s`.

    Raises KioskError for what a person can mend, such as a kiosk that runs and has the buttons.
    """
    directory = open_state(state)
    settings = tried or ConfigStore(directory, config).effective().settings.panel
    with _held(directory):
        _show(settings, live_s)


def panels_to_try(port: str | None, protocol: str, pins: str | None) -> tuple[PanelSettings, ...]:
    """The panels that the options name, if any; raises UsageProblem."""
    tried: list[dict[str, object]] = []
    if port is not None:
        tried.append({"kind": "serial", "port": port, "protocol": protocol})
    if pins is not None:
        tried.append({"kind": "gpio", "buttons": [_pin(word) for word in pins.split(",")]})
    try:
        panels = msgspec.convert(tried, tuple[PanelSettings, ...])
    except msgspec.ValidationError as error:
        raise UsageProblem(f"--pins {pins}: {error}; write it like 5,6,13,19,26") from None
    if problems := tuple(panels_problems(panels)):
        raise UsageProblem("; ".join(problems))
    return panels


def _pin(word: str) -> int | str:
    return int(word) if word.strip().isdecimal() else word


@contextlib.contextmanager
def _held(directory: StateDirectory) -> Iterator[None]:
    try:
        with hold(directory, "kiosk"):
            yield
    except StateInUse as error:
        raise StateInUse(f"{error}; it has the buttons: end it first") from None


def _show(settings: tuple[PanelSettings, ...], live_s: float | None) -> None:
    live = LivePanels(settings)
    ends_at = None if live_s is None else boottime() + live_s
    # Also where a shell has them ignored, as it has for what runs in its background.
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _end)
    live.start()
    try:
        with _keys() as read_keys:
            while ends_at is None or boottime() < ends_at:
                live.type(read_keys(LOOK_S))
                live.turn(boottime())
    finally:
        live.stop()


def _end(*_: object) -> None:
    raise KeyboardInterrupt


class LivePanels:
    """The panels of a terminal, with each thing that happens to them as a line."""

    def __init__(self, settings: tuple[PanelSettings, ...]) -> None:
        self._happened: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self._monitor = Monitor()
        self._inviting_from: float | None = None
        put = self._happened.put
        self._panels: Panels = open_panels(settings, put, put, self._settle, PressMemory(), put)

    def start(self) -> None:
        """Open them all, and light what can be lit."""
        self._panels.start()
        self._panels.light(INVITING)

    def stop(self) -> None:
        """Let go of the hardware."""
        self._panels.stop()

    def type(self, keys: bytes) -> None:
        """Keys of the keyboard that this runs on."""
        for key in keys:
            self._panels.key(key, True)
            self._panels.key(key, False)

    def turn(self, now: float) -> None:
        """Show what has happened since the last turn."""
        while not self._happened.empty():
            self._take(self._happened.get(), now)
        self._monitor, lines = self._monitor.shown(now)
        for line in lines:
            _say(line)
        if self._inviting_from is not None and now >= self._inviting_from:
            self._inviting_from = None
            self._panels.light(INVITING)

    def _take(self, happening: Happening, now: float) -> None:
        match happening:
            case PanelNews():
                _say(news_line(happening))
            case RawEdge():
                self._monitor = self._monitor.moved(happening)
            case Pressed(buttons=buttons, button=button, press=press):
                self._monitor = self._monitor.pressed(happening)
                self._inviting_from = now + CONFIRMED_S
                self._panels.light(Lights(confirms=STEPS[buttons][button - 1]))
                if press is not None:
                    self._panels.acknowledge(press)

    def _settle(self, aside: Acknowledge) -> None:
        self._panels.acknowledge(aside.press)


def _say(line: str) -> None:
    try:
        click.echo(f"{datetime.now().astimezone():%H:%M:%S}  {line}")
    except OSError:  # nobody reads any more
        _end()


@contextlib.contextmanager
def _keys() -> Iterator[Callable[[float], bytes]]:
    """Reads the keys that are typed here, for so long at most; without a keyboard it only waits."""
    if not sys.stdin.isatty():
        yield _no_key
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard)
    try:
        yield partial(_typed, keyboard)
    finally:
        with contextlib.suppress(termios.error):  # closed, too
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _typed(keyboard: int, longest_s: float) -> bytes:
    if not select.select([keyboard], [], [], longest_s)[0]:
        return b""
    try:
        keys = os.read(keyboard, 64)
    except OSError:  # the terminal that this runs in was closed
        keys = b""
    if not keys:
        _end()
    return keys


def _no_key(longest_s: float) -> bytes:
    time.sleep(longest_s)
    return b""
