"""Looks whether what the next session needs to know has changed on disk, and takes it if it can."""

import logging
from collections.abc import Callable
from datetime import date

from device_config.config_store import ConfigStore, Effective
from device_config.disk import say_once
from device_config.errors import KioskError
from device_config.state import StateDirectory
from kiosk.next_session import fingerprint_of, session_config_of
from kiosk.session.config import SessionConfig

log = logging.getLogger(__name__)

Take = Callable[[Effective, SessionConfig], None]


class SettingsWatch:
    """Looks when it is told to; all on one thread.

    `take` is given settings that are news and can be used, at the beginning of each day, too;
    `say`, for the agent, what had to be left out of them, or why they were refused. `fingerprint`
    is that of the settings that count, `today` the day on the wall, None while it is not known.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what the composition root connects it to
        self,
        state: StateDirectory,
        store: ConfigStore,
        fingerprint: tuple[int, ...],
        take: Take,
        say: Callable[[list[str]], None],
        today: Callable[[], date | None],
    ) -> None:
        self._state = state
        self._store = store
        self._today = today
        self._taken = (today(), fingerprint)
        self._take = take
        self._say = say
        self._said: tuple[str, ...] | None = None
        """What the agent was last told; None before the first time."""

    def look(self) -> None:
        """Take what has changed; refuse bad settings aloud. Never raises for trouble with files."""
        try:
            today = self._today()
            wanted = (today, fingerprint_of(self._state, self._store))
            if wanted != self._taken:
                self._taken = wanted
                self._take_news(today)
            elif self._said is None:
                self._say_news(self._store.effective().warnings)
        except (OSError, KioskError) as error:  # trouble with files must not end Kivy's thread
            say_once(f"settings not looked at: {error}")

    def _take_news(self, today: date | None) -> None:
        try:
            effective = self._store.effective()
            config = session_config_of(self._state, effective.settings, today)
        except KioskError as error:
            log.error("settings not taken: %s", error)  # noqa: TRY400 - a person's mistake
            self._say_news((str(error),))
            return
        for warning in effective.warnings:
            log.warning("%s", warning)
        self._say_news(effective.warnings)
        self._take(effective, config)

    def _say_news(self, warnings: tuple[str, ...]) -> None:
        if warnings != self._said:
            self._said = warnings
            self._say(list(warnings))
