"""A USB keypad or keyboard: keys 1…5, on the row or the keypad, worst to best."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from device_config.clock import boottime
from kiosk.session.events import Pressed

if TYPE_CHECKING:
    from kiosk.panel.panels import PanelNews

BUTTONS = 5
ROW_1 = ord("1")
KEYPAD_1 = 257  # Kivy's code of the keypad's 1


class KeypadPanel:
    """Five keys. The window forwards them, since it is the one that hears the keyboard."""

    kind = "keypad"
    id = "keypad"

    def __init__(
        self, post: Callable[[Pressed], None], report: "Callable[[PanelNews], None]"
    ) -> None:
        self._post = post
        self._report = report
        self._held: set[int] = set()

    def start(self) -> None:
        """A keyboard comes and goes unseen; there is nothing to open."""
        from kiosk.panel.panels import PanelNews

        self._report(PanelNews(self.kind, self.id, "ok"))

    def key(self, key: int, is_down: bool) -> None:
        """A key went down or up; the repeats of a held key are one press."""
        button = _button(key)
        if button is None:
            return
        if not is_down:
            self._held.discard(key)
        elif key not in self._held:
            self._held.add(key)
            self._post(Pressed(self.id, button, BUTTONS, boottime(), str(uuid.uuid4())))

    def acknowledge(self, number: int) -> None:
        """A keyboard has nothing to be told."""

    def refuse(self, number: int) -> None:
        """A keyboard offers nothing again."""

    def stop(self) -> None:
        """Nothing is open."""


def _button(key: int) -> int | None:
    for first in (ROW_1, KEYPAD_1):
        if first <= key < first + BUTTONS:
            return key - first + 1
    return None
