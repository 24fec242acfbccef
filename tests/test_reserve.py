"""The space set aside: what stands in its way must not end the collecting."""

import errno
import os

import pytest

from device_config import reserve
from device_config.reserve import LAST_BYTES, Reserve, is_short_of_space

SIZE = 4 * LAST_BYTES


@pytest.fixture
def path(tmp_path):
    return tmp_path / "reserve"


def fails_with(code):
    def fails(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    return fails


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_where_not_even_a_file_can_be_made_there_is_no_room(path, monkeypatch, code):
    monkeypatch.setattr(reserve, "open_private", fails_with(code))
    room = Reserve(path, SIZE)

    assert not room.keep()
    assert not room.is_kept
    room.keep_last()
    assert not room.give_back()


def test_a_folder_in_its_place_sets_nothing_aside_and_ends_nothing(path):
    path.mkdir()
    room = Reserve(path, SIZE)

    assert room.keep()
    room.keep_last()
    assert not room.give_back()
    assert not room.give_back_last()
    assert path.is_dir()


def test_a_link_in_its_place_is_not_followed(path, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(b"x" * SIZE)
    path.symlink_to(other)
    room = Reserve(path, SIZE)

    assert room.keep()
    assert not room.give_back_last()

    assert other.stat().st_size == SIZE


def test_the_last_part_is_given_back_for_itself(path):
    room = Reserve(path, SIZE)
    room.keep()

    given = [room.give_back(), room.give_back(), room.give_back_last(), room.give_back_last()]

    assert given == [True, False, True, False]
    assert not room.is_kept
    room.keep_last()
    assert path.stat().st_size == LAST_BYTES
    assert room.keep()
    assert path.stat().st_size == SIZE


def test_a_folder_is_short_of_space_when_little_or_no_further_name_is_left(tmp_path, monkeypatch):
    def disk(**changes):
        figures = {"f_bavail": 10**9, "f_frsize": 4096, "f_files": 100, "f_favail": 50} | changes
        monkeypatch.setattr(reserve.os, "statvfs", lambda _: type("Disk", (), figures))
        return is_short_of_space(tmp_path)

    assert not disk()
    assert disk(f_bavail=100)
    assert disk(f_favail=0)
    assert not disk(f_files=0, f_favail=0)  # a file system that counts none
