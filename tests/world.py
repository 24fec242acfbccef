"""A whole small world for tests: a central service, a terminal's agent and window, for real.

Each is a process of its own, started with the program's own commands on throw-away folders.
"""

import json
import select
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

from kiosk.reach import Reach

PROGRAM = [sys.executable, "-m", "kiosk"]
UNIT = "1.2.246.10.2085212.10.1314"
OFFSCREEN = {"SDL_VIDEODRIVER": "offscreen"}
PATIENCE_S = 30


def run(*arguments, check=True, **options):
    """Run one of our commands to its end."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done


@contextmanager
def running(*arguments, **options):
    """One of our commands as a process, ended with the block."""
    process = subprocess.Popen([*PROGRAM, *map(str, arguments)], text=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)


def wait_for(is_so, why):
    """Look again and again until something holds."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert time.monotonic() < give_up_at, f"waited in vain for {why}"
        time.sleep(0.02)
    return found


class Centre:
    """A central service with one unit."""

    def __init__(self, folder: Path):
        self.folder = folder
        names = ["--name-fi", "Esimerkin terveysasema", "--name-sv", "Exempels hälsostation"]
        run("central-admin", "unit", "add", UNIT, *names, "--county", "20", "--state", folder)

    @contextmanager
    def open(self, port=0):
        """Run the service; gives its address."""
        options = ["--open", "--port", port, "--state", self.folder]
        with running("central", *options, stdout=subprocess.PIPE) as process:
            readable, _, _ = select.select([process.stdout], [], [], PATIENCE_S)
            assert readable, "the central service said nothing"
            yield process.stdout.readline().split()[-1].rstrip("/")

    def new_code(self) -> str:
        code = run("central-admin", "code", "new", "--unit", UNIT, "--state", self.folder)
        return code.stdout.strip()

    def responses(self) -> list[dict]:
        """What has arrived, in the order of seq."""
        lines = run("central-admin", "export", "--state", self.folder).stdout.splitlines()
        return sorted(map(json.loads, lines), key=lambda each: (each["epoch"], each["seq"]))

    def wait_for_responses(self, count: int) -> list[dict]:
        def enough():
            found = self.responses()
            return found if len(found) >= count else None

        return wait_for(enough, f"{count} responses at the centre")


class Terminal:
    """A terminal's state and settings."""

    def __init__(self, folder: Path, url: str, more: str = ""):
        folder.mkdir(parents=True, exist_ok=True)
        self.state = folder / "state"
        self.config = folder / "terminal.toml"
        self.config.write_text(f'[central]\nurl = "{url}"\n{more}', "utf-8")

    @property
    def options(self) -> list[str]:
        return ["--state", str(self.state), "--config", str(self.config)]

    def enrol(self, centre: Centre) -> None:
        run("enrol", centre.new_code(), *self.options)

    def syncing(self, **options):
        return running("sync", *self.options, "--spread", "0", **options)

    @contextmanager
    def window(self, environment=None):
        """The kiosk, off screen, with hands on it."""
        reach = Reach(self.options, OFFSCREEN | (environment or {}))
        try:
            reach.ready()
            yield reach
        finally:
            reach.close()

    @property
    def database(self) -> Path:
        return self.state / "device.db"

    def is_set_up(self) -> bool:
        """Whether the kiosk has opened its storage for the first time."""
        if not self.database.exists():
            return False
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE name = 'responses'")
            return tables.fetchone() is not None

    @contextmanager
    def disk_held(self):
        """Nobody else can write to the database within this block."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.rollback()

    def rows(self) -> list[tuple]:
        """(state, document) of each response on disk, as another program sees it."""
        if not self.is_set_up():
            return []
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT state, body FROM responses ORDER BY epoch, seq")
            return [(state, json.loads(body)) for state, body in rows]

    def status(self) -> dict:
        return json.loads(run("status", "--json", *self.options).stdout)


def answers_of(document: dict) -> dict:
    """The answers by item: a value, a status, or options."""
    return {
        each["item"]: each.get("value", each.get("status", each.get("options")))
        for each in document["answers"]
    }


def go_on(reach: Reach, choice: str) -> dict:
    """Touch a choice and look at what comes of it, once that takes touches."""
    key = reach.ready()["key"]
    reach.touch(choice)
    reach.wait(lambda seen: seen["key"] != key, f"what comes of {choice}")
    return reach.ready()
