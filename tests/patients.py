"""A terminal for `doctor` to look at, healthy until a test does something to it. No tests."""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders import TERMINAL, TOKEN, UNIT, Centre, CentreAnswer, a_centre, an_outbox

from device_config.checks.clock import ClockFacts
from device_config.checks.finding import Finding
from device_config.clock_trust import KernelClock
from device_config.credentials import Credentials, write_credentials
from device_config.reserve import Reserve
from device_config.state import StateDirectory, hold, open_state
from kiosk.checks.machine import Machine
from kiosk.doctor import examined, look_at

OFF_SCREEN = {"SDL_VIDEODRIVER": "offscreen"}
RIGHT = KernelClock(is_unsynced=False, max_error_s=0.01)


def right_clock() -> ClockFacts:
    """A clock that something keeps right."""
    return ClockFacts(time.time(), RIGHT, None, ("chrony",))


def knows_it(_request: object) -> CentreAnswer:
    """A centre's word to a terminal that it knows."""
    return CentreAnswer({"settings": {}, "location": {"revision": 0}})


@dataclass
class Patient:
    """An enrolled terminal whose centre answers; both places in its state folder are taken."""

    state: StateDirectory
    config: Path
    centre: Centre
    machine: Machine = field(default_factory=lambda: Machine(environment=OFF_SCREEN))
    running: ExitStack = field(default_factory=ExitStack)

    def set(self, text: str) -> None:
        """Write another terminal.toml."""
        self.config.write_text(text, "utf-8")

    def add(self, text: str) -> None:
        """Write more into terminal.toml."""
        self.set(f"{self.config.read_text('utf-8')}\n{text}\n")

    def findings(self) -> dict[str, list[Finding]]:
        """What doctor finds, by the group."""
        subject = look_at(self.state.path, self.config, self.machine)
        return {title: list(found) for title, found in examined(subject, right_clock)}

    def complaints(self) -> list[tuple[str, Finding]]:
        """What is not well, each with its group."""
        return [
            (title, each)
            for title, found in self.findings().items()
            for each in found
            if each.verdict in {"warn", "fail"}
        ]


@contextmanager
def a_patient(folder: Path, responses: int = 0, **answers: Any) -> Iterator[Patient]:
    """A healthy terminal; `config=refusal(503)` changes what its centre answers."""
    outbox = an_outbox(folder, responses)
    outbox.close()
    state = open_state(folder / "state")
    write_credentials(state, Credentials(terminal_id=TERMINAL, token=TOKEN))
    Reserve(state.file("reserve")).keep()
    with a_centre(**{"config": knows_it, **answers}) as centre, ExitStack() as running:
        config = folder / "terminal.toml"
        patient = Patient(state, config, centre, running=running)
        patient.set(f'[central]\nurl = "{centre.url}"\n[location]\nunit = "{UNIT}"\n')
        for role in ("kiosk", "sync"):
            running.enter_context(hold(state, role))
        yield patient


def tree(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Everything in a folder: what it holds, its rights, and when it was written."""
    found = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (content, status.st_mode, status.st_mtime_ns, status.st_ino)
    return found


def told(done: Any) -> list[dict[str, str]]:
    """What `doctor --json` printed."""
    return json.loads(done.stdout)
