"""A damaged database on a disk that has room for part of what is saved: nothing is given up."""

import random
from contextlib import closing

import pytest
from builders import a_reading, a_state, an_outbox, by_state
from damage import a_copy, damaged, rows_of, told, zero_header
from small_disk import a_small_disk, fill_up, only_root

from device_config.database import RESCUED
from device_config.errors import StateNotWritable
from sync.salvage import rescue
from sync.salvage.rescue import damaged_files, open_or_rescue

KIB = 1024
COUNT = 400
FEW = 12


@only_root
@pytest.mark.parametrize("free_kib", [500, 600, 700, 800])
def test_what_fits_into_the_new_log_and_not_into_the_new_file_is_not_taken_for_saved(
    tmp_path, free_kib
):
    with a_small_disk(tmp_path / "disk", 24) as disk:
        with closing(an_outbox(disk, COUNT)):
            state = a_state(disk)
        zero_header(state, random.Random())
        before = state.database.read_bytes()
        hog = fill_up(disk, leave=free_kib * KIB)

        with pytest.raises(StateNotWritable, match="full; free some space"):
            open_or_rescue(state, a_reading())
        assert state.database.read_bytes() == before
        hog.unlink()

        with closing(open_or_rescue(state, a_reading())) as outbox:
            assert by_state(outbox) == (0, COUNT, 0, 0)
            assert told(outbox)["not_found"] == []


def test_a_new_database_whose_log_is_still_there_takes_no_place(tmp_path, monkeypatch):
    """The broken variant: what is in the log would be left behind."""
    state = damaged(a_copy(tmp_path, FEW), "a zeroed header")
    before = state.database.read_bytes()
    real = rescue.rebuild

    def with_a_log(old, new, *more):
        saved = real(old, new, *more)
        new.with_name(new.name + "-wal").write_bytes(b"the rest")
        return saved

    with monkeypatch.context() as patch:
        patch.setattr(rescue, "rebuild", with_a_log)
        with pytest.raises(StateNotWritable, match="new-wal: a part of what was saved"):
            open_or_rescue(state, a_reading())

    assert state.database.read_bytes() == before
    assert not state.file("device.db" + RESCUED).exists()
    assert damaged_files(state.database) == ()
    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert len(rows_of(outbox)) == FEW
