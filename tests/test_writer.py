"""The writer: what it says is on disk can be read there by anybody else."""

import queue
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from kiosk_builders import LONG_AGO, a_draft, a_press_id, a_reading, an_answer
from storage_builders import NoBoxes, a_storage

from device_config.road import JournalEntry, fact, pending_entries
from device_config.state import StateDirectory, open_state
from kiosk.document import content_of
from kiosk.masking import MaskedText, mask
from kiosk.session.effects import CheckStorage, Save
from kiosk.session.events import Saved, StorageFailed, StorageReady
from kiosk.writer import MOST_WAITING, Fact, Writer
from sync.outbox import Outbox, open_outbox

PATIENCE_S = 10.0


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def news():
    return queue.Queue()


@pytest.fixture
def start(state, news):
    """Starts a writer; whatever it starts is stopped afterwards."""
    writers = []

    def start(open_storage=lambda: a_storage(state), post=news.put, moment_of=None, mask=mask):
        moment_of = moment_of or (lambda draft: a_reading(draft.first_at))
        writer = Writer(open_storage, moment_of, a_reading, post, NoBoxes(), mask)
        writer.start()
        writers.append(writer)
        return writer

    yield start
    for writer in writers:
        writer.stop()


def on_disk(state: StateDirectory, response_id):
    """The response as another connection reads it now, or None."""
    with closing(sqlite3.connect(state.database)) as conn:
        row = conn.execute(
            "SELECT state, body, boottime, wall FROM responses WHERE id = ?", (response_id,)
        ).fetchone()
    return None if row is None else (row[0], msgspec.json.decode(row[1]), *row[2:])


def heard(news, kind=Saved):
    event = news.get(timeout=PATIENCE_S)
    assert isinstance(event, kind), event
    return event


def break_storage(writer, state, news):
    """One save fails for a fault of the storage, which is mended afterwards."""
    with closing(sqlite3.connect(state.database)) as conn:
        conn.execute("ALTER TABLE responses RENAME TO elsewhere")
        writer.submit(Save(a_draft()))
        heard(news, StorageFailed)
        conn.execute("ALTER TABLE elsewhere RENAME TO responses")


class Witness:
    """Looks, at the very moment a save is said to be on disk, whether another can read it."""

    def __init__(self, state, news):
        self._state, self._news = state, news
        self.seen = []

    def post(self, event):
        if isinstance(event, Saved):
            self.seen.append(on_disk(self._state, event.save.draft.id) is not None)
        self._news.put(event)


class HastyOutbox(Outbox):
    """Writes, and leaves the commit for later: what our writer must never do."""

    def put(self, content, moment, _along=None):
        self.db.conn.execute("BEGIN IMMEDIATE")
        self._insert(self.db.conn, content, "open", moment)


def test_a_closed_response_says_who_we_are_as_soon_as_that_is_known(state, news):
    names = [None, None, "t-1", "t-1"]
    writer = Writer(
        lambda: a_storage(state),
        lambda _: a_reading(),
        a_reading,
        news.put,
        NoBoxes(),
        terminal_id=lambda: names.pop(0),
    )
    writer.start()
    heard(news, StorageReady)
    drafts = [a_draft(), a_draft()]
    for draft in drafts:
        for each in (draft, replace(draft, ended="submitted")):
            writer.submit(Save(each))
            heard(news)
    writer.stop()

    assert [on_disk(state, each.id)[1]["terminal_id"] for each in drafts] == [None, "t-1"]


def test_a_save_is_announced_only_when_another_connection_can_read_it(state, news, start):
    witness = Witness(state, news)
    writer = start(post=witness.post)
    heard(news, StorageReady)

    for _ in range(20):
        writer.submit(Save(a_draft()))
        heard(news)

    assert witness.seen == [True] * 20


def test_a_writer_that_spoke_before_the_commit_would_be_caught(state, news, start):
    witness = Witness(state, news)
    writer = start(lambda: HastyOutbox(open_outbox(state).db), post=witness.post)
    heard(news, StorageReady)

    writer.submit(Save(a_draft()))
    heard(news)

    assert witness.seen == [False]


def test_saves_are_answered_in_order_and_each_with_itself(news, start):
    writer = start()
    heard(news, StorageReady)
    drafts = [a_draft(), a_draft(), a_draft()]
    saves = [Save(draft, a_press_id(number)) for number, draft in enumerate(drafts)]

    for save in saves:
        writer.submit(save)

    assert [heard(news).save for _ in saves] == saves


def test_a_response_is_open_until_its_closing_is_saved(state, news, start):
    writer = start()
    heard(news, StorageReady)
    draft = a_draft()

    writer.submit(Save(draft))
    heard(news)
    before = on_disk(state, draft.id)
    writer.submit(Save(draft.with_answer(an_answer(3, "safety")).closed("exit")))
    heard(news)
    after = on_disk(state, draft.id)

    assert (before[0], after[0]) == ("open", "pending")
    assert before[1]["seq"] == after[1]["seq"]
    assert [answer["item"] for answer in after[1]["answers"]] == ["usefulness", "safety"]
    assert after[1]["ended"] == "exit"


def test_the_clocks_are_read_once_at_the_first_save(state, news, start):
    readings = [a_reading(7.0), a_reading(99.0)]
    writer = start(moment_of=lambda _: readings.pop(0))
    heard(news, StorageReady)
    draft = a_draft()

    writer.submit(Save(draft))
    writer.submit(Save(draft.closed("timeout")))
    heard(news)
    heard(news)

    assert on_disk(state, draft.id)[2:] == (7.0, LONG_AGO + 7.0)
    assert len(readings) == 1


def test_facts_and_journal_entries_reach_their_tables(state, news, start):
    writer = start()
    heard(news, StorageReady)
    entry = JournalEntry("id-1", "panel-lost", None, "unknown", {"panel": "serial"})

    writer.submit(Fact("panels", [{"kind": "keypad", "id": "keypad", "state": "ok"}]))
    writer.submit(entry)
    writer.submit(CheckStorage())
    heard(news, StorageReady)

    with closing(open_outbox(state)) as outbox:
        assert fact(outbox.db, "kiosk", "panels")[0]["state"] == "ok"
        assert fact(outbox.db, "kiosk", "storage") == "ok"
        assert pending_entries(outbox.db, 10) == (entry,)


def test_storage_that_cannot_be_opened_is_said_and_said_to_be_ready_when_it_can(state, news, start):
    state.path.rmdir()
    state.path.write_text("a file stands where the directory should be")
    writer = start()
    assert heard(news, StorageFailed).save is None

    save = Save(a_draft())
    writer.submit(save)
    assert heard(news, StorageFailed).save == save
    state.path.unlink()
    state.path.mkdir()
    writer.submit(CheckStorage())
    heard(news, StorageReady)
    writer.submit(save)

    assert heard(news).save == save
    assert on_disk(state, save.draft.id) is not None


def test_storage_that_breaks_in_the_middle_is_opened_anew(state, news, start):
    writer = start()
    heard(news, StorageReady)
    save = Save(a_draft())

    break_storage(writer, state, news)
    writer.submit(save)

    assert heard(news).save == save


def test_what_an_earlier_run_left_open_is_closed_at_the_first_opening(state, news, start):
    draft = a_draft()
    with closing(open_outbox(state)) as outbox:
        outbox.put(content_of(draft, a_reading(), mask), a_reading())

    start()
    heard(news, StorageReady)

    row_state, body, *_ = on_disk(state, draft.id)
    assert (row_state, body["ended"]) == ("pending", "restart")


def test_storage_that_is_opened_anew_does_not_close_the_session_of_now(state, news, start):
    """A response closed behind its session's back would take no further answer, unnoticed."""
    writer = start()
    heard(news, StorageReady)
    draft = a_draft()
    writer.submit(Save(draft))
    heard(news)

    break_storage(writer, state, news)
    longer = draft.with_answer(an_answer(2, "safety"))
    writer.submit(Save(longer))
    heard(news)

    row_state, body, *_ = on_disk(state, draft.id)
    assert (row_state, len(body["answers"])) == ("open", 2)


def test_an_error_of_ours_costs_one_save_and_is_said(news, start):
    def moment_of(draft):
        if draft.language == "sv":
            raise ZeroDivisionError
        return a_reading(draft.first_at)

    writer = start(moment_of=moment_of)
    heard(news, StorageReady)

    writer.submit(Save(a_draft(language="sv")))
    heard(news, StorageFailed)
    writer.submit(Save(a_draft()))

    heard(news)


def test_an_error_of_ours_while_opening_is_said(news, start):
    def open_storage():
        raise ZeroDivisionError

    start(open_storage)

    assert heard(news, StorageFailed).save is None


def test_more_work_than_fits_in_line_fails_at_once_and_never_waits(state, news):
    writer = Writer(lambda: a_storage(state), lambda _: a_reading(), a_reading, news.put, NoBoxes())
    save = Save(a_draft())
    for _ in range(2 * MOST_WAITING):  # not started: nothing is taken from the line
        if news.empty():
            writer.submit(save)

    assert heard(news, StorageFailed).save == save


def test_what_waits_is_written_before_the_end(state, news):
    writer = Writer(lambda: a_storage(state), lambda _: a_reading(), a_reading, news.put, NoBoxes())
    draft = a_draft()
    writer.start()
    writer.submit(Save(draft))

    writer.stop()

    assert on_disk(state, draft.id) is not None


def everything_on_disk(state):
    return b"".join(file.read_bytes() for file in state.path.rglob("*") if file.is_file())


def test_what_is_masked_is_never_written_anywhere(state, news, start):
    writer = start()
    heard(news, StorageReady)
    draft = a_draft().with_text("Soita 040 1234567 tai kirjoita matti@example.org")

    writer.submit(Save(draft))
    heard(news)
    writer.submit(Save(draft.closed("submitted")))
    heard(news)

    _, body, *_ = on_disk(state, draft.id)
    assert body["text"] == {"plain": "Soita [phone] tai kirjoita [email]"}
    assert body["masked"] == ["phone", "email"]
    assert b"1234567" not in everything_on_disk(state)
    assert b"matti" not in everything_on_disk(state)


def test_a_writer_that_did_not_mask_would_be_caught(state, news, start):
    writer = start(mask=MaskedText)
    heard(news, StorageReady)

    writer.submit(Save(a_draft().with_text("Soita 040 1234567")))
    heard(news)

    assert b"1234567" in everything_on_disk(state)


def test_a_mask_that_fails_costs_the_save_and_writes_nothing(state, news, start):
    def fails(_):
        raise ZeroDivisionError

    writer = start(mask=fails)
    heard(news, StorageReady)
    draft = a_draft().with_text("Soita 040 1234567")

    writer.submit(Save(draft))
    heard(news, StorageFailed)

    assert on_disk(state, draft.id) is None
    assert b"1234567" not in everything_on_disk(state)


def test_an_older_save_that_comes_again_leaves_a_closed_response_as_it_is(state, news, start):
    """What failed is tried again behind its own closing: `Sitting` is a disk like this one."""
    writer = start()
    heard(news, StorageReady)
    draft = a_draft()

    for each in (draft.with_answer(an_answer(3, "safety")).closed("timeout"), draft):
        writer.submit(Save(each))
        heard(news)

    held, body, *_ = on_disk(state, draft.id)
    assert (held, len(body["answers"]), body["ended"]) == ("pending", 2, "timeout")


FULL_DISK = """
    import queue, resource, sys
    from pathlib import Path
    sys.path.insert(0, {tests!r})
    from kiosk_builders import a_draft, a_reading
    from storage_builders import NoBoxes, a_storage
    from device_config.state import open_state
    from kiosk.session.effects import Save
    from kiosk.writer import Writer
    from sync.outbox import open_outbox

    news, state = queue.Queue(), open_state(Path({path!r}))
    writer = Writer(lambda: a_storage(state), lambda _: a_reading(), a_reading, news.put, NoBoxes())
    writer.start()
    said = [type(news.get(timeout=10)).__name__]
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    save = Save(a_draft())
    for limit in (0, resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        writer.submit(save)
        said.append(type(news.get(timeout=10)).__name__)
    writer.stop()
    print(*said, save.draft.id)
"""


def test_a_disk_on_which_nothing_can_be_written_fails_the_save_and_the_thread_goes_on(state):
    script = FULL_DISK.format(tests=str(Path(__file__).parent), path=str(state.path))

    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    *said, response_id = run.stdout.split()
    assert said == ["StorageReady", "StorageFailed", "Saved"]
    assert on_disk(state, response_id) is not None


def test_a_database_that_was_taken_away_is_not_written_to_any_more(state, news, start):
    writer = start()
    heard(news, StorageReady)
    draft = a_draft()
    writer.submit(Save(draft))
    heard(news)
    for file in state.path.glob("device.db*"):
        file.unlink()

    writer.submit(Save(draft.with_answer(an_answer(4, "safety"))))
    heard(news)

    held, body, *_ = on_disk(state, draft.id)
    assert held == "open"
    assert [answer["item"] for answer in body["answers"]] == ["usefulness", "safety"]
    assert body["epoch"] == 2


class TakenAway(Outbox):
    """Its files vanish right after the first commit, before anybody could look."""

    folder: Path | None = None

    def put(self, content, moment, along=lambda _: None):
        super().put(content, moment, along)
        if self.folder is not None:
            for file in self.folder.glob("device.db*"):
                file.unlink()
            TakenAway.folder = None


def test_an_answer_committed_into_a_file_that_was_just_taken_away_is_written_again(
    state, news, start, monkeypatch
):
    writer = start(lambda: TakenAway(a_storage(state).db, state.database))
    heard(news, StorageReady)
    monkeypatch.setattr(TakenAway, "folder", state.path)
    draft = a_draft()

    writer.submit(Save(draft))
    heard(news)

    assert on_disk(state, draft.id)[0] == "open"
