"""A USB keypad or keyboard: keys 1…5, on the row or the keypad, worst to best."""

import logging
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from device_config.clock import boottime
from kiosk.panel.keyboards import SYSFS, attached_keyboards
from kiosk.panel.lights import Lights
from kiosk.panel.protocol import PanelNews, PanelState
from kiosk.panel.stuck import Stuck, after
from kiosk.session.effects import PressId
from kiosk.session.events import Pressed

log = logging.getLogger(__name__)

BUTTONS = 5
ROW_1 = ord("1")
KEYPAD_1 = 257  # Kivy's code of the keypad's 1
LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class Presence:
    """What is known of the keyboards of this run.

    `attached` is None where nobody can know. A keyboard is `missed` when it goes after a press:
    the one that a technician takes away again is not.
    """

    attached: frozenset[str] | None = frozenset()
    was_seen: bool = False
    was_pressed: bool = False

    def state(self) -> PanelState:
        """What to say of the keypad."""
        if self.attached is None or self.attached:
            return "ok"
        if not self.was_pressed:
            return "absent"
        # Presses that come from no listed keyboard are presses all the same.
        return "lost" if self.was_seen else "ok"


class KeypadPanel:
    """Five keys. The window forwards them, since it is the one that hears the keyboard.

    A thread looks every `LOOK_S` whether a keyboard is there.
    """

    kind = "keypad"
    id = "keypad"

    def __init__(
        self,
        post: Callable[[Pressed], None],
        report: Callable[[PanelNews], None],
        sysfs: Path = SYSFS,
    ) -> None:
        self._post = post
        self._report = report
        self._sysfs = sysfs
        self._presence = Presence()
        self._held: set[int] = set()
        self._stuck = Stuck()
        self._told: tuple[PanelState, frozenset[int]] | None = None
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="panel keypad", daemon=True)

    def start(self) -> None:
        """Look whether a keyboard is there, now and every `LOOK_S`."""
        self._thread.start()

    def key(self, key: int, is_down: bool) -> None:
        """A key went down or up; the repeats of a held key are one press."""
        button = _button(key)
        if button is None or self._stopping.is_set():
            return
        now = boottime()
        with self._lock:
            is_press = is_down and key not in self._held and button not in self._moved(now).stuck
            (self._held.add if is_down else self._held.discard)(key)
            self._moved(now)
            if is_press:
                self._presence = replace(self._presence, was_pressed=True)
                self._post(Pressed(self.id, button, BUTTONS, now, str(uuid.uuid4())))
            if is_down:
                self._tell("ok")

    def acknowledge(self, press: PressId) -> None:
        """A keyboard has nothing to be told."""

    def refuse(self, press: PressId) -> None:
        """A keyboard offers nothing again."""

    def light(self, lights: Lights) -> None:
        """A keyboard has no lights of ours."""

    def stop(self) -> None:
        """Nothing is open; nothing is posted any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look(attached_keyboards(self._sysfs), boottime())
            except Exception:
                log.exception("panel keypad: looking again in %.0f s", LOOK_S)
            self._stopping.wait(LOOK_S)

    def _look(self, attached: frozenset[str] | None, now: float) -> None:
        with self._lock:
            before = self._presence
            if before.attached and attached is not None and before.attached - attached:
                self._held.clear()  # their key-ups will never come
            was_seen = before.was_seen or bool(attached)
            self._presence = replace(before, attached=attached, was_seen=was_seen)
            self._moved(now)
            self._tell(self._presence.state())

    def _moved(self, now: float) -> Stuck:
        down = frozenset(button for key in self._held if (button := _button(key)) is not None)
        self._stuck = after(self._stuck, now, down)
        return self._stuck

    def _tell(self, state: PanelState) -> None:
        stuck = self._stuck.stuck if state == "ok" else frozenset()
        state = "stuck" if stuck else state
        if (state, stuck) == self._told or self._stopping.is_set():
            return
        self._told = (state, stuck)
        data = {"buttons": sorted(stuck)} if stuck else {}
        self._report(PanelNews(self.kind, self.id, state, data))


def _button(key: int) -> int | None:
    for first in (ROW_1, KEYPAD_1):
        if first <= key < first + BUTTONS:
            return key - first + 1
    return None
