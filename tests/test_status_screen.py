"""What `palautepiste status` says to a nurse and to IT."""

import re
from pathlib import Path
from typing import get_args

import click
import pytest
from builders import a_content, a_reading, a_state, an_id, an_outbox
from hypothesis import given
from hypothesis import strategies as st

from device_config.location import Place
from kiosk.cli import main
from sync import client, outcome
from sync.health import LOW_DISK_BYTES, PushFact, attention, health
from sync.outbox_reader import Counts
from sync.status_screen import FAILURE_WORDS, REASON_WORDS, STATE_WORDS, lines
from sync.wire import Heartbeat, Location, PanelFact, Reason


def a_beat(**changes):
    members = {
        "state": "ok",
        "terminal_id": "t-7f3k9",
        "location": Location(unit="1.2.3", place="Aula 1"),
        "pending": 0,
        "sent": 12,
        "rejected": 0,
        "last_seq": 12,
        "oldest_pending_at": None,
        "last_push_at": "2026-11-21T12:00:00+02:00",
        "clock": "synced",
        "disk_free_bytes": 900 * 2**20,
        "panels": (),
        "software": "palautepiste 0.1.0",
    }
    return Heartbeat(**(members | changes))


def test_the_unit_is_named_where_the_list_knows_it():
    """So that nobody has to look an OID up."""
    said = "\n".join(lines(a_beat(), "Kajaanin hammashoitola"))

    assert "stands at  Kajaanin hammashoitola (1.2.3), Aula 1" in said
    assert "Kajaani" not in "\n".join(lines(a_beat(location=None), "Kajaanin hammashoitola"))


def screen(**changes):
    return "\n".join(lines(a_beat(**changes)))


def row(name, **changes):
    """What stands beside a name, further lines of the same row included."""
    said = screen(**changes) + "\n"
    return re.search(rf"^{name} +(.*\n(?: {{11}}.*\n)*)", said, re.MULTILINE).group(1).strip()


def test_a_terminal_that_works_says_so_first_and_nothing_else_catches_the_eye():
    assert screen().splitlines()[:4] == [
        "state      works",
        "because    -",
        "terminal   t-7f3k9",
        "stands at  1.2.3, Aula 1",
    ]
    assert row("failed") == row("panels") == "-"
    assert row("waiting") == row("refused") == "0"


def test_without_a_network_it_says_that_answers_are_kept():
    assert "answers are kept and sent later" in row("state", state="offline")


def test_each_state_has_its_words():
    assert set(STATE_WORDS) == set(get_args(Heartbeat.__annotations__["state"]))


@pytest.mark.parametrize("disk_free", [0, LOW_DISK_BYTES - 1])
def test_each_reason_to_call_support_is_said_in_words_one_a_line(disk_free):
    reasons = attention(
        None,
        Place(),
        Counts(0, 0, 0, 1, 1, 0),
        PushFact(failure="http-401"),
        [PanelFact("gpio", "1", "lost"), PanelFact("gpio", "2", "stuck")],
        disk_free,
        is_settings=True,
        is_damaged=True,
        is_out_of_order=True,
    )

    said = row("because", state="attention", reasons=tuple(reasons))

    assert set(reasons) <= set(REASON_WORDS)
    assert said.count("\n") == len(reasons) - 1
    assert not set(reasons) & set(map(str.strip, said.splitlines()))


def test_refused_responses_are_counted_by_reason_with_the_way_back():
    said = row("refused", rejected=3, rejected_by_reason={"unit-closed": 2, "http-422": 1})

    assert "3 by the centre" in said
    assert "2 × unit-closed, 1 × http-422" in said
    assert "palautepiste requeue" in said


def test_failed_pushes_are_counted_by_reason_in_words_the_commonest_first():
    said = row("failed", push_failures={"dns": 1, "timeout": 5, "http-507": 2})

    assert [line.strip() for line in said.splitlines()] == [
        "5 × no answer in time (timeout)",
        "2 × http-507",
        "1 × the centre's name was not found (dns)",
    ]


@pytest.mark.parametrize("module", [client, outcome])
def test_every_word_for_a_failure_has_words_for_people(module):
    source = Path(module.__file__).read_text("utf-8")
    short = re.findall(r'(?:return|Unreachable\(|TryLater\()\s*"([a-z][a-z -]+)"', source)

    assert short
    assert set(short) <= set(FAILURE_WORDS)


@given(st.builds(a_beat, push_failures=st.dictionaries(st.text(), st.integers(1))))
def test_whatever_the_centre_answered_the_screen_can_be_drawn(beat):
    assert list(lines(beat))


def test_the_heartbeat_counts_refusals_by_reason(tmp_path):
    outbox = an_outbox(tmp_path, 4)
    closed, unknown = Reason("unit-closed"), Reason("unit-unknown")
    outbox.settle((), [(an_id(1), closed), (an_id(2), unknown), (an_id(3), closed)])
    outbox.put(a_content(9, ended=None), a_reading())

    beat = health(a_state(tmp_path), outbox, None, Place(), a_reading())

    assert beat.rejected_by_reason == {"unit-closed": 2, "unit-unknown": 1}
    assert (beat.rejected, beat.open) == (3, 1)
    outbox.close()


def test_every_command_that_status_names_is_there():
    named = [re.findall(r"palautepiste ([a-z ]+)", words) for words in REASON_WORDS.values()]
    commands = [words.split() for found in named for words in found]

    assert commands
    for first, *rest in commands:
        command = main.commands[first]
        assert not isinstance(command, click.Group) or rest[0] in command.commands
