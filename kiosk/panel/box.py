"""What a terminal knows of one `palaute/1` box, and what its sentences mean. Pure.

docs/interfaces.md, "Button panels": a press too old, or of a button that the box does not have, is
put aside and acknowledged.
"""

from dataclasses import dataclass
from typing import Literal

from kiosk.panel.presses import PressMemory, Standing
from kiosk.panel.protocol import PanelState
from kiosk.panel.sentences import Alive, Button, Hello, Sentence
from kiosk.panel.stuck import Stuck, after
from kiosk.panel.tally import Allowance, allowed
from kiosk.session.effects import PressId

SILENT_S = 6.0
TOO_OLD_MS = 10_000
MOST_BUTTONS = 5
HELLO_PATIENCE_S = 1.0
"""So long presses wait for the hello that says of how many buttons they are; their box offers them
again every half second."""

WhyAside = Literal["too-old", "no-such-button", "stuck-button"]


@dataclass(frozen=True, slots=True)
class Press:
    """A press to post; `at` is when the button went down, seconds of CLOCK_BOOTTIME."""

    id: PressId
    button: int
    buttons: int
    at: float


@dataclass(frozen=True, slots=True)
class Settled:
    """A press to acknowledge at once: it is on disk."""

    id: PressId


@dataclass(frozen=True, slots=True)
class Aside:
    """A press to put aside, and then to acknowledge."""

    id: PressId
    why: WhyAside


@dataclass(frozen=True, slots=True)
class Ask:
    """The box is to say who it is."""


@dataclass(frozen=True, slots=True)
class Flooded:
    """More presses than hands can make: this one is left to be offered again."""


@dataclass(frozen=True, slots=True)
class SameName:
    """A box on another port carries this one's name."""

    box: str
    other_port: str


Heard = Press | Settled | Aside | Ask | Flooded | SameName


class Box:
    """One box on one port, from the opening of the port on. Times: seconds of CLOCK_BOOTTIME."""

    def __init__(self, port: str, memory: PressMemory, opened_at: float) -> None:
        self.buttons = MOST_BUTTONS
        self._port = port
        self._memory = memory
        self._opened_at = opened_at
        self._heard_at: float | None = None
        self._asked_at: float | None = None
        self._id: str | None = None
        self._uptime_s = 0
        self._stuck = Stuck()
        self._allowance: Allowance | None = None

    def hear(self, sentence: Sentence, now: float) -> Heard | None:
        """What a sentence asks for; None when it asks for nothing."""
        self._heard_at = now
        match sentence:
            case Hello(box=box, buttons=buttons):
                return self._greet(box, buttons)
            case Alive(uptime_s=uptime_s, pressed=pressed):
                self._memory.run_since(self._port, self._name, uptime_s, now)
                self._uptime_s = uptime_s
                down = {
                    number for number in range(1, self.buttons + 1) if pressed >> number - 1 & 1
                }
                self._stuck = after(self._stuck, now, frozenset(down))
            case Button():
                return self._press(sentence, now)
        return None

    def made(self, press: PressId) -> bool:
        """Whether a press came from the box that is there now, in its present run."""
        return press.box in {self._name, self._port} and press.uptime_s <= self._uptime_s

    def look(self, now: float) -> tuple[PanelState | None, tuple[int, ...]]:
        """How the box is, and which buttons are held down; None until its first sentence."""
        silent_since = self._opened_at if self._heard_at is None else self._heard_at
        if now - silent_since > SILENT_S:
            return "lost", ()
        if self._heard_at is None:
            return None, ()
        stuck = tuple(sorted(self._stuck.stuck))
        return ("stuck" if stuck else "ok"), stuck

    @property
    def is_greeted(self) -> bool:
        """Whether the box has said who it is."""
        return self._id is not None

    @property
    def _name(self) -> str:
        return self._port if self._id is None else self._id

    def _greet(self, box: str, buttons: int) -> SameName | None:
        is_news = self._id != box
        self._id, self.buttons = box, buttons
        self._uptime_s = 0  # not known: it may have begun anew
        other_port = self._memory.greet(self._port, box)
        return SameName(box, other_port) if is_news and other_port is not None else None

    def _press(self, press: Button, now: float) -> Heard | None:
        if self._is_worth_asking(now):
            return Ask()
        press_id = PressId(self._port, self._name, press.seq, self._uptime_s)
        standing = self._memory.hear(press_id, now)
        if standing == "settled":
            return Settled(press_id)
        if standing == "new" and not self._is_allowed(now):
            self._memory.refuse(press_id)
            return Flooded()
        if standing != "aside" and (why := self._why_aside(press, standing)) is not None:
            self._memory.put_aside(press_id)
            return Aside(press_id, why)
        if standing != "new":
            return None  # on its way to the disk: acknowledged when it is there
        return Press(press_id, press.button, self.buttons, now - press.age_ms / 1000)

    def _is_worth_asking(self, now: float) -> bool:
        if self._id is not None:
            return False
        # Not from the opening on: a box on the pins of a Pi may get its power long after that.
        if self._asked_at is None:
            self._asked_at = now
        return now - self._asked_at < HELLO_PATIENCE_S

    def _is_allowed(self, now: float) -> bool:
        self._allowance, is_allowed = allowed(self._allowance, now)
        return is_allowed

    def _why_aside(self, press: Button, standing: Standing) -> WhyAside | None:
        if press.age_ms > TOO_OLD_MS:
            return "too-old"
        if standing == "new" and not 1 <= press.button <= self.buttons:
            return "no-such-button"
        if standing == "new" and press.button in self._stuck.stuck:
            return "stuck-button"
        return None
