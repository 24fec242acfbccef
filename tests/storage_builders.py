"""A kiosk's storage for tests of the writer and the runtime. Holds no tests."""

from device_config import clock
from device_config.state import StateDirectory
from kiosk.press_record import PRESSES
from sync.outbox import Outbox
from sync.salvage.rescue import open_or_rescue


class NoBoxes:
    """There is no panel: nobody waits for an acknowledgement, and nothing has lights."""

    def acknowledge(self, press):
        """Nobody waits for it."""

    refuse = light = acknowledge


def a_storage(state: StateDirectory) -> Outbox:
    """The database as the kiosk opens it."""
    return open_or_rescue(state, clock.read(), (PRESSES,))
