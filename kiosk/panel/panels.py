"""The panels of a terminal behind one protocol: open, listen, acknowledge, close."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from device_config.settings import PanelSettings
from kiosk.panel.keypad import KeypadPanel
from kiosk.session.effects import PressId
from kiosk.session.events import Pressed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PanelNews:
    """A panel came, went, or put a press aside: for `status` and the centre."""

    kind: str
    id: str
    event: Literal["ok", "lost", "press-put-aside"]
    data: dict[str, Any] = field(default_factory=dict)


class Panel(Protocol):
    """One box of buttons. It turns signals into `Pressed` and decides nothing."""

    kind: str
    id: str

    def start(self) -> None:
        """Begin to listen; a panel that is not there yet is looked for until it is."""

    def acknowledge(self, number: int) -> None:
        """The press with this number is on disk, or was knowingly put aside."""

    def refuse(self, number: int) -> None:
        """The press with this number cannot be taken now; it counts when it is offered again."""

    def stop(self) -> None:
        """Let go of the hardware."""


@dataclass(frozen=True, slots=True)
class Panels:
    """All panels of a terminal; news about them goes to `report`."""

    panels: tuple[Panel, ...]
    report: Callable[[PanelNews], None] = lambda _news: None

    def start(self) -> None:
        """Begin to listen to each; one that cannot start leaves the others working."""
        for panel in self.panels:
            try:
                panel.start()
            except Exception as error:  # noqa: BLE001 - whatever a driver raises: one line
                log.error("panel %s %s did not start: %s", panel.kind, panel.id, error)  # noqa: TRY400
                self.report(PanelNews(panel.kind, panel.id, "lost", {"why": str(error)}))

    def acknowledge(self, press: PressId) -> None:
        """Tell the box whose press this was."""
        for panel in self.panels:
            if panel.id == press.panel:
                panel.acknowledge(press.number)

    def refuse(self, press: PressId) -> None:
        """Let the box offer this press again."""
        for panel in self.panels:
            if panel.id == press.panel:
                panel.refuse(press.number)

    def key(self, key: int, is_down: bool) -> None:
        """A key of a keyboard or USB keypad went down or up; the window hears them for us."""
        for panel in self.panels:
            if isinstance(panel, KeypadPanel):
                panel.key(key, is_down)

    def stop(self) -> None:
        """Let go of all hardware."""
        for panel in self.panels:
            try:
                panel.stop()
            except Exception:
                log.exception("panel %s %s did not stop", panel.kind, panel.id)


def open_panels(
    settings: tuple[PanelSettings, ...],
    post: Callable[[Pressed], None],
    report: Callable[[PanelNews], None],
) -> Panels:
    """The panels that the settings name, not started yet."""
    return Panels(tuple(_panel(each, post, report) for each in settings), report)


def _panel(
    settings: PanelSettings,
    post: Callable[[Pressed], None],
    report: Callable[[PanelNews], None],
) -> Panel:
    match settings.kind:
        case "keypad":
            return KeypadPanel(post, report)
        case "gpio":
            from kiosk.panel.gpio import GpioPanel  # slow, and only where there are pins

            return GpioPanel(settings.buttons, post, report)
        case "serial":
            from kiosk.panel.serial_port import SerialPanel  # likewise

            return SerialPanel(settings.port, settings.protocol, post, report)
