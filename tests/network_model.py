"""A terminal and the real central service with a bad network between them, for hypothesis.

The model: every response that was closed, as the bytes that the centre has to hold in the end.
Holds no tests.
"""

import json
import os
import sqlite3
import tempfile
import uuid
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from builders import a_content, a_reading, central_settings
from fault_proxy import (
    LONE_LETTERS,
    PAGE,
    CutReply,
    CutRequest,
    Dripping,
    Instead,
    LostAfter,
    LostBefore,
    Nothing,
    Twice,
    a_bad_network,
)
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from test_central_builders import UNIT, a_store

from device_config import road
from device_config.credentials import Credentials
from device_config.state import open_state
from sync import batch_size, push
from sync.agent import Agent
from sync.central.admin import open_store
from sync.central.server import serving
from sync.central.service import Service
from sync.client import CentralClient
from sync.enrolment import enrol
from sync.outbox import open_outbox
from sync.steady_store import SteadyStore
from sync.wire import MOST_RESPONSES, Answer, encode

SHORT_CALL_S, LONG_CALL_S = 0.3, 20.0
LONGEST_WAIT_S = 4000.0
"""Longer than any back-off and any Retry-After."""
ROUNDS = 60
# In memory where there is such a place: what a disk does to an answer is for others to test.
QUICK_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
RETRY_AFTER = (("Retry-After", "120"),)
VERDICTLESS = (b"", b"null", b"[]", b'{"results": []}', b'{"results": [{"id": "x"}]}', PAGE)

faults = st.one_of(
    st.sampled_from((Nothing(), LostBefore(), CutRequest())),
    st.sampled_from((LostAfter(), LostAfter(), Twice(), Twice(), Dripping())),
    st.just(Instead(400)),
    st.builds(Instead, st.sampled_from(LONE_LETTERS), is_heard=st.booleans()),
    st.builds(CutReply, st.sampled_from((0.0, 0.3, 0.6, 0.99)), st.booleans()),
    st.builds(
        Instead,
        st.sampled_from((204, 302, 401, 403, 404, 408, 409, 415, 500, 502, 504)),
        is_heard=st.booleans(),
    ),
    st.builds(
        Instead,
        st.sampled_from((429, 503)),
        st.sampled_from(((), RETRY_AFTER)),
        is_heard=st.booleans(),
    ),
    st.builds(Instead, st.just(200), body=st.sampled_from(VERDICTLESS), is_heard=st.booleans()),
)
schedules = st.lists(faults, min_size=1, max_size=6)
waits = st.sampled_from((1.0, 30.0, 400.0, LONGEST_WAIT_S))


class RealCentre:
    """A central service over HTTP that can be stopped and started, on one database."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._stack = ExitStack()
        self._service = Service(a_store(folder))
        self.url = self._stack.enter_context(serving(self._service))

    def new_code(self) -> str:
        return self._service.store.new_code(UNIT)

    def restart(self) -> None:
        """Elsewhere: a port is not always free again at once."""
        self.close()
        self._service = Service(open_store(f"sqlite:///{self._folder / 'central.db'}"))
        self.url = self._stack.enter_context(serving(self._service))

    def close(self) -> None:
        self._stack.close()
        self._service.store.close()

    def kept(self, kind: str, terminal_id: str) -> list[tuple[str, str]]:
        """(id, document) of each of a terminal's responses, or its events' ids and kinds."""
        column = {"responses": "document", "events": "kind"}[kind]
        with closing(sqlite3.connect(self._folder / "central.db")) as connection:
            return connection.execute(
                f"SELECT id, {column} FROM {kind} WHERE terminal_id = ?", (terminal_id,)
            ).fetchall()


@contextmanager
def a_real_centre():
    """A central service on a throw-away folder."""
    with tempfile.TemporaryDirectory(dir=QUICK_DISK) as folder:
        centre = RealCentre(Path(folder))
        try:
            yield centre
        finally:
            centre.close()


class OverABadNetwork(RuleBasedStateMachine):
    """One enrolled terminal; `centre` is set by whoever runs this."""

    centre: RealCentre

    def __init__(self):
        super().__init__()
        self.closed: dict[str, bytes] = {}
        self.wrong: set[str] = set()
        self.noted: set[str] = set()
        self.now = 0.0
        self._stack = ExitStack()

    # What happens

    @initialize(most=st.sampled_from((2, MOST_RESPONSES)))
    def a_terminal_is_enrolled(self, most):
        """With whole batches as they are, or so small that a few answers are many batches."""
        patches = self._stack.enter_context(pytest.MonkeyPatch.context())
        for module in (push, batch_size):
            patches.setattr(module, "MOST_RESPONSES", most)
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(dir=QUICK_DISK))
        self.state = open_state(Path(folder) / "state")
        self.network = self._stack.enter_context(a_bad_network(self.centre.url))
        with closing(CentralClient(central_settings(self.centre.url), None)) as client:
            enrolment = enrol(self.state, client, self.centre.new_code())
        self.credentials = Credentials(terminal_id=enrolment.terminal_id, token=enrolment.token)
        self.outbox = open_outbox(self.state)
        self._start(SHORT_CALL_S)

    @rule(count=st.integers(1, 4), is_wrong=st.sampled_from((False, False, True)))
    def responses_are_closed(self, count, is_wrong):
        """By the kiosk, over a connection of its own; wrong ones the centre does not take."""
        with closing(open_outbox(self.state)) as kiosk:
            for _ in range(count):
                answer = Answer(item="usefulness", value=9 if is_wrong else 5)
                content = a_content(id=str(uuid.uuid4()), answers=(answer,))
                kiosk.put(content, a_reading(self.now))
                if is_wrong:
                    self.wrong.add(content.id)
            for state, body in kiosk.documents():
                document = json.loads(body)
                owned = {**document, "terminal_id": self.credentials.terminal_id}
                assert state != "open"
                self.closed.setdefault(document["id"], encode(owned))

    @rule()
    def something_is_noted(self):
        entry = road.entry_now("panel-lost", {"panel": len(self.noted)}, a_reading(self.now))
        road.note(self.outbox.db, entry)
        self.noted.add(entry.id)

    @rule(count=st.integers(0, 3), faults=schedules, wait=waits)
    def the_agent_does_what_is_due(self, count, faults, wait):
        self.responses_are_closed(count, is_wrong=False)
        self._tick(wait, faults)

    @rule(count=st.integers(0, 3), faults=schedules)
    def the_agent_makes_one_pass(self, count, faults):
        self.responses_are_closed(count, is_wrong=False)
        self.network.faults.extend(faults)
        self.agent.one_pass(a_reading(self.now))
        self.network.faults.clear()

    @rule(asks=st.sampled_from(("send now", "requeue")))
    def staff_asks_for_something(self, asks):
        if asks == "requeue":
            with closing(open_outbox(self.state)) as command:
                command.requeue(())
        else:
            road.leave_order(self.outbox.db, "send-now", {})

    @rule()
    def the_agent_starts_anew(self):
        self._stop()
        self.outbox = open_outbox(self.state)
        self._start(SHORT_CALL_S)

    @rule(wait=waits)
    def the_centre_is_away_and_starts_anew(self, wait):
        self.network.upstream = "http://127.0.0.1:1"
        self._tick(wait)
        self.centre.restart()
        self.network.upstream = self.centre.url

    # What holds

    @invariant()
    def nothing_is_lost_or_settled_before_the_centre_has_it(self):
        if not self.closed:
            return
        held = {json.loads(body)["id"]: state for state, body in self.outbox.documents()}
        assert held.keys() == self.closed.keys()
        stored = dict(self.centre.kept("responses", self.credentials.terminal_id))
        assert {each for each, state in held.items() if state == "sent"} <= stored.keys()
        dead = {each for each, state in held.items() if state == "rejected"}
        assert dead <= self.wrong | self.network.told_off_alone

    def teardown(self):
        """The network is good again."""
        try:
            if hasattr(self, "agent"):
                self._all_arrives()
        finally:
            self._stop()
            self._stack.close()

    def _all_arrives(self):
        self._stop()
        self.outbox = open_outbox(self.state)
        self._start(LONG_CALL_S)
        self.outbox.requeue(())
        self._tick_until_nothing_waits()
        expected = {each: body for each, body in self.closed.items() if each not in self.wrong}
        stored = self.centre.kept("responses", self.credentials.terminal_id)
        assert {each: body.encode() for each, body in stored} == expected
        assert len(stored) == len(expected)
        counts = self.outbox.counts()
        assert (counts.open, counts.pending, counts.rejected) == (0, 0, len(self.wrong))
        events = [each for each, _ in self.centre.kept("events", self.credentials.terminal_id)]
        assert self.noted - self.network.told_off_alone <= set(events)
        assert len(events) == len(set(events))

    def _tick_until_nothing_waits(self):
        for _ in range(ROUNDS):
            self._tick(LONGEST_WAIT_S)
            is_quiet = not road.pending_entries(self.outbox.db, 1)
            if is_quiet and not self.outbox.has_pending():
                return
        raise AssertionError("over a good network something waits for ever")

    def _tick(self, wait, faults=()):
        """Once, and again while there are faults to come, but not for ever."""
        self.network.faults.extend(faults)
        for _ in range(max(len(faults), 1)):
            self.now += wait
            self.agent.tick(a_reading(self.now))
            if not self.network.faults:
                break
        self.network.faults.clear()

    def _start(self, call_s):
        settings = central_settings(self.network.url)
        self.client = CentralClient(settings, self.credentials.token, call_s)
        self.agent = Agent(
            self.state,
            SteadyStore(self.state, None),
            self.outbox,
            self.client,
            self.credentials,
            jitter=lambda: 0.5,
            boottime=lambda: 0.0,
        )

    def _stop(self):
        if hasattr(self, "agent"):
            self.client.close()
            self.outbox.close()
