"""The layer of settings that the service gives to every terminal, as an administrator wrote it."""

import logging
from pathlib import Path

from device_config.durable_file import DurableFile
from device_config.errors import ConfigurationProblems, StateDamaged
from device_config.settings import Layer
from device_config.settings_files import check_file, read_layer
from device_config.settings_rules import central_layer_problems
from device_config.state import StateDirectory

log = logging.getLogger(__name__)

NAME = "published"


class PublishedSettings:
    """What is published now; another program may publish while the service runs."""

    def __init__(self, file: DurableFile | None = None) -> None:
        self._file = file
        self._seen: tuple[int, ...] = ()
        self._layer: Layer = {}

    def layer(self) -> Layer:
        """The layer; empty where nothing is published, or it can be read no more."""
        if self._file is None or (seen := self._file.fingerprint()) == self._seen:
            return self._layer
        self._seen = seen
        try:
            self._layer = self._file.read() or {}
        except StateDamaged as error:
            log.error("%s; terminals keep the settings that they have", error)  # noqa: TRY400
        return self._layer


def published_in(state: StateDirectory) -> PublishedSettings:
    """What is published in this state directory."""
    return PublishedSettings(state.durable(NAME))


def publish_settings(file: Path, state: StateDirectory) -> None:
    """Give the settings of a file to every terminal, if a terminal could take them.

    Raises ConfigurationProblems with every problem, UsageProblem, or StateNotWritable.
    """
    layer = read_layer(file)
    problems = dict.fromkeys(
        (*central_layer_problems(layer), *check_file(file, state.questionnaires))
    )
    if problems:
        raise ConfigurationProblems(str(file), tuple(problems))
    state.durable(NAME).write(layer)
