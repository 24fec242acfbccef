"""A terminal without credentials keeps house and waits for a code; time is made up."""

import pytest
from builders import (
    TOKEN,
    CentreAnswer,
    a_centre,
    a_content,
    a_reading,
    a_state,
    an_outbox,
    by_state,
    refusal,
    settings_with,
)

from device_config import road
from device_config.config_store import ConfigStore
from device_config.credentials import Credentials, read_credentials, write_credentials
from sync.before_enrolment import BeforeEnrolment
from sync.boots import known_boots
from sync.service import _ready

ENROLLED = {"terminal_id": "t-new", "token": TOKEN, "config": {}}


@pytest.fixture
def waiting(tmp_path):
    outbox = an_outbox(tmp_path)
    state = a_state(tmp_path)
    return BeforeEnrolment(state, ConfigStore(state, None), outbox, ()), outbox


def credentials(folder):
    return read_credentials(a_state(folder), settings_with().central)


def test_a_code_from_the_screen_is_brought_at_the_next_tick(tmp_path, waiting):
    agent, outbox = waiting
    with a_centre(enrolments=lambda _: CentreAnswer(ENROLLED, 201)) as centre:
        agent.tick(a_reading())
        order = road.leave_order(outbox.db, "enrol", {"code": "K7-42", "url": centre.url})
        agent.tick(a_reading(0.1))

    assert road.order_outcome(outbox.db, order)["done"]
    assert credentials(tmp_path).terminal_id == "t-new"


def test_nothing_is_asked_of_a_centre_that_nobody_named(waiting):
    agent, outbox = waiting
    order = road.leave_order(outbox.db, "send-now", {})
    with a_centre() as centre:
        for at_s in range(0, 4000, 60):
            agent.tick(a_reading(at_s))

        assert centre.requests == []
    assert road.order_outcome(outbox.db, order) == {"done": True}


def test_that_the_clock_is_right_is_noted_so_that_what_is_given_meanwhile_gets_its_time(waiting):
    agent, outbox = waiting
    agent.tick(a_reading(10, is_synced=False))
    assert known_boots(outbox.db.conn) == ()
    agent.tick(a_reading(20))

    (boot,) = known_boots(outbox.db.conn)
    assert boot.boot_id == a_reading().boot_id


def test_old_copies_are_given_up_before_enrolment_too_and_answers_are_not(waiting):
    agent, outbox = waiting
    outbox.put(a_content(1), a_reading())
    agent.tick(a_reading(40 * 86_400))

    assert by_state(outbox) == (0, 1, 0, 0)


def test_an_error_of_our_own_in_one_duty_leaves_the_orders_to_be_carried_out(
    waiting, monkeypatch, caplog
):
    agent, outbox = waiting
    monkeypatch.setattr("sync.before_enrolment.note_anchor", lambda *_: 1 / 0)
    agent.tick(a_reading())
    order = road.leave_order(outbox.db, "send-now", {})
    agent.tick(a_reading(1))

    assert road.order_outcome(outbox.db, order) == {"done": True}
    assert "clock: the agent goes on" in caplog.text


def test_a_refused_code_is_answered_and_the_agent_waits_on(tmp_path, waiting):
    agent, outbox = waiting
    with a_centre(enrolments=refusal(410)) as centre:
        order = road.leave_order(outbox.db, "enrol", {"code": "K7-42", "url": centre.url})
        agent.tick(a_reading())

    assert road.order_outcome(outbox.db, order)["error"] == "used"
    assert credentials(tmp_path) is None


def test_damaged_credentials_are_waited_out_like_none(tmp_path, caplog):
    state = a_state(tmp_path)
    store = ConfigStore(state, None)
    store.set_value("central.url", "https://centre.example")
    write_credentials(state, Credentials(terminal_id="t-1", token=TOKEN))
    assert _ready(state, store) is not None
    for copy in state.path.glob("credentials.[12]"):
        copy.write_bytes(b"damaged")

    assert _ready(state, store) is None
    assert "waiting for a code" in caplog.text
