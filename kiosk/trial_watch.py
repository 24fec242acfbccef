"""Says of changed settings that the kiosk has come up with them, once that is sure."""

from device_config.config_store import ConfigStore
from device_config.disk import say_once
from device_config.errors import KioskError

ALIVE_S = 10.0
"""So long after the first picture, or after a change was taken, the kiosk must still be there."""


class TrialWatch:
    """Looks when it is told to; all on one thread, times in seconds of CLOCK_BOOTTIME.

    `kept` is the digest of the kept settings in use (`Effective.kept`), empty where there is
    nothing to be sure of.
    """

    def __init__(self, store: ConfigStore, kept: str) -> None:
        self._store = store
        self._kept = kept
        self._sure_at: float | None = None
        self._is_drawn = False

    def drawn(self, now: float) -> None:
        """The first picture is on the screen."""
        self._is_drawn = True
        self._sure_at = now + ALIVE_S

    def took(self, kept: str, now: float) -> None:
        """Other settings are in use from now on."""
        self._kept = kept
        if self._is_drawn:
            self._sure_at = now + ALIVE_S

    def look(self, now: float) -> None:
        """Confirm the settings when it is time. Never raises for trouble with the disk."""
        if self._sure_at is None or now < self._sure_at:
            return
        self._sure_at = None
        try:
            if self._kept:
                self._store.confirm(self._kept)
        except (KioskError, OSError) as error:
            self._sure_at = now + ALIVE_S
            say_once(f"that the settings work is not written down: {error}")
