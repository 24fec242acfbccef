"""The agent against a centre that misbehaves, over real HTTP; time is made up, nothing sleeps."""

import json
import sqlite3
from contextlib import closing, contextmanager
from itertools import pairwise
from math import log2

import msgspec
import pytest
from builders import (
    TERMINAL,
    TOKEN,
    UNIT,
    CentreAnswer,
    a_centre,
    a_content,
    a_dead_address,
    a_reading,
    a_state,
    a_terminal,
    an_id,
    an_outbox,
    beat_with,
    by_state,
    documents,
    refusal,
    settings_with,
    stored,
)

from device_config import road
from device_config.credentials import Credentials, write_credentials
from device_config.errors import ConfigurationProblems
from device_config.location import LocationFile, Place
from sync.outbox import open_outbox
from sync.steady_store import SteadyStore
from sync.wire import MOST_BYTES, Answer, RawBatch
from tests.world import running, wait_for

DAY_S = 86_400


def ids_up_to(number):
    return [an_id(each) for each in range(1, number + 1)]


def refuses(*poison, status=422):
    """Refuses a whole batch for one response in it."""

    def answer(request):
        bad = set(poison) & set(request.ids)
        return refusal(status)(request) if bad else stored(request)

    return answer


def sent_bytes(centre):
    """Every response as it travelled, as (id, bytes)."""
    for request in centre.seen("/responses"):
        for raw in msgspec.json.decode(request.body, type=RawBatch).responses:
            yield json.loads(bytes(raw))["id"], bytes(raw)


def push_times(terminal, centre, times):
    """At which of these times a push was tried."""
    tried = []
    for at_s in times:
        before = len(centre.seen("/responses"))
        terminal.tick(at_s)
        if len(centre.seen("/responses")) > before:
            tried.append(at_s)
    return tried


def an_event(number):
    return road.JournalEntry(f"event-{number}", "panel-lost", None, "unknown", {"n": number})


def a_config(etag='"one"', **members):
    """Answers with this configuration, or 304 to whoever has it."""

    def answer(request):
        if request.headers.get("if-none-match") == etag:
            return CentreAnswer(status=304)
        return CentreAnswer(members, headers={"ETag": etag})

    return answer


# Pushing


def test_what_waits_arrives_once_in_the_order_of_seq(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 25) as terminal:
        terminal.tick()

        assert centre.received == ids_up_to(25)
        assert by_state(terminal.outbox) == (0, 0, 25, 0)


def test_a_response_that_is_closed_leaves_at_the_next_tick_and_nothing_is_sent_without_news(
    tmp_path,
):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        times = push_times(terminal, centre, range(20))
        terminal.close_response(1)
        times += push_times(terminal, centre, range(20, 40))

        assert times == [20]
        assert centre.received == [an_id(1)]


@pytest.mark.parametrize("poison", [1, 100, 101, 137, 200])
@pytest.mark.parametrize("status", [400, 422])
def test_one_poison_response_among_200_is_put_aside_in_a_few_requests(tmp_path, poison, status):
    answering = refuses(an_id(poison), status=status)
    with a_centre(responses=answering) as centre, a_terminal(tmp_path, centre.url, 200) as terminal:
        for at_s in range(10):
            terminal.tick(at_s)

        assert by_state(terminal.outbox) == (0, 0, 199, 1)
        assert len(centre.seen("/responses")) <= 4 * log2(200) + 6
        code = terminal.outbox.db.conn.execute(
            "SELECT id, reason_code FROM responses WHERE state = 'rejected'"
        ).fetchall()
        assert code == [(an_id(poison), f"http-{status}")]


def test_a_rejected_response_is_a_dead_letter_with_its_reason_and_holds_up_nobody(tmp_path):
    def answer(request):
        results = [{"id": each, "status": "stored"} for each in request.ids]
        results[0] |= {"status": "rejected", "reason": {"code": "unit-closed", "detail": "2025"}}
        return CentreAnswer({"results": results})

    with a_centre(responses=answer) as centre, a_terminal(tmp_path, centre.url, 3) as terminal:
        terminal.tick()

        assert by_state(terminal.outbox) == (0, 0, 2, 1)
        assert centre.received == ids_up_to(3)


def test_a_requeued_dead_letter_goes_again_with_the_same_bytes(tmp_path):
    with (
        a_centre(responses=refuses(an_id(2))) as centre,
        a_terminal(tmp_path, centre.url, 3) as terminal,
    ):
        terminal.tick()
        centre.answers["/responses"] = stored
        command = open_outbox(terminal.state)
        command.requeue([an_id(2)])
        command.close()
        terminal.tick(1)

        assert by_state(terminal.outbox) == (0, 0, 3, 0)
        assert len({body for each, body in sent_bytes(centre) if each == an_id(2)}) == 1


def test_the_bytes_are_equal_on_every_resend_and_the_terminal_is_named_in_them(tmp_path):
    with (
        a_centre(responses=refusal(500)) as centre,
        a_terminal(tmp_path, centre.url, 4) as terminal,
    ):
        for at_s in range(0, 3000, 100):
            terminal.tick(at_s)
            centre.answers["/responses"] = refusal(413 if at_s % 200 else 500)
        centre.answers["/responses"] = stored
        terminal.tick(4000)

        versions = dict.fromkeys(sent_bytes(centre))
        assert len(versions) == 4
        assert {json.loads(body)["terminal_id"] for _, body in versions} == {TERMINAL}


def test_verdicts_that_come_in_bits_settle_bit_by_bit(tmp_path):
    def only_the_last(request):
        return CentreAnswer({"results": [{"id": request.ids[-1], "status": "duplicate"}]})

    with (
        a_centre(responses=only_the_last) as centre,
        a_terminal(tmp_path, centre.url, 8) as terminal,
    ):
        terminal.tick()

        assert by_state(terminal.outbox) == (0, 0, 8, 0)


def test_a_response_about_which_the_centre_is_silent_waits_and_is_not_hammered(tmp_path):
    def silent_about_the_first(request):
        rest = [each for each in request.ids if each != an_id(1)]
        return CentreAnswer({"results": [{"id": each, "status": "stored"} for each in rest]})

    with (
        a_centre(responses=silent_about_the_first) as centre,
        a_terminal(tmp_path, centre.url, 5, jitter=1.0) as terminal,
    ):
        times = push_times(terminal, centre, range(15))

        assert by_state(terminal.outbox) == (0, 1, 4, 0)
        assert times == [0, 2, 6, 14]


def test_a_centre_that_takes_small_batches_only_gets_everything_in_order(tmp_path):
    def small_only(request):
        return stored(request) if len(request.ids) <= 7 else refusal(413)(request)

    with a_centre(responses=small_only) as centre, a_terminal(tmp_path, centre.url, 60) as terminal:
        for at_s in range(10):
            terminal.tick(at_s)

        assert by_state(terminal.outbox) == (0, 0, 60, 0)
        taken = [each for each in centre.seen("/responses") if len(each.ids) <= 7]
        assert [each for request in taken for each in request.ids] == ids_up_to(60)


def test_a_batch_is_never_over_a_mebibyte(tmp_path):
    long = tuple(Answer(item=f"{number} {'ä' * 90}", value=1) for number in range(100))
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        for number in range(1, 101):
            terminal.outbox.put(a_content(number, answers=long), a_reading())
        terminal.agent.one_pass(a_reading())

        sizes = [len(request.body) for request in centre.seen("/responses")]
        assert centre.received == ids_up_to(100)
        assert len(sizes) == 3
        assert max(sizes) <= MOST_BYTES


def test_a_batch_has_500_responses_at_most(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url, 501) as terminal:
        terminal.tick()

        assert [len(each.ids) for each in centre.seen("/responses")] == [500, 1]


# Failing and trying again


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
        a_centre(responses=refusal(status, Retry_After=header)) as centre,
        a_terminal(tmp_path, centre.url, 1, jitter=0.0) as terminal,
    ):
        terminal.tick()
        times = push_times(terminal, centre, range(10, 3700, 10))

        assert times[0] == first_at


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

        assert road.order_outcome(terminal.outbox.db, order) == {"error": "unknown order"}


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


# The journal


def test_events_are_delivered_once_and_settled(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        for number in range(3):
            road.note(terminal.outbox.db, an_event(number))
        for at_s in range(0, 200, 10):
            terminal.tick(at_s)

        (request,) = centre.seen("/events")
        assert request.ids == ["event-0", "event-1", "event-2"]
        assert request.json["events"][1] == {
            "id": "event-1",
            "kind": "panel-lost",
            "at": None,
            "clock": "unknown",
            "data": {"n": 1},
        }
        assert road.pending_entries(terminal.outbox.db, 9) == ()


def test_events_wait_while_the_centre_does_not_take_them(tmp_path):
    with a_centre(events=refusal(500)) as centre, a_terminal(tmp_path, centre.url) as terminal:
        road.note(terminal.outbox.db, an_event(1))
        terminal.tick()
        assert len(road.pending_entries(terminal.outbox.db, 9)) == 1

        centre.answers["/events"] = stored
        terminal.tick(400)
        assert road.pending_entries(terminal.outbox.db, 9) == ()


def test_one_poison_event_does_not_hold_up_the_others(tmp_path):
    with (
        a_centre(events=refuses("event-13")) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        for number in range(20):
            road.note(terminal.outbox.db, an_event(number))
        for at_s in range(0, 600, 10):
            terminal.tick(at_s)

        arrived = {
            each
            for request in centre.seen("/events")
            if "event-13" not in request.ids
            for each in request.ids
        }
        assert len(arrived) == 19
        assert road.pending_entries(terminal.outbox.db, 9) == ()


# Configuration


def test_configuration_is_taken_once_and_asked_for_by_its_etag(tmp_path):
    config = a_config(settings={"session": {"undo_s": 3}})
    with a_centre(config=config) as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()
        terminal.tick(300)

        etags = [each.headers.get("if-none-match") for each in centre.seen("/config")]
        assert terminal.store.effective().settings.session.undo_s == 3
        assert (etags[0], etags[-1]) == (None, '"one"')
        assert road.pending_entries(terminal.outbox.db, 9) == ()


def test_a_heartbeat_tells_that_the_configuration_is_news(tmp_path):
    with (
        a_centre(config=a_config(), heartbeats=beat_with('"one"')) as centre,
        a_terminal(tmp_path, centre.url) as terminal,
    ):
        terminal.tick()
        terminal.tick(60)
        calls = len(centre.seen("/config"))

        centre.answers["/config"] = a_config('"two"', settings={"session": {"undo_s": 4}})
        centre.answers["/heartbeats"] = beat_with('"two"')
        terminal.tick(120)

        assert len(centre.seen("/config")) == calls + 1
        assert terminal.store.effective().settings.session.undo_s == 4


def test_a_bad_configuration_is_refused_and_told_to_the_centre_once(tmp_path):
    first = a_config(settings={"session": {"undo_s": 3}})
    with a_centre(config=first) as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.tick()
        centre.answers["/config"] = a_config('"two"', settings={"session": {"undo": 9}})
        for at_s in range(300, 2000, 30):
            terminal.tick(at_s)

        (event,) = [each for one in centre.seen("/events") for each in one.json["events"]]
        assert terminal.store.effective().settings.session.undo_s == 3
        assert event["kind"] == "config-refused"
        assert event["data"]["problems"][0].startswith("session.undo: unknown")


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'{"settings": 7}', b'{"location": {"revision": "x"}}', b"[" * 100_000],
)
def test_a_configuration_of_another_shape_changes_nothing(tmp_path, body):
    with (
        a_centre(config=lambda _: CentreAnswer(body)) as centre,
        a_terminal(tmp_path, centre.url, 1) as terminal,
    ):
        before = terminal.store.effective()
        for at_s in range(0, 1000, 100):
            terminal.tick(at_s)

        assert terminal.store.effective() == before
        assert centre.received == [an_id(1)]


def test_the_centre_moves_a_terminal_only_with_a_higher_revision(tmp_path):
    settings = settings_with().location
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        location = LocationFile.of(terminal.state)
        location.move(Place(revision=2, unit=UNIT, place="staff's", set_by="staff"))

        places = []
        for number, revision in enumerate((1, 2, 3)):
            word = {"revision": revision, "unit": UNIT, "place": "centre's"}
            centre.answers["/config"] = a_config(f'"{number}"', location=word)
            terminal.tick(300 * number)
            places.append(location.current(settings).place)
        terminal.tick(960)

        events = [each for one in centre.seen("/events") for each in one.json["events"]]
        assert places == ["staff's", "staff's", "centre's"]
        assert [(each["kind"], each["data"]["revision"]) for each in events] == [
            ("location-changed", 3)
        ]


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


# Settings that break while the agent runs


def test_a_typo_in_the_settings_file_changes_nothing_is_said_once_and_is_mended(tmp_path, caplog):
    file = tmp_path / "terminal.toml"
    file.write_text("[location]\nunit = '1.2.3'\n")
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        terminal.store._config_file = file
        terminal.tick()
        file.write_text("[broken")
        for at_s in range(60, 600, 60):
            terminal.tick(at_s)
        file.unlink()
        for at_s in range(600, 1200, 60):
            terminal.tick(at_s)
        file.write_text("[location]\nunit = '4.5.6'\n")
        terminal.tick(1200)

        assert len(caplog.records) == 2
        units = [each.json["location"]["unit"] for each in centre.seen("/heartbeats")]
        assert (set(units[:-1]), units[-1]) == ({"1.2.3"}, "4.5.6")


def test_a_start_with_wrong_settings_is_refused(tmp_path):
    file = tmp_path / "terminal.toml"
    file.write_text("[broken")

    with pytest.raises(ConfigurationProblems):
        SteadyStore(a_state(tmp_path), file).effective()


def an_agents_files(folder, url):
    file = folder / "terminal.toml"
    file.write_text(f'[central]\nurl = "{url}"\n')
    write_credentials(a_state(folder), Credentials(terminal_id=TERMINAL, token=TOKEN))
    an_outbox(folder, 1).close()
    return file


@contextmanager
def an_agent(folder, file):
    """The real agent as a process, ended with the block; its log is in `log`."""
    options = ["--state", a_state(folder).path, "--config", file]
    with (folder / "log").open("w") as log, running("sync", *options, stderr=log) as process:
        yield process
    assert process.returncode == 0, (folder / "log").read_text()


def test_the_running_agent_delivers_on_while_its_settings_file_is_wrong(tmp_path):
    with a_centre() as centre:
        file = an_agents_files(tmp_path, centre.url)
        with an_agent(tmp_path, file):
            wait_for(lambda: an_id(1) in centre.received, "the first response")
            file.write_text("[broken")
            wait_for(lambda: "not TOML" in (tmp_path / "log").read_text(), "the problem")
            with closing(open_outbox(a_state(tmp_path))) as outbox:
                outbox.put(a_content(2), a_reading())
            wait_for(lambda: an_id(2) in centre.received, "the second response")

    said = (tmp_path / "log").read_text()
    assert said.count("not TOML") == 1
    assert "Traceback" not in said


def test_the_running_agent_opens_a_database_anew_that_failed_and_says_it_in_a_line(tmp_path):
    with a_centre() as centre:
        file = an_agents_files(tmp_path, centre.url)
        with an_agent(tmp_path, file):
            wait_for(lambda: an_id(1) in centre.received, "the first response")
            with closing(open_outbox(a_state(tmp_path))) as outbox:
                outbox.db.execute("ALTER TABLE orders RENAME TO gone")
                wait_for(lambda: "stopped" in (tmp_path / "log").read_text(), "the trouble")
                outbox.db.execute("ALTER TABLE gone RENAME TO orders")
                outbox.put(a_content(2), a_reading())
            wait_for(lambda: an_id(2) in centre.received, "the second response")

    said = (tmp_path / "log").read_text()
    assert "Traceback" not in said
    assert 1 <= len(said.splitlines()) <= 5
