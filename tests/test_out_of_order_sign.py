"""That the kiosk takes no answers is told to `status` and the centre, while it is so."""

import fcntl
import multiprocessing
import shutil
import signal
from typing import NamedTuple

import pytest
from builders import a_reading, a_state, an_outbox

from device_config.location import Place
from device_config.out_of_order import NAME, OutOfOrderSign, is_out_of_order
from device_config.reserve import RESERVE_BYTES
from sync.health import health


class Usage(NamedTuple):
    """As shutil tells it."""

    free: int


def reasons(folder):
    return health(a_state(folder), an_outbox(folder), None, Place(), a_reading()).reasons


def test_the_sign_is_seen_by_others_while_it_is_up(tmp_path):
    sign = OutOfOrderSign(tmp_path)
    seen = [is_out_of_order(tmp_path)]
    for is_up in (True, True, False):
        sign.set(is_up=is_up)
        seen.append(is_out_of_order(tmp_path))

    assert seen == [False, True, True, False]


def test_two_who_look_do_not_take_each_other_for_the_kiosk(tmp_path):
    OutOfOrderSign(tmp_path)
    with (tmp_path / NAME).open() as other:
        fcntl.flock(other, fcntl.LOCK_SH)

        assert not is_out_of_order(tmp_path)


def put_up_and_wait(folder, is_up):
    sign = OutOfOrderSign(folder)
    sign.set(is_up=True)
    is_up.set()
    signal.pause()


def test_a_kiosk_that_was_killed_leaves_no_sign_behind(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    is_up = spawn.Event()
    kiosk = spawn.Process(target=put_up_and_wait, args=(tmp_path, is_up))
    kiosk.start()
    assert is_up.wait(30)
    before = is_out_of_order(tmp_path)

    kiosk.kill()
    kiosk.join()

    assert (before, is_out_of_order(tmp_path)) == (True, False)


def test_where_no_file_can_be_made_there_is_no_sign_and_no_error(tmp_path):
    (tmp_path / NAME).mkdir()
    sign = OutOfOrderSign(tmp_path)

    sign.set(is_up=True)
    assert not is_out_of_order(tmp_path)
    (tmp_path / NAME).rmdir()
    sign.set(is_up=True)

    assert is_out_of_order(tmp_path)


def test_a_dark_screen_is_a_reason_to_call_support(tmp_path):
    a_state(tmp_path)
    sign = OutOfOrderSign(a_state(tmp_path).path)
    before = reasons(tmp_path)

    sign.set(is_up=True)

    assert "out-of-order" not in before
    assert reasons(tmp_path)[0] == "out-of-order"


@pytest.mark.parametrize(
    ("missing", "said"), [(RESERVE_BYTES, "disk-full"), (1, "disk-full"), (0, "disk-low")]
)
def test_while_the_space_set_aside_is_there_a_full_disk_takes_answers(
    tmp_path, monkeypatch, missing, said
):
    a_state(tmp_path).file("reserve").write_bytes(bytes(RESERVE_BYTES - missing))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(RESERVE_BYTES - 1))

    assert {"disk-full", "disk-low"} & set(reasons(tmp_path)) == {said}
