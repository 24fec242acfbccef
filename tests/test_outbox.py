"""The outbox: gap-free numbers, each response once, bytes that never change, nothing lost."""

import json
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from builders import (
    NOON,
    TERMINAL,
    a_content,
    a_reading,
    a_state,
    an_id,
    an_outbox,
    by_state,
    documents,
)
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from device_config.durable_file import DurableFile
from sync.boots import note_anchor
from sync.outbox import Outbox, open_outbox
from sync.wire import Answer, Answered, Reason

MANY = 1024 * 1024
NO = Reason("no", "because")


@pytest.fixture
def outbox(tmp_path):
    outbox = an_outbox(tmp_path)
    yield outbox
    outbox.close()


def take(outbox, most=500):
    return outbox.take(most, MANY, TERMINAL)


def taken_ids(outbox, most=500):
    return [parcel.id for parcel in take(outbox, most)]


# Writing


def test_a_response_takes_its_number_with_its_first_answer_and_keeps_it(outbox):
    outbox.put(a_content(1, ended=None), a_reading())
    outbox.put(a_content(2), a_reading())
    outbox.put(a_content(1), a_reading())

    assert [(each["id"], each["seq"]) for each in documents(outbox)] == [
        (an_id(1), 1),
        (an_id(2), 2),
    ]


def test_only_closed_responses_are_taken(outbox):
    outbox.put(a_content(1, ended=None), a_reading())

    assert take(outbox) == ()
    assert not outbox.has_pending()


def test_a_closed_response_is_not_written_over(outbox):
    outbox.put(a_content(1), a_reading())
    before = documents(outbox)

    outbox.put(a_content(1, answers=(Answer(item="safety", value=1),)), a_reading())
    outbox.put(a_content(1, ended=None), a_reading())

    assert documents(outbox) == before


def test_what_put_returned_from_is_there_after_a_kill(tmp_path):
    script = """
import os, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from builders import a_content, a_reading, an_outbox
outbox = an_outbox(Path(sys.argv[1]))
for number in range(1, 8):
    outbox.put(a_content(number), a_reading())
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", script, tmp_path, Path(__file__).parent], check=False)

    assert [each["seq"] for each in documents(an_outbox(tmp_path))] == [1, 2, 3, 4, 5, 6, 7]


def test_a_database_taken_away_while_it_is_being_opened_is_known_to_be_gone(tmp_path):
    outbox = an_outbox(tmp_path)
    missing = tmp_path / "taken.db"

    assert not outbox.is_replaced()
    assert Outbox(outbox.db, missing).is_replaced()


def test_a_put_that_is_rolled_back_leaves_no_hole_in_the_numbers(outbox):
    """A full disk, as SQLite itself says it."""
    outbox.put(a_content(1), a_reading())
    pages = outbox.db.conn.execute("PRAGMA page_count").fetchone()[0]
    outbox.db.conn.execute(f"PRAGMA max_page_count={pages}")
    big = tuple(Answer(item=f"{number} {'x' * 90}", value=1) for number in range(100))

    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError, match="full"):
            outbox.put(a_content(2, answers=big), a_reading())
    outbox.db.conn.execute("PRAGMA max_page_count=1000000")
    outbox.put(a_content(3), a_reading())

    assert [(each["id"], each["seq"]) for each in documents(outbox)] == [
        (an_id(1), 1),
        (an_id(3), 2),
    ]


def test_what_a_dead_program_left_open_is_closed_as_restart_with_its_answers(outbox):
    outbox.put(a_content(1, ended=None), a_reading())
    outbox.put(a_content(2), a_reading())

    assert outbox.close_abandoned() == 1
    assert outbox.close_abandoned() == 0

    one, two = documents(outbox)
    assert (one["ended"], two["ended"]) == ("restart", "submitted")
    assert one["answers"] == [{"item": "usefulness", "value": 5}]
    assert by_state(outbox) == (0, 2, 0, 0)


# Sending


def test_the_oldest_go_first_by_seq_and_not_by_when_they_were_closed(outbox):
    outbox.put(a_content(1, ended=None), a_reading())
    outbox.put(a_content(2), a_reading())
    outbox.put(a_content(3), a_reading())
    outbox.put(a_content(1), a_reading())

    assert taken_ids(outbox) == [an_id(1), an_id(2), an_id(3)]
    assert taken_ids(outbox, most=2) == [an_id(1), an_id(2)]


def test_an_older_epoch_goes_before_a_newer_one(tmp_path):
    outbox = an_outbox(tmp_path, responses=2)

    outbox.begin_epoch(5, DurableFile(a_state(tmp_path).file("epoch")))
    outbox.put(a_content(3), a_reading())

    numbers = [(each["epoch"], each["seq"]) for each in documents(outbox)]
    assert numbers == [(1, 1), (1, 2), (5, 1)]
    assert taken_ids(outbox) == [an_id(1), an_id(2), an_id(3)]


def test_an_epoch_is_never_begun_again_or_lowered(tmp_path):
    outbox = an_outbox(tmp_path, responses=1)
    file = DurableFile(a_state(tmp_path).file("epoch"))

    for epoch in (3, 3, 2, 1):
        outbox.begin_epoch(epoch, file)

    assert outbox.counts().epoch == 3
    assert file.read() == {"epoch": 3}


def test_a_batch_stays_within_its_bytes_and_carries_one_at_least(outbox):
    for number in range(1, 5):
        outbox.put(a_content(number), a_reading())
    size = len(take(outbox, 1)[0].body) + 1

    assert len(outbox.take(500, 3 * size, TERMINAL)) == 3
    assert len(outbox.take(500, 3 * size - 1, TERMINAL)) == 2
    assert len(outbox.take(500, 1, TERMINAL)) == 1


def test_the_terminal_is_named_once_and_the_bytes_are_fixed_from_then_on(outbox):
    outbox.put(a_content(1), a_reading())

    (first,) = take(outbox)
    (again,) = outbox.take(500, MANY, "t-another")

    assert json.loads(first.body)["terminal_id"] == TERMINAL
    assert again == first


def test_a_terminal_that_is_named_already_is_left_alone(outbox):
    outbox.put(a_content(1, terminal_id="t-older"), a_reading())

    assert json.loads(take(outbox)[0].body)["terminal_id"] == "t-older"


def test_a_response_in_which_nothing_is_left_to_fill_in_is_not_written_again_to_be_sent(outbox):
    outbox.put(a_content(1, terminal_id=TERMINAL), a_reading())
    before = outbox.db.conn.total_changes

    (first,) = take(outbox)
    (again,) = outbox.take(500, MANY, "t-another")

    assert outbox.db.conn.total_changes == before
    assert again == first


@pytest.mark.parametrize(
    "changes", [{"terminal_id": None}, {"answered": Answered(at=None, clock="unknown")}]
)
def test_a_response_in_which_something_is_left_to_fill_in_is_fixed_on_disk_first(outbox, changes):
    outbox.put(a_content(1, **({"terminal_id": TERMINAL} | changes)), a_reading())
    (first,) = take(outbox)

    outbox.put(a_content(2), a_reading(60))
    note_anchor(outbox.db, a_reading(60))

    assert outbox.take(1, MANY, "t-another") == (first,)
    assert outbox.db.execute("SELECT is_fixed FROM responses WHERE seq = 1").fetchone() == (1,)


def test_bytes_are_the_same_after_a_restart_and_a_requeue(tmp_path):
    outbox = an_outbox(tmp_path, responses=1)
    (first,) = take(outbox)
    outbox.settle((), [(first.id, NO)])
    outbox.close()

    outbox = an_outbox(tmp_path)
    outbox.requeue(())

    assert outbox.take(500, MANY, "t-another") == (first,)


def test_verdicts_move_what_waits_and_nothing_else(outbox):
    outbox.put(a_content(1, ended=None), a_reading())
    for number in range(2, 5):
        outbox.put(a_content(number), a_reading())

    outbox.settle([an_id(1), an_id(2), "nobody"], [(an_id(3), NO), (an_id(2), NO)])
    outbox.settle([an_id(3)])

    assert by_state(outbox) == (1, 1, 1, 1)


def test_a_dead_letter_holds_up_nobody_and_is_kept(outbox):
    for number in range(1, 4):
        outbox.put(a_content(number), a_reading())

    outbox.settle((), [(an_id(1), NO)])

    assert taken_ids(outbox) == [an_id(2), an_id(3)]
    assert len(documents(outbox)) == 3


def test_requeueing_an_unknown_id_changes_nothing(outbox):
    for number in range(1, 4):
        outbox.put(a_content(number), a_reading())
    outbox.settle([an_id(2)], [(an_id(1), NO)])

    assert outbox.requeue([an_id(1), an_id(2), "nobody"]) == (an_id(2), "nobody")
    assert by_state(outbox) == (0, 1, 1, 1)

    assert outbox.requeue([an_id(1)]) == ()
    assert by_state(outbox) == (0, 2, 1, 0)


def test_only_what_was_sent_is_ever_deleted_and_its_number_not_given_again(outbox):
    for number in range(1, 5):
        outbox.put(a_content(number, ended=None if number == 4 else "exit"), a_reading(number))
    outbox.settle([an_id(1)], [(an_id(2), NO)])

    assert outbox.delete_sent(500, NOON + 1) == 0
    assert outbox.delete_sent(500) == 1

    outbox.put(a_content(5), a_reading())
    assert [each["seq"] for each in documents(outbox)] == [2, 3, 4, 5]


def test_counts_say_the_newest_number(outbox):
    outbox.put(a_content(1), a_reading(10))
    outbox.put(a_content(2), a_reading(20))
    outbox.settle([an_id(1)])

    assert (outbox.counts().epoch, outbox.counts().last_seq) == (1, 2)


def test_another_connections_commit_is_noticed_and_our_own_is_not(tmp_path):
    ours, kiosk = an_outbox(tmp_path), an_outbox(tmp_path)
    before = ours.data_version()

    ours.put(a_content(1), a_reading())
    assert ours.data_version() == before

    kiosk.put(a_content(2), a_reading())
    assert ours.data_version() != before


# Any order of everything, against a model


class AnyOrder(RuleBasedStateMachine):
    """The outbox beside a dict of what it has to hold."""

    ids = Bundle("ids")
    outbox_class = Outbox

    def __init__(self):
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._state = a_state(Path(self._folder.name))
        self._open()
        self.states = {}  # by id, in the order of seq
        self.bytes = {}  # of those once taken

    def teardown(self):
        self.outbox.close()
        self._folder.cleanup()

    def _open(self):
        self.outbox = self.outbox_class(open_outbox(self._state).db)

    def _in(self, state):
        return [each for each, its_state in self.states.items() if its_state == state]

    def _move(self, ids, before, after):
        for each in ids:
            if self.states.get(each) == before:
                self.states[each] = after

    @rule(target=ids, is_closed=st.booleans())
    def first_answer(self, is_closed):
        number = len(self.states) + 1
        self.outbox.put(a_content(number, ended="exit" if is_closed else None), a_reading())
        self.states[an_id(number)] = "pending" if is_closed else "open"
        return an_id(number)

    @rule(response_id=ids, ended=st.sampled_from([None, "submitted", "timeout"]))
    def put_again(self, response_id, ended):
        self.outbox.put(a_content(id=response_id, ended=ended), a_reading())
        if ended:
            self._move([response_id], "open", "pending")

    @rule(most=st.integers(1, 4), terminal_id=st.sampled_from(["t-1", "t-2"]))
    def take(self, most, terminal_id):
        parcels = self.outbox.take(most, MANY, terminal_id)
        assert [each.id for each in parcels] == self._in("pending")[:most]
        for each in parcels:
            assert self.bytes.setdefault(each.id, each.body) == each.body

    @rule(sent=st.lists(ids, max_size=3), rejected=st.lists(ids, max_size=2))
    def settle(self, sent, rejected):
        self.outbox.settle(sent, [(each, NO) for each in rejected])
        self._move(sent, "pending", "sent")
        self._move(rejected, "pending", "rejected")

    @rule(named=st.lists(ids, max_size=2))
    def requeue(self, named):
        unknown = self.outbox.requeue(named)
        assert list(unknown) == [each for each in named if self.states[each] != "rejected"]
        if not unknown:
            self._move(named or self._in("rejected"), "rejected", "pending")

    @rule()
    def reopen(self):
        self.outbox.close()
        self._open()

    @rule(target=ids, response_id=ids)
    def killed_while_writing(self, response_id):
        """Whatever a killed program had not committed never was."""
        self.outbox.db.conn.execute("BEGIN IMMEDIATE")
        self.outbox.db.conn.execute("UPDATE epochs SET last_seq = last_seq + 1")
        self.outbox.db.conn.execute("DELETE FROM responses WHERE id = ?", (response_id,))
        self.reopen()
        return multiple()

    @rule()
    def close_abandoned(self):
        assert self.outbox.close_abandoned() == len(self._in("open"))
        self._move(self._in("open"), "open", "pending")

    @invariant()
    def the_numbers_have_no_gap_and_each_id_is_there_once_in_its_state(self):
        held = [(state, json.loads(body)) for state, body in self.outbox.documents()]
        assert [document["seq"] for _, document in held] == list(range(1, len(held) + 1))
        assert [(document["id"], state) for state, document in held] == [*self.states.items()]
        assert self.outbox.counts().last_seq == len(held)


AnyOrder.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase


class ForgetsTheBytes(Outbox):
    def take(self, most, most_bytes, terminal_id):
        self.db.conn.execute("UPDATE responses SET is_fixed = 0 WHERE state = 'pending'")
        self.db.conn.execute(
            "UPDATE responses SET body = CAST(replace(body, ?, 'null') AS BLOB)"
            " WHERE state = 'pending'",
            ('"t-1"',),
        )
        self.db.conn.commit()
        return super().take(most, most_bytes, terminal_id)


class SendsAgain(Outbox):
    def requeue(self, ids):
        unknown = super().requeue(ids)
        self.db.conn.execute("UPDATE responses SET state = 'pending' WHERE state = 'sent'")
        self.db.conn.commit()
        return unknown


class LeavesHoles(Outbox):
    def put(self, content, moment):
        self.db.conn.execute("UPDATE epochs SET last_seq = last_seq + 1")
        self.db.conn.commit()
        super().put(content, moment)


class LosesTheOpen(Outbox):
    def close_abandoned(self):
        with self.db.conn as conn:
            return conn.execute("DELETE FROM responses WHERE state = 'open'").rowcount


@pytest.mark.parametrize("broken", [ForgetsTheBytes, SendsAgain, LeavesHoles, LosesTheOpen])
def test_the_model_notices_an_outbox_that_breaks_a_promise(broken):
    machine = type("Broken", (AnyOrder,), {"outbox_class": broken})

    with pytest.raises((AssertionError, sqlite3.Error)):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=100,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                phases=(Phase.generate,),
            ),
        )
