"""Events on their way to the centre: each once, and none in the way of the others."""

import tempfile
from contextlib import closing
from math import ceil, log2
from pathlib import Path

import pytest
from builders import (
    CentreAnswer,
    a_centre,
    a_reading,
    a_terminal,
    central_settings,
    refusal,
    stored,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from network_model import QUICK_DISK, a_real_centre

from device_config import road
from device_config.credentials import Credentials
from device_config.state import open_state
from sync import way_round
from sync.agent import Agent
from sync.central.store import Store
from sync.client import CentralClient
from sync.enrolment import enrol
from sync.outbox import open_outbox
from sync.status_screen import lines
from sync.steady_store import SteadyStore
from sync.wire import MOST_BYTES, Heartbeat

EIGHT_HOURS = range(0, 8 * 3600, 400)


def an_id_of(number):
    return f"event-{number}"


def note(terminal, *numbers, **data):
    for number in numbers:
        entry = road.JournalEntry(
            an_id_of(number), "panel-lost", None, "unknown", {"n": number, **data}
        )
        road.note(terminal.outbox.db, entry)


def waiting(terminal):
    return [each.id for each in road.pending_entries(terminal.outbox.db, 1000)]


def refused(terminal):
    rows = terminal.outbox.db.execute(
        "SELECT id FROM journal WHERE state = 'rejected' ORDER BY number"
    )
    return [event_id for (event_id,) in rows]


def tick_through(terminal, seconds=EIGHT_HOURS):
    for at_s in seconds:
        terminal.tick(at_s)


def for_any_of(poison, answer):
    """An answer of its own for whatever has one of these events in it."""

    def answering(request):
        return answer(request) if set(poison) & set(request.ids) else stored(request)

    return answering


def no_word(_):
    return CentreAnswer({"results": []})


def taken(centre, poison=()):
    """What arrived in batches that were taken, repeats included."""
    requests = [each for each in centre.seen("/events") if not set(poison) & set(each.ids)]
    return [each for request in requests for each in request.ids]


def test_events_are_delivered_once_and_settled(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, 0, 1, 2)
        tick_through(terminal, range(0, 200, 10))

        (request,) = centre.seen("/events")
        assert request.ids == ["event-0", "event-1", "event-2"]
        assert request.json["events"][1] == {
            "id": "event-1",
            "kind": "panel-lost",
            "at": None,
            "clock": "unknown",
            "data": {"n": 1},
        }
        assert waiting(terminal) == []


def test_events_wait_while_the_centre_does_not_take_them(tmp_path):
    with a_centre(events=refusal(500)) as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, 1)
        terminal.tick()
        assert waiting(terminal) == ["event-1"]

        centre.answers["/events"] = stored
        terminal.tick(400)
        assert waiting(terminal) == []


def test_a_batch_of_events_is_never_over_a_mebibyte(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, *range(30), story="x" * 100_000)
        terminal.tick()

        assert waiting(terminal) == []
        assert max(len(each.body) for each in centre.seen("/events")) <= MOST_BYTES


# One that the centre does not take


@settings(max_examples=6, deadline=None)
@given(st.sets(st.integers(0, 199), min_size=1, max_size=3), st.sampled_from((400, 413, 422)))
def test_any_few_bad_events_among_200_are_put_aside_after_o_log_n_requests(numbers, status):
    poison = [an_id_of(number) for number in sorted(numbers)]
    with (
        tempfile.TemporaryDirectory(dir=QUICK_DISK) as folder,
        a_centre(events=for_any_of(poison, refusal(status))) as centre,
        a_terminal(Path(folder), centre.url) as terminal,
    ):
        note(terminal, *range(200))
        tick_through(terminal, range(10))

        assert waiting(terminal) == []
        assert refused(terminal) == poison
        others = [an_id_of(number) for number in range(200) if number not in numbers]
        assert sorted(taken(centre, poison)) == sorted(others)
        assert len(centre.seen("/events")) <= len(poison) * (4 * ceil(log2(200)) + 6)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_event_that_is_refused_alone_is_kept_counted_and_never_sent_again(tmp_path, status):
    with a_centre(events=refusal(status)) as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, 1)
        tick_through(terminal, range(0, 1200, 60))

        beat = centre.seen("/heartbeats")[-1].json
        assert len(centre.seen("/events")) == 1
        assert refused(terminal) == ["event-1"]
        assert beat["events_rejected"] == 1
        assert beat["state"] != "attention" or "dead-letters" not in beat["reasons"]
        assert "1 events, kept here" in "\n".join(lines(a_beat(beat)))


def a_beat(members):
    return Heartbeat(**{**members, "location": None, "panels": ()})


# One over which the centre stumbles


@pytest.mark.parametrize("answer", [refusal(500), no_word], ids=["500", "silence"])
@pytest.mark.parametrize("poison", [0, 30, 59])
def test_an_event_that_the_centre_stumbles_over_holds_up_no_other_and_is_kept(
    tmp_path, poison, answer
):
    answering = for_any_of([an_id_of(poison)], answer)
    with a_centre(events=answering) as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, *range(60))
        tick_through(terminal)
        assert waiting(terminal) == [an_id_of(poison)]

        note(terminal, 60)
        tick_through(terminal, range(30_000, 60_000, 400))
        assert waiting(terminal) == [an_id_of(poison)]
        assert refused(terminal) == []

        centre.answers["/events"] = stored
        tick_through(terminal, range(60_000, 70_000, 400))
        assert waiting(terminal) == []


def test_an_agent_that_never_passes_an_event_over_is_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr(way_round, "PATIENCE", 1000)
    answering = for_any_of([an_id_of(0)], refusal(500))
    with a_centre(events=answering) as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, *range(3))
        tick_through(terminal)

        assert len(waiting(terminal)) == 3


def test_a_short_trouble_of_the_centres_own_leaves_the_order_of_events_alone(tmp_path):
    with a_centre(events=refusal(500)) as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, *range(20))
        tick_through(terminal, range(0, 2000, 400))
        failed = len(taken(centre))
        centre.answers["/events"] = stored
        tick_through(terminal, range(2000, 4000, 400))

        assert taken(centre)[failed:] == [an_id_of(number) for number in range(20)]


def test_events_wait_as_long_as_the_centre_asks(tmp_path):
    answering = refusal(429, Retry_After="600")
    with (
        a_centre(events=answering) as centre,
        a_terminal(tmp_path, centre.url, jitter=0.0) as terminal,
    ):
        note(terminal, 1)
        tick_through(terminal, range(0, 600, 10))
        assert len(centre.seen("/events")) == 1

        terminal.tick(600)
        assert len(centre.seen("/events")) == 2


# One that is damaged here


@pytest.mark.parametrize(
    "damage",
    ["data = 'no JSON'", "data = '[7]'", "clock = 'sundial'", "kind = printf('%.200c', 'k')"],
)
def test_an_event_that_is_damaged_on_the_disk_is_put_aside_and_the_others_go(tmp_path, damage):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, 1, 2, 3)
        for event_id in ("event-1", "event-3"):
            terminal.outbox.db.execute(f"UPDATE journal SET {damage} WHERE id = ?", [event_id])
        terminal.outbox.db.conn.commit()
        terminal.tick()

        assert taken(centre) == ["event-2"]
        assert refused(terminal) == ["event-1", "event-3"]


def test_a_whole_batch_of_damaged_events_does_not_hold_up_what_stands_behind(tmp_path):
    with a_centre() as centre, a_terminal(tmp_path, centre.url) as terminal:
        note(terminal, *range(600))
        terminal.outbox.db.execute("UPDATE journal SET clock = 'sundial' WHERE number <= 550")
        terminal.outbox.db.conn.commit()
        terminal.tick()

        assert taken(centre) == [an_id_of(number) for number in range(550, 600)]


# The real central service


def test_an_event_that_makes_the_real_centre_fail_holds_up_no_other(tmp_path, monkeypatch):
    keep_events = Store.keep_events

    def stumbling(self, terminal_id, events, now):
        if any(each.id == an_id_of(7) for each in events):
            raise ZeroDivisionError
        return keep_events(self, terminal_id, events, now)

    monkeypatch.setattr(Store, "keep_events", stumbling)
    state = open_state(tmp_path / "state")
    with a_real_centre() as centre, closing(open_outbox(state)) as outbox:
        plain = central_settings(centre.url)
        with closing(CentralClient(plain, None)) as client:
            enrolment = enrol(state, client, centre.new_code())
        credentials = Credentials(terminal_id=enrolment.terminal_id, token=enrolment.token)
        with closing(CentralClient(plain, credentials.token)) as client:
            store = SteadyStore(state, None)
            agent = Agent(
                state,
                store,
                outbox,
                client,
                credentials,
                jitter=lambda: 0.5,
                boottime=lambda: 0.0,
            )
            for number in range(20):
                road.note(outbox.db, road.entry_now("panel-lost", {"n": number}, a_reading()))
            outbox.db.execute("UPDATE journal SET id = ? WHERE number = 8", [an_id_of(7)])
            outbox.db.conn.commit()
            for at_s in EIGHT_HOURS:
                agent.tick(a_reading(at_s))

        kinds = [kind for _, kind in centre.kept("events", enrolment.terminal_id)]
        assert kinds.count("panel-lost") == 19
        assert [each.id for each in road.pending_entries(outbox.db, 99)] == [an_id_of(7)]
