"""Documents for the benchmark of the way to the centre: pretend clients answer."""

import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import msgspec

from device_config.config_store import ConfigStore
from device_config.state import open_state
from kiosk.next_session import session_config_of
from kiosk.simulate import simulate
from sync.bench import report
from sync.outbox import open_outbox
from sync.wire import Content

SAMPLES = 100


def lines(responses: int, seed: int) -> Iterable[str]:
    """The report; raises KioskError when a response was lost."""
    return report.lines(samples(SAMPLES, seed), responses)


def samples(count: int, seed: int) -> list[Content]:
    """What so many pretend clients answer, as the centre would get it."""
    with tempfile.TemporaryDirectory() as folder:
        state = open_state(Path(folder) / "state")
        config = session_config_of(state, ConfigStore(state, None).effective().settings)
        with closing(open_outbox(state)) as outbox:
            simulate(config, outbox, count, seed=seed, is_paced=False, say=lambda _: None)
            return [msgspec.json.decode(body, type=Content) for _, body in outbox.documents()]
