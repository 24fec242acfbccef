"""Time through the real programs: commands as processes, on a machine whose clock is right late.

Only the time of day is pretended, and the word for it; boot and CLOCK_BOOTTIME are this machine's.
"""

import json
import subprocess
import sys
import time
from datetime import datetime

import pytest

from tests.world import Centre, Terminal, run

WITH_CLOCKS = """
import sys
from dataclasses import replace
from device_config import clock

really = clock.read
clock.read = lambda: replace(really(), wall=really().wall + {ahead}, is_synced={is_synced})

from kiosk.cli import main

sys.exit(main())
"""
WRONG = {"ahead": -1.5e9, "is_synced": False}
RIGHT = {"ahead": 0.0, "is_synced": True}


def run_with(clocks, *arguments):
    """Run one of our commands while this machine's clock shows that."""
    program = WITH_CLOCKS.format(**clocks)
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def centre(tmp_path_factory):
    return Centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture
def terminal(centre, tmp_path):
    with centre.open() as url:
        terminal = Terminal(tmp_path, url)
        terminal.enrol(centre)
        yield terminal


def at_the_centre(centre, ids):
    return [each for each in centre.responses() if each["id"] in ids]


def is_about_now(answered):
    at = datetime.fromisoformat(answered["at"]).timestamp()
    return abs(time.time() - at) < 180 and answered["clock"] == "corrected"


def test_what_was_answered_and_sent_before_the_clock_was_right_ends_with_its_time(centre, terminal):
    options = terminal.options
    ids = run_with(WRONG, "simulate", 3, "--as-fast-as-possible", *options).split()
    run_with(WRONG, "sync", "--once", *options)
    before = at_the_centre(centre, ids)
    assert [each["answered"]["clock"] for each in before] == ["unknown"] * 3
    assert not any("corrected" in each for each in before)

    run_with(RIGHT, "sync", "--once", *options)

    after = at_the_centre(centre, ids)
    assert all(is_about_now(each["corrected"]) for each in after)
    assert [{**each, "corrected": None} for each in after] == [
        {**each, "corrected": None} for each in before
    ]


def test_what_waited_until_the_clock_was_right_is_sent_with_its_time(centre, terminal):
    options = terminal.options
    ids = run_with(WRONG, "simulate", 2, "--as-fast-as-possible", *options).split()

    run_with(RIGHT, "sync", "--once", *options)

    told = at_the_centre(centre, ids)
    assert len(told) == 2
    assert all(is_about_now(each["answered"]) for each in told)
    held = map(json.loads, run("export", *options[:2]).stdout.splitlines())
    assert all(is_about_now(each["answered"]) for each in held)
