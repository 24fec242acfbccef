"""The agent fails and tries again, patiently; time is made up, nothing sleeps."""

from itertools import pairwise

import pytest
from agent_rounds import DAY_S, a_config, header_date, ids_up_to, push_times
from builders import (
    NOON,
    TERMINAL,
    TOKEN,
    UNIT,
    CentreAnswer,
    a_centre,
    a_dead_address,
    a_reading,
    a_terminal,
    beat_with,
    by_state,
    refusal,
    stored,
)

from device_config import road
from device_config.credentials import Credentials
from device_config.location import Place
from sync.health import health

A_TOKEN = Credentials(terminal_id=TERMINAL, token=TOKEN)


@pytest.mark.parametrize("status", [301, 404, 405, 408, 409, 429, 500, 502, 503])
def test_no_failure_ever_empties_the_queue(tmp_path, status):
    with (
        a_centre(responses=refusal(status)) as centre,
        a_terminal(tmp_path, centre.url, 1) as terminal,
    ):
        for at_s in range(0, DAY_S, 3600):
            terminal.tick(at_s)

        assert by_state(terminal.outbox) == (0, 1, 0, 0)


def test_a_login_page_in_place_of_the_centre_settles_nothing(tmp_path):
    def page(_):
        return CentreAnswer(b"<html>Log in</html>", headers={"Content-Type": "text/html"})

    with (
        a_centre(responses=page, heartbeats=page, config=page, events=page) as centre,
        a_terminal(tmp_path, centre.url, 2) as terminal,
    ):
        terminal.tick()

        assert by_state(terminal.outbox) == (0, 2, 0, 0)


def test_a_day_without_the_centre_is_tried_patiently_and_ends_with_all_there(tmp_path):
    with (
        a_centre(responses=refusal(503)) as centre,
        a_terminal(tmp_path, centre.url, 3, jitter=1.0) as terminal,
    ):
        times = push_times(terminal, centre, range(0, DAY_S, 150))
        waits = [two - one for one, two in pairwise(times)]

        assert max(waits) <= 300
        assert len(times) <= DAY_S / 300 + 10

        centre.answers["/responses"] = stored
        terminal.tick(DAY_S + 300)
        assert by_state(terminal.outbox) == (0, 0, 3, 0)


@pytest.mark.parametrize("name", ["beat", "pull"])
def test_heartbeats_and_pulls_too_back_off_for_a_random_part_of_a_doubling_range(tmp_path, name):
    fails = refusal(500)
    with (
        a_centre(heartbeats=fails, config=fails) as centre,
        a_terminal(tmp_path, centre.url, jitter=0.25) as terminal,
    ):
        now_s, waits = 0.0, []
        for _ in range(10):
            terminal.tick(now_s)
            waits.append(terminal.agent._lines[name].due_at - a_reading(now_s).boottime)
            now_s += waits[-1]

    ranges = [min(2.0**failures, 300.0) for failures in range(1, 11)]
    assert waits == pytest.approx([1 + 0.25 * (widest - 1) for widest in ranges])


def test_a_dead_network_is_back_off_too(tmp_path):
    with a_terminal(tmp_path, a_dead_address(), 1, jitter=1.0) as terminal:
        waiting = []
        for at_s in range(100):
            terminal.tick(at_s)
            line = terminal.agent._lines["push"]
            waiting.append(line.failures)

        assert waiting[-1] == 6
        assert by_state(terminal.outbox) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("header", "first_at"), [("600", 600), ("86400", 3600), ("Sat, 21 Nov 2026 10:10:00 GMT", 600)]
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_centres_retry_after_is_obeyed_up_to_an_hour(tmp_path, status, header, first_at):
    with (
        a_centre(responses=refusal(status, Retry_After=header, Date=header_date(0))) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=0.0) as terminal,
    ):
        terminal.tick()
        times = push_times(terminal, centre, range(10, 3700, 10))

        assert times[0] == first_at


@pytest.mark.parametrize("wrong_by_s", [-50 * 365 * DAY_S, 30 * 365 * DAY_S])
def test_a_terminal_whose_clock_is_years_wrong_comes_back_when_it_was_asked_to(
    tmp_path, wrong_by_s
):
    asked = refusal(503, Retry_After=header_date(600), Date=header_date(0))
    with (
        a_centre(responses=asked) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=0.0) as terminal,
    ):
        came = []
        for at_s in range(0, 1300, 10):
            before = len(centre.seen("/responses"))
            wrong = a_reading(at_s, wall=NOON + at_s + wrong_by_s, is_synced=False)
            terminal.agent.tick(wrong)
            if len(centre.seen("/responses")) > before:
                came.append(at_s)

        assert came == [0, 600, 1200]


def test_an_order_to_send_now_overrides_back_off_and_not_retry_after(tmp_path):
    with (
        a_centre(responses=refusal(500)) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=1.0) as terminal,
    ):
        times = push_times(terminal, centre, range(20))
        assert times == [0, 2, 6, 14]

        order = road.leave_order(terminal.outbox.db, "send-now", {})
        centre.answers["/responses"] = refusal(503, Retry_After="60")
        assert push_times(terminal, centre, [20]) == [20]
        assert road.order_outcome(terminal.outbox.db, order) == {"done": True}

        road.leave_order(terminal.outbox.db, "send-now", {})
        assert push_times(terminal, centre, range(21, 81)) == [80]


def test_an_order_that_nobody_knows_is_answered_so(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        order = road.leave_order(terminal.outbox.db, "make-coffee", {})

        terminal.tick()

        assert road.order_outcome(terminal.outbox.db, order) == {
            "error": "unknown-order",
            "detail": "make-coffee",
        }


@pytest.mark.parametrize("status", [401, 403])
def test_a_terminal_that_is_not_allowed_collects_on_and_asks_for_a_person(tmp_path, status):
    with (
        a_centre(responses=refusal(status)) as centre,
        a_terminal(tmp_path, centre.url, 1) as terminal,
    ):
        terminal.tick()
        terminal.close_response(2)
        terminal.tick(60)

        beat = centre.seen("/heartbeats")[-1].json
        assert beat["state"] == "attention"
        assert "not-allowed" in beat["reasons"]
        assert beat["push_failures"] == {f"http-{status}": 2}
        assert by_state(terminal.outbox) == (0, 2, 0, 0)

        centre.answers["/responses"] = stored
        terminal.tick(400)
        assert by_state(terminal.outbox) == (0, 0, 2, 0)


@pytest.mark.parametrize("status", [401, 403])
def test_a_revoked_terminal_says_so_though_nothing_waits_until_it_is_let_in_again(tmp_path, status):
    def access():
        return road.fact(terminal.outbox.db, "sync", "access")

    def reasons():
        return health(
            terminal.state, terminal.outbox, A_TOKEN, Place(unit=UNIT), a_reading()
        ).reasons

    refusing = refusal(status)
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        assert access() is None
        terminal.tick()
        assert access() == "ok"
        centre.answers["/heartbeats"] = refusing
        terminal.tick(60)
        assert access() == "revoked"
        assert "not-allowed" in reasons()
        centre.answers["/heartbeats"] = refusal(503)
        terminal.tick(400)
        assert access() == "revoked"
        centre.answers["/heartbeats"] = beat_with("none")
        terminal.tick(900)
        assert access() == "ok"
        assert "not-allowed" not in reasons()


def test_heartbeats_and_configuration_go_on_when_pushes_fail(tmp_path):
    config = a_config(settings={"session": {"undo_s": 3}})
    with (
        a_centre(responses=refusal(503, Retry_After="3600"), config=config) as centre,
        a_terminal(tmp_path, centre.url, 1) as terminal,
    ):
        for at_s in range(0, 601, 60):
            terminal.tick(at_s)

        assert len(centre.seen("/responses")) == 1
        assert len(centre.seen("/heartbeats")) == 11
        assert len(centre.seen("/config")) >= 3
        assert terminal.store.effective().settings.session.undo_s == 3


def test_pushes_go_on_when_everything_else_fails(tmp_path):
    no = refusal(503, Retry_After="3600")
    with (
        a_centre(heartbeats=no, config=no, events=no) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        for number in range(1, 6):
            terminal.close_response(number)
            terminal.tick(number * 10)

        assert centre.received == ids_up_to(5)
        assert len(centre.seen("/heartbeats")) == 1
