"""The staff pages in the real window, with fingers: in, what can be done there, and out."""

import json
import time

import pytest

from device_config.clock import read
from device_config.location import LocationFile
from device_config.pin import hash_pin
from device_config.settings import LocationSettings
from device_config.state import StateDirectory
from kiosk.session.moves import GUARD_S
from tests.pretended_clock import run_before
from tests.staff_builders import PIN, TERMINAL, UNITS
from tests.staff_hands import (
    SCREEN,
    a_code,
    enrolled,
    first_row,
    knock,
    on_page,
    open_entry,
    touch,
    try_pin,
    type_keys,
    unlock,
)
from tests.window_hands import at_start, touch_away
from tests.world import UNIT, Centre, Terminal, answers_of, go_on, run, wait_for

IMPATIENT = "from kiosk import staff_desk as desk\ndesk.SILENT_AFTER_S = desk.WATCH_S = 1.0\n"
"""A kiosk with this looks, and loses patience, sooner than others."""
NOWHERE = LocationSettings("", "", "", "", "on-site")


@pytest.fixture(scope="module")
def pin_hash():
    return hash_pin(PIN)


@pytest.fixture
def terminal(tmp_path, pin_hash):
    """A terminal that is enrolled with a PIN and knows three units."""
    return enrolled(Terminal(tmp_path, "", SCREEN), pin_hash)


def choose_first_unit(reach, unit):
    """Open the search, fetch the list if it has not come by itself, and choose this unit."""
    open_entry(reach, "location", "location")
    seen = reach.wait(lambda seen: {unit, "fetch"} & set(seen["choices"]), "a list, or its lack")
    if unit not in seen["choices"]:
        reach.touch("fetch")
        reach.wait(lambda seen: unit in seen["choices"], "the list")
    time.sleep(2 * GUARD_S)
    touch(reach, unit, "location:place")


def place_of(terminal):
    return LocationFile.of(StateDirectory(terminal.state)).current(NOWHERE)


# In and out


def test_the_knock_and_the_pin_open_the_menu_and_close_goes_back_to_the_start(terminal):
    with terminal.window() as reach:
        menu = unlock(reach)
        touch(reach, "close")
        at_start(reach)
        go_on(reach, "answer:4")
        ((_, document),) = terminal.rows()

    assert "location" in menu["choices"]
    assert answers_of(document) == {"usefulness": 4}


def test_wrong_pins_come_to_a_wait_that_is_counted_down_and_outlives_a_restart(terminal):
    with terminal.window() as reach:
        knock(reach)
        on_page(reach, "pin")
        for tries_left in (2, 1, 0):
            try_pin(reach, "135790")
            told = reach.wait(
                lambda seen, n=tries_left: str(n) in seen["hint"] and not seen["dots"],
                "what is said of a wrong PIN",
            )
        waits = told["hint"]
        reach.wait(lambda seen: seen["hint"] != waits, "the countdown")
        reach.touch("key:1")
    with terminal.window() as reach:
        seen = reach.wait(lambda seen: seen["is_ready"], "the start")
        knock(reach)
        seen = on_page(reach, "pin")

    assert "0 min" in waits
    assert "0 min" in seen["hint"]


def test_the_right_pin_is_taken_after_a_wrong_one(terminal):
    with terminal.window() as reach:
        knock(reach)
        on_page(reach, "pin")
        try_pin(reach, "135790")
        reach.wait(lambda seen: "2" in seen["hint"] and seen["dots"] == 0, "a wrong PIN")
        try_pin(reach)
        menu = on_page(reach, "menu")

    assert "status" in menu["choices"]


def test_a_client_who_touches_corners_and_faces_answers_and_sees_no_staff_page(terminal):
    with terminal.window() as reach:
        width, height = reach.ready()["size"]
        for x in (8, width - 8, 8):
            reach.touch_at(x, height - 8)
        asked = go_on(reach, "answer:5")
        for x in (8, width - 8, 8, width - 8):
            reach.touch_at(x, height - 8)
        seen = reach.look()

    assert asked["screen"] == "faces"
    assert not seen["key"].startswith("staff:")


def test_a_press_while_the_pages_are_open_is_no_answer(terminal):
    with terminal.window() as reach:
        unlock(reach)
        reach.key("5")
        open_entry(reach, "status", "status")
        touch(reach, "close")
        at_start(reach)
        rows = terminal.rows()
        reach.key("5")
        wait_for(terminal.rows, "an answer by a press")

    assert rows == []


# Status, support


def test_the_status_says_in_words_and_one_lamp_what_is_to_be_done(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "status", "status")
        seen = reach.wait(lambda seen: seen["facts"], "the facts")

    assert seen["lamp"] == "attention"
    assert "Valitse paikka" in seen["hint"]
    assert len(seen["facts"]) <= 7


def test_support_gets_the_facts_as_a_code_without_secrets(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "support", "support")
        seen = reach.wait(lambda seen: seen["code"], "the code")

    assert "terminal t-7f3k9" in seen["code"]
    assert "state attention no-location" in seen["code"]
    assert PIN not in json.dumps(seen)
    assert "a-token" not in json.dumps(seen)


# Where it stands


def test_the_place_is_changed_in_four_taps_and_some_letters_and_taken_back(terminal):
    first, second = UNITS[0], UNITS[2]
    with terminal.window() as reach:
        unlock(reach)
        taps = open_entry(reach, "location", "location")
        type_keys(reach, ["k", "a", "j"])
        first_row(reach, first)
        touch(reach, f"unit:{first.unit}", "location:place")
        type_keys(reach, ["a", "u", "l", "a", "space"])
        touch(reach, "save", "location:moved")
        taps += 2
        moved = place_of(terminal)
        touch(reach, "undo", "location:moved:True")
        undone = place_of(terminal)
        touch(reach, "ready", "menu")
        open_entry(reach, "location", "location")
        type_keys(reach, ["k", "u", "h"])
        first_row(reach, second)
        touch(reach, f"unit:{second.unit}", "location:place")
        touch(reach, "save", "location:moved")
        again = place_of(terminal)
        touch(reach, "close")
        at_start(reach)
        go_on(reach, "answer:4")
        ((_, document),) = terminal.rows()

    assert taps <= 4
    assert (moved.unit, moved.place, moved.set_by) == (first.unit, "Aula", "staff")
    assert undone.unit is None
    assert again.unit == second.unit
    assert document["location"]["unit"] == second.unit


def test_an_earlier_place_is_gone_back_to_in_three_taps(terminal):
    with terminal.window() as reach:
        unlock(reach)
        for unit, letters in ((UNITS[0], "kaj"), (UNITS[2], "kuh")):
            open_entry(reach, "location", "location")
            type_keys(reach, letters)
            first_row(reach, unit)
            touch(reach, f"unit:{unit.unit}", "location:place")
            touch(reach, "save", "location:moved")
            touch(reach, "ready", "menu")
        open_entry(reach, "location", "location")
        touch(reach, "earlier", "location:earlier")
        touch(reach, "earlier:1", "location:moved")

    assert place_of(terminal).unit == UNITS[0].unit


# Languages, restart


def test_a_language_is_switched_off_and_the_last_one_stays(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "languages", "languages")
        for language in ("sv", "en"):
            touch(reach, f"offer:{language}")
            reach.wait(
                lambda seen, it=language: f"offer:{it}" not in seen["chosen"], "a language less"
            )
        touch(reach, "offer:fi")
        reach.wait(lambda seen: seen["chosen"] == ["offer:fi"], "the last language")
        touch(reach, "close")
        seen = at_start(reach)
        seen = reach.wait(lambda seen: not seen["labels"].get("languages"), "one language")

    assert not [each for each in seen["choices"] if each.startswith("language:")]


def test_restart_ends_the_program_with_0_after_asking(terminal):
    with terminal.window() as reach:
        unlock(reach)
        open_entry(reach, "restart", "restart")
        assert reach.process.poll() is None
        touch(reach, "restart-now")
        ended = reach.process.wait(timeout=20)

    assert ended == 0


# A terminal that is not set up


def test_a_terminal_that_is_not_set_up_says_so_and_can_be_set_up_by_the_line_that_says_it(
    tmp_path,
):
    centre = Centre(tmp_path / "centre")
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, SCREEN)
        code = a_code(centre)
        with terminal.window() as reach, terminal.syncing():
            reach.wait(lambda seen: "staff-alert" in seen["choices"], "the line for staff")
            reach.touch("staff-alert")
            menu = on_page(reach, "menu")
            touch(reach, "enrol", "enrol:code")
            type_keys(reach, "ACDEFHJK")
            touch(reach, "code-ok", "enrol:failed")
            refused = reach.look()
            touch(reach, "again", "enrol:code")
            type_keys(reach, code.replace("-", ""))
            touch(reach, "code-ok", "enrol:done")
            touch(reach, "ready", "pin")
            try_pin(reach)
            on_page(reach, "menu")
            choose_first_unit(reach, f"unit:{UNIT}")
            touch(reach, "save", "location:moved")
            touch(reach, "close")
            at_start(reach)
            gone = reach.wait(lambda seen: "staff-alert" not in seen["choices"], "no alert")
            go_on(reach, "answer:4")
            ((_, document),) = terminal.rows()
        status = terminal.status()

    assert set(menu["choices"]) >= {"enrol", "status", "support"}
    assert "location" not in menu["choices"]
    assert "ei tunne" in refused["title"]
    assert status["terminal_id"] is not None
    assert document["location"]["unit"] == UNIT
    assert gone["key"].startswith("start:")


def test_without_an_agent_that_runs_the_page_says_so_and_nothing_is_lost(tmp_path):
    terminal = Terminal(tmp_path / "terminal", "https://127.0.0.1:9", SCREEN)
    with terminal.window(run_before(tmp_path / "before", IMPATIENT)) as reach:
        reach.wait(lambda seen: "staff-alert" in seen["choices"], "the line for staff")
        reach.touch("staff-alert")
        on_page(reach, "menu")
        touch(reach, "enrol", "enrol:code")
        type_keys(reach, "ACDEFHJK")
        touch(reach, "code-ok", "enrol:waiting")
        reach.wait(lambda seen: "Lähetysohjelma ei vastaa" in seen["hint"], "the silence")
        touch(reach, "close")
        at_start(reach)
        go_on(reach, "answer:2")
        ((_, document),) = terminal.rows()

    assert answers_of(document) == {"usefulness": 2}


# A terminal that the centre refuses, or that takes no answers


def test_a_revoked_terminal_says_call_support_collects_and_sends_all_once_it_is_set_up_anew(
    tmp_path,
):
    centre = Centre(tmp_path / "centre")
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, SCREEN)
        run("enrol", a_code(centre), *terminal.options)
        first = terminal.status()["terminal_id"]
        LocationFile.of(StateDirectory(terminal.state)).change(UNIT, None, None, read())
        impatient = run_before(tmp_path / "before", IMPATIENT)
        with terminal.window(impatient) as reach, terminal.syncing():
            before = at_start(reach)
            run("central-admin", "terminal", "revoke", first, "--state", centre.folder)
            unlock(reach)
            open_entry(reach, "send", "send")  # a heartbeat goes with it, not a minute later
            touch(reach, "close")
            told = reach.wait(lambda seen: "staff-alert" in seen["choices"], "the line for staff")
            go_on(reach, "answer:2")
            go_on(reach, "enough")
            touch_away(reach)
            reach.touch("staff-alert")
            on_page(reach, "pin")
            try_pin(reach)
            on_page(reach, "menu")
            open_entry(reach, "re-enrol", "enrol:code")
            type_keys(reach, a_code(centre).replace("-", ""))
            touch(reach, "code-ok", "enrol:done")
            touch(reach, "close")
            at_start(reach)
            reach.wait(lambda seen: "staff-alert" not in seen["choices"], "no line for staff")
            (arrived,) = centre.wait_for_responses(1)
        second = terminal.status()["terminal_id"]

    assert "staff-alert" not in before["choices"]
    assert "soita tukeen" in told["labels"]["staff-alert"]
    assert answers_of(arrived)["usefulness"] == 2
    assert second not in (None, first)


def test_out_of_order_staff_come_in_by_the_knock_and_are_told_what_it_is_and_which_terminal(
    terminal,
):
    terminal.database.mkdir()  # a file that cannot be opened, for whatever reason
    with terminal.window() as reach:
        reach.wait(lambda seen: seen["screen"] == "out-of-order", "out of order")
        unlock(reach)
        open_entry(reach, "status", "status")
        status = reach.wait(lambda seen: seen["lamp"], "how it is")
        touch(reach, "back", "menu")
        open_entry(reach, "support", "support")
        support = reach.wait(lambda seen: seen["facts"] or seen["lamp"], "the facts")
        terminal.database.rmdir()
        touch(reach, "close")
        at_start(reach)
        go_on(reach, "answer:4")
        ((_, document),) = terminal.rows()

    assert (status["lamp"], "ei voi nyt ottaa" in status["hint"]) == ("bad", True)
    assert "Vastauksia odottaa" not in status["facts"]
    assert f"terminal {TERMINAL}" in support["code"]
    assert "out-of-order" in support["code"]
    assert "pending" not in support["code"]
    assert answers_of(document) == {"usefulness": 4}


# What staff have changed, after a restart


def test_languages_sound_and_brightness_are_as_staff_left_them_after_a_restart(terminal, tmp_path):
    light = a_backlight(tmp_path / "backlight")
    lit = run_before(
        tmp_path / "before",
        "from pathlib import Path\nfrom kiosk.backlight import Backlight\n"
        f"Backlight.__init__.__defaults__ = (Path({str(light.parent.parent)!r}),)\n",
    )
    with terminal.window(lit) as reach:
        unlock(reach)
        open_entry(reach, "languages", "languages")
        touch(reach, "offer:sv")
        reach.wait(lambda seen: "offer:sv" not in seen["chosen"], "a language less")
        touch(reach, "back", "menu")
        open_entry(reach, "sound", "sound")
        touch(reach, "sound")
        for step in ("quieter", "darker"):
            before = reach.wait(lambda seen, step=step: step in seen["choices"], step)["title"]
            touch(reach, step)
            reach.wait(lambda seen, before=before: seen["title"] != before, "the step")
        left = reach.look()["title"]
        dimmed = wait_for(lambda: light.read_text() != "200" and light.read_text(), "less light")
    light.write_text("200")  # as the machine comes up
    with terminal.window(lit) as reach:
        start = at_start(reach)
        wait_for(lambda: light.read_text() == dimmed, "the light as it was left")
        unlock(reach)
        open_entry(reach, "sound", "sound")
        found = reach.wait(lambda seen: "quieter" in seen["choices"], "the steps")["title"]

    offered = {each for each in start["choices"] if each.startswith("language:")}
    assert offered == {"language:fi", "language:en"}
    assert dimmed == "180"
    assert found == left
    assert found.count("90") == 2


def a_backlight(folder):
    """What the kernel shows of a panel's light; returns the file of its brightness."""
    device = folder / "panel"
    device.mkdir(parents=True)
    (device / "max_brightness").write_text("200")
    (device / "brightness").write_text("200")
    return device / "brightness"
