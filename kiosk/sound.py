"""The sound of an answer that was taken, through SDL's mixer. Kivy's thread only."""

import logging
from typing import Any

from device_config.assets import asset_path

log = logging.getLogger(__name__)


class AcceptedSound:
    """One short sound; where none can be made that is said once, and nothing else is lost."""

    def __init__(self) -> None:
        self._sound: Any = None

    def turn(self, *, is_on: bool, volume: int = 100) -> None:
        """On or off, and how loud, from 0 to 100.

        Opening the loudspeaker is slow: not before the first frame, and only if wanted.
        """
        if not is_on:
            self._sound = None
        elif self._sound is None:
            self._sound = _loaded()
        if self._sound is not None:
            self._sound.volume = volume / 100

    def play(self) -> None:
        """Be heard once; a sound that still plays begins anew."""
        if self._sound is not None:
            self._sound.stop()
            self._sound.play()


def _loaded() -> Any:
    try:
        from kivy.core.audio import SoundLoader

        sound = SoundLoader.load(str(asset_path("sounds", "accepted.wav")))
    except Exception as error:  # noqa: BLE001 - whatever a driver raises: one line
        log.warning("no sound: %s", error)
        return None
    if sound is None:
        log.warning("no sound: no loudspeaker could be opened")
    return sound
