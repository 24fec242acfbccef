"""Setting a terminal up with a code, whoever brings it: the command, staff, or the boot file."""

import logging
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

import msgspec

from device_config.clock import Reading
from device_config.config_store import ConfigStore
from device_config.errors import ConfigurationProblems, KioskError, StateNotWritable, UsageProblem
from device_config.settings import CentralSettings
from device_config.state import StateDirectory
from device_config.units import UnitsFile
from sync.client import CentralClient
from sync.enrolment import enrol, is_another_centre, take_config
from sync.enrolment_reply import refused
from sync.questionnaire_pull import QuestionnairePuller
from sync.units_pull import fetch_units

log = logging.getLogger(__name__)

ADDRESS_KEYS = ("url", "ca_file")
UNITS_S = 10.0
"""For the list of units: whoever brought the code waits."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A terminal that is enrolled; `problem` is what is wrong with its first configuration."""

    terminal_id: str
    problem: str | None = None


def set_up(
    state: StateDirectory,
    store: ConfigStore,
    code: str,
    address: Mapping[str, str],
    now: Reading,
) -> SetUp:
    """Exchange the code, keep what it gives and the address that it was given at.

    `address` holds those of ADDRESS_KEYS that differ from the settings. Raises EnrolmentRefused.
    """
    settings = _central(store, address)
    if not settings.url:
        raise refused("no-address")

    try:
        with closing(CentralClient(settings, None)) as client:

            def keep_address() -> None:
                # Only now: an address with a typo must not stay behind.
                for key, value in address.items():
                    store.set_value(f"central.{key}", value)
                if is_another_centre(state, client.root):
                    store.leave_centre()

            enrolment = enrol(state, client, code, now, on_let_in=keep_address)
    except StateNotWritable as error:
        raise refused("storage", str(error)) from None
    config = enrolment.config
    layer = config.settings if config.settings is not msgspec.UNSET else None
    problem = None
    try:
        with closing(CentralClient(settings, enrolment.token)) as client:
            # The first settings may need them. What does not come now, the agent fetches later.
            QuestionnairePuller(state, store, client).pull(config.questionnaires, layer)
        take_config(state, store, config, now)
    except KioskError as error:
        problem = str(error)
    with closing(CentralClient(settings, enrolment.token, UNITS_S)) as client:
        _fetch_units(state, client, now)
    return SetUp(enrolment.terminal_id, problem)


def _fetch_units(state: StateDirectory, client: CentralClient, now: Reading) -> None:
    """Staff search in the list next. Best effort: the agent fetches it later, too."""
    try:
        fetch_units(UnitsFile.of(state), client, now)
    except StateNotWritable as error:
        log.warning("the list of units is not kept: %s", error)


def _central(store: ConfigStore, address: Mapping[str, str]) -> CentralSettings:
    """The centre's settings with this address in them; raises EnrolmentRefused if it is none."""
    settings = store.effective().settings.central
    if not address:
        return settings
    try:
        for key, value in address.items():
            store.effective_with(f"central.{key}", value)
    except (ConfigurationProblems, UsageProblem) as error:
        raise refused("wrong-address", _in_a_line(error)) from None
    return msgspec.structs.replace(settings, **dict(address))


def _in_a_line(error: ConfigurationProblems | UsageProblem) -> str:
    problems = error.problems if isinstance(error, ConfigurationProblems) else (str(error),)
    return "; ".join(problem.strip() for problem in problems)
