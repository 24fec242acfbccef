"""The writer while nothing can be written: what is told later, and what no free space mends."""

import queue
import sqlite3
from contextlib import closing

import pytest
from kiosk_builders import a_draft, a_reading
from storage_builders import NoBoxes, a_storage

from device_config import database
from device_config.errors import StateNotWritable
from device_config.road import entry_now, pending_entries
from device_config.state import open_state
from kiosk.session.effects import CheckStorage, FlagEarlier, Save, Tell
from kiosk.session.events import Saved, StorageFailed, StorageReady
from kiosk.writer import MOST_HELD, Writer
from sync.outbox import open_outbox

PATIENCE_S = 20.0


class Disk:
    """A storage that cannot be opened while `is_full`, and a reserve that remembers its use."""

    def __init__(self, state):
        self.state = state
        self.is_full = False
        self.was_given_back = False

    def open(self):
        if self.is_full:
            raise OSError("no space left on device")
        outbox = a_storage(self.state)
        outbox.is_replaced = lambda: self.is_full  # so that it is opened anew
        return outbox

    def keep(self):
        return True

    def keep_last(self):
        """There is always room for it."""

    def give_back(self):
        self.was_given_back = True
        return False

    give_back_last = give_back


@pytest.fixture
def disk(tmp_path):
    return Disk(open_state(tmp_path / "state"))


@pytest.fixture
def news():
    return queue.Queue()


@pytest.fixture
def a_writer(disk, news):
    writers = []

    def a_writer():
        moment_of = lambda draft: a_reading(draft.first_at)  # noqa: E731
        writer = Writer(disk.open, moment_of, a_reading, news.put, NoBoxes(), room=disk)
        writers.append(writer)
        return writer

    yield a_writer
    for writer in writers:
        writer.stop()


@pytest.fixture
def writer(a_writer):
    writer = a_writer()
    writer.start()
    return writer


def heard(news, kind):
    event = news.get(timeout=PATIENCE_S)
    assert isinstance(event, kind), event
    return event


def told(disk):
    with closing(open_outbox(disk.state)) as outbox:
        return [entry.kind for entry in pending_entries(outbox.db, 1000)]


def works_again(disk, writer, news):
    disk.is_full = False
    writer.submit(CheckStorage())
    heard(news, StorageReady)
    writer.submit(CheckStorage())  # behind what was held
    heard(news, StorageReady)


def nothing_can_be_written(disk, writer, news):
    disk.is_full = True
    writer.submit(Save(a_draft()))
    heard(news, StorageFailed)


def test_what_was_to_be_told_while_nothing_could_be_written_is_told_afterwards(disk, news, writer):
    first = a_draft()
    heard(news, StorageReady)
    writer.submit(Save(first))
    heard(news, Saved)
    nothing_can_be_written(disk, writer, news)
    writer.submit(entry_now("turned-away", {"presses": 1}, a_reading()))
    writer.submit(Tell("slap", {}))
    writer.submit(FlagEarlier("burst", 1.0, 2.0, (first.id,)))
    writer.submit(CheckStorage())
    heard(news, StorageFailed)

    works_again(disk, writer, news)

    assert told(disk) == ["turned-away", "slap", "flag"]


def test_what_was_to_be_told_is_told_at_the_end_if_there_is_room_by_then(disk, news, a_writer):
    writer = a_writer()
    disk.is_full = True
    writer.start()
    heard(news, StorageFailed)
    writer.submit(Tell("slap", {}))
    writer.submit(CheckStorage())
    heard(news, StorageFailed)
    disk.is_full = False

    writer.stop()

    assert told(disk) == ["slap"]


def test_of_very_much_to_be_told_later_the_newest_is_kept(disk, news, writer):
    heard(news, StorageReady)
    nothing_can_be_written(disk, writer, news)
    for number in range(MOST_HELD + 5):
        writer.submit(Tell(f"event-{number}", {}))
    writer.submit(CheckStorage())
    heard(news, StorageFailed)

    works_again(disk, writer, news)

    assert told(disk) == [f"event-{number}" for number in range(5, MOST_HELD + 5)]


def test_what_does_not_fit_in_line_is_told_later_too(disk, news, a_writer, monkeypatch):
    monkeypatch.setattr("kiosk.writer.MOST_WAITING", 3)
    writer = a_writer()
    for number in range(6):  # not started: nothing is taken from the line
        writer.submit(Tell(f"event-{number}", {}))
    writer._queue.get()

    writer.start()
    heard(news, StorageReady)
    works_again(disk, writer, news)

    assert set(told(disk)) == {f"event-{number}" for number in range(1, 6)}


def test_a_database_that_somebody_else_holds_is_no_full_disk(disk, news, writer, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.2)
    heard(news, StorageReady)
    with closing(sqlite3.connect(disk.state.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer.submit(Save(a_draft()))
        heard(news, StorageFailed)
        other.execute("ROLLBACK")

    assert not disk.was_given_back


def test_a_lock_is_known_behind_the_words_that_we_put_it_in(disk, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.1)
    with closing(sqlite3.connect(disk.state.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")  # before there is a log, nobody can even look

        with pytest.raises(StateNotWritable) as caught:
            open_outbox(disk.state)

    assert database.is_busy(caught.value)
    assert not database.is_busy(StateNotWritable("the disk is full"))
    assert not database.is_busy(sqlite3.OperationalError("made by Python"))
