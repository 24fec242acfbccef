"""Forms that staff enter in the real window, with fingers: what is stored, and what is not."""

import os
from datetime import datetime, time, timedelta

import pytest

from device_config import clock
from device_config.pin import hash_pin
from tests.pretended_clock import HELSINKI, PretendedClock
from tests.staff_builders import PIN
from tests.staff_hands import SCREEN, a_code, enrolled, open_entry, touch, type_keys, unlock
from tests.window_hands import at_start
from tests.world import Centre, Terminal, answers_of, go_on, run


@pytest.fixture(scope="module")
def pin_hash():
    return hash_pin(PIN)


@pytest.fixture
def terminal(tmp_path, pin_hash):
    return enrolled(Terminal(tmp_path, "", SCREEN), pin_hash)


def answer(reach, choice):
    """Touch an answer of the form, and wait for the page after it."""
    before = reach.wait(
        lambda seen: seen["is_ready"] and choice in seen["choices"], f"the choice {choice}"
    )["key"]
    reach.touch(choice)
    return reach.wait(lambda seen: seen["key"] != before, "the next item")


def test_two_paper_forms_are_entered_one_after_the_other_and_a_client_answers_after_them(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "entry", "entry")
        reach.wait(lambda seen: "begin" in seen["choices"], "the terms")
        touch(reach, "begin", "entry:0")
        for choice in ("answer:5", "answer:4", "empty", "not-applicable", "answer:3"):
            answer(reach, choice)
        answer(reach, "rest")
        touch(reach, "save-next", "entry:1")
        answer(reach, "answer:2")
        while (seen := reach.look())["written"] is None:
            answer(reach, "empty" if "empty" in seen["choices"] else "answer:4")
        type_keys(reach, ["k", "i", "i"])
        touch(reach, "next", "entry:review")
        touch(reach, "save", "entry:saved")
        touch(reach, "close")
        at_start(reach)
        go_on(reach, "answer:4")
        first, second, client = [document for _, document in terminal.rows()]

    is_right = clock.read().is_synced
    for each in (first, second):
        assert (each["channel"], each["instrument"]) == ("staff-paper", "screen")
        assert each["answered"]["precision"] == "day"
        assert (each["ended"], each["flags"]) == ("submitted", [])
        if is_right:
            given = datetime.fromisoformat(each["answered"]["at"]).astimezone()
            assert (given.hour, given.minute) == (0, 0)
        else:
            assert (each["answered"]["at"], each["answered"]["clock"]) == (None, "unknown")
    assert [each["seq"] for each in (first, second)] == [1, 2]
    assert second["text"]["plain"] == "Kii"
    assert (client["channel"], client["flags"]) == ("kiosk-touch", [])
    assert answers_of(client) == {"usefulness": 4}


def test_a_form_that_is_left_is_not_stored(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "entry", "entry")
        touch(reach, "begin", "entry:0")
        answer(reach, "answer:1")
        touch(reach, "leave", "entry:leaving")
        touch(reach, "discard", "entry:fi")  # not entry:leaving, which it comes from
        touch(reach, "close")
        at_start(reach)

        assert terminal.rows() == []


def save_form(reach, value):
    """Enter one answer, leave the rest of the form empty, and save it."""
    answer(reach, f"answer:{value}")
    answer(reach, "rest")
    touch(reach, "save", "entry:saved")


def choose_day(reach, touches):
    """From the terms to the day and back, as the rows and steps of these names lead to it."""
    touch(reach, "day", "entry:day")
    for each in touches:
        before = reach.ready()["title"]
        reach.touch(each)
        reach.wait(
            lambda seen, before=before: seen["title"] != before and seen["is_ready"], "the day"
        )
    if reach.look()["key"].startswith("staff:entry:day"):
        touch(reach, "ready", "entry")


def test_forms_of_today_of_yesterday_and_of_three_days_ago_arrive_at_the_centre_with_their_day(
    tmp_path,
):
    clock, centre = PretendedClock(tmp_path / "clock"), Centre(tmp_path / "centre")
    today = datetime.now(HELSINKI).date()
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, SCREEN)
        run("enrol", a_code(centre), *terminal.options)
        with terminal.window(clock.environment) as reach:
            unlock(reach)
            open_entry(reach, "entry", "entry")
            touch(reach, "begin", "entry:0")
            save_form(reach, 5)
            for saved, (value, touches) in enumerate(((4, ["yesterday"]), (2, ["earlier"] * 2)), 1):
                touch(reach, "terms", "entry")
                choose_day(reach, touches)
                touch(reach, "begin", f"entry:{saved}")
                save_form(reach, value)
        with terminal.syncing(env=os.environ | clock.environment):
            arrived = centre.wait_for_responses(3)

    for each, days, value in zip(arrived, (0, 1, 3), (5, 4, 2), strict=True):
        midnight = datetime.combine(today - timedelta(days=days), time(), HELSINKI)
        assert each["channel"] == "staff-paper"
        answered = each["answered"]
        assert (answered["at"], answered["precision"]) == (midnight.isoformat(), "day")
        assert answered["clock"] == "synced"
        assert each["answers"][0]["value"] == value
