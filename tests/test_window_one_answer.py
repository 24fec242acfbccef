"""One person, one answer: what hands, cloths and presses at odd moments do to the real window."""

import random
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from kiosk.reach import Reach
from tests.window_hands import SMALL, at_start, middle, press_keys, tick
from tests.world import OFFSCREEN, Terminal, answers_of, go_on

SHORT = f"{SMALL}[session]\nundo_s = 1\n"
TOO_LONG_S = 10.5
"""Longer than any tap."""
BUILT_S = 7.0
"""What the screen builds ahead is built by then."""
MOST_TURNS_A_S = 2.0
STROKES, SEED = 12, 3
TRIES = 5


def test_hands_that_do_not_tap_answer_nothing(tmp_path):
    """A long slide, a palm, a second finger, a cleaning cloth; and then comes a tap."""
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        seen = at_start(reach)
        slide_to_and_fro(reach, seen["choices"]["answer:1"])
        move(reach, middle(seen, "answer:1"), middle(seen, "answer:5"))
        reach.second_finger_at(*middle(seen, "answer:2"))
        wipe(reach, seen["size"])
        time.sleep(0.3)
        after = reach.look()
        rows_after = terminal.rows()
        go_on(reach, "answer:4")
        rows = terminal.rows()

    assert (after["key"], after["chosen"]) == ("start:fi", ["language:fi"])
    assert rows_after == []
    assert [answers_of(document) for _, document in rows] == [{"usefulness": 4}]


def test_a_touch_and_a_press_at_one_moment_are_one_answer(tmp_path):
    terminal = Terminal(tmp_path, "", SHORT)
    with terminal.window() as reach:
        reach.press_and_touch_at("5", *middle(at_start(reach), "answer:1"))
        reach.wait(lambda seen: seen["item"] not in (None, "usefulness"), "the next question")
        time.sleep(0.5)
        ((_, document),) = terminal.rows()

    assert answers_of(document) in ({"usefulness": 1}, {"usefulness": 5})


def test_right_after_the_picture_changed_nothing_counts(tmp_path):
    terminal = Terminal(tmp_path, "", f"{SMALL}[session]\nundo_s = 0\n")
    with terminal.window() as reach:
        for _ in range(TRIES):
            at_start(reach)
            reach.touch("answer:5")
            seen = reach.wait(lambda seen: seen["item"] == "availability", "the next question")
            reach.touch_at(*middle(seen, "answer:1"))
            reach.key("2")
            time.sleep(0.5)
            guarded = reach.look()
            # On a busy machine both may have come too late for the guard: then once more.
            if guarded["item"] == "availability":
                break
            end_sitting(reach)
        go_on(reach, "answer:3")
        last = terminal.rows()[-1][1]

    assert guarded["item"] == "availability"
    assert answers_of(last) == {"usefulness": 5, "availability": 3}


def test_a_touch_wakes_the_night_screen_and_answers_nothing_and_a_press_counts(tmp_path):
    terminal = Terminal(tmp_path, "", f"{SMALL}{closed_today()}[session]\nidle_timeout_s = 2\n")
    with window_with_a_right_clock(terminal, tmp_path) as reach:
        night = reach.wait(lambda seen: seen["screen"] == "night" and seen["is_ready"], "the night")
        for _ in range(2):  # as impatient fingers do
            reach.touch_at(400, 200)
        at_start(reach)
        woken = terminal.rows()
        reach.wait(lambda seen: seen["screen"] == "night", "the night again")
        reach.ready()
        reach.key("4")
        reach.wait(lambda seen: seen["item"] == "availability", "the next question")
        ((_, document),) = terminal.rows()

    assert (night["choices"], night["anywhere"]) == ({}, "wake")
    assert woken == []
    assert answers_of(document) == {"usefulness": 4}
    assert [flag["rule"] for flag in document["flags"]] == ["out-of-hours"]


def test_a_press_answers_statements_and_the_warning_and_is_put_aside_elsewhere(tmp_path):
    terminal = Terminal(tmp_path, "", f"{SMALL}[session]\nidle_timeout_s = 5\nundo_s = 8\n")
    with terminal.window() as reach:
        at_start(reach)
        go_on(reach, "contrast")
        press(reach, "1", "reasons")
        press_in_vain(reach, "5")
        tick(reach, "reason:other")
        go_on(reach, "next")
        press_keys(reach, "ei")
        press_in_vain(reach, "5")
        go_on(reach, "next")
        reach.wait(lambda seen: seen["screen"] == "warning" and seen["is_ready"], "the warning")
        press(reach, "3", "encounter")
        go_on(reach, "languages")
        press(reach, "4", "participation")
        while reach.look()["screen"] != "numbers":
            go_on(reach, "skip")
        press_in_vain(reach, "5")
        thanked = go_on(reach, "enough")
        press_in_vain(reach, "5")
        time.sleep(4)  # whoever presses now is the next person
        press(reach, "2", "reasons")
        first, second = (document for _, document in terminal.rows())
        language = reach.look()["chosen"]

    given = answers_of(first)
    assert thanked["screen"] == "thanks"
    assert (given["usefulness"], given["availability"], given["encounter"]) == (1, 3, 4)
    assert (given["reasons"], first["text"]["plain"]) == (["other"], "Ei")
    assert (first["channel"], first["instrument"]) == ("kiosk-button", "panel-5")
    assert "nps" not in given
    assert first["ended"] == "exit"
    assert (answers_of(second), second["channel"]) == ({"usefulness": 2}, "kiosk-button")
    assert language == ["language:fi"]


def test_a_finger_that_rests_too_long_answers_nothing_and_keeps_nothing_busy(resting_finger):
    terminal, reach, place, began = resting_finger
    sleep_until(began + BUILT_S)
    turns_before, still_since = reach.look()["turns"], time.monotonic()
    sleep_until(max(began + TOO_LONG_S, still_since + 3))
    turns, still_s = reach.look()["turns"] - turns_before, time.monotonic() - still_since
    reach.touch_at(*place, only="up")
    time.sleep(0.5)

    assert reach.look()["key"] == "start:fi"
    assert terminal.rows() == []
    assert turns <= MOST_TURNS_A_S * still_s + 2


@pytest.fixture(scope="module", autouse=True)
def resting_finger(tmp_path_factory):
    """A window of its own with a finger on a face since the first test of this file began."""
    terminal = Terminal(tmp_path_factory.mktemp("resting"), "", SHORT)
    with terminal.window() as reach:
        place = middle(at_start(reach), "answer:3")
        reach.touch_at(*place, only="down")
        yield terminal, reach, place, time.monotonic()


def sleep_until(moment):
    time.sleep(max(0.0, moment - time.monotonic()))


# Hands


def slide_to_and_fro(reach, box):
    """Far within one button, and back to where it began."""
    x, y, width, height = box
    assert height > 140  # further than a tap may slip
    low, high = (x + width / 2, y + 20), (x + width / 2, y + height - 20)
    reach.touch_at(*low, only="down")
    reach.touch_at(*high, only="move")
    reach.look()
    reach.touch_at(*low, only="up")


def move(reach, begin, end, steps=4):
    """Down at one place, up at another."""
    reach.touch_at(*begin, only="down")
    for step in range(1, steps):
        reach.touch_at(*between(begin, end, step / steps), only="move")
    reach.touch_at(*end, only="up")


def between(begin, end, share):
    return tuple(b + (e - b) * share for b, e in zip(begin, end, strict=True))


def wipe(reach, size):
    """Strokes of a cloth, each at least a quarter of the screen long, the same ones every time."""
    dice = random.Random(SEED)
    for _ in range(STROKES):
        begin, end = (0, 0), (0, 0)
        while max(abs(b - e) for b, e in zip(begin, end, strict=True)) < size[0] / 4:
            begin, end = ([dice.uniform(0, side - 1) for side in size] for _ in "be")
        move(reach, begin, end)


def press(reach, key, next_item):
    reach.ready()
    reach.key(key)
    reach.wait(lambda seen: seen["item"] == next_item, f"what comes of the press {key}")


def press_in_vain(reach, key):
    before = reach.ready()
    reach.key(key)
    time.sleep(0.4)
    assert reach.look()["seen"] == before["seen"]


def end_sitting(reach):
    if reach.ready()["item"] is not None:
        go_on(reach, "enough")
    reach.touch_at(4, 4)


# A house that is closed


def closed_today():
    """Opening hours three days from now only."""
    day = (datetime.now().astimezone() + timedelta(days=3)).strftime("%a").lower()
    return f'[hours]\nopen = ["{day} 09:00-15:00"]\n'


@contextmanager
def window_with_a_right_clock(terminal, folder):
    """The kiosk where the kernel would say that the clock is right: only then it closes.

    Python itself loads `sitecustomize` before the program, whatever this machine's clock is.
    """
    (folder / "sitecustomize.py").write_text(
        "from device_config import clock\n"
        "from device_config.clock_trust import KernelClock\n"
        "clock.kernel_clock = lambda: KernelClock(is_unsynced=False, max_error_s=0.0)\n",
        "utf-8",
    )
    reach = Reach(terminal.options, {**OFFSCREEN, "PYTHONPATH": str(folder)})
    try:
        yield reach
    finally:
        reach.close()
