"""No number is given twice, though somebody takes away the log in which the last ones are."""

import random
import shutil
from contextlib import closing

import pytest
from builders import a_content, a_reading, a_state, an_outbox
from damage import a_copy, damaged, rows_of, tidy_up, told
from small_disk import a_small_disk, fill_up, only_root

from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, StateNotWritable
from device_config.wal import log_of
from sync.high_water import HighWaterMark, Number
from sync.outbox import open_outbox
from sync.salvage.rescue import damaged_files, open_or_rescue

COUNT = 30
TAKEN_AWAY = ["a deleted log and index", "all files lost"]


@pytest.fixture
def state(tmp_path):
    """Half of the answers in the file, the rest in the log; its program was killed."""
    state = a_copy(tmp_path, COUNT)
    tidy_up(state)
    with closing(open_outbox(state)) as outbox:
        outbox.close_abandoned()
    kept = tmp_path / "kept"
    outbox = open_outbox(state)
    for number in range(COUNT + 1, 2 * COUNT + 1):
        outbox.put(a_content(number), a_reading(number))
    shutil.copytree(state.path, kept)
    outbox.close()
    shutil.rmtree(state.path)
    kept.rename(state.path)
    return state


@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_what_only_the_log_held_is_missed_and_no_number_is_given_twice(state, name):
    damaged(state, name)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        outbox.put(a_content(9999), a_reading())
        assert (outbox.counts().epoch, outbox.counts().last_seq) == (2, 1)
        event = told(outbox)

    first_gone = COUNT + 1 if name == "a deleted log and index" else 1
    gone = {"epoch": 1, "first_seq": first_gone, "last_seq": 2 * COUNT}
    assert event["not_found"] == [gone]
    assert event["last_numbers"] == [{"epoch": 1, "seq": 2 * COUNT}]


@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_it_is_told_once(state, name):
    damaged(state, name)

    for _ in range(3):
        with closing(open_or_rescue(state, a_reading())) as outbox:
            assert outbox.counts().epoch == 2
            told(outbox)

    assert len(damaged_files(state.database)) == (name == "a deleted log and index")


@pytest.mark.parametrize("name", TAKEN_AWAY)
def test_nobody_else_begins_anew_over_it(state, name):
    damaged(state, name)

    with pytest.raises(StateDamaged, match="a kiosk that starts"):
        open_outbox(state)


def test_a_copy_of_the_database_from_before_is_noticed(state):
    old = state.database.read_bytes()
    tidy_up(state)
    state.database.write_bytes(old)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert "was its log deleted?" in told(outbox)["why"]
        assert len(rows_of(outbox)) == COUNT


def test_an_epoch_that_the_centre_asked_for_is_not_forgotten_with_the_log(tmp_path):
    an_outbox(tmp_path, responses=2).close()
    state = a_state(tmp_path)
    old = state.database.read_bytes()
    with closing(open_outbox(state)) as outbox:
        outbox.begin_epoch(7, DurableFile(state.file("epoch")))
    state.database.write_bytes(old)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert outbox.counts().epoch == 8


# What is no damage


def test_a_database_that_was_closed_has_no_log_and_is_sound(state):
    for number in range(3):
        with closing(open_or_rescue(state, a_reading())) as outbox:
            assert outbox.counts().epoch == 1
            outbox.put(a_content(9000 + number), a_reading())


def test_a_mark_that_a_power_cut_left_behind_the_truth_is_no_damage(state):
    HighWaterMark.of(state).raise_to(Number(1, 3))

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert outbox.counts().epoch == 1

    assert HighWaterMark.of(state).read() == (1, 2 * COUNT)


@pytest.mark.parametrize(
    "content", [b"", b"rubbish", b"\xff" * 64, b"palautepiste/1 1 99 00000000\n"]
)
def test_a_mark_that_is_damaged_says_nothing(state, content):
    state.file("highest").write_bytes(content)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert outbox.counts().epoch == 1

    assert HighWaterMark.of(state).read() == (1, 2 * COUNT)


def test_a_mark_that_cannot_be_written_holds_up_no_answer(tmp_path):
    state = a_state(tmp_path)
    state.file("highest").mkdir()

    with closing(open_or_rescue(state, a_reading())) as outbox:
        outbox.put(a_content(1), a_reading())
        assert outbox.counts().pending == 1


@only_root
def test_on_a_full_disk_a_database_is_not_taken_for_an_old_one(tmp_path):
    """SQLite leaves an empty log, finds no room for its index, and then can read nothing."""
    with a_small_disk(tmp_path / "disk", 4) as disk:
        with closing(an_outbox(disk, COUNT)):
            state = a_state(disk)
        hog = fill_up(disk, leave=0)

        for _ in range(2):
            with pytest.raises(StateNotWritable, match="free some space"):
                open_outbox(state)
        assert log_of(state.database).exists()

        hog.unlink()
        with closing(open_or_rescue(state, a_reading())) as outbox:
            assert outbox.counts().last_seq == COUNT
        assert not damaged_files(state.database)


# The mark itself


def test_the_mark_is_never_ahead_of_what_is_committed(tmp_path):
    """A mark that is written first would take a power cut for a deleted log."""
    with closing(an_outbox(tmp_path)) as outbox:
        with pytest.raises(ZeroDivisionError):
            outbox.put(a_content(1), a_reading(), lambda _: 1 / 0)
        assert HighWaterMark.of(a_state(tmp_path)).read() is None
        outbox.put(a_content(1, ended=None), a_reading())
        outbox.put(a_content(1), a_reading())

    assert HighWaterMark.of(a_state(tmp_path)).read() == (1, 1)


def test_without_the_mark_a_number_would_be_given_twice(state):
    """The broken variant: nobody has looked at what was given."""
    damaged(state, "a deleted log and index", random.randrange(9))
    state.file("highest").unlink()

    with closing(open_or_rescue(state, a_reading())) as outbox:
        outbox.put(a_content(9999), a_reading())
        newest = max(rows_of(outbox))

    assert newest == (1, COUNT + 1)
