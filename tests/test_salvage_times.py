"""A damaged database costs no answer its time, and no time is guessed.

The real agent and a centre over real HTTP; the machine's clocks are pretended.
"""

import random
from contextlib import closing
from datetime import datetime
from math import inf, nan

import pytest
from builders import NOON, a_content, a_reading, a_state, an_id, an_outbox
from damage import OF_THE_FILE, tidy_up, told, zero_first_page, zero_header
from time_world import HOUR, a_world, moment_of

from device_config.road import entry_now, note, pending_entries
from sync.boots import known_boots, note_anchor, note_boot
from sync.outbox import open_outbox
from sync.salvage import beside
from sync.salvage.rescue import open_or_rescue
from sync.salvage.rows import checked_row

UNREADABLE_BY_SQLITE = [zero_header, zero_first_page]


def rescue(world, damage):
    """The agent stops, the file is damaged, the kiosk saves it, the agent starts: in one boot."""
    world.terminal.outbox.close()
    tidy_up(world.terminal.state)
    damage(world.terminal.state, random.Random(1))
    with closing(open_or_rescue(world.terminal.state, world.machine.reading())) as outbox:
        event = told(outbox)
    world.start()
    return event


@pytest.mark.parametrize("damage", UNREADABLE_BY_SQLITE)
def test_what_waits_is_corrected_after_a_rescue_in_the_same_boot(tmp_path, damage):
    with a_world(tmp_path) as world:
        first = world.answer()
        rescue(world, damage)
        world.machine.wait(600)
        world.machine.set_right()

        world.tick()

        assert world.received(first)["clock"] == "corrected"
        assert moment_of(world.received(first)) == NOON


@pytest.mark.parametrize("damage", UNREADABLE_BY_SQLITE)
def test_what_was_sent_without_a_time_is_corrected_after_a_rescue_in_the_same_boot(
    tmp_path, damage
):
    with a_world(tmp_path) as world:
        world.answer()
        world.tick()
        rescue(world, damage)
        world.machine.set_right()

        world.tick()
        world.tick()

        (correction,) = world.corrections()
        assert [each["clock"] for each in correction["answered"]] == ["corrected"]
        assert moment_of(correction["answered"][0]) == NOON


@pytest.mark.parametrize("damage", UNREADABLE_BY_SQLITE)
def test_the_boots_before_and_after_still_bound_a_time_after_a_rescue(tmp_path, damage):
    with a_world(tmp_path) as world:
        world.machine.set_right()
        world.tick()
        world.restart()
        first, given_at = world.answer(), world.machine.true
        rescue(world, damage)
        world.restart()
        world.machine.set_right()
        note_anchor(world.terminal.outbox.db, world.machine.reading())

        world.tick()

        answered = world.received(first)
        assert answered["clock"] == "estimated"
        earliest, latest = (
            datetime.fromisoformat(answered[bound]).timestamp() for bound in ("earliest", "latest")
        )
        assert earliest <= given_at <= latest <= world.machine.true + 60


def test_an_event_that_waits_is_sent_after_a_rescue_with_the_id_that_it_had(tmp_path):
    with closing(an_outbox(tmp_path, responses=1)) as outbox:
        for number in range(20):
            note(outbox.db, entry_now("started", {"n": number, "long": "x" * 900}, a_reading()))
        before = pending_entries(outbox.db, 99)
    zero_header(a_state(tmp_path), random.Random())

    with closing(open_or_rescue(a_state(tmp_path), a_reading())) as outbox:
        assert pending_entries(outbox.db, 99)[:-1] == before


def a_past(state):
    """Boots with and without anchors, and answers that travelled without a time."""
    outbox = open_outbox(state)
    for number in range(40):
        reading = a_reading(number * HOUR, boot_id=f"boot-{number}", boottime=60.0 + number)
        if number % 3:
            note_anchor(outbox.db, reading)
        with outbox.db.conn as conn:
            note_boot(conn, reading.boot_id)
            conn.execute(
                "INSERT INTO untimed VALUES (1, ?, ?, ?, 'minute')",
                (number + 1, reading.boot_id, 10.0 + number),
            )
        outbox.put(a_content(number + 1), reading)
    return outbox


def times_in(outbox):
    untimed = outbox.db.conn.execute("SELECT * FROM untimed").fetchall()
    return known_boots(outbox.db.conn), untimed


@pytest.mark.parametrize("name", ["a zeroed header", "a zeroed first page"])
def test_every_boot_and_its_anchors_are_saved_in_their_order(tmp_path, name):
    state = a_state(tmp_path)
    with closing(a_past(state)) as outbox:
        before = times_in(outbox)
    OF_THE_FILE[name](state, random.Random())

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert times_in(outbox) == before


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["overwritten pages", "a truncated file"])
def test_what_cannot_be_read_is_left_out_and_never_guessed(tmp_path, name, seed):
    state = a_state(tmp_path)
    with closing(a_past(state)) as outbox:
        boots, untimed = times_in(outbox)
    OF_THE_FILE[name](state, random.Random(seed))

    with closing(open_or_rescue(state, a_reading(), is_thorough=True)) as outbox:
        saved_boots, saved_untimed = times_in(outbox)

    assert [each for each in boots if each in saved_boots] == list(saved_boots)
    assert set(saved_untimed) <= set(untimed)


@pytest.mark.parametrize(
    "change",
    [
        "last_wall = last_wall + 3600",
        "first_wall = first_wall - 40",
        "last_boottime = first_boottime - 1",
        "first_wall = NULL",
        "first_wall = 5, last_wall = 5",
        "first_wall = 9e9, last_wall = 9e9",
        "first_boottime = 'x'",
        "boot_id = ''",
    ],
)
@pytest.mark.parametrize("is_readable", [True, False])
def test_an_anchor_that_cannot_be_right_is_not_believed(tmp_path, change, is_readable):
    state = a_state(tmp_path)
    with closing(an_outbox(tmp_path, responses=1)) as outbox:
        note_anchor(outbox.db, a_reading())
        with outbox.db.conn as conn:
            conn.execute(f"UPDATE boots SET {change}")
            conn.execute("UPDATE responses SET body = 'x'")
    if not is_readable:
        zero_header(state, random.Random())

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert known_boots(outbox.db.conn) == ()


@pytest.mark.parametrize(
    ("number", "values"),
    [
        (2**63, [None, "boot-1", None, None, None, None]),
        (0, [None, "boot-1", None, None, None, None]),
        (1, [None, "boot-1", 5.0, 2e9, inf, 2e9]),
        (1, [None, "boot-1", 5.0, nan, 5.0, nan]),
        (1, [None, b"boot-1", None, None, None, None]),
        (None, [1, 1, "boot-1", 5.0, "second"]),
        (None, [1, 2**63, "boot-1", 5.0, "minute"]),
        (None, [1, 1, "boot-1", nan, "minute"]),
        (1, [None, an_id(1), "started", None, "unknown", "{", "pending"]),
        (1, [None, an_id(1), "started", None, "unknown", "{}", "perhaps"]),
    ],
)
def test_what_only_looks_like_a_row_is_left_out(tmp_path, monkeypatch, number, values):
    an_outbox(tmp_path, responses=1).close()
    zero_header(a_state(tmp_path), random.Random())
    monkeypatch.setattr(beside, "current_records", lambda _: iter([(number, values)]))

    with closing(open_or_rescue(a_state(tmp_path), a_reading())) as outbox:
        assert times_in(outbox) == ((), [])
        assert [each.kind for each in pending_entries(outbox.db, 9)] == ["salvage"]


@pytest.mark.parametrize("boottime", [None, "12", b"12"])
def test_a_moment_whose_half_is_damaged_is_no_moment(tmp_path, boottime):
    """Taken for the start of its boot, it would get a time that was never said."""
    with closing(an_outbox(tmp_path, responses=1)) as outbox:
        [(_, body)] = outbox.documents()

    row = checked_row((1, 1, an_id(1), "pending", body, 0, "this-boot", boottime, 5.0))

    assert (row.boot_id, row.boottime) == ("", 0.0)


def test_times_behind_a_fault_in_the_log_are_the_newest(tmp_path):
    """SQLite shows the tables as they were before the fault."""
    outbox = an_outbox(tmp_path, responses=5)
    state = a_state(tmp_path)
    fault = state.file("device.db-wal").stat().st_size - 100
    note_anchor(outbox.db, a_reading(60))
    note_anchor(outbox.db, a_reading(60 + HOUR))
    with outbox.db.conn as conn:
        conn.execute("INSERT INTO untimed VALUES (1, 5, 'this-boot', 5.0, 'minute')")
    before = times_in(outbox)
    content = {path.name: path.read_bytes() for path in state.path.glob("device.db*")}
    outbox.close()
    for name, each in content.items():
        state.file(name).write_bytes(each)
    log = bytearray(content["device.db-wal"])
    log[fault] ^= 1
    state.file("device.db-wal").write_bytes(log)

    with closing(open_or_rescue(state, a_reading())) as outbox:
        assert "its log is damaged" in told(outbox)["why"]
        assert times_in(outbox) == before


def test_a_correction_that_was_told_is_not_told_again(tmp_path):
    with a_world(tmp_path) as world:
        world.answer()
        world.tick()
        world.machine.set_right()
        for _ in range(3):
            world.tick()
        assert len(world.corrections()) == 1

        rescue(world, zero_header)
        for _ in range(3):
            world.tick()

        assert len(world.corrections()) == 1
