"""A box that speaks `palaute/1`: its presses are offered until the terminal has settled them."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

from kiosk.panel.box import Aside, Ask, Box, Flooded, Heard, Press, SameName, Settled
from kiosk.panel.lights import DARK, Lights, lit
from kiosk.panel.presses import PressMemory
from kiosk.panel.protocol import PanelNews, PanelState
from kiosk.panel.sentences import ASK, Hello, acknowledgement, frame, light, parse
from kiosk.panel.serial_port import SerialLine
from kiosk.panel.tally import Tally, tell_when_due
from kiosk.session.effects import Acknowledge, PressId
from kiosk.session.events import Pressed


class BoxPanel:
    """One `palaute/1` box on one port.

    `put_aside` is given the presses that mean nothing: they are acknowledged once that is written
    down. `memory` is shared with the other ports of the terminal.
    """

    kind = "serial"

    def __init__(
        self,
        port: str,
        memory: PressMemory,
        post: Callable[[Pressed], None],
        report: Callable[[PanelNews], None],
        put_aside: Callable[[Acknowledge], None],
    ) -> None:
        self.id = port
        self._memory = memory
        self._post = post
        self._report = report
        self._put_aside = put_aside
        self._line = SerialLine(port, self, report)
        self._box = Box(port, memory, opened_at=0.0)
        self._lights = DARK
        self._shown: tuple[bool, ...] | None = None
        self._lock = threading.Lock()
        self._floods = Tally()
        self._asides = Tally()
        self._last_aside: dict[str, Any] = {}

    @property
    def wrong_lines(self) -> int:
        """How many lines were no sentence, so far."""
        return self._line.wrong_lines

    @property
    def buttons(self) -> int:
        """How many buttons the box has, as far as it has said."""
        return self._box.buttons

    def start(self) -> None:
        """Look for the box, now and for ever."""
        self._line.start()

    def stop(self) -> None:
        """Let go of the port, and leave the box dark: nobody would take a press."""
        if self._box.is_greeted:
            self._line.say(light(0, is_on=False))
        self._line.stop()

    def acknowledge(self, press: PressId) -> None:
        """The press is on disk, or was knowingly put aside."""
        self._memory.settle(press)
        if self._box.made(press):  # or a box that came in its place would take it for its own
            self._line.say(acknowledgement(press.number))

    def refuse(self, press: PressId) -> None:
        """The press cannot be taken now; it counts when its box offers it again."""
        self._memory.refuse(press)

    def light(self, lights: Lights) -> None:
        """Show this on the box."""
        with self._lock:
            self._lights = lights
            self._show_lights()

    # What its line asks of it

    def begin(self, now: float) -> tuple[bytes, ...]:
        """A box that is new, as far as we know: it is to say who it is."""
        with self._lock:
            self._box = Box(self.id, self._memory, now)
            self._shown = None
        return (frame(ASK),)

    def hear(self, line: bytes, now: float) -> bool:
        """Take one line; returns whether it was a right sentence."""
        sentence = parse(line)
        if sentence is None:
            return not line.strip()
        self._follow(self._box.hear(sentence, now), now)
        if isinstance(sentence, Hello):
            with self._lock:
                self._shown = None  # it may have lost its power, and shows nothing now
                self._show_lights()
        return True

    def look(self, now: float) -> tuple[PanelState | None, tuple[int, ...]]:
        """How the box is; tells of what comes by the dozen."""
        self._floods = tell_when_due(self._floods, now, self._tell_floods)
        self._asides = tell_when_due(self._asides, now, self._tell_asides)
        state, stuck = self._box.look(now)
        if state == "lost":
            self._memory.miss(self.id)
        return state, stuck

    def end(self) -> None:
        """The box is out of reach: on another port its name is no second box's."""
        self._memory.miss(self.id)

    def _follow(self, heard: Heard | None, now: float) -> None:
        match heard:
            case Press(id=press, button=button, buttons=buttons, at=at):
                fresh_id = str(uuid.uuid4())
                self._post(Pressed(self.id, button, buttons, at, fresh_id, press, heard_at=now))
            case Settled(id=press):
                self._line.say(acknowledgement(press.number))
            case Aside(id=press, why=why):
                self._last_aside = {"seq": press.number, "why": why}
                self._asides = self._asides.add()
                self._put_aside(Acknowledge(press, is_too_late=why == "too-old"))
            case Ask():
                self._line.say(frame(ASK))
            case Flooded():
                self._floods = self._floods.add()
            case SameName(box=box, other_port=other_port):
                data = {"box": box, "other": other_port}
                self._report(PanelNews(self.kind, self.id, "same-box-id", data))

    def _tell_floods(self, count: int) -> None:
        self._report(PanelNews(self.kind, self.id, "flood", {"count": count}))

    def _tell_asides(self, count: int) -> None:
        data = {"count": count, **self._last_aside}
        self._report(PanelNews(self.kind, self.id, "press-put-aside", data))

    def _show_lights(self) -> None:
        shown = lit(self._lights, self._box.buttons)
        if shown == self._shown or not self._box.is_greeted:
            return
        self._shown = shown
        if len(set(shown)) == 1:
            self._line.say(light(0, is_on=shown[0]))
            return
        for number, is_on in enumerate(shown, start=1):
            self._line.say(light(number, is_on=is_on))
