"""A terminal's first hours, recorded: clients, enrolment, a setting, more clients, a sync.

Variants of the program are the same program with a line of it changed: broken ones, and one that
begins its log anew ten times as often, so that a short recording has that, too.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from device_config.state import open_state
from sync.outbox import open_outbox
from tests.builders import TERMINAL, TOKEN, CentreAnswer, a_centre
from tests.crash.disk import Tree, write_out
from tests.crash.operations import Operation
from tests.crash.recording import Recorder

PLACE = "Aula 2"
UNDO_S = 4
EPOCH = 2
"""What the centre asks for at the enrolment."""
STATE = Path("srv/terminal/state")
"""Where in the watched folder; nothing of it is there at the start."""

MAIN = "from kiosk.cli import main; main(prog_name='palautepiste')"
VARIANTS = {
    "as it is": "",
    "a short log": """
import sqlite3
connect = sqlite3.connect
def connect_with_short_log(*arguments, **options):
    connection = connect(*arguments, **options)
    connection.execute("PRAGMA wal_autocheckpoint=100")
    return connection
sqlite3.connect = connect_with_short_log
""",
    "synchronous=NORMAL": """
import sqlite3
connect = sqlite3.connect
class Careless(sqlite3.Connection):
    def execute(self, sql, *parameters):
        return super().execute(sql.replace("synchronous=FULL", "synchronous=NORMAL"), *parameters)
def connect_carelessly(*arguments, **options):
    return connect(*arguments, **options, factory=Careless)
sqlite3.connect = connect_carelessly
""",
    "no folder is synced": """
from device_config import database, disk, state
for module in (database, disk, state):
    module.sync_directory = lambda _: None
""",
    "a durable file is not synced": """
import os, stat
from device_config import disk
class Hasty:
    def __getattr__(self, name):
        return getattr(os, name)
    def fsync(self, descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)
disk.os = Hasty()
""",
    "one copy instead of two": """
from device_config import durable_file
durable_file.COPIES = (".1",)
def write_over(path, content, mode):
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        durable_file.os.fsync(file.fileno())
durable_file.replace_file = write_over
""",
    "the id is said before the commit": """
from kiosk.simulate import SimulatedScreen
save = SimulatedScreen._save
def say_and_save(self, effect):
    if effect.draft.ended is not None:
        self._say(effect.draft.id)
        self._say, say = (lambda _: None), self._say
        save(self, effect)
        self._say = say
    else:
        save(self, effect)
SimulatedScreen._save = say_and_save
""",
    "bytes are sent before they are fixed": """
from sync.outbox import Outbox
take = Outbox.take
def take_only(self, *arguments):
    before = self.db.conn.execute("SELECT body, is_fixed, id FROM responses").fetchall()
    parcels = take(self, *arguments)
    with self.db.conn as connection:
        connection.executemany("UPDATE responses SET body = ?, is_fixed = ? WHERE id = ?", before)
    return parcels
Outbox.take = take_only
""",
}


@dataclass(frozen=True)
class Recording:
    """What the programs did, and what each response was in the end, by id."""

    operations: list[Operation]
    truth: dict[str, bytes]
    config: Path


@contextmanager
def a_terminals_centre() -> Iterator[str]:
    """The address of a centre that enrols, and takes all."""
    location = {"revision": 1, "place": PLACE}
    enrolled = {
        "terminal_id": TERMINAL,
        "token": TOKEN,
        "epoch": EPOCH,
        "config": {"location": location},
    }
    with a_centre(enrolments=lambda _: CentreAnswer(enrolled, 201)) as centre:
        yield centre.url


CLIENTS = ("first clients", "more clients", "clients again")
"""The steps that print ids."""


def record(
    folder: Path, clients: int, variant: str = "as it is", *, steps: Sequence[str] = ()
) -> Recording:
    """Let a terminal's first hours pass in a new folder; `steps` names those that are wanted."""
    root, config = folder / "disk", folder / "terminal.toml"
    root.mkdir()
    state = root / STATE
    options = ["--state", str(state), "--config", str(config)]
    program = [sys.executable, "-c", VARIANTS[variant] + MAIN]
    few, many = str(clients // 8), str(clients - clients // 8)
    life = {
        "first clients": ["simulate", few, "--as-fast-as-possible", "--seed", "1"],
        "enrol": ["enrol", "K7-42"],
        "set": ["config", "set", "session.undo_s", str(UNDO_S)],
        "more clients": ["simulate", many, "--as-fast-as-possible", "--seed", "2"],
        "sync": ["sync", "--once"],
    }
    recorder = Recorder(root)
    with a_terminals_centre() as url:
        config.write_text(f'[central]\nurl = "{url}"\n', "utf-8")
        for step, arguments in life.items():
            if not steps or step in steps:
                recorder.run(step, [*program, *arguments, *options])
    return Recording(recorder.operations, _documents(state), config)


def record_again(folder: Path, tree: Tree, clients: int, config: Path) -> Recording:
    """Let clients come to a terminal whose disk a power cut left like this, in a new folder."""
    root = folder / "disk"
    write_out(tree, root)
    recorder = Recorder(root)
    recorder.begin_with(tree)
    state = root / STATE
    options = ["--as-fast-as-possible", "--state", str(state), "--config", str(config)]
    command = [sys.executable, "-c", MAIN, "simulate", str(clients), *options]
    recorder.run("clients again", command)
    return Recording(recorder.operations, _documents(state), config)


def _documents(state: Path) -> dict[str, bytes]:
    with closing(open_outbox(open_state(state))) as outbox:
        return {json.loads(body)["id"]: bytes(body) for _, body in outbox.documents()}
