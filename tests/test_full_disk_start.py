"""A disk that is full when the storage has to be opened: what can be given up without it goes."""

import os
import queue
from contextlib import closing

import pytest
from builders import TERMINAL, a_content, by_state
from click.testing import CliRunner
from kiosk_builders import a_reading
from small_disk import a_small_disk, fill_up, only_root
from storage_builders import NoBoxes, a_storage
from test_full_disk import MIB, PATIENCE_S

from device_config import reserve
from device_config.reserve import Reserve
from device_config.road import pending_entries
from device_config.state import open_state
from kiosk.cli import main
from kiosk.session.effects import CheckStorage
from kiosk.session.events import StorageFailed, StorageReady
from kiosk.writer import Writer
from sync.outbox import open_outbox
from sync.retention import give_up_files
from sync.salvage.rescue import damaged_files

PAGE = 4096


@pytest.fixture
def disk(tmp_path):
    with a_small_disk(tmp_path / "disk", 40) as folder:
        yield folder


@pytest.fixture
def state(disk):
    return open_state(disk / "state")


@pytest.fixture
def news():
    return queue.Queue()


@pytest.fixture
def start(state, news):
    """A kiosk's writer, as the composition root puts it together."""
    writers = []

    def start(files=lambda: give_up_files(state.database)):
        writer = Writer(
            lambda: a_storage(state),
            lambda draft: a_reading(draft.first_at),
            a_reading,
            news.put,
            NoBoxes(),
            room=Reserve(state.file("reserve"), 4 * MIB),
            give_up_files=files,
        )
        writer.start()
        writers.append(writer)
        return writer

    yield start
    for writer in writers:
        writer.stop()


def first_news(news):
    return news.get(timeout=6 * PATIENCE_S)


def with_waiting(state, count):
    with closing(a_storage(state)) as outbox:
        for number in range(1, count + 1):
            outbox.put(a_content(number), a_reading())


def with_old_damaged_files(state, mib):
    for number in (1, 2, 3):
        state.file(f"device.db.damaged-{number}").write_bytes(b"x" * mib * MIB)


def told(state, kind):
    with closing(open_outbox(state)) as outbox:
        return [each.data for each in pending_entries(outbox.db, 99) if each.kind == kind]


# A restart on a full disk


@only_root
def test_a_kiosk_that_starts_on_a_full_disk_gives_up_files_and_says_which(disk, state, news, start):
    with_waiting(state, 50)
    with_old_damaged_files(state, 3)
    fill_up(disk)

    writer = start()

    assert isinstance(first_news(news), StorageReady)
    writer.submit(CheckStorage())  # behind what is told of it
    assert isinstance(first_news(news), StorageReady)
    with closing(open_outbox(state)) as outbox:
        assert by_state(outbox) == (0, 50, 0, 0)
    gone = 3 - len(damaged_files(state.database))
    made = told(state, "made-room")
    assert sum(each.get("damaged_files", 0) for each in made) == gone > 0


@only_root
def test_a_kiosk_that_could_not_give_up_files_without_the_database_would_be_caught(
    disk, state, news, start
):
    with_waiting(state, 50)
    with_old_damaged_files(state, 3)
    fill_up(disk)

    start(files=dict)

    assert isinstance(first_news(news), StorageFailed)


@only_root
def test_the_last_part_of_the_space_set_aside_lets_copies_make_room(disk, state, news, start):
    """Deleting needs a log: on a disk that is full to the last byte there would be none."""
    with closing(a_storage(state)) as outbox:
        for number in range(1, 8001):
            outbox.put(a_content(number), a_reading())
        while batch := outbox.take(500, MIB, TERMINAL):
            outbox.settle([each.id for each in batch])
    room = Reserve(state.file("reserve"), 4 * MIB)
    assert room.keep()
    assert room.give_back()
    fill_up(disk)

    start()

    assert isinstance(first_news(news), StorageReady)
    [made] = told(state, "made-room")
    assert made["sent"] > 0


def test_files_are_not_given_up_while_there_is_space(tmp_path, monkeypatch):
    state = open_state(tmp_path / "state")
    with_old_damaged_files(state, 1)

    assert give_up_files(state.database) == {}

    monkeypatch.setattr(reserve, "RESERVE_BYTES", 2**62)
    state.file("device.db.new").write_bytes(b"x")
    given = [give_up_files(state.database) for _ in range(5)]
    assert given == [{"leftovers": 1}, *[{"damaged_files": 1}] * 3, {}]


# A rescue on a full disk


def a_damaged_database(state, mib):
    """More than so many MiB of waiting responses, and one page that cannot be read."""
    number = 0
    with closing(a_storage(state)) as outbox:
        while state.database.stat().st_size < mib * MIB:
            for _ in range(500):
                number += 1
                outbox.put(a_content(number), a_reading())
            outbox.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with state.database.open("r+b") as file:
        file.seek(PAGE * 40)
        file.write(os.urandom(PAGE))
    return number


@only_root
def test_a_rescue_without_room_gives_up_older_damaged_files(disk, state, news, start):
    count = a_damaged_database(state, 4)
    with_old_damaged_files(state, 6)
    fill_up(disk, leave=2 * MIB)

    start()

    assert isinstance(first_news(news), StorageReady)
    with closing(open_outbox(state)) as outbox:
        assert by_state(outbox)[1] > count * 9 // 10
    [salvage] = told(state, "salvage")
    assert salvage["given_up"] >= 1
    assert salvage["kept_as"] == damaged_files(state.database)[-1].name


@only_root
def test_a_command_on_a_full_disk_says_to_free_some_space(disk, state):
    with_waiting(state, 5)
    fill_up(disk)

    run = CliRunner().invoke(
        main, ["simulate", "5000", "--as-fast-as-possible", "--state", str(state.path)]
    )

    assert run.exit_code == 1
    assert "free some space" in run.stderr
    assert "call support" not in run.stderr
