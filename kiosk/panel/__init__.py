"""Button panels: whatever the wiring, a press becomes one event in one stream."""

from kiosk.panel.panels import Panel, PanelNews, Panels, open_panels

__all__ = ["Panel", "PanelNews", "Panels", "open_panels"]
