"""`palautepiste simulate`: exactly as many responses, each named once it is on disk."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiosk_builders import a_config, a_draft, a_reading
from msgspec import UNSET

from device_config.errors import UsageProblem
from device_config.questionnaire import answer_problem
from device_config.state import open_state
from kiosk import simulate_command
from kiosk.document import content_of
from kiosk.masking import mask
from kiosk.simulate import simulate
from kiosk.simulate_command import run_simulation
from kiosk.visitors import WORDS
from sync.outbox import Outbox, open_outbox
from sync.wire import Flag, QuestionnaireRef, Response

SIMULATED = Flag(rule="simulated")


@pytest.fixture
def state(tmp_path):
    return open_state(tmp_path / "state")


@pytest.fixture
def outbox(state):
    with closing(open_outbox(state)) as outbox:
        yield outbox


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """What two hundred pretend clients said."""
    with closing(open_outbox(open_state(tmp_path_factory.mktemp("crowd")))) as outbox:
        let(200, outbox)
        return documents(outbox)


def let(count, outbox, *, seed=1, say=None, follow_up=True):
    """Simulate as fast as possible; returns the ids that were said."""
    said = []
    config = replace(a_config(follow_up=follow_up), base_flags=(SIMULATED,))
    simulate(config, outbox, count, seed=seed, is_paced=False, say=say or said.append)
    return said


def documents(outbox):
    return [msgspec.json.decode(body, type=Response) for _, body in outbox.documents()]


def behaviour(outbox):
    """What was said, apart from ids and times."""
    return [
        (each.language, each.channel, each.ended, each.answers, each.text, each.flags)
        for each in documents(outbox)
    ]


@pytest.mark.parametrize("follow_up", [True, False])
def test_exactly_so_many_responses_are_closed_and_each_is_named_once(outbox, follow_up):
    said = let(60, outbox, follow_up=follow_up)

    assert len(set(said)) == 60
    assert outbox.counts().pending == 60
    assert {each.id for each in documents(outbox)} == set(said)


@pytest.mark.parametrize("follow_up", [True, False])
def test_an_id_is_said_when_the_response_is_closed_and_committed(state, outbox, follow_up):
    with closing(open_outbox(state)) as other:
        found = []

        def look_up(response_id):
            row = other.db.conn.execute(
                "SELECT state FROM responses WHERE id = ?", (response_id,)
            ).fetchone()
            found.append(row)

        let(30, outbox, say=look_up, follow_up=follow_up)

    assert found == [("pending",)] * 30


class RememberingOutbox(Outbox):
    """An outbox that remembers with which clocks it was given each response."""

    def __init__(self, db):
        super().__init__(db)
        self.moments = {}

    def put(self, content, moment):
        self.moments.setdefault(content.id, []).append(moment)
        return super().put(content, moment)


def test_the_clocks_of_a_response_are_read_once_at_its_first_save(outbox):
    remembering = RememberingOutbox(outbox.db)

    said = let(20, remembering)

    saves = remembering.moments
    assert set(saves) == set(said)
    assert any(len(moments) > 2 for moments in saves.values())
    assert all(len(set(moments)) == 1 for moments in saves.values())
    assert len({moments[0] for moments in saves.values()}) == 20


def test_the_numbers_have_no_gap(outbox):
    let(40, outbox)

    assert [each.seq for each in documents(outbox)] == list(range(1, 41))


def test_every_response_carries_the_flag_simulated(outbox):
    let(40, outbox)

    assert all(SIMULATED in each.flags for each in documents(outbox))


def test_every_way_to_end_and_to_answer_occurs(crowd):
    assert {each.ended for each in crowd} == {"submitted", "exit", "timeout"}
    assert {each.channel for each in crowd} == {"kiosk-touch", "kiosk-button"}
    assert {each.language for each in crowd} == {"fi", "sv", "en"}
    said = [answer for each in crowd for answer in each.answers]
    assert {answer.status for answer in said} >= {"skipped", "not-applicable"}


@settings(max_examples=25, deadline=None)
@given(st.integers(), st.integers(0, 6), st.booleans())
def test_so_many_visitors_give_so_many_responses_whatever_the_seed(seed, count, follow_up):
    with TemporaryDirectory() as folder, closing(open_outbox(open_state(Path(folder)))) as outbox:
        said = let(count, outbox, seed=seed, follow_up=follow_up)

        assert len(set(said)) == count
        assert (outbox.counts().open, outbox.counts().pending) == (0, count)


def test_some_say_why_and_some_write_and_others_do_not(crowd):
    reasons = [answer for each in crowd for answer in each.answers if answer.item == "reasons"]
    assert {answer.status for answer in reasons} == {UNSET, "skipped"}
    assert {len(answer.options) for answer in reasons if answer.options is not UNSET} == {1, 2}
    texts = {each.text.plain for each in crowd if each.text}
    assert {text.lower() for text in texts} == set(WORDS.values())
    assert any(answer.item == "text" for each in crowd for answer in each.answers)


def test_reasons_are_given_only_after_a_low_answer(crowd):
    for each in crowd:
        if any(answer.item == "reasons" for answer in each.answers):
            assert any(answer.value in {1, 2} for answer in each.answers)


def test_every_answer_is_one_that_the_questionnaire_takes(crowd):
    form = a_config().forms[0].questionnaire
    for each in crowd:
        assert each.questionnaire == QuestionnaireRef(form.id, form.version)
        for answer in each.answers:
            said = [answer.value, answer.status, answer.options]
            known = [None if value is UNSET else value for value in said]
            assert answer_problem(form, answer.item, *known) is None


def test_the_seed_fixes_the_behaviour_and_never_the_ids(tmp_path):
    runs = []
    for number, seed in enumerate((5, 5, 6)):
        with closing(open_outbox(open_state(tmp_path / str(number)))) as outbox:
            runs.append((let(20, outbox, seed=seed), behaviour(outbox)))

    assert runs[0][1] == runs[1][1]
    assert not set(runs[0][0]) & set(runs[1][0])
    assert runs[0][1] != runs[2][1]


def test_what_an_earlier_run_left_open_is_closed_as_restart(state):
    with closing(open_outbox(state)) as outbox:
        draft = a_draft()
        outbox.put(content_of(draft, a_reading(), mask), a_reading())

    run_simulation(state.path, None, 3, seed=1, is_paced=False, is_confirmed=False)

    with closing(open_outbox(state)) as outbox:
        told = documents(outbox)
        assert outbox.counts().open == 0
    assert (told[0].id, told[0].ended) == (draft.id, "restart")
    assert len(told) == 4


def test_on_an_enrolled_terminals_own_state_it_wants_a_yes(state, tmp_path, monkeypatch):
    monkeypatch.setattr(simulate_command, "SYSTEM_STATE", state.path)
    settings = tmp_path / "terminal.toml"
    settings.write_text(
        '[central]\nurl = "https://palaute.example.fi"\n'
        'token = "a-token-that-is-long-enough"\nterminal_id = "t-1"\n'
    )

    with pytest.raises(UsageProblem, match="--yes"):
        run_simulation(state.path, settings, 1, seed=1, is_paced=False, is_confirmed=False)
    assert not state.database.exists()
    run_simulation(state.path, settings, 1, seed=1, is_paced=False, is_confirmed=True)

    with closing(open_outbox(state)) as outbox:
        assert outbox.counts().pending == 1


def command(state, count):
    arguments = ["simulate", str(count), "--as-fast-as-possible", "--state", str(state.path)]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PALAUTEPISTE_")
    }
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def test_the_command_prints_nothing_but_the_ids(state):
    program = command(state, 50)
    printed, complaints = program.communicate(timeout=60)

    ids = printed.decode().splitlines()
    assert (program.returncode, complaints) == (0, b"")
    with closing(open_outbox(state)) as outbox:
        assert sorted(each.id for each in documents(outbox)) == sorted(ids)
        assert outbox.counts().pending == len(ids) == 50


def test_a_fault_of_the_disk_is_one_line(state):
    state.file("device.db-wal").mkdir()

    program = command(state, 1)
    printed, complaints = program.communicate(timeout=60)

    assert (program.returncode, printed) == (1, b"")
    assert "Traceback" not in complaints.decode()
    *_, line = complaints.decode().splitlines()
    assert line.endswith("device.db-wal is in the way: move it away")


def test_killed_in_the_middle_every_printed_id_is_in_the_outbox_once(state):
    """A power cut, as near as a process can come to it; the next run cleans up."""
    program = command(state, 100_000)
    first = [program.stdout.readline() for _ in range(25)]
    os.kill(program.pid, signal.SIGKILL)
    rest, _ = program.communicate(timeout=60)

    ids = [each.strip() for each in b"".join(first).decode().splitlines()]
    ids += [each for each in rest.decode().split("\n")[:-1] if each]  # whole lines only
    with closing(open_outbox(state)) as outbox:
        stored = [(row_state, msgspec.json.decode(body)) for row_state, body in outbox.documents()]
    closed = [body["id"] for row_state, body in stored if row_state == "pending"]
    assert len(ids) >= 25
    assert all(closed.count(each) == 1 for each in ids)
    assert [body["seq"] for _, body in stored] == list(range(1, len(stored) + 1))

    again = command(state, 1)
    again.communicate(timeout=60)

    with closing(open_outbox(state)) as outbox:
        assert outbox.counts().open == 0
        assert outbox.counts().pending == len(stored) + 1
        restarted = [each for each in documents(outbox) if each.ended == "restart"]
    assert len(restarted) == sum(row_state == "open" for row_state, _ in stored)


def test_with_their_pauses_the_visitors_take_their_time(outbox, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)

    simulate(a_config(follow_up=False), outbox, 3, seed=1, is_paced=True, say=lambda _: None)

    assert sum(slept) > 3 * 1.5
