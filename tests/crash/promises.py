"""What a terminal must be after a power cut, given what the world knew before it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from device_config.config_store import ConfigStore
from device_config.credentials import read_credentials
from device_config.durable_file import DurableFile
from device_config.errors import KioskError
from device_config.location import LocationFile
from device_config.state import StateDirectory, open_state
from sync.outbox import Outbox, open_outbox
from sync.salvage.rescue import open_or_rescue
from tests.builders import TERMINAL, a_content, a_reading
from tests.crash.operations import Began, Ended, Operation, Said, Sent
from tests.crash.scenario import CLIENTS, EPOCH, PLACE, UNDO_S, Recording

DURABLE_FILES = ("epoch", "settings", "location", "credentials")
FIXED_LATER = ("terminal_id", "answered")
"""What of a closed response may still change until it is sent."""


class PromiseBroken(AssertionError):
    """A disk that a power cut could leave is not what we promise."""


@dataclass
class World:
    """What is known outside of the terminal."""

    printed: bytes = b""
    sent: bytes = b""
    sent_ids: set[str] = field(default_factory=set)
    running: str = ""
    began: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)

    def take(self, operation: Operation) -> None:
        """Hear what a program said, if it did."""
        match operation:
            case Said(content) if self.running in CLIENTS:
                self.printed += content
            case Sent(content):
                self.sent += content
                self.sent_ids |= _ids_of_last_batch(self.sent)
            case Began(step):
                self.began.add(step)
                self.running = step
            case Ended(step):
                self.ended.add(step)

    @property
    def ids(self) -> list[str]:
        """The ids that were printed whole."""
        return [each.decode() for each in self.printed.split(b"\n")[:-1]]

    def may_be(self, step: str, before: object, after: object) -> tuple[object, ...]:
        """What something may be now that a step changes."""
        if step in self.ended:
            return (after,)
        return (before, after) if step in self.began else (before,)


def check(path: Path, world: World, recording: Recording) -> None:
    """Start the terminal's own code on a state directory; raises PromiseBroken."""
    with _starting():
        state = open_state(path)
        _check_settings(state, world, recording.config)
        with closing(open_outbox(state)) as outbox:
            outbox.close_abandoned()
            _check_responses(outbox, world, recording.truth)
            _check_numbers(outbox, state, world)


def check_saved(path: Path, world: World, recording: Recording) -> None:
    """The same for a terminal whose database was damaged, all answers in it still readable."""
    with _starting():
        state = open_state(path)
        with closing(open_or_rescue(state, a_reading())) as outbox:
            outbox.close_abandoned()
            _check_responses(outbox, world, recording.truth)
            outbox.put(a_content(1), a_reading())
            epoch = outbox.counts().epoch
            _expect(epoch == EPOCH + 1, f"epoch {epoch}, which a gap could hide in")
            _expect(DurableFile(state.file("epoch")).read() == {"epoch": epoch}, "the epoch's file")


@contextmanager
def _starting() -> Iterator[None]:
    try:
        yield
    except (KioskError, OSError, sqlite3.Error) as error:
        raise PromiseBroken(f"does not start: {error}") from error


def _expect(is_so: bool, what: str) -> None:
    if not is_so:
        raise PromiseBroken(what)


def _check_settings(state: StateDirectory, world: World, config: Path) -> None:
    for name in DURABLE_FILES:
        DurableFile(state.file(name)).read()
    effective = ConfigStore(state, config).effective()
    _expect(effective.warnings == (), f"settings: {effective.warnings}")
    undo_s = effective.settings.session.undo_s
    _expect(undo_s in world.may_be("set", 2, UNDO_S), f"undo_s = {undo_s}")
    place = LocationFile.of(state).current(effective.settings.location).place
    _expect(place in world.may_be("enrol", None, PLACE), f"place = {place}")
    credentials = read_credentials(state, effective.settings.central)
    terminal = credentials and credentials.terminal_id
    _expect(terminal in world.may_be("enrol", None, TERMINAL), f"terminal = {terminal}")


def _check_responses(outbox: Outbox, world: World, truth: dict[str, bytes]) -> None:
    verdict = outbox.db.conn.execute("PRAGMA integrity_check").fetchone()[0]
    _expect(verdict == "ok", f"the database: {verdict}")
    bodies = [bytes(body) for _, body in outbox.documents()]
    found = {json.loads(body)["id"]: body for body in bodies}
    _expect(len(found) == len(bodies), "a response is there twice")
    missing = [each for each in world.ids if each not in found]
    _expect(not missing, f"printed and gone: {len(missing)} of {len(world.ids)}")
    for each in world.ids:
        _expect(_content(found[each]) == _content(truth[each]), f"{each}: other answers")
    for each in world.sent_ids:
        _expect(found.get(each, b"gone") in world.sent, f"{each}: not the bytes that were sent")


def _ids_of_last_batch(sent: bytes) -> set[str]:
    """The ids in the last request's body, if that is a batch of responses and whole."""
    try:
        body = json.loads(sent.rpartition(b"\r\n\r\n")[2])
    except ValueError:
        return set()
    return {each["id"] for each in body.get("responses", ())}


def _content(body: bytes) -> dict[str, object]:
    document = json.loads(body)
    return {name: value for name, value in document.items() if name not in FIXED_LATER}


def _check_numbers(outbox: Outbox, state: StateDirectory, world: World) -> None:
    epochs = dict(outbox.db.conn.execute("SELECT epoch, last_seq FROM epochs"))
    _expect(tuple(epochs) in world.may_be("enrol", (1,), (1, EPOCH)), f"epochs {tuple(epochs)}")
    _expect(DurableFile(state.file("epoch")).read() == {"epoch": max(epochs)}, "the epoch's file")
    numbers = outbox.db.conn.execute("SELECT epoch, seq FROM responses ORDER BY epoch, seq")
    whole = [(epoch, seq) for epoch, last in epochs.items() for seq in range(1, last + 1)]
    _expect(numbers.fetchall() == whole, "a hole in seq")
    outbox.put(a_content(1), a_reading())
    newest = outbox.counts()
    _expect((newest.epoch, newest.last_seq) == (max(epochs), epochs[max(epochs)] + 1), "next seq")
