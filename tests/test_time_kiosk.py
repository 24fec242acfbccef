"""The kiosk writes down that the clock is right, also where no agent runs: before the enrolment."""

import queue
from contextlib import closing

import pytest
from kiosk_builders import a_draft, a_reading
from storage_builders import NoBoxes, a_storage

from device_config.state import open_state
from kiosk.document import moment_at
from kiosk.session.effects import Save
from kiosk.session.events import Saved, StorageReady
from kiosk.writer import Writer
from sync.answered import Anchor
from sync.boots import known_boots
from sync.corrections import correct_waiting


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


def write(state, *works, now):
    """Let the writer do this while the clocks show `now`."""
    news = queue.Queue()
    writer = Writer(
        lambda: a_storage(state),
        lambda draft: moment_at(now, draft.first_at),
        lambda: now,
        news.put,
        NoBoxes(),
    )
    writer.start()
    for work in works:
        writer.submit(work)
    writer.stop()
    return [news.get_nowait() for _ in range(news.qsize())]


def test_a_reading_of_a_right_clock_becomes_an_anchor(state):
    write(state, a_reading(300.0), now=a_reading(300.0))

    with closing(a_storage(state)) as outbox:
        (boot,) = known_boots(outbox.db.conn)
    assert boot.boot_id == "boot-1"
    assert boot.anchors == (Anchor(300.0, a_reading(300.0).wall),) * 2


def test_an_answer_from_before_can_be_dated_by_it(state):
    draft = a_draft().closed("submitted")
    wrong = a_reading(200.0, is_synced=False)
    heard = write(state, Save(draft), now=wrong)
    assert [type(each) for each in heard] == [StorageReady, Saved]

    write(state, a_reading(900.0), now=a_reading(900.0))

    with closing(a_storage(state)) as outbox:
        correct_waiting(outbox.db)
        (body,) = [body for _, body in outbox.documents()]
    assert b'"clock":"corrected"' in body
