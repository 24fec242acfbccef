"""A full disk: nobody answers in vain, no waiting answer is given up, and it mends by itself."""

import errno
import json
import os
import queue
import shutil
import sqlite3
import uuid
from contextlib import closing

import pytest
from builders import TERMINAL, a_content, an_id, by_state
from kiosk_builders import a_draft, a_reading, press
from small_disk import a_small_disk, fill_up, only_root
from storage_builders import NoBoxes, a_storage

from device_config.reserve import Reserve
from device_config.road import pending_entries
from device_config.state import StateDirectory, open_state
from kiosk.session.effects import CheckStorage, Save
from kiosk.session.events import Saved, StorageFailed, StorageReady, TimePassed
from kiosk.session.moves import fail
from kiosk.session.states import Idle
from kiosk.turned_away import SAME_TOUCH_S, TurnedAway
from kiosk.writer import Writer
from sync.outbox import open_outbox
from sync.retention import give_up
from tests.world import Terminal, wait_for

MIB = 1024 * 1024
PATIENCE_S = 10.0


@pytest.fixture
def disk(tmp_path):
    with a_small_disk(tmp_path / "disk", 24) as folder:
        yield folder


@pytest.fixture
def state(disk):
    return open_state(disk / "state")


@pytest.fixture
def news():
    return queue.Queue()


@pytest.fixture
def start(state, news):
    writers = []

    def start(room=None, open_storage=None):
        open_storage = open_storage or (lambda: a_storage(state))
        moment_of = lambda draft: a_reading(draft.first_at)  # noqa: E731
        writer = Writer(open_storage, moment_of, a_reading, news.put, NoBoxes(), room=room)
        writer.start()
        writers.append(writer)
        return writer

    yield start
    for writer in writers:
        writer.stop()


def heard(news, kind):
    event = news.get(timeout=PATIENCE_S)
    assert isinstance(event, kind), event
    return event


def a_reserve(state: StateDirectory):
    return Reserve(state.file("reserve"), 4 * MIB)


def a_whole_response():
    return Save(a_draft(id=str(uuid.uuid4())).closed("submitted"))


# The space that is set aside


@only_root
def test_space_that_is_set_aside_is_really_taken_and_really_given_back(disk, state):
    reserve = a_reserve(state)
    free = shutil.disk_usage(disk).free

    assert reserve.keep()
    assert shutil.disk_usage(disk).free <= free - 4 * MIB
    assert reserve.give_back()
    assert shutil.disk_usage(disk).free >= free - MIB
    assert not reserve.give_back()


@only_root
def test_without_room_for_all_of_it_none_is_taken(disk, state):
    reserve = a_reserve(state)
    fill_up(disk, leave=2 * MIB)

    assert not reserve.keep()
    assert not reserve.is_kept
    assert shutil.disk_usage(disk).free >= MIB


def test_a_file_system_that_sets_nothing_aside_does_not_end_the_collecting(tmp_path, monkeypatch):
    def cannot(*_):
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(os, "posix_fallocate", cannot)

    assert Reserve(tmp_path / "reserve").keep()


# The writer on a full disk


@only_root
def test_whoever_answers_while_the_disk_fills_up_is_stored_to_the_end(disk, state, news, start):
    writer = start(a_reserve(state))
    heard(news, StorageReady)
    fill_up(disk)
    drafts = [a_whole_response() for _ in range(20)]

    for save in drafts:
        writer.submit(save)
        assert heard(news, Saved).save == save

    with closing(open_outbox(state)) as outbox:
        assert by_state(outbox) == (0, 20, 0, 0)


@only_root
def test_without_space_set_aside_the_same_client_would_have_answered_in_vain(disk, news, start):
    """The broken variant."""
    writer = start(room=None)
    heard(news, StorageReady)
    fill_up(disk)
    kinds = set()

    for _ in range(200):
        writer.submit(a_whole_response())
        kinds.add(type(news.get(timeout=PATIENCE_S)))

    assert StorageFailed in kinds


@only_root
def test_the_next_client_is_not_asked_before_there_is_space_again(disk, state, news, start):
    reserve = a_reserve(state)
    writer = start(reserve)
    heard(news, StorageReady)
    hog = fill_up(disk)
    writer.submit(a_whole_response())
    heard(news, Saved)
    fill_up(disk)

    writer.submit(CheckStorage())
    heard(news, StorageFailed)
    hog.unlink()
    writer.submit(CheckStorage())

    heard(news, StorageReady)
    assert reserve.is_kept


@only_root
def test_copies_make_room_for_answers_and_it_is_said_how_many(disk, state, news, start):
    with closing(open_outbox(state)) as outbox:
        for number in range(1, 3001):
            outbox.put(a_content(number), a_reading())
        outbox.settle([an_id(number) for number in range(1, 2901)])
    fill_up(disk, leave=3 * MIB)

    writer = start(a_reserve(state))
    heard(news, StorageReady)

    with closing(open_outbox(state)) as outbox:
        _, pending, sent, _ = by_state(outbox)
        [event] = [each for each in pending_entries(outbox.db, 9) if each.kind == "made-room"]
    assert pending == 100
    assert event.data == {"sent": 2900 - sent}
    assert writer is not None


@only_root
def test_on_a_disk_full_of_waiting_answers_none_is_given_up(disk, state, news, start):
    with closing(open_outbox(state)) as outbox:
        for number in range(1, 201):
            outbox.put(a_content(number), a_reading())
    fill_up(disk, leave=2 * MIB)

    start(a_reserve(state))
    heard(news, StorageFailed)

    with closing(open_outbox(state)) as outbox:
        assert by_state(outbox) == (0, 200, 0, 0)


@only_root
def test_on_a_disk_that_is_full_to_the_last_byte_what_needs_no_room_goes_first(disk, state):
    room = Reserve(state.file("reserve"), 4 * MIB)
    with closing(open_outbox(state)) as outbox:
        for number in range(1, 1001):
            outbox.put(a_content(number), a_reading())
        while batch := outbox.take(500, MIB, TERMINAL):
            outbox.settle([each.id for each in batch])
    state.file("device.db.damaged-1").write_bytes(bytes(2 * MIB))
    with closing(open_outbox(state)) as outbox:  # its log is empty now
        fill_up(disk)
        assert not room.keep()
        fill_up(disk)

        given = give_up(outbox, room.keep)

        assert given["damaged_files"] == 1
        # With what that freed, the copies could go, too.
        assert given["sent"] > 0


# Who came in vain


def out_of_order():
    from kiosk_builders import Sitting

    return fail(Sitting().state, None, 0.0).state


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def told():
    return []


@pytest.fixture
def turned_away(told):
    clock = Clock()
    counter = TurnedAway(clock, lambda *counted: told.append(counted))
    counter.clock = clock
    return counter


def fails(turned_away):
    broken = out_of_order()
    turned_away.saw(Idle(broken.memory, broken.preferences), StorageFailed(None, 0.0), broken)
    return broken


def recovers(turned_away, broken):
    turned_away.clock.now += 30.0
    turned_away.saw(broken, StorageReady(0.0), Idle(broken.memory, broken.preferences))


def test_presses_and_touches_while_out_of_order_are_told_when_it_works_again(turned_away, told):
    broken = fails(turned_away)
    for number in (1, 1, 2, None, None):
        turned_away.saw(broken, press(3, number=number), broken)
    turned_away.touched()
    turned_away.touched()
    turned_away.clock.now += SAME_TOUCH_S
    turned_away.touched()
    assert told == []

    recovers(turned_away, broken)

    assert told == [(4, 2, 30.0 + SAME_TOUCH_S)]


def test_a_time_out_of_order_in_which_nobody_came_is_not_told(turned_away, told):
    recovers(turned_away, fails(turned_away))

    assert told == []


def test_who_comes_while_all_is_well_is_not_counted(turned_away, told):
    broken = fails(turned_away)
    recovers(turned_away, broken)
    well = Idle(broken.memory, broken.preferences)

    turned_away.touched()
    turned_away.saw(well, press(3, number=1), well)
    recovers(turned_away, fails(turned_away))

    assert told == []


def test_each_time_out_of_order_is_counted_for_itself(turned_away, told):
    for _ in range(2):
        broken = fails(turned_away)
        turned_away.saw(broken, press(3, number=1), broken)
        turned_away.saw(broken, TimePassed(1.0), broken)
        recovers(turned_away, broken)

    assert [presses for presses, _, _ in told] == [1, 1]


# The real window on a really full disk


@only_root
def test_the_window_says_that_it_is_out_of_order_and_comes_back_by_itself(tmp_path):
    with a_small_disk(tmp_path / "disk", 40) as disk:
        terminal = Terminal(disk, "", "[session]\nfollow_up = false\nundo_s = 0\n")
        with terminal.window() as reach:
            wait_for((terminal.state / "reserve").exists, "the space that is set aside")
            wait_for(terminal.is_set_up, "the storage")
            hog = fill_up(disk)
            reach.touch("answer:5")
            reach.wait(lambda seen: seen["screen"] == "thanks", "thanks from the space set aside")
            wait_for(
                lambda: fill_up(disk) and reach.look()["screen"] == "out-of-order", "out of order"
            )
            reach.touch_at(400, 300)
            hog.unlink()
            reach.wait(lambda seen: seen["screen"] == "faces", "the start screen again")
        with closing(sqlite3.connect(terminal.database)) as connection:
            [(data,)] = connection.execute(
                "SELECT data FROM journal WHERE kind = 'turned-away'"
            ).fetchall()
        assert len(terminal.rows()) == 1

    assert json.loads(data)["touches"] == 1
