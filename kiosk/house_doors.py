"""The house opens and closes by the clock on the wall, once that is right."""

from device_config.campaigns import HouseHours
from device_config.clock import Reading
from kiosk.next_session import is_open_at
from kiosk.session.events import DoorsChanged


class HouseDoors:
    """Looks when it is told to; all on one thread. `hours` are those of the unit where we stand."""

    def __init__(self, hours: HouseHours) -> None:
        self.hours = hours
        self._was_synced = False

    def look(self, now: Reading, *, was_open: bool, was_seen: bool = True) -> DoorsChanged | None:
        """What has changed since they `was_open`; None where nothing has.

        `was_seen`: whether the change happened since the last look, as far as the hours go. It
        was not where the clock has only just become right.
        """
        is_open = is_open_at(self.hours, now.wall, now.is_synced)
        was_seen = was_seen and self._was_synced
        self._was_synced = now.is_synced
        return None if is_open == was_open else DoorsChanged(is_open, now.boottime, was_seen)
