"""Opening the outbox as the kiosk does: damage is mended, and what an earlier run knew taken up."""

from typing import TYPE_CHECKING

from device_config import clock
from device_config.state import StateDirectory
from kiosk.panel.presses import PressMemory
from kiosk.touch_record import TouchRecord

if TYPE_CHECKING:  # slow to import: it comes after the first frame
    from sync.outbox import Outbox


class OutboxOpening:
    """Opens the outbox of `state`, again whenever writing to it has failed.

    What it knows of earlier touches and presses goes into `touches` and `presses`.
    """

    def __init__(self, state: StateDirectory, touches: TouchRecord, presses: PressMemory) -> None:
        self._state = state
        self._touches = touches
        self._presses = presses
        self._has_opened = False

    def open(self) -> "Outbox":
        """The outbox, whole; raises KioskError, sqlite3.Error or OSError where it cannot be."""
        from device_config.road import fact
        from kiosk.press_record import PRESSES, settled_presses
        from sync.salvage.rescue import open_or_rescue

        # Opened again: writing has failed, so it is looked at more closely.
        outbox = open_or_rescue(self._state, clock.read(), (PRESSES,), is_thorough=self._has_opened)
        self._has_opened = True
        self._touches.take_up(fact(outbox.db, "kiosk", "touches"))
        now = clock.read()
        self._presses.take_up(settled_presses(outbox.db, now.boot_id, now.boottime))
        return outbox
