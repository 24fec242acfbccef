"""What a terminal knows of one `palaute/1` box, and what its sentences mean. Pure.

docs/interfaces.md, "Button panels": the same (box, seq) within 60 s is one press; later, or after
an uptime that fell, it is a new one. A press too old, or of a button that the box does not have,
is put aside and acknowledged.
"""

from dataclasses import dataclass
from typing import Literal

from kiosk.panel.sentences import Alive, Button, Hello, Sentence

REMEMBERED_S = 60.0
TOO_OLD_MS = 10_000
MOST_BUTTONS = 5


@dataclass(frozen=True, slots=True)
class Press:
    """A press to post."""

    seq: int
    button: int
    buttons: int
    at: float


@dataclass(frozen=True, slots=True)
class Settled:
    """A press to acknowledge at once; `why` is there when it was put aside just now."""

    seq: int
    why: Literal["too-old", "no-such-button"] | None = None


Heard = Press | Settled


class Box:
    """One box on one port. Times are seconds of CLOCK_BOOTTIME."""

    def __init__(self) -> None:
        self.buttons = MOST_BUTTONS
        self._id: str | None = None
        self._uptime_s = 0
        self._seen: dict[int, float] = {}
        self._settled: set[int] = set()

    def hear(self, sentence: Sentence, now: float) -> Heard | None:
        """What a sentence asks for; None when it asks for nothing."""
        match sentence:
            case Hello(box=box, buttons=buttons):
                if self._id not in {None, box}:
                    self._forget_all()  # another box took the place of the first
                self._id, self.buttons = box, buttons
            case Alive(uptime_s=uptime_s):
                if uptime_s < self._uptime_s:
                    self._forget_all()
                self._uptime_s = uptime_s
            case Button():
                return self._press(sentence, now)
        return None

    def settle(self, seq: int) -> None:
        """A press of this box was acknowledged."""
        if seq in self._seen:
            self._settled.add(seq)

    def refuse(self, seq: int) -> None:
        """A press could not be taken: it counts when the box offers it again."""
        self._seen.pop(seq, None)

    def _press(self, press: Button, now: float) -> Heard | None:
        self._forget_before(now - REMEMBERED_S)
        is_offered_again = press.seq in self._seen
        if is_offered_again and press.seq in self._settled:
            return Settled(press.seq)
        self._seen.setdefault(press.seq, now)
        if press.age_ms > TOO_OLD_MS:
            return self._aside(press.seq, "too-old")
        if is_offered_again:
            return None  # on its way to the disk: acknowledged when it is there
        if not 1 <= press.button <= self.buttons:
            return self._aside(press.seq, "no-such-button")
        return Press(press.seq, press.button, self.buttons, now - press.age_ms / 1000)

    def _aside(self, seq: int, why: Literal["too-old", "no-such-button"]) -> Settled:
        self._settled.add(seq)
        return Settled(seq, why)

    def _forget_before(self, then: float) -> None:
        for seq in [seq for seq, seen_at in self._seen.items() if seen_at < then]:
            del self._seen[seq]
            self._settled.discard(seq)

    def _forget_all(self) -> None:
        self._seen.clear()
        self._settled.clear()
