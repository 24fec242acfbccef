"""Contrast in the pictures themselves: 7:1 for text, 3:1 for shapes that mean something."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageDraw

from tests.screens.contrast import SHAPE, TEXT, disc_ratio, edge_ratio, ink_ratio, text_ratio

SIZES = ("800x480", "1024x600", "720x1280")
SCREENS = (
    "start", "start-for-a-relative", "availability", "nps", "reasons-two-ticked", "text",
    "text-written", "text-nearly-full", "who", "languages", "warning", "thanks",
    "thanks-with-undo", "night", "out-of-order",
)  # fmt: skip
"""One of each kind; the statements look alike."""
PALE = ("quiet=8A939C", "edge=D9D4CB", "skin=5A4040")
PATIENCE_S = 300


def seen(size, *arguments):
    """What was measured in the pictures of one size."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.screens.seen", size, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def measured():
    """By size, in both themes, a language read from the left and one from the right."""

    def measure(size):
        return seen(
            size, "--languages", "fi", "ar", "--modes", "plain", "contrast", "--screens", *SCREENS
        )

    with ThreadPoolExecutor(len(SIZES)) as pool:
        return dict(zip(SIZES, pool.map(measure, SIZES), strict=True))


@pytest.mark.parametrize("size", SIZES)
def test_text_has_seven_to_one_and_shapes_three_to_one_on_every_screen(measured, size):
    """At rest and with a finger on everything, in the light theme and in the dark one."""
    result = measured[size]

    assert result["pictures"] == 2 * 2 * 2 * len(SCREENS)
    assert set(result["lowest"]) == {"light text", "light shape", "dark text", "dark shape"}
    assert result["low"] == []


def test_letters_keep_off_their_borders_where_they_are_largest_and_where_room_is_least():
    modes = ("larger", "contrast+larger", "lowered")
    screens = ("reasons-two-ticked", "text", "languages")
    result = seen(SIZES[0], "--languages", "fi", "ar", "--modes", *modes, "--screens", *screens)

    assert result["pictures"] == 2 * 2 * len(modes) * len(screens)
    assert result["low"] == []


def test_a_palette_that_is_too_pale_is_noticed_wherever_it_shows():
    result = seen(SIZES[0], "--languages", "fi", "--modes", "plain", "--screens", "start",
                  "--colours", *PALE)  # fmt: skip

    kinds = {kind for *_, kind in result["low"]}
    low = {what for _ratio, _view, what, _kind in result["low"]}
    assert kinds == {"light text", "light shape"}
    assert {"border of contrast", "mouth of face +1.0", "left eye of face -1.0"} <= low


# What is measured, on pictures made for it


def a_picture():
    picture = Image.new("RGB", (200, 120), "white")
    return picture, ImageDraw.Draw(picture)


def test_the_ink_is_what_stands_out_and_not_its_smoothed_edge():
    picture, pen = a_picture()
    pen.line((20, 60, 180, 60), fill="#777777", width=7)  # the edge of a stroke
    pen.line((20, 60, 180, 60), fill="#000000", width=5)

    assert ink_ratio(picture, (10, 40, 190, 80)) == pytest.approx(21)


def test_where_nothing_is_drawn_there_is_no_contrast():
    picture, _ = a_picture()

    assert ink_ratio(picture, (10, 40, 190, 80)) == 1


def test_a_text_that_runs_over_a_dark_ground_is_noticed():
    picture, pen = a_picture()
    pen.rectangle((100, 0, 200, 120), fill="#444444")
    for x in range(10, 190, 12):
        pen.rectangle((x, 45, x + 4, 75), fill="black")

    assert text_ratio(picture, (10, 40, 90, 80), 1) > TEXT
    assert text_ratio(picture, (10, 40, 190, 80), 1) < TEXT


def test_a_text_without_one_of_its_lines_is_noticed():
    picture, pen = a_picture()
    pen.rectangle((20, 45, 24, 58), fill="black")

    assert text_ratio(picture, (10, 40, 190, 60), 1) > TEXT
    assert text_ratio(picture, (10, 40, 190, 80), 2) == 1


@pytest.mark.parametrize(
    ("inside", "border", "is_seen"),
    [("white", "black", True), ("black", "black", True), ("black", "white", True),
     ("white", "#cccccc", False), ("#cccccc", "#cccccc", False)],
)  # fmt: skip
def test_a_button_is_seen_by_its_border_or_by_its_fill(inside, border, is_seen):
    picture, pen = a_picture()
    pen.rounded_rectangle((20, 20, 179, 99), 12, fill=inside, outline=border, width=2)

    assert (edge_ratio(picture, (20, 20, 180, 100), 2, 12) >= SHAPE) is is_seen


def test_a_gap_in_a_border_is_noticed():
    picture, pen = a_picture()
    pen.rounded_rectangle((20, 20, 179, 99), 12, outline="black", width=2)
    pen.rectangle((60, 95, 80, 105), fill="white")

    assert edge_ratio(picture, (20, 20, 180, 100), 2, 12) < SHAPE


@pytest.mark.parametrize(("outline", "is_seen"), [("black", True), ("#bbbbbb", False)])
def test_a_pale_disc_is_seen_by_its_outline(outline, is_seen):
    picture, pen = a_picture()
    pen.ellipse((60, 20, 140, 100), fill="#eeeeee", outline=outline, width=2)

    assert (disc_ratio(picture, (60, 20, 140, 100), 2, 40) >= SHAPE) is is_seen
