"""The road between the kiosk and the agent: orders, facts and the journal."""

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
