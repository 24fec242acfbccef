"""No answer that was thanked for is lost in a power cut, and the terminal starts after each.

A few hundred of the cuts that `make drills` makes by the thousand.
"""

import re
import sys
from contextlib import closing
from itertools import pairwise
from random import Random

import pytest
from builders import a_state, an_outbox, documents

from tests.crash.disk import SECTOR, Disk
from tests.crash.operations import (
    ROOT,
    Ended,
    Made,
    Mapped,
    Named,
    Renamed,
    Resized,
    Said,
    Synced,
    Written,
)
from tests.crash.recording import Recorder, UnknownCall
from tests.crash.scenario import record
from tests.drills.power_cuts import cut, cut_again, cut_while_saving

BROKEN = [
    ("synchronous=NORMAL", ["first clients"], "printed and gone|its log is damaged"),
    ("no folder is synced", ["first clients"], "printed and gone"),
    ("no folder is synced", ["set"], "undo_s"),
    ("a durable file is not synced", ["set"], "does not start"),
    ("one copy instead of two", ["set"], "does not start"),
    ("the id is said before the commit", ["first clients"], "other answers"),
    (
        "bytes are sent before they are fixed",
        ["first clients", "enrol", "sync"],
        "not the bytes that were sent",
    ),
]


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A terminal's first hours with a log that is begun anew a few times."""
    return record(tmp_path_factory.mktemp("recording"), 24, "a short log")


def test_whenever_the_power_fails_the_terminal_starts_with_every_answer_it_thanked_for(recording):
    result = cut(recording, 250, program_every=100)

    assert result.is_good, result.broken
    assert (result.cuts, result.by_program) == (250, 2)
    assert has_begun_its_log_anew(recording.operations)


def has_begun_its_log_anew(operations):
    """Whether a program did so while it ran, and not only at its start."""
    headers = [
        at
        for at, each in enumerate(operations)
        if isinstance(each, Written) and each.offset == 0 and len(each.content) == 32
    ]
    ends = [at for at, each in enumerate(operations) if isinstance(each, Ended)]
    lives = pairwise([0, *ends])
    return any(sum(begin < at < end for at in headers) > 1 for begin, end in lives)


@pytest.mark.parametrize("seed", [1, 2])
def test_when_the_power_fails_again_while_the_terminal_starts_nothing_is_lost_either(
    recording, seed
):
    result = cut_again(recording, 40, seed)

    assert result.is_good, result.broken
    assert result.cuts == 40


def test_when_the_power_fails_while_a_damaged_database_is_saved_nothing_more_is_lost(recording):
    result = cut_while_saving(recording, 40, seed=1)

    assert result.is_good, result.broken
    assert result.cuts == 40


@pytest.mark.parametrize(("variant", "steps", "complaint"), BROKEN)
def test_a_terminal_that_is_careless_with_its_disk_is_found_out(
    variant, steps, complaint, tmp_path
):
    recording = record(tmp_path, 64, variant, steps=steps)

    result = cut(recording, 200, program_every=1000)

    assert any(re.search(complaint, each) for each in result.broken), result.broken


def test_a_logs_index_that_a_power_cut_brought_back_alone_is_no_damage(tmp_path):
    outbox = an_outbox(tmp_path, responses=3)
    outbox.db.conn.execute("PRAGMA wal_checkpoint(FULL)")
    index = a_state(tmp_path).database.with_name("device.db-shm")
    content = index.read_bytes()
    outbox.close()
    index.write_bytes(content)

    with closing(an_outbox(tmp_path)) as again:
        assert len(documents(again)) == 3


# The model itself


def disks_after(*operations, cuts=300):
    """What could be left of a disk, over many seeds."""
    disk = Disk()
    for each in operations:
        disk.take(each)
    return [disk.after_power_cut(Random(seed)) for seed in range(cuts)]


def a_file(content=b""):
    """A file `x`, on disk with its entry."""
    return (Made(1, False), Named(ROOT, "x", 1), Written(1, 0, content), Synced(1), Synced(ROOT))


def contents(*operations):
    return {tree["x"] for tree in disks_after(*a_file(b"old"), *operations)}


def test_what_was_synced_is_there_after_every_power_cut():
    assert contents(Written(1, 0, b"new"), Synced(1)) == {b"new"}


def test_what_was_not_synced_may_be_there_or_not():
    assert contents(Written(1, 0, b"new")) == {b"old", b"new"}


def test_the_later_of_two_writes_may_be_there_without_the_earlier_one():
    assert contents(Written(1, 0, b"N"), Written(1, 2, b"W")) == {b"old", b"Nld", b"olW", b"NlW"}


def test_a_write_is_torn_between_sectors_and_nowhere_else():
    old, new = b"o" * 2 * SECTOR, b"n" * 2 * SECTOR
    found = {tree["x"] for tree in disks_after(*a_file(old), Written(1, 0, new))}

    assert found == {old, new, old[:SECTOR] + new[SECTOR:], new[:SECTOR] + old[SECTOR:]}


def test_a_file_that_grows_may_be_longer_than_what_was_written_and_hold_anything():
    found = contents(Written(1, 3, b"grown"))

    assert {b"old", b"oldgrown", b"old" + bytes(5)} < found
    assert {len(each) for each in found} == {3, 8}


def test_a_cut_that_was_not_synced_may_have_happened_or_not():
    assert contents(Resized(1, 1)) == {b"old", b"o"}


def test_a_new_name_needs_its_folder_synced_though_the_file_was():
    made = (Made(1, False), Named(ROOT, "x", 1), Written(1, 0, b"x"), Synced(1))

    assert {"x" in tree for tree in disks_after(*made)} == {True, False}
    assert {"x" in tree for tree in disks_after(*made, Synced(ROOT))} == {True}


def test_a_rename_leaves_the_old_file_or_the_new_one_and_never_none():
    made = (Made(2, False), Written(2, 0, b"new"), Synced(2), Named(ROOT, ".x.new", 2))
    renamed = Renamed(ROOT, ".x.new", "x", 2)

    trees = disks_after(*a_file(b"old"), *made, Synced(ROOT), renamed)

    assert {tuple(sorted(tree.items())) for tree in trees} == {
        ((".x.new", b"new"), ("x", b"old")),
        (("x", b"new"),),
    }


def test_what_lies_in_a_folder_is_lost_with_the_folders_name():
    made = (Made(1, True), Named(ROOT, "new", 1), Made(2, False), Named(1, "x", 2))
    trees = disks_after(*made, Written(2, 0, b"x"), Synced(2), Synced(1))

    assert {"new" in tree for tree in trees} == {True, False}
    assert all(tree["new"] == {"x": b"x"} for tree in trees if tree)


def test_shared_memory_may_hold_anything_after_a_power_cut():
    assert len(contents(Mapped(1))) > 10


# The recorder


def recorded(folder, code):
    recorder = Recorder(folder)
    recorder.run("code", [sys.executable, "-c", f"import os\nroot = {str(folder)!r}\n{code}"])
    return recorder.operations[1:-1]


def test_the_recorder_hears_what_a_program_does_to_its_disk_and_says(tmp_path):
    code = """
os.mkdir(root + "/new")
with open(root + "/new/x.tmp", "wb") as file:
    file.write(b"one")
    file.flush()
    os.write(1, b"said")
    file.truncate(2)
    os.fsync(file.fileno())
os.rename(root + "/new/x.tmp", root + "/new/x")
os.fsync(os.open(root + "/new", os.O_RDONLY))
os.pwrite(os.open(root + "/new/x", os.O_RDWR), b"two", 1)
os.write(os.open(root + "/new/x", os.O_RDWR | os.O_APPEND), b"end")
os.unlink(root + "/new/x")
"""

    assert recorded(tmp_path, code) == [
        Made(1, True),
        Named(ROOT, "new", 1),
        Made(2, False),
        Named(1, "x.tmp", 2),
        Written(2, 0, b"one"),
        Said(b"said"),
        Resized(2, 2),
        Synced(2),
        Renamed(1, "x.tmp", "x", 2),
        Synced(1),
        Written(2, 1, b"two"),
        Written(2, 4, b"end"),
        Named(1, "x", None),
    ]


@pytest.mark.parametrize(
    "call",
    [
        'os.link(root + "/x", root + "/y")',
        "os.writev(descriptor, [b'x'])",
        "os.sendfile(descriptor, os.open('/etc/hostname', os.O_RDONLY), 0, 1)",
        "import mmap; mmap.mmap(descriptor, 4096)",
    ],
)
def test_a_call_that_the_model_does_not_know_is_an_error(call, tmp_path):
    code = (
        'descriptor = os.open(root + "/x", os.O_RDWR | os.O_CREAT)\nos.truncate(descriptor, 4096)\n'
    )

    with pytest.raises(UnknownCall):
        recorded(tmp_path, code + call)
