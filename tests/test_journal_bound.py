"""A journal that nobody takes away: bounded, what goes is counted, and what matters goes last."""

import pytest
from builders import a_reading, a_state, an_outbox
from test_status_screen import row

from device_config import road
from device_config.location import Place
from device_config.road import dropped_entries, entry_now, note, pending_entries
from sync.health import health
from sync.retention import give_up

MOST = 10


@pytest.fixture
def outbox(tmp_path, monkeypatch):
    monkeypatch.setattr(road, "MOST_JOURNAL_ROWS", MOST)
    return an_outbox(tmp_path)


def note_many(outbox, kind, count):
    for _ in range(count):
        note(outbox.db, entry_now(kind, {}, a_reading()))


def kinds(outbox):
    return [entry.kind for entry in pending_entries(outbox.db, 1000)]


def test_what_had_to_make_room_is_counted_and_told(outbox, tmp_path):
    note_many(outbox, "panel-lost", MOST)
    assert dropped_entries(outbox.db) == 0

    note_many(outbox, "panel-lost", 3)

    beat = health(a_state(tmp_path), outbox, None, Place(), a_reading())
    assert (len(kinds(outbox)), beat.events_dropped) == (MOST, 3)
    assert "3 events had to go" in row("refused", events_dropped=3)


@pytest.mark.parametrize("kind", ["clock-correction", "flag", "salvage"])
def test_what_says_something_of_responses_makes_room_last(outbox, kind):
    note_many(outbox, kind, 1)
    note_many(outbox, "panel-lost", 2 * MOST - 1)

    assert kinds(outbox) == [kind, *["panel-lost"] * MOST]
    assert dropped_entries(outbox.db) == MOST - 1


def test_even_that_is_bounded(outbox):
    note_many(outbox, "clock-correction", 5 * MOST)

    assert len(kinds(outbox)) == 2 * MOST
    assert dropped_entries(outbox.db) == 3 * MOST


def test_a_full_disk_does_not_take_it(outbox):
    note_many(outbox, "clock-correction", 1)
    note_many(outbox, "panel-lost", 2)

    given = give_up(outbox, lambda: False)

    assert given == {"events": 2}
    assert kinds(outbox) == ["clock-correction"]
