"""The settled presses on disk: so that none counts twice across a restart."""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import closing

import pytest
from kiosk_builders import a_draft, a_press_id, a_reading
from storage_builders import a_storage

from device_config.database import immediate
from device_config.state import open_state
from kiosk.document import content_of
from kiosk.masking import mask
from kiosk.panel.presses import REMEMBERED_S, PressMemory
from kiosk.press_record import record, settled_presses
from kiosk.session.effects import PressId

BOOT, LATER_BOOT = "boot-1", "boot-2"


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def storage(state):
    with closing(a_storage(state)) as storage:
        yield storage


def write(storage, press, now=100.0, boot=BOOT):
    with immediate(storage.db) as conn:
        record(conn, press, boot, now)


def rows(storage):
    return storage.db.conn.execute("SELECT count(*) FROM presses").fetchone()[0]


def test_a_settled_press_is_read_back_as_it_was(storage):
    press = PressId("/dev/a", "box-1", 65535, 86_400)

    write(storage, press)

    assert settled_presses(storage.db, BOOT, 101.0) == [(press, 100.0)]


def test_a_settled_press_is_there_after_a_kill(state):
    """The process that wrote it dies at once, without closing anything."""
    script = f"""
        import os, signal
        from kiosk_builders import a_press_id
        from pathlib import Path
        from storage_builders import a_storage
        from device_config.database import immediate
        from device_config.state import open_state
        from kiosk.press_record import record

        storage = a_storage(open_state(Path({str(state.path)!r})))
        with immediate(storage.db) as conn:
            record(conn, a_press_id(7), {BOOT!r}, 100.0)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    memory = PressMemory()
    with closing(a_storage(state)) as storage:
        memory.take_up(settled_presses(storage.db, BOOT, 101.0))
    assert memory.hear(a_press_id(7), 101.0) == "settled"


def test_a_press_is_on_disk_exactly_when_its_answer_is(storage):
    moment = a_reading()

    def along(conn):
        record(conn, a_press_id(7), BOOT, 100.0)

    def fails(conn):
        record(conn, a_press_id(8), BOOT, 100.0)
        raise OSError("the power fails before the commit")

    storage.put(content_of(a_draft(), moment, mask), moment, along)
    with pytest.raises(OSError, match="power fails"):
        storage.put(content_of(a_draft(), moment, mask), moment, fails)

    assert settled_presses(storage.db, BOOT, 101.0) == [(a_press_id(7), 100.0)]
    assert storage.counts().open == 1


def test_a_press_written_twice_is_one_press_of_the_later_time(storage):
    write(storage, a_press_id(7), 100.0)
    write(storage, a_press_id(7), 110.0)

    assert settled_presses(storage.db, BOOT, 111.0) == [(a_press_id(7), 110.0)]


def test_boxes_and_ports_are_kept_apart(storage):
    written = [PressId(port, box, 7) for port in ("/dev/a", "/dev/b") for box in ("x", "y")]

    for press in written:
        write(storage, press)

    assert {press for press, _ in settled_presses(storage.db, BOOT, 101.0)} == set(written)


def test_after_a_minute_a_press_is_not_given_any_more_and_then_not_kept(storage):
    write(storage, a_press_id(7), 100.0)

    given = [bool(settled_presses(storage.db, BOOT, 100.0 + after)) for after in (60.0, 60.1)]
    write(storage, a_press_id(8), 100.1 + REMEMBERED_S)

    assert given == [True, False]
    assert rows(storage) == 1


def test_however_many_presses_there_are_a_minute_of_them_is_kept(storage):
    for number in range(200):
        write(storage, a_press_id(number), 100.0 + number)

    assert rows(storage) <= REMEMBERED_S + 1


def test_what_an_earlier_boot_settled_counts_as_settled_when_this_one_began(storage):
    write(storage, a_press_id(7), 90_000.0)

    assert settled_presses(storage.db, LATER_BOOT, 20.0) == [(a_press_id(7), 0.0)]
    assert settled_presses(storage.db, LATER_BOOT, 60.1) == []


def test_what_an_earlier_boot_settled_is_kept_for_a_minute_of_this_one(storage):
    write(storage, a_press_id(7), 90_000.0)
    write(storage, a_press_id(8), 30.0, LATER_BOOT)
    kept = settled_presses(storage.db, LATER_BOOT, 31.0)

    write(storage, a_press_id(9), 60.5, LATER_BOOT)

    assert sorted(kept, key=lambda each: each[1]) == [(a_press_id(7), 0.0), (a_press_id(8), 30.0)]
    assert {press.number for press, _ in settled_presses(storage.db, LATER_BOOT, 61.0)} == {8, 9}
    assert rows(storage) == 2
