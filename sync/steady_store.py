"""Settings for a program that runs for months: a typo in terminal.toml does not end it."""

import logging
from pathlib import Path

from device_config.config_store import ConfigStore, Effective
from device_config.errors import ConfigurationProblems, UsageProblem
from device_config.state import StateDirectory

log = logging.getLogger(__name__)


class SteadyStore(ConfigStore):
    """A store whose settings stay as they were while terminal.toml is wrong."""

    def __init__(self, state: StateDirectory, config_file: Path | None) -> None:
        super().__init__(state, config_file)
        self._last_good: Effective | None = None
        self._said = ""

    def effective(self) -> Effective:
        """The settings now, or the last good ones; each problem is logged once.

        Raises ConfigurationProblems or UsageProblem only while there were no good ones yet.
        """
        try:
            self._last_good = super().effective()
        except (ConfigurationProblems, UsageProblem) as error:
            if self._last_good is None:
                raise
            self._say(str(error))
        else:
            self._said = ""
        return self._last_good

    def _say(self, problem: str) -> None:
        if problem != self._said:
            log.error("going on with the settings before: %s", problem)
        self._said = problem
