"""The day on the wall in the real window: what is asked on it, in which order, and what is dark."""

import time
from datetime import datetime, timedelta

import pytest

from device_config.clock import read
from device_config.location import LocationFile
from device_config.state import StateDirectory
from kiosk.session.moves import GUARD_S
from tests.pretended_clock import HELSINKI, PretendedClock
from tests.questionnaire_bodies import a_file, a_version
from tests.staff_builders import UNITS
from tests.staff_hands import (
    SCREEN,
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
from tests.world import Centre, Terminal, answers_of, go_on, run

SHORT = f"{SCREEN}[session]\nundo_s = 1\n"
MONDAY = datetime(2027, 3, 22, 12, tzinfo=HELSINKI)
DAY = timedelta(days=1)
LOOKED_S = 2.5
"""The kiosk has looked at the day and its settings once more by then."""
STATEMENTS = {each["id"]: each for each in a_version()["items"]}


@pytest.fixture
def clock(tmp_path):
    pretended = PretendedClock(tmp_path / "clock")
    pretended.set(MONDAY)
    return pretended


def words_of(item):
    return STATEMENTS[item]["text"]["fi"]["text"]


def asks_first(reach, item):
    """Wait until the start screen asks this."""
    reach.wait(lambda seen: seen["title"] == words_of(item) and seen["is_ready"], f"{item} first")


def answer_all(reach):
    """Answer the first statement and skip what follows; returns what followed."""
    return skip_all(reach, go_on(reach, "answer:4"))


def skip_all(reach, seen):
    followed = []
    while seen["screen"] != "thanks":
        followed.append(seen["item"])
        seen = go_on(reach, "skip")
    touch_away(reach)
    return followed


def a_short_form(folder):
    """A next version of the national form, short and with an own statement of ours."""
    kept = [STATEMENTS[each] for each in ("usefulness", "safety", "text")]
    body = a_version("2025.1", items=kept)
    body["own"]["items"] = [STATEMENTS["encounter"] | {"id": "parking"}]
    return a_file(folder, body)


def test_the_centres_feedback_week_begins_and_ends_while_the_kiosk_runs_and_not_within_a_sitting(
    tmp_path, clock
):
    centre = Centre(tmp_path / "centre")
    week = tmp_path / "week.toml"
    week.write_text(
        f'[[campaign]]\nname = "Week"\nfirst_day = {(MONDAY + DAY).date()}\n'
        f'last_day = {(MONDAY + DAY).date()}\nfirst_item = "safety"\nown = ["parking"]\n'
    )
    form = a_short_form(tmp_path / "forms")
    with centre.open() as url:
        terminal = Terminal(tmp_path / "terminal", url, SHORT)
        run("central-admin", "questionnaire", "add", form, "--state", centre.folder)
        run("central-admin", "settings", "publish", week, "--state", centre.folder)
        terminal.enrol(centre)
        with terminal.window(clock.environment) as reach:
            before = go_on(reach, "answer:4")
            clock.set(MONDAY + DAY)
            time.sleep(LOOKED_S)
            over_midnight = skip_all(reach, before)
            asks_first(reach, "safety")
            during = answer_all(reach)
            clock.set(MONDAY + 2 * DAY)
            asks_first(reach, "usefulness")
            after = answer_all(reach)
            documents = [document for _, document in terminal.rows()]

    assert over_midnight == after == ["safety", "text"]
    assert sorted(during) == ["parking", "text", "usefulness"]
    assert [next(iter(answers_of(each))) for each in documents] == [
        "usefulness",
        "safety",
        "usefulness",
    ]
    assert {each["questionnaire"]["version"] for each in documents} == {"2025.1"}


def test_statements_take_turns_at_midnight_and_a_clock_that_may_be_wrong_turns_nothing(
    tmp_path, clock
):
    turns = 'first_items = ["usefulness", "safety"]\ntake_turns = "day"\n'
    terminal = Terminal(tmp_path, "", f"{SHORT}follow_up = false\n{turns}")
    with terminal.window(clock.environment) as reach:
        first = reach.look()["title"]
        answer_all(reach)
        clock.set(MONDAY + DAY)
        reach.wait(lambda seen: seen["title"] != first and seen["is_ready"], "the next turn")
        second = reach.look()["title"]
        answer_all(reach)
        clock.set(MONDAY + 2 * DAY, is_right=False)
        time.sleep(LOOKED_S)
        unsure = reach.look()["title"]
        clock.set(MONDAY + 2 * DAY)
        reach.wait(lambda seen: seen["title"] == first and seen["is_ready"], "the first again")
        documents = [document for _, document in terminal.rows()]

    assert {first, second} == {words_of("usefulness"), words_of("safety")}
    assert unsure == second
    assert [words_of(next(iter(answers_of(each)))) for each in documents] == [first, second]


def test_a_terminal_that_is_moved_keeps_the_hours_of_where_it_stands_and_is_moved_back_by_night(
    tmp_path, clock
):
    closed = UNITS[0]
    hours = f'[hours]\nby_unit = {{"{closed.unit}" = ["tue 08:00-16:00"]}}\n'
    terminal = enrolled(Terminal(tmp_path, "", f"{SHORT}follow_up = false\n{hours}"))
    open_now = LocationFile.of(StateDirectory(terminal.state))
    open_now.change(UNITS[2].unit, None, None, read())
    with terminal.window(clock.environment) as reach:
        unlock(reach)
        open_entry(reach, "location", "location")
        type_keys(reach, "kaj")
        first_row(reach, closed)
        touch(reach, f"unit:{closed.unit}", "location:place")
        touch(reach, "save", "location:moved")
        touch(reach, "close")
        reach.wait(lambda seen: seen["screen"] == "night" and seen["is_ready"], "the night")
        reach.key("5")
        reach.wait(lambda seen: seen["screen"] == "thanks", "an answer by night")
        reach.wait(lambda seen: seen["screen"] == "night" and seen["is_ready"], "the night again")
        knock(reach, pause_s=GUARD_S / 2)  # the first touch wakes the screen
        on_page(reach, "pin")
        try_pin(reach)
        on_page(reach, "menu")
        open_entry(reach, "location", "location")
        touch(reach, "earlier", "location:earlier")
        touch(reach, "earlier:1", "location:moved")
        touch(reach, "close")
        at_start(reach)
        go_on(reach, "answer:4")
        by_night, by_day = (document for _, document in terminal.rows())

    assert [each["location"]["unit"] for each in (by_night, by_day)] == [
        closed.unit,
        UNITS[2].unit,
    ]
    assert [flag["rule"] for flag in by_night["flags"]] == ["out-of-hours"]
    assert by_day["flags"] == []
