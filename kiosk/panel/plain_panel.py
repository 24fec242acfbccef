"""A box that says a button's number on a line and nothing else, as people already have them."""

import uuid
from collections.abc import Callable

from kiosk.panel.lights import Lights
from kiosk.panel.protocol import PanelNews, PanelState
from kiosk.panel.sentences import plain_button
from kiosk.panel.serial_port import SerialLine
from kiosk.panel.tally import Allowance, Tally, allowed, tell_when_due
from kiosk.session.effects import PressId
from kiosk.session.events import Pressed


class PlainPanel:
    """One plain box on one port."""

    kind = "serial"

    def __init__(
        self,
        port: str,
        buttons: int,
        post: Callable[[Pressed], None],
        report: Callable[[PanelNews], None],
    ) -> None:
        self.id = port
        self.buttons = buttons
        self._post = post
        self._report = report
        self._allowance: Allowance | None = None
        self._flood = Tally()
        self._line = SerialLine(port, self, report)

    @property
    def wrong_lines(self) -> int:
        """How many lines were no button, so far."""
        return self._line.wrong_lines

    def start(self) -> None:
        """Look for the box, now and for ever."""
        self._line.start()

    def stop(self) -> None:
        """Let go of the port."""
        self._line.stop()

    def acknowledge(self, press: PressId) -> None:
        """A plain box is told nothing."""

    def refuse(self, press: PressId) -> None:
        """A plain box offers nothing again."""

    def light(self, lights: Lights) -> None:
        """A plain box has no lights that could be reached."""

    # What its line asks of it

    def begin(self, now: float) -> tuple[bytes, ...]:  # noqa: ARG002 - the protocol's
        """A plain box is asked nothing."""
        return ()

    def hear(self, line: bytes, now: float) -> bool:
        """Take one line; returns whether it was a button of this box."""
        button = plain_button(line)
        if button is None or button > self.buttons:
            return not line.strip()  # an empty line is nothing, and nothing wrong
        self._allowance, is_allowed = allowed(self._allowance, now)
        if is_allowed:
            self._post(Pressed(self.id, button, self.buttons, now, str(uuid.uuid4())))
        else:
            self._flood = self._flood.add()
        return True

    def look(self, now: float) -> tuple[PanelState | None, tuple[int, ...]]:
        """A plain box says nothing of itself: a port that is open works."""
        self._flood = tell_when_due(self._flood, now, self._tell_flood)
        return "ok", ()

    def end(self) -> None:
        """Nothing is remembered of a plain box."""

    def _tell_flood(self, count: int) -> None:
        self._report(PanelNews(self.kind, self.id, "flood", {"count": count}))
