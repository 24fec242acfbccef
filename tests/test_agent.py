"""The agent against a centre that misbehaves, over real HTTP; time is made up, nothing sleeps."""

import sqlite3

import pytest
from agent_rounds import DAY_S, an_event, refuses
from builders import (
    a_centre,
    a_reading,
    a_terminal,
    an_id,
    by_state,
    documents,
    refusal,
    stored,
)

from device_config import road

# One pass


def test_one_pass_says_whether_anything_still_waits(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 2) as terminal:
        assert terminal.agent.one_pass(a_reading())

        centre.answers["/responses"] = refusal(500)
        terminal.close_response(3)
        assert not terminal.agent.one_pass(a_reading(1))

        centre.answers["/responses"] = stored
        assert terminal.agent.one_pass(a_reading(1.1))


def test_one_pass_ends_its_pushes_at_the_first_answer_that_means_later(tmp_path):
    with (
        a_centre(responses=refusal(500)) as centre,
        a_terminal(tmp_path, centre.url, 600) as terminal,
    ):
        terminal.agent.one_pass(a_reading())

        assert len(centre.seen("/responses")) == 1


def test_an_unexpired_retry_after_holds_for_the_next_program_too(tmp_path):
    with a_centre(responses=refusal(503, Retry_After="60")) as centre:
        with a_terminal(tmp_path, centre.url, 1) as first:
            assert not first.agent.one_pass(a_reading())
        centre.answers["/responses"] = stored

        with a_terminal(tmp_path, centre.url, 1) as second:
            assert not second.agent.one_pass(a_reading(59))
            assert len(centre.seen("/responses")) == 1
            assert second.agent.one_pass(a_reading(60))


def test_a_retry_after_of_another_boot_is_forgotten_since_its_clock_is(tmp_path):
    with a_centre(responses=refusal(503, Retry_After="60")) as centre:
        with a_terminal(tmp_path, centre.url, 1) as first:
            first.agent.one_pass(a_reading())
        centre.answers["/responses"] = stored

        with a_terminal(tmp_path, centre.url, 1) as second:
            assert second.agent.one_pass(a_reading(1, boot_id="next-boot"))


# Housekeeping


def test_what_the_centre_holds_is_deleted_after_a_month_and_nothing_else(tmp_path):
    with (
        a_centre(responses=refuses(an_id(2))) as centre,
        a_terminal(tmp_path, centre.url, 2) as terminal,
    ):
        terminal.tick()
        terminal.tick(29 * DAY_S)
        assert by_state(terminal.outbox) == (0, 0, 1, 1)

        terminal.tick(31 * DAY_S)
        assert by_state(terminal.outbox) == (0, 0, 0, 1)
        assert [each["id"] for each in documents(terminal.outbox)] == [an_id(2)]


def test_an_error_of_our_own_in_one_duty_leaves_the_others_going(tmp_path):
    """Settings that never were right: heartbeats cannot say a place."""
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 1) as terminal:
        (tmp_path / "terminal.toml").write_text("[broken")
        terminal.store._config_file = tmp_path / "terminal.toml"
        road.note(terminal.outbox.db, an_event(1))

        terminal.tick()

        assert centre.received == [an_id(1)]
        assert len(centre.seen("/events")) == 1
        assert centre.seen("/heartbeats") == []


def test_orders_that_cannot_be_read_back_off_and_hold_up_no_other_duty(tmp_path, caplog):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 1) as terminal:
        order = road.leave_order(terminal.outbox.db, "send-now", {})
        terminal.outbox.db.execute("UPDATE orders SET body = 'no JSON' WHERE id = ?", [order])
        terminal.outbox.db.conn.commit()

        for tenth in range(50):
            terminal.tick(tenth / 10)

        assert centre.received == [an_id(1)]
        assert 1 <= len(caplog.records) <= 4


def test_finished_orders_make_room_and_open_ones_stay(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        db = terminal.outbox.db
        for _ in range(250):
            last = road.leave_order(db, "send-now", {})
        terminal.tick()
        waiting = road.leave_order(db, "send-now", {})

        (count,) = db.execute("SELECT count(*) FROM orders").fetchone()
        assert count == road.FINISHED_ORDERS_KEPT + 1
        assert road.order_outcome(db, last) == {"done": True}
        assert [each.id for each in road.open_orders(db)] == [waiting]


def test_a_database_that_fails_is_left_to_the_service_to_open_anew(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 1) as terminal:
        terminal.outbox.db.execute("DROP TABLE orders")

        with pytest.raises(sqlite3.DatabaseError):
            terminal.tick()
