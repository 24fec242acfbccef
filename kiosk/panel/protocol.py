"""What a panel is to the rest of the terminal, and the news that it sends."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from kiosk.panel.lights import Lights
from kiosk.session.effects import PressId

PanelState = Literal["ok", "stuck", "lost", "absent"]
"""Works; works but for a button that is held down; is gone; was never there, nor asked for."""
PanelEvent = PanelState | Literal["press-put-aside", "wrong-sentences", "flood", "same-box-id"]


@dataclass(frozen=True, slots=True)
class PanelNews:
    """A panel is in another state, or something is wrong with it: for `status` and the centre."""

    kind: str
    id: str
    event: PanelEvent
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawEdge:
    """A contact closed or opened, bounce and all; `at` is seconds of CLOCK_BOOTTIME."""

    panel: str
    button: int
    at: float
    is_closed: bool


class Panel(Protocol):
    """One box of buttons. It turns signals into `Pressed` and decides nothing."""

    kind: str
    id: str

    def start(self) -> None:
        """Begin to listen; a panel that is not there yet is looked for until it is."""

    def acknowledge(self, press: PressId) -> None:
        """This press is on disk, or was knowingly put aside; callable from any thread."""

    def refuse(self, press: PressId) -> None:
        """This press cannot be taken now; it counts when it is offered again."""

    def light(self, lights: Lights) -> None:
        """Show this on the buttons that have a light; callable from any thread, never waits."""

    def stop(self) -> None:
        """Let go of the hardware."""
