"""The writer and the boxes: no press is acknowledged before what it caused is on disk."""

import queue
import sqlite3
from contextlib import closing

import pytest
from kiosk_builders import a_draft, a_press_id, a_reading, an_answer
from storage_builders import a_storage

from device_config.road import pending_entries
from device_config.state import open_state
from kiosk.session.effects import Acknowledge, FlagEarlier, Save, Tell
from kiosk.session.events import Saved, StorageFailed
from kiosk.writer import Writer
from sync.outbox import open_outbox

PATIENCE_S = 10.0


class Boxes:
    """Boxes that look, at the very moment they are told, at what another connection can read."""

    def __init__(self, state):
        self._state = state
        self.told = queue.Queue()

    def acknowledge(self, press):
        self.told.put(("acknowledged", press, *self._on_disk(press)))

    def refuse(self, press):
        self.told.put(("refused", press))

    def _on_disk(self, press):
        with closing(sqlite3.connect(self._state.database)) as conn:
            presses = conn.execute(
                "SELECT count(*) FROM presses WHERE box = ? AND number = ?",
                (press.box, press.number),
            )
            responses = conn.execute("SELECT count(*) FROM responses")
            return presses.fetchone()[0], responses.fetchone()[0]

    def heard(self):
        return self.told.get(timeout=PATIENCE_S)


class HastyWriter(Writer):
    """Acknowledges before it writes: what ours must never do."""

    def _put(self, draft, press):
        if press is not None:
            self._boxes.acknowledge(press)
        super()._put(draft, press)


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def boxes(state):
    return Boxes(state)


@pytest.fixture
def news():
    return queue.Queue()


@pytest.fixture
def start(state, boxes, news):
    """Starts a writer whose storage is open; whatever it starts is stopped afterwards."""
    writers = []

    def start(kind=Writer, open_storage=lambda: a_storage(state)):
        writer = kind(open_storage, lambda _: a_reading(), a_reading, news.put, boxes)
        writers.append(writer)
        writer.start()
        writer.wait_for_first_try(PATIENCE_S)
        return writer

    yield start
    for writer in writers:
        writer.stop()


def cannot_open():
    raise sqlite3.OperationalError("disk I/O error")


def entries(state):
    with closing(open_outbox(state)) as outbox:
        return pending_entries(outbox.db, 10)


def test_a_press_is_acknowledged_once_it_and_its_answer_can_be_read_by_anybody(start, boxes):
    writer = start()

    for number in range(5):
        writer.submit(Save(a_draft(), a_press_id(number)))

    told = [boxes.heard() for _ in range(5)]
    assert told == [("acknowledged", a_press_id(number), 1, number + 1) for number in range(5)]


def test_a_writer_that_acknowledges_before_it_writes_is_found_out(start, boxes):
    start(HastyWriter).submit(Save(a_draft(), a_press_id(1)))

    assert boxes.heard() == ("acknowledged", a_press_id(1), 0, 0)


def test_a_press_put_aside_is_acknowledged_once_that_is_on_disk(start, boxes):
    start().submit(Acknowledge(a_press_id(4)))

    assert boxes.heard() == ("acknowledged", a_press_id(4), 1, 0)


def test_a_press_whose_answer_could_not_be_written_is_not_acknowledged(start, boxes, news):
    writer = start(open_storage=cannot_open)

    writer.submit(Save(a_draft(), a_press_id(1)))
    writer.stop()

    assert boxes.told.empty()
    assert all(isinstance(event, StorageFailed) for event in news.queue)


def test_a_press_put_aside_while_nothing_can_be_written_may_be_offered_again(start, boxes):
    start(open_storage=cannot_open).submit(Acknowledge(a_press_id(4)))

    assert boxes.heard() == ("refused", a_press_id(4))


def test_a_press_that_came_too_late_is_acknowledged_whatever_the_disk_says(state, start, boxes):
    with closing(a_storage(state)):
        """Only for the look of the boxes."""

    start(open_storage=cannot_open).submit(Acknowledge(a_press_id(4), is_too_late=True))

    assert boxes.heard() == ("acknowledged", a_press_id(4), 0, 0)


def test_a_press_that_does_not_fit_in_line_may_be_offered_again(boxes, news):
    writer = Writer(cannot_open, lambda _: a_reading(), a_reading, news.put, boxes)

    while boxes.told.empty():  # not started: nothing is taken from the line
        writer.submit(Acknowledge(a_press_id(4)))

    assert boxes.heard() == ("refused", a_press_id(4))


def test_what_is_told_of_a_session_reaches_the_journal(state, start):
    writer = start()

    writer.submit(Tell("slap", {"limit_ms": 60}))
    writer.stop()

    [entry] = entries(state)
    assert (entry.kind, entry.data) == ("slap", {"limit_ms": 60})


def test_responses_that_are_flagged_later_are_named_by_their_numbers(state, start, news):
    writer = start()
    drafts = [a_draft() for _ in range(4)]
    for draft in drafts:
        writer.submit(Save(draft.with_answer(an_answer(1)).closed("submitted")))
    ids = tuple(draft.id for draft in drafts[1:3])

    writer.submit(FlagEarlier("burst", 3, 4, ids))
    writer.submit(FlagEarlier("burst", 3, 4, ("nobody",)))
    writer.stop()

    assert sum(isinstance(event, Saved) for event in news.queue) == 4
    [entry] = entries(state)
    assert entry.kind == "flag"
    assert entry.data == {
        "rule": "burst",
        "limit": 3,
        "measured": 4,
        "epoch": 1,
        "first_seq": 2,
        "last_seq": 3,
    }
