"""A damaged database: the terminal starts, with all that can be read, and says what is gone."""

import json
import random
from contextlib import closing

import pytest
from builders import a_content, a_reading, a_state, an_id, an_outbox, by_state
from damage import (
    ALL,
    OF_THE_LOG,
    a_copy,
    damaged,
    delete_log,
    forget_the_index,
    overwrite_pages,
    rows_of,
    tidy_up,
    told,
)
from storage_builders import PRESSES

from device_config.errors import StateDamaged
from device_config.road import entry_now, fact, note, pending_entries, state_fact
from device_config.wal import log_of
from sync.high_water import HighWaterMark, Number
from sync.outbox import open_outbox
from sync.salvage.rescue import damaged_files, open_or_rescue

COUNT = 80
OLDER = {"a deleted log", "a deleted log and index", "all files lost"}
WHOLE_OR_GONE = ALL.keys() - {"flipped bytes"} - OLDER
"""Not so: a letter that became another one shows nowhere; what a log held was newer."""


@pytest.fixture
def state(tmp_path):
    return a_copy(tmp_path, COUNT)


def true_rows(folder):
    with closing(open_outbox(a_copy(folder, COUNT))) as outbox:
        return rows_of(outbox)


# What is saved


@pytest.mark.parametrize("name", ALL)
def test_whatever_is_damaged_the_terminal_starts_and_what_it_saves_is_as_it_was(
    tmp_path, state, name
):
    damaged(state, name)
    true = true_rows(tmp_path / "true")

    with closing(open_or_rescue(state, a_reading())) as outbox:
        saved = rows_of(outbox)
        event = told(outbox)
        outbox.put(a_content(9999), a_reading())
        new = [key for key in rows_of(outbox) if key not in true]

    assert new == [(2, 1)]
    assert event["new_epoch"] == 2
    assert {key: row[2] for key, row in saved.items()} == {key: true[key][2] for key in saved}
    assert sum(event["saved"].values()) == len(saved)
    assert len(saved) > COUNT / 5 or name in OLDER
    if name in WHOLE_OR_GONE:
        assert {key: row[4] for key, row in saved.items()} == {key: true[key][4] for key in saved}


@pytest.mark.parametrize("name", ["a zeroed header", "a zeroed first page", "a damaged log"])
def test_what_spares_the_responses_costs_none_of_them_and_no_state(tmp_path, state, name):
    damaged(state, name)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert rows_of(outbox) == true_rows(tmp_path / "true")
        assert told(outbox)["not_found"] == []


@pytest.mark.parametrize("name", ["overwritten pages", "a truncated file", "flipped bytes"])
def test_the_event_names_exactly_the_numbers_that_are_gone(state, name):
    damaged(state, name, seed=3)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        saved = {seq for _, seq in rows_of(outbox)}
        event = told(outbox)

    [numbers] = event["last_numbers"]
    gone = {
        seq for each in event["not_found"] for seq in range(each["first_seq"], each["last_seq"] + 1)
    }
    assert gone == set(range(1, numbers["seq"] + 1)) - saved
    assert event["not_found_count"] == len(gone) > 0


def test_a_page_of_twenty_costs_no_more_responses_than_lay_on_it(state):
    tidy_up(state)
    pages = state.database.stat().st_size // 4096
    overwrite_pages(state, random.Random(5))

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert told(outbox)["not_found_count"] <= 6 * max(pages // 20, 1)


def test_a_waiting_response_that_was_saved_is_sent_with_the_bytes_that_it_had(state):
    damaged(state, "a zeroed header")

    with closing(open_or_rescue(state, a_reading())) as outbox:
        outbox.close_abandoned()
        parcels = outbox.take(500, 10**9, "t-7f3k9")

    assert len(parcels) == COUNT // 2
    assert [json.loads(each.body)["seq"] for each in parcels] == list(
        range(COUNT // 2 + 1, COUNT + 1)
    )


def test_what_was_open_is_still_open_and_takes_its_next_answer(state):
    damaged(state, "a zeroed header")

    with closing(open_or_rescue(state, a_reading())) as outbox:
        outbox.put(a_content(COUNT), a_reading())

        assert by_state(outbox)[0] == 0
        assert len(rows_of(outbox)) == COUNT


def test_events_facts_and_presses_are_brought_along_where_they_make_sense(tmp_path):
    with closing(an_outbox(tmp_path, responses=3)) as outbox:
        state_fact(outbox.db, "sync", "push", {"last_at": None})
        note(outbox.db, entry_now("started", {"software": "x"}, a_reading()))
        note(outbox.db, entry_now("broken", {}, a_reading()))
        with outbox.db.conn as conn:
            conn.execute("UPDATE journal SET data = '{' WHERE kind = 'broken'")
            conn.execute("UPDATE responses SET body = 'x' WHERE seq = 2")

    with closing(open_or_rescue(a_state(tmp_path), a_reading(), (PRESSES,))) as outbox:
        assert fact(outbox.db, "sync", "push") == {"last_at": None}
        assert [each.kind for each in pending_entries(outbox.db, 9)] == ["started", "salvage"]
        assert told(outbox)["not_found"] == [{"epoch": 1, "first_seq": 2, "last_seq": 2}]


def test_a_sound_database_is_opened_as_it_is(state):
    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert outbox.counts().epoch == 1

    assert damaged_files(state.database) == ()


def test_a_log_that_a_power_cut_tore_is_no_damage(state):
    """Its last transaction had not been acknowledged, and goes as SQLite lets it go."""
    log = log_of(state.database)
    content = log.read_bytes()
    log.write_bytes(content[:-3000])
    forget_the_index(state)
    HighWaterMark.of(state).raise_to(Number(1, COUNT - 1))  # as it was before that

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert outbox.counts().epoch == 1


# Nobody else goes on with it meanwhile


@pytest.mark.parametrize("name", OF_THE_LOG)
def test_whoever_does_not_hold_the_kiosks_place_leaves_it_alone_and_says_what_to_do(state, name):
    """SQLite itself would open each of these, without the answers that the log held."""
    damaged(state, name)
    before = {path.name: path.read_bytes() for path in state.path.glob("device.db*")}

    with pytest.raises(StateDamaged, match="a kiosk that starts saves what can be read"):
        open_outbox(state)

    assert {path.name: path.read_bytes() for path in state.path.glob("device.db*")} == before


def test_an_agent_that_has_the_old_file_open_does_no_harm_to_the_new_one(state):
    """Its connection closes after the file was replaced, and must not tidy up the new log."""
    with closing(open_outbox(state)) as agent:
        with agent.db.conn as conn:
            conn.execute("UPDATE responses SET body = 'x' WHERE seq = ?", (COUNT - 1,))
        kiosk = open_or_rescue(state, a_reading())
        kiosk.put(a_content(9999), a_reading())
        assert agent.is_replaced()
        state_fact(agent.db, "sync", "push", {})

    with closing(kiosk), closing(open_outbox(state)) as other:
        kiosk.put(a_content(10_000), a_reading())
        assert other.numbers_of([an_id(9999), an_id(10_000)]) == ((2, 1), (2, 2))


def test_a_log_that_is_deleted_under_a_running_program_costs_nothing(tmp_path):
    outbox = an_outbox(tmp_path, responses=5)
    state = a_state(tmp_path)
    delete_log(state, random.Random())

    assert outbox.is_replaced()
    outbox.close()

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert by_state(outbox) == (0, 5, 0, 0)
        outbox.put(a_content(6), a_reading())
        assert len(rows_of(outbox)) == 6
