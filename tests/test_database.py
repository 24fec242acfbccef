"""The terminal's database: opened safely, by several at once, never numbered twice."""

import sqlite3
import stat
import subprocess
import sys

import pytest
from builders import a_content, a_reading, a_state, an_outbox, documents

from device_config import database
from device_config.database import immediate, open_database
from device_config.durable_file import DurableFile
from device_config.errors import StateDamaged, StateNotWritable
from device_config.road import ROAD
from sync.outbox import open_outbox
from sync.outbox_tables import TABLES
from sync.salvage.rescue import open_or_rescue

OPENER = """
import sys
from pathlib import Path
from device_config.state import open_state
from sync.outbox import open_outbox
sys.stdin.read(1)
outbox = open_outbox(open_state(Path(sys.argv[1])))
print(outbox.counts().epoch)
"""


def pragma(outbox, name):
    return outbox.db.conn.execute(f"PRAGMA {name}").fetchone()[0]


def test_what_is_committed_is_on_disk_and_readers_do_not_wait(tmp_path):
    outbox = an_outbox(tmp_path)

    assert pragma(outbox, "journal_mode") == "wal"
    assert pragma(outbox, "synchronous") == 2  # FULL
    assert pragma(outbox, "foreign_keys") == 1


def test_synchronous_is_full_again_when_the_database_is_opened_again(tmp_path):
    an_outbox(tmp_path).close()

    assert pragma(an_outbox(tmp_path), "synchronous") == 2


OTHER_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0)
try:
    connection.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_a_second_opening_in_a_program_lets_nobody_into_the_transaction_of_the_first(
    tmp_path, monkeypatch
):
    """Closing any file of a database lets go of all of the process's locks on that file."""
    outbox = an_outbox(tmp_path)
    path = a_state(tmp_path).database

    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.0)

    with immediate(outbox.db):
        with pytest.raises(StateNotWritable, match="another program writes to it; try again"):
            open_database(path, TABLES)
        other = [sys.executable, "-c", OTHER_WRITER, path]
        said = subprocess.run(other, capture_output=True, text=True, check=True).stdout

    assert said == "database is locked\n"


def test_the_answers_are_for_their_owner_only(tmp_path):
    an_outbox(tmp_path, responses=1)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").glob("device.db*")}
    assert modes == {0o600}


def test_programs_that_open_a_new_state_at_once_all_succeed(tmp_path):
    for attempt in range(4):
        state = tmp_path / f"state-{attempt}"
        openers = [
            subprocess.Popen(
                [sys.executable, "-c", OPENER, state],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(3)
        ]

        for opener in openers:
            opener.stdin.write(b"\n")
            opener.stdin.flush()

        said = [opener.communicate() for opener in openers]
        assert said == [(b"1\n", b"")] * 3


def test_a_database_that_is_lost_is_followed_by_a_higher_epoch(tmp_path):
    state = a_state(tmp_path)
    epochs = []
    for _ in range(4):
        outbox = open_or_rescue(state, a_reading())
        outbox.put(a_content(1), a_reading())
        epochs.append(outbox.counts().epoch)
        outbox.close()
        state.database.unlink()

    assert epochs == [1, 2, 3, 4]


def test_a_lost_database_whose_log_is_left_is_not_begun_anew_over_it(tmp_path):
    """SQLite would delete the log: what is in it is saved by whoever holds the kiosk's place."""
    outbox = an_outbox(tmp_path, responses=2)
    state = a_state(tmp_path)
    state.database.unlink()
    log = state.database.with_name("device.db-wal")
    before = log.read_bytes()

    with pytest.raises(StateDamaged, match="its log is left"):
        open_outbox(state)

    assert log.read_bytes() == before
    outbox.close()


def test_an_epoch_whose_file_is_lost_is_known_from_the_database(tmp_path):
    """Cut short between the two, or damaged: the next opening mends the file."""
    state = a_state(tmp_path)
    an_outbox(tmp_path, responses=1).close()
    for copy in ("epoch.1", "epoch.2"):
        state.file(copy).write_bytes(b"damaged")

    assert an_outbox(tmp_path).counts().epoch == 1
    assert DurableFile(state.file("epoch")).read() == {"epoch": 1}


def test_a_file_that_is_no_database_is_kept_and_reported(tmp_path):
    state = a_state(tmp_path)
    state.database.write_bytes(b"this was a database" * 100)

    with pytest.raises(StateDamaged, match=r"device\.db"):
        open_outbox(state)

    assert state.database.read_bytes().startswith(b"this was")


def test_a_database_that_cannot_be_opened_is_one_line_for_a_person(tmp_path):
    state = a_state(tmp_path)
    state.database.mkdir()

    with pytest.raises(StateNotWritable, match=r"device\.db"):
        open_outbox(state)


def test_a_write_transaction_waits_for_the_other_writer(tmp_path):
    """`BEGIN` alone would read first and then fail at once, busy timeout or not."""
    path = a_state(tmp_path).database
    one, two = (open_database(path, (ROAD,)) for _ in range(2))
    with immediate(one):
        two.conn.execute("PRAGMA busy_timeout=1")
        with pytest.raises(sqlite3.OperationalError, match="locked"), immediate(two):
            pass

    with immediate(two):
        pass


def test_a_transaction_that_fails_leaves_nothing_behind(tmp_path):
    db = open_database(a_state(tmp_path).database, (ROAD,))

    with pytest.raises(sqlite3.IntegrityError), immediate(db) as conn:
        conn.execute("INSERT INTO facts VALUES ('kiosk', 'panels', '[]'), ('kiosk', 'panels', '')")

    assert db.conn.execute("SELECT count(*) FROM facts").fetchone() == (0,)
    assert not db.conn.in_transaction


def test_opening_twice_migrates_once(tmp_path):
    an_outbox(tmp_path, responses=1).close()

    outbox = an_outbox(tmp_path)
    outbox.put(a_content(2), a_reading())

    assert [each["seq"] for each in documents(outbox)] == [1, 2]
