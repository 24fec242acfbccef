"""Which presses of which boxes are known already: the same one never counts twice. Pure.

docs/interfaces.md, "Button panels": the same (box id, seq) within 60 s is one press, across
restarts of the kiosk, presses put aside included; later, or after an uptime that fell, it is a new
one. Until a hello has come, the port stands in for the box id.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from kiosk.session.effects import PressId

REMEMBERED_S = 60.0
MOST_REMEMBERED = 10_000
"""About what eight boxes can press in a minute; beyond it the oldest go."""
UPTIME_SLACK_S = 3.0
"""Uptimes come in whole seconds, and a cheap box's clock is not ours."""

Standing = Literal["new", "waiting", "aside", "settled"]
"""Never heard of; its answer, or that it was put aside, is on its way to the disk; it is there."""


@dataclass(frozen=True, slots=True)
class KnownPress:
    """A press as it is remembered.

    `at`: when it was heard first, seconds of CLOCK_BOOTTIME; 0 for a press of an earlier boot.
    """

    press: PressId
    at: float
    standing: Standing


class PressMemory:
    """What the boxes of one terminal have said lately; shared by all ports and threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int], KnownPress] = {}  # oldest first
        self._boxes: dict[str, str] = {}
        self._lock = threading.Lock()

    def take_up(self, settled: Iterable[tuple[PressId, float]]) -> None:
        """Remember what an earlier run had settled, and when: CLOCK_BOOTTIME, or 0 (`at`)."""
        with self._lock:
            for press, at in settled:
                self._known.setdefault(_key(press), KnownPress(press, at, "settled"))
            by_age = sorted(self._known.items(), key=lambda item: item[1].at)
            self._known = dict(by_age)

    def hear(self, press: PressId, now: float) -> Standing:
        """Where a press stands that a box offers; a new one is waiting from now on."""
        with self._lock:
            self._forget_before(now - REMEMBERED_S)
            known = self._find(press)
            if known is None:
                self._known[_key(press)] = KnownPress(press, now, "waiting")
                return "new"
            return known.standing

    def put_aside(self, press: PressId) -> None:
        """This press is not to be taken; that is on its way to the disk."""
        self._stand(press, "aside")

    def settle(self, press: PressId) -> None:
        """This press is on disk, or was knowingly put aside."""
        self._stand(press, "settled")

    def refuse(self, press: PressId) -> None:
        """This press could not be taken: it counts when its box offers it again."""
        with self._lock:
            known = self._recall(press)
            if known is not None:
                del self._known[_key(known.press)]

    def greet(self, port: str, box: str) -> str | None:
        """A box says who it is; returns another port where a box of this name is, or None."""
        with self._lock:
            self._boxes[port] = box
            others = (each for each, name in self._boxes.items() if name == box and each != port)
            return next(others, None)

    def miss(self, port: str) -> None:
        """The box on this port is gone."""
        with self._lock:
            self._boxes.pop(port, None)

    def run_since(self, port: str, box: str, uptime_s: int, now: float) -> None:
        """A box says how long it runs; if that fell, it began anew, and so do its numbers."""
        with self._lock:
            if box != port:
                self._boxes[port] = box  # it may have been silent for a while, and is there again
            for key, known in list(self._known.items()):
                if not self._is_same_box(known.press, port, box):
                    continue
                if _is_of_earlier_run(known, uptime_s, now):
                    del self._known[key]
                elif known.at > 0:
                    # What was pressed before the first word on the uptime is to see it fall, too.
                    press = replace(known.press, uptime_s=uptime_s)
                    self._known[key] = replace(known, press=press)

    def _stand(self, press: PressId, standing: Standing) -> None:
        with self._lock:
            known = self._recall(press)
            if known is not None:
                self._known[_key(known.press)] = replace(known, standing=standing)

    def _recall(self, press: PressId) -> KnownPress | None:
        """What is known of a press that was heard; its number may belong to a later one by now."""
        known = self._find(press)
        is_later = known is not None and known.press.uptime_s < press.uptime_s
        return None if is_later else known

    def _find(self, press: PressId) -> KnownPress | None:
        same = self._known.get(_key(press))
        if same is not None:
            return same
        for known in self._known.values():
            if known.press.number == press.number and self._is_same_box(
                known.press, press.panel, press.box
            ):
                return known
        return None

    def _is_same_box(self, known: PressId, port: str, box: str) -> bool:
        """Whether a press that is known came from the box that is on this port now.

        A box may have been moved from port to port, or two may carry one name: then each is there
        at the same time.
        """
        is_named = box != port and known.box != known.panel
        if known.panel == port:
            return not is_named or known.box == box
        return is_named and known.box == box and self._boxes.get(known.panel) != box

    def _forget_before(self, then: float) -> None:
        while self._known:
            oldest = next(iter(self._known.values()))
            if oldest.at >= then and len(self._known) <= MOST_REMEMBERED:
                return
            del self._known[_key(oldest.press)]


def _is_of_earlier_run(known: KnownPress, uptime_s: int, now: float) -> bool:
    """Whether a box that runs for so long began after this press."""
    if known.at > 0:
        return known.press.uptime_s > uptime_s
    # A box with power of its own has run on since our boot; one without began with us.
    return known.press.uptime_s + now > uptime_s + UPTIME_SLACK_S


def _key(press: PressId) -> tuple[str, str, int]:
    return press.panel, press.box, press.number
