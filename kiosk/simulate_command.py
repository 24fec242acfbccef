"""`palautepiste simulate`, put together."""

import sys
from dataclasses import replace
from pathlib import Path

from device_config import clock
from device_config.config_store import ConfigStore
from device_config.credentials import read_credentials
from device_config.errors import UsageProblem
from device_config.state import SYSTEM_STATE, hold, open_state
from kiosk.next_session import session_config_of
from kiosk.simulate import simulate
from kiosk.terminal import LOCK_WAIT_S
from sync.salvage.rescue import open_or_rescue
from sync.wire import Flag


def run_simulation(  # noqa: PLR0913 - one parameter an option
    state_path: Path,
    config_file: Path | None,
    count: int,
    *,
    seed: int,
    is_paced: bool,
    is_confirmed: bool,
) -> None:
    """Simulate on a state directory; raises KioskError for what a person can mend."""
    state = open_state(state_path)
    settings = ConfigStore(state, config_file).effective().settings
    is_real = state.path == SYSTEM_STATE and read_credentials(state, settings.central) is not None
    if is_real and not is_confirmed:
        raise UsageProblem(
            f"{state.path} is an enrolled terminal's own state: its centre would get pretend "
            "responses; give another --state, or --yes"
        )
    config = session_config_of(state, settings)
    config = replace(config, base_flags=(*config.base_flags, Flag(rule="simulated")))
    with hold(state, "kiosk", wait_s=LOCK_WAIT_S):
        outbox = open_or_rescue(state, clock.read())
        outbox.close_abandoned()
        simulate(config, outbox, count, seed=seed, is_paced=is_paced, say=_say)
        outbox.close()


def _say(response_id: str) -> None:
    sys.stdout.write(response_id + "\n")
    sys.stdout.flush()
