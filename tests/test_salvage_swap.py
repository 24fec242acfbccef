"""A damaged database is kept, and gives way to the new one in steps that may be cut short."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from builders import a_reading
from damage import (
    a_copy,
    damaged,
    rows_of,
    tidy_up,
    told,
    zero_header,
)

from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, StateNotWritable
from device_config.wal import log_of
from sync.outbox import open_outbox
from sync.salvage import rebuild as rebuilding
from sync.salvage import rescue
from sync.salvage.rescue import MOST_KEPT, damaged_files, open_or_rescue

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
