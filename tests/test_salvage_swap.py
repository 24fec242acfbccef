"""A damaged database is kept, and gives way to the new one in steps that may be cut short."""

import errno
import fcntl
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from builders import TERMINAL, a_content, a_reading, a_state, an_outbox
from damage import (
    OF_THE_LOG,
    a_copy,
    damaged,
    rows_of,
    tidy_up,
    told,
    zero_header,
)
from time_world import a_world

from device_config.database import saving_locked
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, StateInUse, StateNotWritable
from device_config.wal import log_of
from sync.boots import note_anchor
from sync.outbox import open_outbox
from sync.salvage import rebuild as rebuilding
from sync.salvage import rescue
from sync.salvage.rescue import MOST_KEPT, damaged_files, open_or_rescue
from sync.wire import Answered

COUNT = 80
FEW = 12


@pytest.fixture
def state(tmp_path):
    return a_copy(tmp_path, COUNT)


# The damaged file is kept


def test_the_damaged_file_is_kept_as_it_was_with_its_log(state):
    damaged(state, "a damaged log")
    before = (state.database.read_bytes(), log_of(state.database).read_bytes())

    open_or_rescue(state, a_reading()).close()

    [kept] = damaged_files(state.database)
    assert (kept.read_bytes(), log_of(kept).read_bytes()) == before


def test_no_more_damaged_files_are_kept_than_have_room(state):
    for _ in range(MOST_KEPT + 2):
        tidy_up(state)
        zero_header(state, random.Random())
        with closing(open_or_rescue(state, a_reading())) as outbox:
            assert len(rows_of(outbox)) == COUNT

    assert [path.name for path in damaged_files(state.database)] == [
        "device.db.damaged-3",
        "device.db.damaged-4",
        "device.db.damaged-5",
    ]
    assert DurableFile(state.file("epoch")).read() == {"epoch": 6}


# A power cut in the middle of it


class Cut(BaseException):
    """The power is gone: nothing after this happens."""


def test_each_new_name_is_on_disk_before_the_next_one_changes(state, monkeypatch):
    """Else a cut could leave the log put aside, and nothing yet in which it was saved."""
    damaged(state, "a damaged log")
    steps, rename, sync = [], Path.rename, rescue.sync_directory
    monkeypatch.setattr(
        Path, "rename", lambda path, to: (steps.append("rename"), rename(path, to))[1]
    )
    monkeypatch.setattr(
        rescue, "sync_directory", lambda folder: (steps.append("sync"), sync(folder))[1]
    )

    open_or_rescue(state, a_reading()).close()

    renames = [at for at, step in enumerate(steps) if step == "rename"]
    assert len(renames) == 4
    assert all(steps[at + 1] == "sync" for at in renames), steps


@pytest.mark.parametrize("name", ["a zeroed header", "a damaged log"])
def test_cut_short_after_any_step_the_rescue_begins_anew_or_goes_on(tmp_path, monkeypatch, name):
    """Each change of a name is a step; so is each directory that is put on disk."""
    whole = damaged(a_copy(tmp_path / "whole", FEW), name)
    with closing(open_or_rescue(whole, a_reading())) as outbox:
        saved = rows_of(outbox)

    for steps in range(100):
        state = damaged(a_copy(tmp_path / str(steps), FEW), name)
        with monkeypatch.context() as patch:
            was_cut = cut_after(patch, steps)
            with suppress(Cut):
                open_or_rescue(state, a_reading()).close()
        if not was_cut:
            break
        if not state.database.exists() or state.file("device.db.rescued").exists():
            with pytest.raises(StateDamaged):
                open_outbox(state)
        with closing(open_or_rescue(state, a_reading())) as outbox:
            assert rows_of(outbox) == saved
            assert outbox.counts().epoch == 2
            assert told(outbox)["kept_as"] == "device.db.damaged-1"
        assert len(damaged_files(state.database)) == 1

    assert steps > 5


def cut_after(patch, steps):
    """Let so many renames, unlinks and syncs happen; what it returns says whether more came."""
    left, was_cut = [steps], []

    def guarded(action):
        def act(*arguments, **options):
            if not left[0]:
                was_cut.append(True)
                raise Cut
            left[0] -= 1
            return action(*arguments, **options)

        return act

    patch.setattr(rescue, "sync_directory", guarded(rescue.sync_directory))
    for action in ("rename", "unlink"):
        patch.setattr(Path, action, guarded(getattr(Path, action)))
    return was_cut


def test_a_disk_without_room_for_the_new_database_changes_nothing(state, monkeypatch):
    damaged(state, "a zeroed header")
    before = state.database.read_bytes()

    def is_full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding._Filling, "take", is_full)
        with pytest.raises(StateNotWritable, match="full"):
            open_or_rescue(state, a_reading())

    assert state.database.read_bytes() == before
    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert len(rows_of(outbox)) == COUNT


@pytest.mark.parametrize("name", OF_THE_LOG)
def test_a_rescue_that_fails_leaves_all_that_it_read_to_the_next_one(state, monkeypatch, name):
    """SQLite deletes the log of an empty file even for whoever only reads."""
    damaged(state, name)
    parts = (state.database, log_of(state.database))
    before = [path.read_bytes() for path in parts if path.exists()]

    def is_full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding._Filling, "finish", is_full)
        with pytest.raises(StateNotWritable, match="full"):
            open_or_rescue(state, a_reading())

    assert [path.read_bytes() for path in parts if path.exists()] == before


def test_a_disk_that_fails_is_told_in_our_own_words(state, monkeypatch):
    def fails(*_):
        raise OSError(errno.EROFS, "Read-only file system", str(state.database))

    damaged(state, "a zeroed header")
    monkeypatch.setattr(rescue, "sync_directory", fails)

    with pytest.raises(StateNotWritable, match="db: Read-only file system; free"):
        open_or_rescue(state, a_reading())


# Nobody sends out of it meanwhile


@pytest.fixture
def untimed(tmp_path):
    """Answers without a time, one of them damaged, and an agent that has them open."""
    with closing(an_outbox(tmp_path)) as outbox:
        for number in range(1, 6):
            reading = a_reading(is_synced=False, wall=0.0)
            answered = Answered(at=None, clock="unknown")
            outbox.put(a_content(number, answered=answered), reading)
        with outbox.db.conn as conn:
            conn.execute("UPDATE responses SET body = 'x' WHERE seq = 5")
    with closing(open_outbox(a_state(tmp_path))) as agent:
        yield agent


def test_what_is_sent_while_it_is_saved_would_be_sent_again_with_other_bytes(
    tmp_path, untimed, monkeypatch
):
    state, real = a_state(tmp_path), rescue.rebuild

    def rebuild_while_the_agent_works(*arguments):
        saved = real(*arguments)
        with pytest.raises(StateInUse, match="is being saved"):
            untimed.take(10, 10**6, TERMINAL)
        return saved

    monkeypatch.setattr(rescue, "rebuild", rebuild_while_the_agent_works)
    with closing(open_or_rescue(state, a_reading())) as outbox:
        with pytest.raises(StateDamaged, match="another file takes its place"):
            untimed.take(10, 10**6, TERMINAL)
        note_anchor(outbox.db, a_reading(60))
        bodies = [each.body for each in outbox.take(10, 10**6, TERMINAL)]

    assert len(bodies) == 4
    assert all(b"corrected" in body for body in bodies)


def test_nothing_is_sent_between_a_rescue_that_was_cut_short_and_the_next(
    tmp_path, untimed, monkeypatch
):
    def cut(_):
        raise Cut

    with monkeypatch.context() as patch:
        patch.setattr(rescue, "_take_its_place", cut)
        with suppress(Cut):
            open_or_rescue(a_state(tmp_path), a_reading())

    with pytest.raises(StateDamaged, match="another file takes its place"):
        untimed.take(10, 10**6, TERMINAL)


def test_a_rescue_waits_for_whoever_is_sending(tmp_path, untimed, monkeypatch):
    monkeypatch.setattr(rescue, "BUSY_TIMEOUT_S", 0.0)

    with untimed._unsaved(), pytest.raises(StateInUse, match="another program sends from it"):
        open_or_rescue(a_state(tmp_path), a_reading())

    with closing(open_or_rescue(a_state(tmp_path), a_reading())) as outbox:
        assert outbox.counts().pending == 4


def test_an_agent_passes_over_its_sending_while_the_file_is_saved_and_does_the_rest(
    tmp_path, caplog
):
    with a_world(tmp_path) as world:
        seq = world.answer()
        with saving_locked(world.terminal.state.database, fcntl.LOCK_EX):
            world.tick()
        assert not world.centre.seen("/responses")
        assert world.centre.seen("/config")
        assert [each.exc_info for each in caplog.records if "is being saved" in each.message] == [
            None
        ]

        world.tick()

        assert world.received(seq)
