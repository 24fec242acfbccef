"""Button panels: whatever the wiring, a press becomes one event in one stream."""

from kiosk.panel.panels import Panels, open_panels
from kiosk.panel.protocol import Panel, PanelNews

__all__ = ["Panel", "PanelNews", "Panels", "open_panels"]
