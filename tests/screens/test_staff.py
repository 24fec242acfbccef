"""The pages for staff in a real window: laid out without a fault, and with enough contrast."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.staff.frame import LANGUAGES
from tests.screens.gallery import AT_ONCE, walked
from tests.staff_builders import STAFF_SCREENS

SIZES = ("800x480", "1280x800", "720x1280")
MODES = ("plain", "contrast+larger+lowered")
PATIENCE_S = 300


@pytest.fixture(scope="module")
def walks():
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(lambda size: walked(size, "--staff", "--modes", *MODES), SIZES)
        return dict(zip(SIZES, results, strict=True))


@pytest.mark.parametrize("size", SIZES)
def test_every_staff_page_in_every_language_is_laid_out_without_a_fault(walks, size):
    """Nothing clipped, too small, on something else, at the edge or out of reach."""
    shown, wrong = walks[size]

    assert shown == len(STAFF_SCREENS) * len(LANGUAGES) * len(MODES)
    assert wrong == {}


def seen(size, *arguments):
    """What was measured in the pictures of one size."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.seen", size, "--staff", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_text_has_seven_to_one_and_shapes_three_to_one_on_every_staff_page():
    """At rest and with a finger on everything, in the light theme and in the dark one."""
    result = seen("800x480", "--languages", "fi", "--modes", "plain", "contrast")

    assert result["pictures"] == 2 * 2 * len(STAFF_SCREENS)
    assert set(result["lowest"]) == {"light text", "light shape", "dark text", "dark shape"}
    assert result["low"] == []


def test_a_band_and_lamps_that_are_too_pale_are_noticed():
    result = seen(
        "800x480", "--languages", "fi", "--modes", "plain", "--screens", "staff-status-bad",
        "--colours", "band=8A939C", "face_line=FAF7F1",
    )  # fmt: skip
    low = {what for _ratio, _view, what, _kind in result["low"]}

    assert any(what.startswith("Henkilökunnalle") for what in low)
    assert "outline of lamp attention" in low
