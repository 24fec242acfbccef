"""What is kept and what is given up: copies first, a waiting answer never."""

import sqlite3
import uuid
from contextlib import closing

import pytest
from builders import (
    NOON,
    TERMINAL,
    a_centre,
    a_content,
    a_reading,
    a_state,
    a_terminal,
    an_id,
    an_outbox,
    by_state,
    documents,
    settings_with,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_config.road import entry_now, note, pending_entries
from device_config.settings import RetentionSettings
from sync import retention
from sync.outbox import Outbox
from sync.retention import GIVEN_UP, STEP_ROWS, give_up, keep_within
from sync.salvage.rescue import damaged_files
from sync.wire import Reason, Text

DAY_S = 24 * 3600.0
STATES = ("open", "pending", "sent", "rejected")
ANY_FOLDER = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def bounds(sent_days=30.0, sent_bytes=10**9):
    return RetentionSettings(sent_days=sent_days, sent_bytes=sent_bytes)


def an_outbox_with(folder, states, at_s=0.0):
    """A response in each of these states, numbered from 1."""
    outbox = an_outbox(folder)
    for number, state in enumerate(states, 1):
        ended = None if state == "open" else "submitted"
        outbox.put(a_content(number, ended=ended), a_reading(at_s))
    outbox.take(1000, 10**9, TERMINAL)
    numbered = list(enumerate(states, 1))
    outbox.settle(
        [an_id(number) for number, state in numbered if state == "sent"],
        [(an_id(number), Reason("no")) for number, state in numbered if state == "rejected"],
    )
    return outbox


def held(outbox):
    return {each["id"] for each in documents(outbox)}


def keep(outbox, wanted, now):
    while keep_within(outbox, wanted, now):
        pass


def test_copies_are_kept_for_so_many_days_and_no_longer(tmp_path):
    outbox = an_outbox_with(tmp_path, ["sent"] * 3)
    outbox.put(a_content(4), a_reading(2 * DAY_S))
    outbox.settle([an_id(4)])

    keep(outbox, bounds(sent_days=10), a_reading(10 * DAY_S - 1))
    assert by_state(outbox) == (0, 0, 4, 0)

    keep(outbox, bounds(sent_days=10), a_reading(10 * DAY_S + 1))
    assert held(outbox) == {an_id(4)}


def test_a_clock_that_may_be_wrong_ages_nothing(tmp_path):
    outbox = an_outbox_with(tmp_path, ["sent"])

    keep(outbox, bounds(), a_reading(9999 * DAY_S, is_synced=False))

    assert by_state(outbox) == (0, 0, 1, 0)


def test_of_too_many_bytes_the_oldest_copies_go_first_and_in_small_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "STEP_ROWS", 5)
    outbox = an_outbox_with(tmp_path, ["sent"] * 20)
    most = outbox.sent_bytes() * 51 // 100

    assert keep_within(outbox, bounds(sent_bytes=most), a_reading())
    assert held(outbox) == {an_id(number) for number in range(6, 21)}
    keep(outbox, bounds(sent_bytes=most), a_reading())

    assert held(outbox) == {an_id(number) for number in range(11, 21)}
    assert outbox.sent_bytes() <= most


@pytest.mark.parametrize("letters", [0, 250, 420, 1000, 5000])
def test_the_bound_in_bytes_is_about_what_the_copies_take_on_the_disk(tmp_path, letters):
    outbox = an_outbox(tmp_path)
    outbox.db.conn.execute("PRAGMA synchronous=OFF")

    def on_disk():
        (pages,) = outbox.db.conn.execute("PRAGMA page_count").fetchone()
        return pages * 4096

    empty = on_disk()
    now = a_reading(boot_id=str(uuid.uuid4()))
    for _ in range(1000):
        outbox.put(a_content(id=str(uuid.uuid4()), text=Text(plain="a" * letters)), now)
    with outbox.db.conn as conn:
        conn.execute("UPDATE responses SET state = 'sent'")

    assert outbox.sent_bytes() == pytest.approx(on_disk() - empty, rel=0.15)


def test_pages_that_are_empty_in_numbers_go_back_to_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "FREE_PAGES_KEPT", 10)
    outbox = an_outbox_with(tmp_path, ["sent"] * 500)

    def size():
        outbox.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return a_state(tmp_path).database.stat().st_size

    before = size()
    keep(outbox, bounds(sent_bytes=0), a_reading())

    assert size() < before / 4


@given(
    states=st.lists(st.sampled_from(STATES), max_size=12),
    days=st.floats(0, 100),
    most=st.integers(0, 4000),
    later_s=st.floats(0, 400 * DAY_S),
)
@ANY_FOLDER
def test_no_bounds_at_all_ever_take_what_the_centre_does_not_hold(
    tmp_path_factory, states, days, most, later_s
):
    with closing(an_outbox_with(tmp_path_factory.mktemp("any"), states)) as outbox:
        keep(outbox, bounds(days, most), a_reading(later_s))

        assert only_copies_went(outbox, states)


@given(states=st.lists(st.sampled_from(STATES), max_size=12), room_after=st.integers(0, 5))
@ANY_FOLDER
def test_a_full_disk_never_takes_what_the_centre_does_not_hold(
    tmp_path_factory, states, room_after
):
    with closing(an_outbox_with(tmp_path_factory.mktemp("full"), states)) as outbox:
        asked = iter(range(room_after))
        give_up(outbox, lambda: next(asked, None) is None)

        assert only_copies_went(outbox, states)


def only_copies_went(outbox, states):
    kept = {an_id(number) for number, state in enumerate(states, 1) if state != "sent"}
    return kept <= held(outbox)


class TakesWhatWaits(Outbox):
    """The broken variant: the oldest rows go, whatever they are."""

    def delete_sent(self, most, before_wall=1e99):
        with self.db.conn as conn:
            return conn.execute(
                "DELETE FROM responses WHERE (epoch, seq) IN"
                " (SELECT epoch, seq FROM responses WHERE wall < ? ORDER BY epoch, seq LIMIT ?)",
                (before_wall, most),
            ).rowcount


def test_a_retention_that_takes_a_waiting_answer_would_be_caught(tmp_path):
    states = ["pending", "sent"]
    broken = TakesWhatWaits(an_outbox_with(tmp_path, states).db)

    give_up(broken, lambda: False)

    assert not only_copies_went(broken, states)


# The declared order


def a_full_terminal(folder):
    outbox = an_outbox_with(folder, ["pending", "sent", "sent"])
    note(outbox.db, entry_now("started", {}, a_reading()))
    state = a_state(folder)
    for name in ("device.db.new", "device.db.damaged-1", "device.db.damaged-1-wal"):
        state.file(name).write_bytes(b"x")
    return outbox


def left(outbox, state):
    return {
        "leftovers": state.file("device.db.new").exists(),
        "sent": by_state(outbox)[2] > 0,
        "events": bool(pending_entries(outbox.db, 1)),
        "damaged_files": bool(damaged_files(state.database)),
    }


@pytest.mark.parametrize("steps", range(1, len(GIVEN_UP) + 1))
def test_things_are_given_up_in_the_declared_order_and_no_more_than_needed(tmp_path, steps):
    outbox, state = a_full_terminal(tmp_path), a_state(tmp_path)
    asked = []

    def has_room():
        asked.append(1)
        return len(asked) == steps

    given = give_up(outbox, has_room)

    order = ["leftovers", "sent", "events", "damaged_files"]
    assert list(given) == order[:steps]
    assert left(outbox, state) == {name: name not in order[:steps] for name in order}
    assert by_state(outbox)[1] == 1


def test_with_nothing_left_to_give_up_that_is_said(tmp_path):
    outbox = an_outbox_with(tmp_path, ["pending", "open", "rejected"])

    assert give_up(outbox, lambda: False) == {}


def fails_with(code):
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_what_needs_room_to_be_given_up_comes_again_when_something_else_has_made_some(
    tmp_path, monkeypatch, code
):
    outbox, left = an_outbox(tmp_path), {"sent": 2, "damaged_files": 1}

    def sent(_):
        if left["damaged_files"]:
            raise fails_with(code)
        return give("sent")

    def give(what):
        gone, left[what] = min(left[what], 1), max(left[what] - 1, 0)
        return gone

    steps = (("sent", sent), ("damaged_files", lambda _: give("damaged_files")))
    monkeypatch.setattr(retention, "GIVEN_UP", steps)

    assert give_up(outbox, lambda: False) == {"damaged_files": 1, "sent": 2}


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY])
def test_where_nothing_at_all_can_be_given_up_that_is_an_error(tmp_path, monkeypatch, code):
    def fails(_):
        raise fails_with(code)

    monkeypatch.setattr(retention, "GIVEN_UP", (("sent", fails), ("events", lambda _: 0)))

    with pytest.raises(sqlite3.OperationalError):
        give_up(an_outbox(tmp_path), lambda: False)


def test_a_busy_database_is_no_reason_to_break_the_declared_order(tmp_path, monkeypatch):
    taken = []

    def is_busy(_):
        raise fails_with(sqlite3.SQLITE_BUSY)

    steps = (("sent", is_busy), ("events", lambda _: taken.append(1) or 0))
    monkeypatch.setattr(retention, "GIVEN_UP", steps)

    with pytest.raises(sqlite3.OperationalError):
        give_up(an_outbox(tmp_path), lambda: False)

    assert taken == []


# The agent's duty


def test_the_agent_keeps_within_the_settings_step_by_step(tmp_path, monkeypatch):
    monkeypatch.setattr(retention, "STEP_ROWS", 2)
    an_outbox_with(tmp_path, ["sent"] * 5 + ["open"]).close()

    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        for at_s in range(12):
            terminal.agent.tick(a_reading(31 * DAY_S + at_s))
        terminal.store.set_value("retention.sent_days", 365)

        assert held(terminal.outbox) == {an_id(6)}
        assert terminal.store.effective().settings.retention.sent_days == 365


def test_the_shipped_settings_keep_copies_for_a_month():
    shipped = settings_with().retention

    assert (shipped.sent_days, shipped.sent_bytes) == (30, 100_000_000)
    assert STEP_ROWS < 1000
    assert shipped.sent_days * DAY_S < NOON
