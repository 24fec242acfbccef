"""A few minutes of what `python -m tests.drills.chatter 24` does for a day."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from kiosk.panel import contacts, stuck
from tests.drills.chatter import Result, run


def test_a_line_that_chatters_is_one_press_then_stuck_and_memory_stays_flat():
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.chatter", "0.2"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    measured = json.loads(done.stdout)
    assert done.returncode == 0, measured
    assert measured["edges"] > 50_000
    assert (measured["heard_of_loose"], measured["times_stuck"]) == (1, 1)
    assert measured["heard"] == measured["pressed"] == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"own_kb": 33_000},
        {"own_kb": 43_000},
        {"heard": 11},
        {"heard_of_loose": 2},
        {"times_stuck": 0},
    ],
)
def test_the_drill_fails_on_growth_on_a_lost_press_and_on_a_flood(wrong):
    good = Result(9, 12, 12, 1, 1, 1, 30_000, 31_000)

    assert good.is_good
    assert not replace(good, **wrong).is_good
    assert not replace(good, own_kb_before=100_000, own_kb=102_100).is_good


def test_a_panel_that_never_calls_a_button_stuck_is_found_out(monkeypatch):
    monkeypatch.setattr(contacts, "after", lambda _state, _now, _down: stuck.Stuck())

    assert not run(0.05).is_good
