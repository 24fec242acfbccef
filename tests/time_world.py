"""A terminal with a real agent and database, on a machine of pretended clocks. No tests."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from builders import NOON, Centre, Terminal, a_centre, a_content, a_terminal
from pretended_machine import PretendedMachine

from kiosk.document import answered, moment_at
from sync.outbox import open_outbox

HOUR, DAY = 3600.0, 86_400.0
IN_1970 = -NOON + 100


@dataclass
class World:
    """A terminal on a machine of pretended clocks, and its centre."""

    machine: PretendedMachine
    centre: Centre
    folder: Path
    stack: ExitStack
    given: int = 0

    def start(self) -> None:
        """Start the agent, as after every boot."""
        self.terminal: Terminal = self.stack.enter_context(
            a_terminal(self.folder, self.centre.url, jitter=0.0)
        )

    def restart(self, ahead: float = IN_1970) -> None:
        """Switched off for an hour, and on again."""
        self.machine.restart(HOUR, ahead)
        self.start()

    def answer(self, ago_s: float = 0.0) -> int:
        """Close a response whose first answer was given so long ago; its seq."""
        self.given += 1
        now = self.machine.reading()
        moment = moment_at(now, now.boottime - ago_s)
        kiosk = open_outbox(self.terminal.state)
        kiosk.put(a_content(self.given, answered=answered(moment)), moment)
        kiosk.close()
        return self.given

    def tick(self, after_s: float = 60.0) -> None:
        """Let the agent work once more, after a while."""
        self.machine.wait(after_s)
        self.terminal.agent.tick(self.machine.reading())

    def received(self, seq: int) -> dict:
        """What the centre was first told of a response's time."""
        batches = [request.json["responses"] for request in self.centre.seen("/responses")]
        return next(each["answered"] for batch in batches for each in batch if each["seq"] == seq)

    def corrections(self) -> list[dict]:
        """The data of the correction events that arrived."""
        batches = [request.json["events"] for request in self.centre.seen("/events")]
        events = [event for batch in batches for event in batch]
        return [each["data"] for each in events if each["kind"] == "clock-correction"]


@contextmanager
def a_world(folder, ahead=IN_1970, **answers):
    with a_centre(**answers) as centre, ExitStack() as stack:
        world = World(PretendedMachine(ahead=ahead), centre, folder, stack)
        world.start()
        yield world


def moment_of(answered):
    return datetime.fromisoformat(answered["at"]).timestamp()
