"""The kiosk's composition root, part by part, without a window."""

import sqlite3
from contextlib import closing

import pytest
from builders import a_content, an_id, settings_with
from builders import a_reading as at_noon
from kiosk_builders import Sitting, a_reading
from storage_builders import a_storage

from device_config.state import open_state
from kiosk import terminal as root
from kiosk.early_storage import MOST_HELD, EarlyStorage
from kiosk.house_doors import HouseDoors
from kiosk.next_session import opening_hours
from kiosk.outbox_opening import OutboxOpening
from kiosk.panel.presses import PressMemory
from kiosk.session.effects import CheckStorage
from kiosk.terminal import Terminal
from kiosk.touch_record import TouchRecord
from sync.salvage.rescue import damaged_files


class App:
    """A window that is told what to do."""

    def __init__(self):
        self.has_left = False
        self.posted = []

    def leave(self):
        self.has_left = True

    def post(self, event):
        self.posted.append(event)


class Line:
    """A storage that remembers what was submitted."""

    def __init__(self):
        self.submitted = []

    def submit(self, work):
        self.submitted.append(work)


class Parts(Terminal):
    """Only what these tests ask of it."""

    def __init__(self):
        self._app = App()
        self._storage = Line()
        self._doors = HouseDoors(opening_hours(settings_with()))
        self.runtime = Sitting()


class PartsThatFail(Parts):
    """Something that it needs cannot be imported, or opened."""

    def _open_storage_and_panels(self):
        raise ImportError("a broken installation")


def test_a_kiosk_that_cannot_open_what_it_needs_ends_to_be_started_again(caplog):
    kiosk = PartsThatFail()

    kiosk._open_the_rest()

    assert kiosk._app.has_left
    assert "a broken installation" in caplog.text


def test_what_waits_for_an_opening_that_never_comes_is_bounded():
    early, line = EarlyStorage(), Line()
    for _ in range(MOST_HELD + 100):
        early.submit(CheckStorage())

    early.open(line)

    assert len(line.submitted) == MOST_HELD


@pytest.mark.parametrize("is_synced", [True, False])
def test_a_kiosk_whose_clock_is_right_writes_that_down_for_earlier_answers(monkeypatch, is_synced):
    kiosk, now = Parts(), a_reading(is_synced=is_synced)
    monkeypatch.setattr(root.clock, "read", lambda: now)

    kiosk._check_hours()

    assert kiosk._storage.submitted == [now] * is_synced


def misname_in_the_index(state, response_id):
    """An index that names another response than its table: SQLite's quick check lets it pass."""
    with closing(sqlite3.connect(state.database)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        [(root_page,)] = conn.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND tbl_name = 'responses'"
            " AND name = (SELECT name FROM pragma_index_list('responses') WHERE origin = 'u')"
        ).fetchall()
        [(size,)] = conn.execute("PRAGMA page_size").fetchall()
    content = bytearray(state.database.read_bytes())
    found = content.index(response_id.encode(), (root_page - 1) * size, root_page * size)
    content[found] ^= 1
    state.database.write_bytes(content)


def test_a_storage_that_has_to_be_opened_again_is_looked_at_thoroughly(tmp_path):
    state = open_state(tmp_path / "state")
    with closing(a_storage(state)) as outbox:
        for number in (1, 2, 3):
            outbox.put(a_content(number), at_noon())
    misname_in_the_index(state, an_id(2))
    opening = OutboxOpening(state, TouchRecord(lambda: 0.0, lambda _: None), PressMemory())

    opening.open().close()
    at_first = damaged_files(state.database)
    with closing(opening.open()) as outbox:
        assert outbox.counts().pending == 3

    assert at_first == ()
    assert len(damaged_files(state.database)) == 1
