"""Any order of answers, steps, syncs and boots: no wrong time is ever told for a right one."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from builders import TERMINAL, a_content, a_state
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pretended_machine import PretendedMachine, problem_with

import sync.corrections
from device_config.clock import Reading
from device_config.road import pending_entries
from kiosk.document import answered as first_told
from sync.answered import Boot, History
from sync.boots import note_anchor
from sync.corrections import correct_waiting, tell_corrections
from sync.outbox import open_outbox
from sync.wire import Answered

MANY = 1024 * 1024
DAY = 86_400.0
YEARS = st.floats(-60 * 365 * DAY, 5 * 365 * DAY)


class AnyClock(RuleBasedStateMachine):
    """A terminal's database beside the truth of when each answer was given."""

    def __init__(self):
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.outbox = open_outbox(a_state(Path(self._folder.name)))
        self.machine = PretendedMachine()
        self.true = []  # of each response, in the order of seq
        self.bytes = {}  # as first sent, by id

    def teardown(self):
        self.outbox.close()
        self._folder.cleanup()

    def read(self) -> Reading:
        return self.machine.reading()

    @initialize(drift=st.floats(-100e-6, 100e-6), ahead=YEARS)
    def switched_on(self, drift, ahead):
        self.machine.drift, self.machine.ahead = drift, ahead

    @rule(seconds=st.floats(0, DAY))
    def time_passes(self, seconds):
        self.machine.wait(seconds)

    @rule(by=st.sampled_from([-14 * DAY, -3600.0, -90.0, 90.0, 3600.0, 365 * DAY]))
    def clock_is_stepped(self, by):
        self.machine.step(by)

    @rule(ahead=st.floats(-10, 10))
    def clock_is_set_right(self, ahead):
        self.machine.set_right(ahead)

    @rule()
    def time_service_is_lost(self):
        self.machine.lose_sync()

    @rule(off_s=st.floats(0, 3 * DAY), ahead=YEARS)
    def restarts(self, off_s, ahead):
        self.machine.restart(off_s, ahead)

    @rule()
    def answers(self):
        now = self.read()
        content = a_content(len(self.true) + 1, answered=first_told(now))
        self.true.append(self.machine.true)
        self.outbox.put(content, now)

    @rule()
    def kiosk_sees_that_the_clock_is_right(self):
        note_anchor(self.outbox.db, self.read())

    @rule(most=st.integers(1, 3), arrives=st.booleans())
    def agent_sends(self, most, arrives):
        parcels = self.outbox.take(most, MANY, TERMINAL)
        for each in parcels:
            assert self.bytes.setdefault(each.id, each.body) == each.body
        if arrives:
            self.outbox.settle([each.id for each in parcels])

    @rule()
    @precondition(lambda self: self.machine.is_synced)
    def agent_tells(self):
        note_anchor(self.outbox.db, self.read())
        correct_waiting(self.outbox.db)
        tell_corrections(self.outbox.db, self.read())

    @invariant()
    def what_the_documents_and_the_events_say_is_true(self):
        told = self.told()
        assert set(told) <= set(range(1, len(self.true) + 1))
        for seq, claims in told.items():
            for each in claims:
                assert problem_with(each, self.true[seq - 1]) is None

    def told(self) -> dict[int, list[Answered]]:
        """What is said of each response: by its document, then by events."""
        told = {}
        for state, body in self.outbox.documents():
            document = json.loads(body)
            told[document["seq"]] = [msgspec.convert(document["answered"], Answered)]
            assert state == "sent" or document["ended"] == "submitted"
        for entry in pending_entries(self.outbox.db, 1000):
            assert entry.kind == "clock-correction"
            first, last = entry.data["first_seq"], entry.data["last_seq"]
            for seq, answered in zip(range(first, last + 1), entry.data["answered"], strict=True):
                told[seq].append(msgspec.convert(answered, Answered))
        return told


class EndsWell(AnyClock):
    """Whatever came before: when the clock is right at last, every answer has a time or bounds."""

    def teardown(self):
        try:
            self.at_the_end()
        finally:
            super().teardown()

    def at_the_end(self):
        self.machine.set_right()
        while self.outbox.has_pending():
            self.agent_sends(100, arrives=True)
        self.agent_tells()
        self.what_the_documents_and_the_events_say_is_true()
        for claims in self.told().values():
            assert claims[-1].at or claims[-1].latest
            assert len(claims) <= 2, "corrected more than once"


AnyClock.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
EndsWell.TestCase.settings = AnyClock.TestCase.settings
TestAnyClock = AnyClock.TestCase
TestEndsWell = EndsWell.TestCase


class TrustsTheWall(AnyClock):
    """Takes the time of day for a timer: a step becomes part of the seconds that went by."""

    def read(self):
        now = super().read()
        return replace(now, boottime=now.wall)


class BelievesEveryClock(AnyClock):
    """Does not ask whether the clock is right."""

    def read(self):
        return replace(super().read(), is_synced=True)


class KnowsOneBoot(AnyClock):
    """Takes CLOCK_BOOTTIME of one boot for that of another."""

    def read(self):
        return replace(super().read(), boot_id="the-only-boot")


@pytest.mark.parametrize("broken", [TrustsTheWall, BelievesEveryClock, KnowsOneBoot])
def test_the_model_notices_a_terminal_that_tells_wrong_times(broken):
    assert_noticed(broken)


def test_the_model_notices_corrections_across_boots(monkeypatch):
    def with_any_anchor(boots):
        anchors = next((boot.anchors for boot in boots if boot.anchors), ())
        return History(Boot(boot.boot_id, anchors) for boot in boots)

    monkeypatch.setattr(sync.corrections, "History", with_any_anchor)

    assert_noticed(AnyClock)


def test_the_model_notices_a_terminal_that_forgets_to_tell_what_it_learnt(monkeypatch):
    monkeypatch.setattr(sync.corrections.Timing, "remember", lambda *_: None)

    assert_noticed(EndsWell)


def assert_noticed(machine):
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=200,
                stateful_step_count=25,
                deadline=None,
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                phases=(Phase.generate,),
            ),
        )
