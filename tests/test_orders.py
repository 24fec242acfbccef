"""What the kiosk asks of the agent: carried out in order, whatever one of them does."""

import sqlite3

import pytest
from builders import (
    TOKEN,
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_reading,
    a_state,
    an_outbox,
    refusal,
    settings_with,
)

from device_config import road
from device_config.config_store import ConfigStore
from device_config.credentials import read_credentials
from device_config.errors import KioskError
from sync.orders.carry_out import STALE_S, carry_out_orders
from sync.orders.desk import Desk, OrderFailed

ENROLLED = {"terminal_id": "t-new", "token": TOKEN, "config": {}}


@pytest.fixture
def desk(tmp_path):
    state = a_state(tmp_path)
    hurried = []
    made = Desk(
        state, ConfigStore(state, None), an_outbox(tmp_path).db, lambda: hurried.append(True)
    )
    return made, hurried


def carried_out(desk, kind, body, carriers=None, at_s=0.0, **changes):
    """What comes of one order."""
    number = road.leave_order(desk.db, kind, body)
    options = {} if carriers is None else {"carriers": carriers}
    carry_out_orders(desk, a_reading(at_s, **changes), **options)
    return road.order_outcome(desk.db, number)


def test_send_now_hurries_what_there_is(desk):
    desk, hurried = desk
    assert carried_out(desk, "send-now", {}) == {"done": True}
    assert hurried == [True]


def failing(error):
    def fail(*_):
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (OrderFailed("no-network", "dns"), {"error": "no-network", "detail": "dns"}),
        (
            OrderFailed("too-many-tries", wait_s=60.0),
            {"error": "too-many-tries", "detail": "", "wait_s": 60.0},
        ),
        (KioskError("no room"), {"error": "failed", "detail": "no room"}),
        (
            OSError(5, "Input/output error"),
            {"error": "failed", "detail": "[Errno 5] Input/output error"},
        ),
        (ZeroDivisionError("a secret"), {"error": "failed", "detail": "ZeroDivisionError"}),
    ],
)
def test_one_order_that_fails_leaves_the_next_one_to_be_carried_out(desk, error, outcome):
    desk, _ = desk
    carriers = {"bad": failing(error), "good": lambda *_: {"done": True}}
    bad = road.leave_order(desk.db, "bad", {})

    assert carried_out(desk, "good", {}, carriers) == {"done": True}
    assert road.order_outcome(desk.db, bad) == outcome


def test_an_order_of_an_unknown_kind_is_said_to_be_one(desk):
    assert carried_out(desk[0], "make-coffee", {}) == {
        "error": "unknown-order",
        "detail": "make-coffee",
    }


def test_without_a_database_there_is_nothing_to_go_on_with(desk):
    desk, _ = desk
    broken = {"send-now": failing(sqlite3.OperationalError("disk I/O error"))}
    with pytest.raises(sqlite3.DatabaseError):
        carried_out(desk, "send-now", {}, broken)


def asked(at_s=0.0, boot_id="this-boot"):
    return {"asked": {"boot_id": boot_id, "boottime": a_reading(at_s).boottime}}


def test_what_was_asked_ten_minutes_ago_or_before_a_restart_is_stale(desk):
    desk, hurried = desk

    assert carried_out(desk, "send-now", asked(), at_s=STALE_S) == {"done": True}
    assert carried_out(desk, "send-now", asked(), at_s=STALE_S + 1)["error"] == "stale"
    assert carried_out(desk, "send-now", asked(boot_id="another"))["error"] == "stale"
    assert carried_out(desk, "send-now", asked(), wall=9e9) == {"done": True}
    assert len(hurried) == 2


def test_when_it_was_asked_is_no_part_of_what_was_asked(desk):
    seen = []
    carried_out(desk[0], "look", asked() | {"x": 1}, {"look": lambda b, *_: seen.append(b) or {}})

    assert seen == [{"x": 1}]


# Enrolling


def enrolling(**changes):
    return lambda _: CentreAnswer(ENROLLED | changes, 201)


def test_a_code_from_the_screen_enrols_at_the_address_of_the_settings(desk, tmp_path):
    desk, _ = desk
    with a_centre(enrolments=enrolling()) as centre:
        desk.store.set_value("central.url", centre.url)
        outcome = carried_out(desk, "enrol", {"code": "k7-42"})

    assert outcome == {"done": True, "terminal_id": "t-new"}
    assert read_credentials(a_state(tmp_path), settings_with().central).token == TOKEN


def test_an_address_from_the_screen_is_kept_once_a_centre_has_answered_there(desk):
    desk, _ = desk
    with a_centre(enrolments=enrolling()) as centre:
        dead = carried_out(desk, "enrol", {"code": "k7-42", "url": a_dead_address()})
        before = desk.store.effective().settings.central.url
        done = carried_out(desk, "enrol", {"code": "k7-42", "url": centre.url})

        assert dead["error"] in {"no-answer", "no-network"}
        assert (before, done["done"]) == ("", True)
        assert desk.store.effective().settings.central.url == centre.url


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"code": "k7-42"}, "no-address"),
        ({}, "not-a-code"),
        ({"code": 42}, "not-a-code"),
        ({"code": "k7-42", "url": ["x"]}, "wrong-address"),
        ({"code": "k7-42", "url": "x" * 10_000}, "wrong-address"),
        ({"code": "k7-42", "url": "http://centre.example"}, "wrong-address"),
        ({"code": "k7-42", "url": "centre"}, "wrong-address"),
        ({"code": "", "url": "https://centre.example"}, "not-a-code"),
    ],
)
def test_what_cannot_be_tried_is_told_and_not_tried(desk, body, error):
    assert carried_out(desk[0], "enrol", body)["error"] == error


def test_a_centre_that_asks_to_wait_is_told_with_the_seconds(desk):
    desk, _ = desk
    with a_centre(enrolments=refusal(429, Retry_After="120")) as centre:
        outcome = carried_out(desk, "enrol", {"code": "k7-42", "url": centre.url})

    assert outcome == {"error": "too-many-tries", "detail": "", "wait_s": 120.0}


def test_a_first_configuration_that_does_not_fit_does_not_cost_the_code(desk, tmp_path):
    desk, _ = desk
    config = {"settings": {"session": {"undo": 3}}}
    with a_centre(enrolments=enrolling(config=config)) as centre:
        outcome = carried_out(desk, "enrol", {"code": "k7-42", "url": centre.url})

    assert outcome["done"]
    assert "undo_s" in outcome["problem"]
    assert read_credentials(a_state(tmp_path), settings_with().central) is not None


def test_neither_the_code_nor_the_token_stays_in_the_outcome_or_the_log(desk, tmp_path, caplog):
    desk, _ = desk
    with a_centre(enrolments=enrolling()) as centre:
        carried_out(desk, "enrol", {"code": "K7-42-SECRET", "url": centre.url})

    held = b"".join(path.read_bytes() for path in (tmp_path / "state").glob("device.db*"))
    said = held + caplog.text.encode()
    assert b"K7-42-SECRET" not in said
    assert TOKEN.encode() not in said
