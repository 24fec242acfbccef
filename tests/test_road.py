"""The road between the kiosk and the agent: orders, facts and the journal."""

from dataclasses import astuple

import pytest
from builders import a_state

from device_config import road
from device_config.database import open_database
from device_config.road import JournalEntry


@pytest.fixture
def db(tmp_path):
    return open_database(a_state(tmp_path).database, (road.ROAD,))


def an_entry(number, **changes):
    members = {
        "id": f"event-{number}",
        "kind": "panel-lost",
        "at": None,
        "clock": "unknown",
        "data": {"number": number},
    }
    return JournalEntry(**(members | changes))


def test_orders_are_seen_oldest_first_until_they_are_carried_out(db):
    first = road.leave_order(db, "send-now", {})
    second = road.leave_order(db, "enrol", {"code": "12"})

    road.finish_order(db, first, {"done": True})

    assert [order.id for order in road.open_orders(db)] == [second]
    assert road.order_outcome(db, first) == {"done": True}
    assert road.order_outcome(db, second) is None


def test_an_order_that_was_carried_out_keeps_no_secret(db):
    number = road.leave_order(db, "enrol", {"code": "a-one-time-code"})

    road.finish_order(db, number, {"done": True})

    assert "a-one-time-code" not in "".join(db.conn.iterdump())


def test_a_fact_is_what_was_said_last_by_that_process(db):
    road.state_fact(db, "kiosk", "panels", [1])
    road.state_fact(db, "sync", "panels", [2])
    road.state_fact(db, "kiosk", "panels", [3])

    assert road.fact(db, "kiosk", "panels") == [3]
    assert road.fact(db, "sync", "panels") == [2]
    assert road.fact(db, "sync", "push") is None


def test_journal_entries_wait_in_their_order_until_they_are_settled(db):
    for number in range(4):
        road.note(db, an_entry(number))

    road.settle_entries(db, taken=["event-0"], refused=["event-2"])

    assert [each.data["number"] for each in road.pending_entries(db, 10)] == [1, 3]
    assert road.pending_entries(db, 1) == (an_entry(1),)


def test_the_journal_is_bounded_and_the_oldest_make_room(db, monkeypatch):
    monkeypatch.setattr(road, "MOST_JOURNAL_ROWS", 5)

    for number in range(12):
        road.note(db, an_entry(number))

    assert [each.data["number"] for each in road.pending_entries(db, 100)] == [7, 8, 9, 10, 11]


def held_in(folder):
    """Every byte of the database's files."""
    return b"".join(path.read_bytes() for path in (folder / "state").glob("device.db*"))


def test_of_an_order_that_was_carried_out_no_byte_of_its_secret_stays_in_the_files(db, tmp_path):
    number = road.leave_order(db, "enrol", {"code": "a-one-time-code"})
    assert b"a-one-time-code" in held_in(tmp_path)

    road.finish_order(db, number, {"done": True})

    assert b"a-one-time-code" not in held_in(tmp_path)


def test_finishing_an_order_waits_for_no_reader_and_keeps_its_patience_for_writers(db, tmp_path):
    number = road.leave_order(db, "enrol", {"code": "a-one-time-code"})
    reader = open_database(a_state(tmp_path).database, (road.ROAD,))
    reader.conn.execute("BEGIN")
    reader.conn.execute("SELECT count(*) FROM orders").fetchone()

    road.finish_order(db, number, {"done": True})
    reader.conn.rollback()

    assert road.order_outcome(db, number) == {"done": True}
    assert db.conn.execute("PRAGMA busy_timeout").fetchone() == (5000,)


@pytest.mark.parametrize("damage", ["no JSON", "[1]", "null", "[" * 100_000])
def test_an_order_that_is_damaged_is_finished_and_holds_up_no_other(db, damage):
    broken = road.leave_order(db, "send-now", {})
    whole = road.leave_order(db, "send-now", {})
    db.conn.execute("UPDATE orders SET body = ? WHERE id = ?", (damage, broken))
    db.conn.commit()

    assert [order.id for order in road.open_orders(db)] == [whole]
    assert road.order_outcome(db, broken)["error"] == "damaged"


NO_UTF_8 = b'{"text": "\xff"}'
NO_JSON = [b"no JSON", b'{"a": 1]', b"[" * 100_000, b"\xff"]


@pytest.mark.parametrize("damage", NO_JSON)
def test_of_a_fact_that_is_damaged_nothing_is_known_until_it_is_said_anew(db, damage):
    road.state_fact(db, "kiosk", "touches", {"a": 1})
    overwrite(db, "UPDATE facts SET body = CAST(? AS TEXT)", damage)

    assert road.fact(db, "kiosk", "touches") is None

    road.state_fact(db, "kiosk", "touches", {"a": 2})
    assert road.fact(db, "kiosk", "touches") == {"a": 2}


def test_a_fact_of_another_shape_than_it_had_is_damaged(db):
    road.state_fact(db, "sync", "asked-until", {"this-boot": "soon"})

    assert road.fact(db, "sync", "asked-until", dict[str, float]) is None


@pytest.mark.parametrize("damage", NO_JSON)
def test_an_outcome_that_is_damaged_lets_nobody_wait_for_it(db, damage):
    number = road.leave_order(db, "send-now", {})
    road.finish_order(db, number, {"done": True})
    overwrite(db, "UPDATE orders SET outcome = CAST(? AS TEXT)", damage)

    assert road.order_outcome(db, number) == {"error": "damaged"}


@pytest.mark.parametrize("column", ["kind", "body"])
@pytest.mark.parametrize("kind", ["TEXT", "BLOB"])
def test_an_order_that_is_no_text_holds_up_no_other(db, column, kind):
    broken, whole = (road.leave_order(db, "send-now", {}) for _ in range(2))
    overwrite(db, f"UPDATE orders SET {column} = CAST(? AS {kind}) WHERE id = {broken}", NO_UTF_8)

    for order in road.open_orders(db):
        road.finish_order(db, order.id, {"error": "unknown-order", "detail": order.kind})

    assert road.open_orders(db) == ()
    assert None not in (road.order_outcome(db, broken), road.order_outcome(db, whole))


@pytest.mark.parametrize("column", ["id", "kind", "at", "clock", "data"])
@pytest.mark.parametrize("kind", ["TEXT", "BLOB"])
def test_an_event_that_is_no_text_holds_up_no_other(db, column, kind):
    road.note(db, an_entry(1))
    road.note(db, an_entry(2))
    overwrite(db, f"UPDATE journal SET {column} = CAST(? AS {kind}) WHERE number = 1", NO_UTF_8)

    *_, whole = road.pending_entries(db, 2)

    assert whole == an_entry(2)
    assert all(
        isinstance(each, str) for each in astuple(road.pending_entries(db, 1)[0])[:4] if each
    )


def overwrite(db, statement, raw):
    """As a bad disk does."""
    with db.conn as conn:
        conn.execute(statement, (raw,))
