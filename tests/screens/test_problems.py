"""What `problems()` is worth: it says nothing of a sound screen, and finds every broken thing."""

import json
import subprocess
import sys

import pytest

FAULTS = {  # and how a line about it begins
    "moved": "too near: answer:2 and answer:3",
    "too near": "too near: answer:1 and answer:2",
    "too small": "too small, ",
    "at the edge": "at the edge: enough",
    "off the screen": "at the edge: answer:5",
    "lowered, too high": "above the lower part, ",
    "clipped": "clipped: ",
    "out of its room": "clipped: ",
    "words on words": "words on words: ",
    "words on a target": "words on a target: ",
    "words out of their target": "words out of their target: ",
    "type too small": "type of 20 px: ",
}


@pytest.fixture(scope="module")
def found():
    """What is said of each fault; one process, since Kivy has one window."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.broken"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    lines = map(json.loads, done.stdout.splitlines())
    return {line["fault"]: line["problems"] for line in lines}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_broken_on_a_screen_is_found(found, fault):
    assert any(each.startswith(FAULTS[fault]) for each in found[fault])


@pytest.mark.parametrize("sound", ["nothing", "lowered, nothing", "nothing again"])
def test_nothing_is_wrong_with_a_screen_as_it_is_laid_out(found, sound):
    assert found[sound] == []
