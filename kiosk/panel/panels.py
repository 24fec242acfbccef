"""The panels of a terminal behind one protocol: open, listen, acknowledge, close."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from device_config.settings import PanelSettings
from kiosk.panel.keypad import KeypadPanel
from kiosk.panel.lights import Lights
from kiosk.panel.presses import PressMemory
from kiosk.panel.protocol import Panel, PanelNews, RawEdge
from kiosk.session.effects import Acknowledge, PressId
from kiosk.session.events import Pressed

log = logging.getLogger(__name__)


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
                panel.acknowledge(press)

    def refuse(self, press: PressId) -> None:
        """Let the box offer this press again."""
        for panel in self.panels:
            if panel.id == press.panel:
                panel.refuse(press)

    def light(self, lights: Lights) -> None:
        """Show this on all panels."""
        for panel in self.panels:
            panel.light(lights)

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


def open_panels(  # noqa: PLR0913, PLR0917 - what ties panels to the rest of the terminal
    settings: tuple[PanelSettings, ...],
    post: Callable[[Pressed], None],
    report: Callable[[PanelNews], None],
    put_aside: Callable[[Acknowledge], None],
    memory: PressMemory,
    watch: Callable[[RawEdge], None] | None = None,
) -> Panels:
    """The panels that the settings name, not started yet.

    `post` is given the presses, `report` the news, both from any thread; `put_aside` presses that
    mean nothing, to be acknowledged once that is on disk. `memory` holds what an earlier run knew;
    `watch` is given each raw edge of a contact.
    """
    connections = Connections(post, report, put_aside, memory, watch)
    return Panels(tuple(_panel(each, connections) for each in settings), report)


@dataclass(frozen=True, slots=True)
class Connections:
    """What ties a panel to the rest of the terminal."""

    post: Callable[[Pressed], None]
    report: Callable[[PanelNews], None]
    put_aside: Callable[[Acknowledge], None]
    memory: PressMemory
    watch: Callable[[RawEdge], None] | None


def _panel(settings: PanelSettings, to: Connections) -> Panel:
    # Each adapter's library is slow to import, and wanted only where there is such a panel.
    match settings.kind:
        case "keypad":
            return KeypadPanel(to.post, to.report)
        case "gpio":
            from kiosk.panel.gpio import GpioPanel

            return GpioPanel(settings.buttons, settings.leds, to.post, to.report, to.watch)
        case "serial" if settings.protocol == "plain":
            from kiosk.panel.plain_panel import PlainPanel

            return PlainPanel(settings.port, settings.button_count, to.post, to.report)
        case "serial":
            from kiosk.panel.box_panel import BoxPanel

            return BoxPanel(settings.port, to.memory, to.post, to.report, to.put_aside)
