"""DurableFile: settings, epoch, location and credentials outlive power cuts and damage."""

import stat
import threading
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, StateNotWritable

BODY = {"epoch": 7, "place": "Aula ä"}
ANY_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def a_file(folder):
    return DurableFile(folder / "settings")


def test_what_was_never_written_reads_as_none(tmp_path):
    assert a_file(tmp_path).read() is None


@given(JSON.filter(lambda body: body is not None))
@ANY_FOLDER
def test_any_body_is_read_back_as_it_was_written(tmp_path, body):
    a_file(tmp_path).write(body)

    assert a_file(tmp_path).read() == body


def test_both_copies_are_for_their_owner_only(tmp_path):
    a_file(tmp_path).write(BODY)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("copy", ["settings.1", "settings.2"])
def test_a_copy_torn_at_any_byte_is_made_good_from_the_other(tmp_path, copy):
    file, torn = a_file(tmp_path), tmp_path / copy
    file.write(BODY)
    whole = torn.read_bytes()

    for length in range(len(whole)):
        torn.write_bytes(whole[:length])

        assert file.read() == BODY
        assert torn.read_bytes() == whole


@pytest.mark.parametrize("copy", ["settings.1", "settings.2"])
def test_one_flipped_bit_anywhere_in_a_copy_is_noticed_and_mended(tmp_path, copy):
    file, damaged = a_file(tmp_path), tmp_path / copy
    file.write(BODY)
    whole = damaged.read_bytes()

    for place in range(len(whole)):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])

        assert file.read() == BODY
        assert damaged.read_bytes() == whole


def test_a_lost_copy_is_written_anew(tmp_path):
    file = a_file(tmp_path)
    file.write(BODY)
    (tmp_path / "settings.1").unlink()

    assert file.read() == BODY
    assert (tmp_path / "settings.1").exists()


def test_both_copies_damaged_is_said_and_not_taken_for_never_written(tmp_path):
    a_file(tmp_path).write(BODY)
    for copy in ("settings.1", "settings.2"):
        (tmp_path / copy).write_bytes(b"\0" * 50)

    with pytest.raises(StateDamaged, match="settings"):
        a_file(tmp_path).read()


def test_a_single_copy_would_not_have_survived_what_two_do(tmp_path):
    """The broken variant: without its second copy a torn file is lost."""
    a_file(tmp_path).write(BODY)
    (tmp_path / "settings.2").unlink()
    (tmp_path / "settings.1").write_bytes((tmp_path / "settings.1").read_bytes()[:-1])

    with pytest.raises(StateDamaged):
        a_file(tmp_path).read()


def test_a_power_cut_between_the_copies_leaves_the_newer_body(tmp_path):
    file = a_file(tmp_path)
    file.write({"epoch": 1})
    old = (tmp_path / "settings.2").read_bytes()
    file.write({"epoch": 2})
    (tmp_path / "settings.2").write_bytes(old)

    assert file.read() == {"epoch": 2}
    assert (tmp_path / "settings.2").read_bytes() == (tmp_path / "settings.1").read_bytes()


def test_a_power_cut_within_the_first_copy_leaves_the_older_body(tmp_path):
    file = a_file(tmp_path)
    file.write({"epoch": 1})
    (tmp_path / "settings.1.new").write_bytes(b"palautepiste/1 2 half a che")

    assert file.read() == {"epoch": 1}


def test_writing_over_damage_works(tmp_path):
    file = a_file(tmp_path)
    file.write(BODY)
    for copy in ("settings.1", "settings.2"):
        (tmp_path / copy).write_bytes(b"")

    file.write({"epoch": 8})

    assert file.read() == {"epoch": 8}


def test_a_whole_copy_is_read_even_where_the_other_cannot_be_mended(tmp_path):
    """A full or read-only disk must not take the copy that is left."""
    a_file(tmp_path).write(BODY)
    (tmp_path / "settings.2").write_bytes(b"torn")
    (tmp_path / "settings.2.new").mkdir()

    assert a_file(tmp_path).read() == BODY


def test_what_cannot_be_written_is_one_line_for_a_person(tmp_path):
    (tmp_path / ".settings.1.new").mkdir()

    with pytest.raises(StateNotWritable, match="settings") as caught:
        a_file(tmp_path).write(BODY)

    assert "\n" not in str(caught.value)


def test_a_file_of_another_size_than_ours_ever_have_is_not_read_into_memory(tmp_path):
    file = a_file(tmp_path)
    file.write(BODY)
    (tmp_path / "settings.1").write_bytes(b"x" * (4 * 1024 * 1024 + 1))

    assert file.read() == BODY


def test_the_fingerprint_changes_with_each_writing_and_with_nothing_else(tmp_path):
    file = a_file(tmp_path)
    prints = [file.fingerprint()]
    for number in range(3):
        file.write({"epoch": number})
        prints.append(file.fingerprint())
    file.read()

    assert prints[-1] == file.fingerprint()
    assert all(one != two for one, two in pairwise(prints))


def test_readers_and_writers_at_once_never_stand_in_each_others_way(tmp_path):
    """The kiosk reads the settings the moment the agent has written the first copy."""
    a_file(tmp_path).write({"number": 0})
    faults, is_over = [], threading.Event()

    def write(start):
        try:
            for number in range(start, start + 60):
                a_file(tmp_path).write({"number": number})
        except Exception as error:  # noqa: BLE001 - a thread's error is this test's finding
            faults.append(error)

    def read():
        try:
            while not is_over.is_set():
                assert "number" in a_file(tmp_path).read()
        except Exception as error:  # noqa: BLE001 - likewise
            faults.append(error)

    writers = [threading.Thread(target=write, args=(start,)) for start in (1, 1000)]
    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    for thread in readers:
        thread.join()

    assert faults == []


def test_who_only_looks_reads_the_whole_copy_and_leaves_the_other_as_it_is(tmp_path):
    a_file(tmp_path).write(BODY)
    (tmp_path / "settings.1").write_bytes(b"torn")
    (tmp_path / "settings.lock").unlink()

    looked_at = DurableFile(tmp_path / "settings", heals=False)

    assert looked_at.read() == BODY
    assert looked_at.wholeness() == (False, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["settings.1", "settings.2"]
    a_file(tmp_path).read()
    assert looked_at.wholeness() == (True, True)


def test_a_copy_that_is_not_there_is_neither_whole_nor_damaged(tmp_path):
    assert a_file(tmp_path).wholeness() == (None, None)
