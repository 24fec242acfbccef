"""How much one terminal may ask, and how much is worked on at once: the others are served."""

import asyncio
import contextlib
import threading
import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_central_builders import a_centre, a_heartbeat, a_response, at_once

from sync import wire
from sync.central.receiving.crowd import TooBusy
from sync.central.receiving.limits import Buckets, Doors, Limits
from sync.central.store import Store

BACKLOG = 100_000


class Seconds:
    """A clock that the test sets."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def is_problem(reply, status):
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    return msgspec.json.decode(reply.content, type=wire.Problem).status == status


@given(
    limits=st.builds(Limits, burst=st.integers(1, 20), per_second=st.floats(0.1, 50)),
    gaps=st.lists(st.floats(0, 5), max_size=80),
)
def test_no_terminal_ever_gets_more_than_its_burst_and_what_it_earned(limits, gaps):
    buckets, now, let_in = Buckets(limits), 0.0, 0
    for gap in gaps:
        now += gap
        let_in += buckets.wait_s("t", now) == 0

    assert let_in <= limits.burst + now * limits.per_second + 1e-6


@given(
    limits=st.builds(Limits, burst=st.integers(1, 5), per_second=st.floats(0.1, 50)),
    asked=st.integers(1, 30),
)
def test_who_waits_as_long_as_was_said_is_let_in(limits, asked):
    buckets, now = Buckets(limits), 0.0
    for _ in range(asked):
        wait_s = buckets.wait_s("t", now)
        if wait_s:
            now += wait_s * (1 + 1e-9) + 1e-9
            assert buckets.wait_s("t", now) == 0


@pytest.mark.parametrize("of_a_batch", [wire.MOST_RESPONSES, 100])
def test_a_backlog_of_100_000_responses_meets_no_limit_however_quickly_it_comes(of_a_batch):
    buckets = Buckets(Limits())

    assert not any(buckets.wait_s("t", 0.0) for _ in range(BACKLOG // of_a_batch))


def test_a_mad_terminal_does_not_use_up_what_others_may_ask():
    buckets = Buckets(Limits(burst=3))
    mad = [buckets.wait_s("mad", 0.0) for _ in range(50)]

    assert mad.count(0) == 3
    assert buckets.wait_s("quiet", 0.0) == 0


def test_memory_is_bounded_and_whoever_is_forgotten_was_quiet_longest():
    buckets = Buckets(Limits(burst=1, terminals=100))
    for number in range(1000):
        buckets.wait_s("mad", 0.0)
        buckets.wait_s(f"t-{number}", 0.0)

    assert len(buckets) == 100
    assert buckets.wait_s("mad", 0.0) > 0


def test_a_long_token_that_nobody_knows_takes_no_more_memory_than_another():
    doors = Doors(Limits(), Seconds())
    tracemalloc.start()
    try:
        for number in range(200):
            doors.wait_s(f"{number:010000}")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 200_000


def a_limited_centre(folder, limits, clock=None):
    return a_centre(folder, doors=Doors(limits, clock or Seconds()))


def test_a_terminal_that_asks_too_often_is_told_when_to_come_again(tmp_path):
    clock = Seconds()
    with a_limited_centre(tmp_path, Limits(burst=3, per_second=0.2), clock) as centre:
        mad, other = centre.a_terminal(), centre.a_terminal()

        replies = [mad.get("/units") for _ in range(4)]

        assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
        assert is_problem(replies[3], 429)
        assert replies[3].headers["retry-after"] == "5"
        assert is_problem(mad.send(a_response(mad.id)), 429)
        assert is_problem(mad.post("/heartbeats", a_heartbeat()), 429)
        assert other.verdicts(a_response(other.id)) == [("stored", None)]

        clock.now += 5

        assert mad.verdicts(a_response(mad.id)) == [("stored", None)]


def test_tokens_that_nobody_knows_are_refused_and_slowed_down_like_others(tmp_path):
    with a_limited_centre(tmp_path, Limits(burst=2)) as centre:
        terminal = centre.a_terminal()
        stranger = {"Authorization": "Bearer of-nobody"}

        replies = [centre.http.get(wire.API_PATH + "/units", headers=stranger) for _ in range(3)]

        assert [reply.status_code for reply in replies] == [401, 401, 429]
        assert terminal.get("/units").status_code == 200


def test_bodies_for_which_there_is_no_room_are_asked_to_come_again(tmp_path):
    with a_limited_centre(tmp_path, Limits(body_bytes=2000)) as centre:
        terminal = centre.a_terminal()
        large = a_response(terminal.id, text={"plain": "x" * 3000})

        for _ in range(3):
            reply = terminal.send(large)

            assert is_problem(reply, 503)
            assert int(reply.headers["retry-after"]) > 0
        assert terminal.verdicts(a_response(terminal.id)) == [("stored", None)]


def test_requests_that_nobody_could_work_on_soon_are_asked_to_come_again(tmp_path, monkeypatch):
    keep = Store.keep_responses
    is_held, may_go_on = threading.Event(), threading.Event()

    def keep_slowly(self, new, received_at):
        is_held.set()
        may_go_on.wait(30)
        return keep(self, new, received_at)

    monkeypatch.setattr(Store, "keep_responses", keep_slowly)
    with a_limited_centre(tmp_path, Limits(at_work=1, waiting=1)) as centre:
        slow, *others = (centre.a_terminal() for _ in range(3))

        def come_meanwhile(terminal):
            assert is_held.wait(30)
            reply = terminal.send(a_response(terminal.id))
            if reply.status_code != 200:
                assert terminal.get("/units").status_code == 200
                may_go_on.set()
            return reply

        first, *replies = at_once(
            lambda: slow.send(a_response(slow.id)),
            *[lambda terminal=terminal: come_meanwhile(terminal) for terminal in others],
        )

        refused, waited = sorted(replies, key=lambda reply: -reply.status_code)
        assert is_problem(refused, 503)
        assert int(refused.headers["retry-after"]) > 0
        assert (first.status_code, waited.status_code) == (200, 200)
        assert slow.verdicts(a_response(slow.id)) == [("stored", None)]


def test_room_and_places_are_given_back_whatever_happens():
    async def use(doors):
        for _ in range(5):
            with contextlib.suppress(RuntimeError, TooBusy), doors.body() as take:
                take(60)
                async with doors.work():
                    raise RuntimeError
            with doors.body() as take:
                take(60)
                with pytest.raises(TooBusy):
                    take(60)
        with doors.body() as take:
            take(100)
            async with doors.work():
                return True

    doors = Doors(Limits(body_bytes=100, at_work=1, waiting=1))

    assert asyncio.run(use(doors))
